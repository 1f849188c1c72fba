import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DiagnosticsPage } from './diagnosticsPage';
import { daemon, useEditor } from './station';
import { until } from './until';

const workbench = useEditor({ size: { width: 1280, height: 1400 } });
let page: DiagnosticsPage;

beforeAll(async () => {
  page = await DiagnosticsPage.open(workbench);
});

const limits = () => page.frame.locator('#limits');
const card = (id: string) => page.frame.locator(`[id="proof-${id}"]`);
const button = (name: string) => limits().getByRole('button', { name, exact: true });

/** Pixels of a proof's chart that are painted, and the different colours among them; none where there is no chart yet. */
async function painted(id: string): Promise<{ pixels: number; colours: number }> {
  return page.evaluate(`(() => {
    const canvas = document.getElementById('proof-${id}')?.querySelector('.plot canvas');
    if (!canvas?.width || !canvas.height) return { pixels: 0, colours: 0 };
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    let pixels = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 200) continue;
      pixels += 1;
      seen.add([data[at], data[at + 1], data[at + 2]].join());
    }
    return { pixels, colours: seen.size };
  })()`);
}

/** Whether the page has asked for what draws charts. */
const chartsLoaded = () =>
  page.evaluate<boolean>(
    `performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/dist/charts.js'))`,
  );

/** By the page's own button, which does not take the focus this way. */
const lookAgain = () => page.evaluate(`document.querySelector('[data-key="refresh"]').click()`);

/** Scrolls a place to the top of the page and takes a picture. */
async function picture(id: string, name: string): Promise<void> {
  await page.evaluate(`document.getElementById('${id}').scrollIntoView({ block: 'start' })`);
  await workbench.screenshot(`limits-page-${name}`);
}

