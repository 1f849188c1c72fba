import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { command } from '../sandbox.mjs';
import { DiagnosticsPage } from './diagnosticsPage';
import { daemon, useEditor } from './station';

const faults = {
  pid: 'daemon.containerd-pidfile-live-pid',
  disk: 'storage.data-root-full',
  mounts: 'storage.mount-propagation-private',
} as const;

let page: DiagnosticsPage;
let stranger: ChildProcess;

const workbench = useEditor({
  // The terminal's text is in the document then.
  settings: { 'terminal.integrated.gpuAcceleration': 'off' },
  size: { width: 1280, height: 1600 },
  before: () => {
    daemon.helper('stop');
    writeFileSync('/var/log/dockerd.log', '');
    command('mount', '-t', 'tmpfs', '-o', 'size=40m', 'small', '/var/lib/docker');
    command('/bin/sh', '-c', 'dd if=/dev/zero of=/var/lib/docker/fill bs=1M || :');
    command('mount', '--make-rprivate', '/');
    stranger = spawn('sleep', ['3600'], { stdio: 'ignore' });
    mkdirSync('/run/docker/containerd', { recursive: true });
    writeFileSync('/run/docker/containerd/containerd.pid', String(stranger.pid));
  },
  indicator: 'Docker: stopped',
});
afterAll(() => {
  stranger.kill();
});

/** What is wrong, in the page's order; but that process 1 of the bed does not reap what earlier tests killed. */
async function standing(): Promise<(string | null)[]> {
  const cards = await page.frame.locator('.finding').all();
  const ids = await Promise.all(cards.map((card) => card.getAttribute('id')));
  return ids.filter((id) => id !== 'finding-daemon.zombie-shims');
}

/** Presses the button that mends a finding, and waits until new facts have shown that it did. */
async function mend(id: string): Promise<void> {
  const title = await page.finding(id).locator('h3').innerText();
  await page.finding(id).locator('button.primary').click();
  await page.frame.locator('.mended', { hasText: `Fixed: ${title}` }).waitFor();
  expect(await page.finding(id).count()).toBe(0);
}

describe('three faults at once', () => {
  test('are three causes, the errors before the warning, with what follows under them', async () => {
    page = await DiagnosticsPage.open(workbench);
    await page.finding(faults.pid).waitFor();
    expect(await standing()).toEqual([faults.disk, faults.pid, faults.mounts].map((id) => `finding-${id}`));
    await page.frame.getByText('Related issues (1)').first().waitFor();
    expect(await page.violations()).toEqual([]);
    for (const theme of ['light', 'high-contrast', 'hc-light', 'dark'] as const) {
      await workbench.setTheme(theme);
      await page.read();
      expect(await page.violations(), theme).toEqual([]);
      await workbench.screenshot(`diagnostics-three-faults-${theme}`);
    }
  });

  test('are mended one after another from the page', async () => {
    await mend(faults.pid);

    // What is in the way on a full disk only a person can tell: the command comes to the terminal, and nobody presses Enter.
    await page.finding(faults.disk).getByRole('button', { name: 'Insert in terminal' }).click();
    await workbench.page.locator('.terminal-wrapper .xterm-rows', { hasText: 'sudo du -xh' }).waitFor();
    command('rm', '/var/lib/docker/fill');
    command('mount', '-o', 'remount,size=2g', '/var/lib/docker');
    await page.frame.getByRole('button', { name: 'Refresh' }).click();
    await page.finding(faults.disk).waitFor({ state: 'detached' });

    await mend(faults.mounts);
    await mend('socket.socket-absent');
    await page.headline.getByText('Docker is running').waitFor();
    expect(await standing()).toEqual([]);
    expect(daemon.pid()).toBeGreaterThan(0);
    await workbench.screenshot('diagnostics-three-faults-mended-dark');
  });
});
