import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { DiagnosticsPage } from './diagnosticsPage';
import { daemon, useEditor } from './station';
import { until } from './until';

const workbench = useEditor({ size: { width: 1280, height: 1400 } });
let page: DiagnosticsPage;

afterEach(async () => {
  await workbench.clearNotifications();
});

describe('the diagnostics page of a daemon that runs', () => {
  test('says so first, then what the machine is, and nothing in red', async () => {
    page = await DiagnosticsPage.open(workbench);
    await page.headline.getByText('Docker is running').waitFor();
    expect(await page.frame.locator('.finding.error').allInnerTexts()).toEqual([]);
    const facts = await page.frame.locator('#facts').innerText();
    expect(facts).toContain(daemon.docker('version', '--format', '{{.Server.Version}}'));
    expect(facts).toContain(`process ${String(daemon.pid())}`);
    expect(await page.frame.locator('#cgroups .box').count()).toBeGreaterThan(0);
    expect(await page.frame.locator('#log .log li').count()).toBeGreaterThan(3);
    await workbench.screenshot('diagnostics-healthy-dark');
  });

  test('is navigable by landmarks and headings, in an order that makes sense', async () => {
    // The proofs are loaded after the page.
    await page.frame.locator('#limits').waitFor();
    const headings = await page.frame.locator('h1, h2').allInnerTexts();
    expect(headings[0]).toBe('Docker diagnostics');
    expect(headings.slice(-7)).toEqual([
      'Control groups',
      'Limits',
      'Platform',
      'At a glance',
      "Daemon's log",
      'Starts and stops',
      'Share',
    ]);
  });

  test('filters the log, and keeps the filter when the page is hidden and shown again', async () => {
    const lines = page.frame.locator('#log .log li');
    const all = await lines.count();
    await page.frame.getByLabel('Filter').fill('API listen');
    await until('the lines are filtered', async () => (await lines.count()) < all);
    expect(await lines.allInnerTexts()).toEqual([expect.stringContaining('API listen on')]);
    await workbench.run('File: New Untitled Text File');
    await workbench.run('View: Close Editor');
    await page.read();
    expect(await page.frame.getByLabel('Filter').inputValue()).toBe('API listen');
    await page.frame.getByLabel('Filter').fill('');
  });

  test.each(['dark', 'light', 'hc-dark', 'hc-light'] as const)(
    'has nothing for axe to complain of in %s',
    async (name) => {
      await workbench.setTheme(name === 'hc-dark' ? 'high-contrast' : name);
      await page.read();
      await page.disclose(true);
      expect(await page.violations()).toEqual([]);
      await workbench.screenshot(`diagnostics-open-${name}`);
      await page.disclose(false);
      await workbench.screenshot(`diagnostics-${name}`);
    },
  );
});

describe('a daemon that dies while the page is open', () => {
  test('is followed, and mended by the keyboard alone; "mended" comes after new facts', async () => {
    await workbench.setTheme('dark');
    await page.read();
    await page.frame.locator('h1').click();
    daemon.kill();
    await workbench.indicatorSays('Docker: crashed');
    await page.frame.locator('.finding.error').first().waitFor();
    await page.headline.getByText('Docker crashed').waitFor();
    expect(await page.violations()).toEqual([]);
    await workbench.clearNotifications();
    await workbench.screenshot('diagnostics-daemon-down-dark');

    // From the heading on with Tab alone, as far as the button that mends.
    await page.frame.locator('h1').click();
    const button = page.frame.locator('.finding.error button.primary').first();
    const wanted = (await button.getAttribute('data-key')) ?? '';
    expect(wanted).toMatch(/^remedy /u);
    const title = await page.frame.locator('.finding.error h3').first().innerText();
    for (let pressed = 0; (await page.focused()) !== wanted; pressed += 1) {
      expect(pressed, 'Tab does not lead to the button').toBeLessThan(60);
      await workbench.page.keyboard.press('Tab');
    }
    await workbench.page.keyboard.press('Enter');
    await page.frame.locator('.mended', { hasText: `Fixed: ${title}` }).waitFor();
    expect(await page.said.innerText()).toContain(`Fixed: ${title}`);
    await page.headline.getByText('Docker is running').waitFor();
    expect(await page.frame.locator('.finding.error').count()).toBe(0);
    expect(daemon.pid()).toBeGreaterThan(0);
    await workbench.screenshot('diagnostics-mended-dark');
  });
});