describe('the section "Limits" of the diagnostics page', () => {
  test('tells what a run takes before there is one, and has nothing of charts then', async () => {
    await button('Verify limits').waitFor();
    expect(await limits().innerText()).toMatch(/about \d+ s, \d+ s of CPU time and \d+ MiB at most/u);
    expect(await chartsLoaded()).toBe(false);
    await picture('limits', 'before-dark');
  });

  test('proves every limit, tells how far it is, and shows each verdict', async () => {
    await button('Verify limits').click();
    await limits().locator('progress').waitFor();
    await card('cpu.quota').waitFor();
    expect(await page.focused()).toBe('run checks');
    await picture('limits', 'running-dark');
    await button('Verify limits again').waitFor();
    const sum = await limits().locator('.sum').innerText();
    expect(sum).toMatch(/^\d+ enforced/u);
    expect(await page.said.innerText()).toBe(`Limits: ${sum}`);
    expect(await card('memory.limit').locator('.kicker').innerText()).toContain('Enforced · Memory');
    expect(await card('memory.limit').innerText()).toMatch(/cgroup value\s+67108864/u);
    expect(await chartsLoaded()).toBe(true);
  });

  test.each(['cpu.quota', 'memory.limit', 'files.shm'])('has a chart of %s with what it was', async (id) => {
    await page.evaluate(`document.getElementById('proof-${id}').scrollIntoView({ block: 'start' })`);
    await until('the chart is painted', async () => (await painted(id)).pixels > 500);
    expect((await painted(id)).colours).toBeGreaterThan(3);
    expect(await card(id).getByRole('img').getAttribute('aria-label')).toMatch(/^Limited at most .*The limit is/u);
  });

  test('shows the moment of the OOM kill, and the periods in which the quota stopped the container', async () => {
    expect(await card('memory.limit').getByRole('img').getAttribute('aria-label')).toMatch(
      /A process was OOM killed after \d+\.\d\d s\.$/u,
    );
    expect(await card('memory.limit').locator('.legend').innerText()).toContain('OOM kill');
    expect(await card('cpu.quota').getByRole('img').getAttribute('aria-label')).toMatch(/in \d+ periods\.$/u);
    await card('memory.limit').getByText('The numbers').click();
    expect(await card('memory.limit').locator('table').innerText()).toMatch(/6[34]\.\d.*yes/u);
    await card('memory.limit').getByText('The numbers').click();
  });

  test.each(['light', 'high-contrast', 'hc-light', 'dark'] as const)(
    'is drawn in the colours of %s, and axe has nothing to complain of',
    async (theme) => {
      const before = await page.evaluate<string>(`document.querySelector('.plot canvas').toDataURL()`);
      await workbench.setTheme(theme);
      await page.read();
      await until(
        'the chart has other colours',
        async () => (await page.evaluate(`document.querySelector('.plot canvas')?.toDataURL() ?? ''`)) !== before,
      );
      await page.disclose(true);
      expect(await page.violations()).toEqual([]);
      await page.disclose(false);
      await picture('limits', theme);
      await picture('proof-memory.limit', `more-${theme}`);
    },
  );

  test("shows a run of the Test Explorer too, and the Test Explorer the page's", async () => {
    const when = await card('pids.limit').locator('.quiet').last().innerText();
    await workbench.run('Testing: Focus on Test Explorer View');
    const rows = workbench.page.locator('.test-explorer-tree .monaco-list-row');
    await rows
      .filter({ hasText: /^Processes/u })
      .locator('.monaco-tl-twistie')
      .click();
    const row = rows.filter({ hasText: /^Number of processes/u });
    await until('its run has passed', async () => /\(Passed/u.test((await row.getAttribute('aria-label')) ?? ''));
    await row.hover();
    await row.locator('.action-label.codicon-testing-run-icon').click();
    await until(
      'the page shows the new run',
      async () => (await card('pids.limit').locator('.quiet').last().innerText()) !== when,
    );
    await until('the run is over', async () => (await limits().locator('progress').count()) === 0);
    expect(await card('pids.limit').innerText()).toMatch(/Before\s+enforced since .* 2 runs/u);
  });

  test('is shown again with its charts when the page was hidden', async () => {
    await workbench.run('File: New Untitled Text File');
    await workbench.run('View: Close Editor');
    await page.read();
    await card('cpu.quota').waitFor();
    await until('the chart is painted', async () => (await painted('cpu.quota')).pixels > 500);
  });

  test('is cancelled, and keeps what was seen before', async () => {
    // The last of the longest lane.
    const last = card('cpu.cpuset').locator('.quiet').last();
    const before = await last.innerText();
    await button('Verify limits again').click();
    await until('a container of the run is there', () => daemon.docker('ps', '--all', '--quiet') !== '');
    await button('Cancel').click();
    await button('Verify limits again').waitFor();
    expect(await last.innerText()).toBe(before);
    expect(await limits().locator('.sum').innerText()).not.toContain('not proven');
    await until('nothing of the run is left', () => daemon.docker('ps', '--all', '--quiet') === '');
  });

  test('needs no scrolling sideways in a narrow window', async () => {
    await workbench.run('View: Close Primary Side Bar');
    await workbench.resize(374, 900);
    expect((await page.widths()).overflow).toBe(0);
    await until('the chart is painted', async () => (await painted('cpu.quota')).pixels > 300);
    await picture('proof-cpu.quota', 'narrow-dark');
    expect(await page.violations()).toEqual([]);
    await workbench.resize(1280, 1400);
  });

  test('leads from a limit that cannot hold to the finding that says why', async () => {
    const why = 'storage.overlay-on-overlay';
    daemon.configure(JSON.stringify({ 'data-root': '/srv/no-volume' }));
    try {
      daemon.helper('restart');
      await workbench.indicatorSays('Docker');
      await page.finding(why).waitFor();
      await card('files.storage').getByRole('button', { name: 'Verify again' }).click();
      await card('files.storage').getByRole('link').click();
      const hasFocus = async () => (await page.evaluate('document.activeElement.id')) === `finding-${why}`;
      await until('the finding has the focus', hasFocus);
      await workbench.screenshot('limits-page-led-to-the-finding-dark');
      const height = await page.heightOf(`finding-${why}`);
      expect(height).toBeGreaterThanOrEqual(0);
      expect(height).toBeLessThan(0.9);
      // What else is found draws the findings anew, and stands above this one.
      daemon.configure(JSON.stringify({ 'data-root': '/srv/no-volume', bip: '172.30.0.0/16' }));
      await lookAgain();
      await page.finding('network.bip-is-network-address').waitFor();
      await until('the finding keeps the focus', hasFocus);
      expect(await page.heightOf('finding-network.bip-is-network-address')).toBeLessThan(height);
      expect(await page.heightOf(`finding-${why}`)).toBeCloseTo(height, 2);
      // And without the focus, when that one goes.
      await page.evaluate('document.activeElement.blur()');
      daemon.configure(JSON.stringify({ 'data-root': '/srv/no-volume' }));
      await lookAgain();
      await page.finding('network.bip-is-network-address').waitFor({ state: 'detached' });
      expect(await page.heightOf(`finding-${why}`)).toBeCloseTo(height, 2);
      await picture('proof-files.storage', 'explained-dark');
    } finally {
      daemon.configure();
      daemon.helper('restart');
      rmSync('/srv/no-volume', { recursive: true, force: true });
    }
    await workbench.indicatorSays('Docker');
  });

  test('refuses while Docker is stopped, and says so on the page', async () => {
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    await page.read();
    await button('Verify limits again').click();
    await limits().locator('.attempt', { hasText: 'No limit was verified' }).waitFor();
    await picture('limits', 'refused-dark');
    daemon.helper('start');
    await workbench.indicatorSays('Docker');
  });
});