describe('text of others', () => {
  const hostile =
    'level=error msg="<img src=x onerror=alert(1)><script>window.hacked=1</script> \u001b[31mred\u001b[0m \u202eevil"';

  test('is shown as text: markup, escape codes, lines of megabytes, bytes that are no UTF-8', async () => {
    appendFileSync('/var/log/dockerd.log', `time="2026-01-01T00:00:00Z" ${hostile}\n`);
    appendFileSync('/var/log/dockerd.log', Buffer.concat([Buffer.from('bytes \xff\xfe\x00 end\n', 'latin1')]));
    appendFileSync('/var/log/dockerd.log', `${'A'.repeat(10_000_000)}\n`);
    appendFileSync('/var/log/dockerd.log', `time="2026-01-01T00:00:01Z" ${hostile}\n`);
    await page.frame.getByRole('button', { name: 'Refresh' }).click();
    const line = page.frame.locator('#log .log li', { hasText: 'onerror=alert(1)' }).first();
    await line.waitFor();
    expect(await line.innerText()).toContain('<script>window.hacked=1</script>');
    expect(await line.innerText()).toContain('<U+001B>[31mred');
    expect(await line.innerText()).toContain('<U+202E>');
    expect(await page.frame.locator('#log img, #log script, #findings img').count()).toBe(0);
    expect(await page.evaluate<boolean>('"hacked" in window')).toBe(false);
    const size = await page.evaluate<number>('document.documentElement.outerHTML.length');
    expect(size).toBeLessThan(2_000_000);
    await line.scrollIntoViewIfNeeded();
    await workbench.screenshot('diagnostics-hostile-log-dark');
    daemon.helper('stop');
    writeFileSync('/var/log/dockerd.log', '');
    daemon.helper('start');
    await workbench.indicatorSays('Docker');
  });
});

describe('the report', () => {
  test('is opened to be read and saved, with the findings and the facts', async () => {
    await page.frame.getByRole('button', { name: 'Save report' }).click();
    const editor = workbench.page.locator('.editor-instance .view-lines').last();
    await until('the report is open', async () => (await editor.innerText()).includes('Docker'));
    expect((await editor.innerText()).replaceAll('\u00a0', ' ')).toContain('# Docker diagnosis');
    await workbench.screenshot('diagnostics-report-dark');
    await workbench.run('View: Revert and Close Editor');
    await page.read();
  });
});

describe('a narrow window', () => {
  test('needs no scrolling sideways', async () => {
    await workbench.run('View: Toggle Primary Side Bar Visibility');
    await workbench.resize(374, 900);
    const { overflow, frame } = await page.widths();
    expect(frame).toBeLessThanOrEqual(325);
    expect(overflow).toBe(0);
    await workbench.screenshot('diagnostics-narrow-dark');
    expect(await page.violations()).toEqual([]);
    await workbench.resize(1280, 1400);
  });
});

describe('plain http at a name that is not localhost', () => {
  test('shows the same as a document, and says why', async () => {
    const hosts = readFileSync('/etc/hosts', 'utf8');
    writeFileSync('/etc/hosts', `${hosts}\n127.0.0.1 station.test\n`);
    try {
      const url = workbench.page.url().replace('127.0.0.1', 'station.test');
      await workbench.page.goto(url);
      await workbench.indicatorSays('Docker');
      await workbench.run('Show diagnostics');
      const editor = workbench.page.locator('.editor-instance .view-lines').last();
      await until(
        'the document is open',
        async () => (await editor.count()) > 0 && (await editor.innerText()).includes('https'),
        60_000,
      );
      await workbench.clearNotifications();
      await workbench.screenshot('diagnostics-document-dark');
    } finally {
      writeFileSync('/etc/hosts', hosts);
    }
  });
});
