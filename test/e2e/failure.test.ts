import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { DiagnosticsPage } from './diagnosticsPage';
import { daemon, useEditor } from './station';
import { until } from './until';

const workbench = useEditor();
afterEach(async () => {
  await workbench.clearNotifications();
});

describe('a configuration that would not do', () => {
  test('costs nobody the daemon that runs', async () => {
    daemon.configure('{ "debug": tru }');
    const before = daemon.pid();
    await workbench.run('Restart Docker daemon');
    const toast = workbench.notification('Docker was not restarted');
    await toast.waitFor();
    expect(await toast.textContent()).toContain('left as it is');
    await workbench.screenshot('config-refused-dark');
    await workbench.indicatorSays('Docker');
    expect(daemon.pid()).toBe(before);
    daemon.configure();
  });
});

describe('a daemon that cannot start', () => {
  test('shows its cause, and what to do about it', async () => {
    daemon.configure('{ "bip": "300.1.1.1/8" }');
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    await workbench.run('Restart Docker daemon');
    const toast = workbench.notification('Docker failed to start');
    await toast.waitFor();
    expect(await toast.textContent()).toContain('The address for the bridge');
    await workbench.indicatorSays('Docker: failed to start');
    expect(await workbench.notifications()).toHaveLength(1);
    const text = await (await workbench.tooltip()).innerText();
    expect(text).toContain('The address for the bridge');
    expect(text).toContain('300.1.1.1/8');
    await workbench.screenshot('failed-to-start-dark');
    await workbench.leaveHover();
  });

  test('says that daemon.json is not JSON, and where', async () => {
    daemon.configure('{ "debug": tru }');
    await workbench.run('Restart Docker daemon');
    const toast = workbench.notification('Docker failed to start');
    await toast.waitFor();
    expect(await toast.textContent()).toMatch(/daemon\.json.*JSON/);
    await workbench.screenshot('bad-daemon-json-dark');
    daemon.configure('{ "bip": "300.1.1.1/8" }');
  });

  test('opens the log, which holds the daemon its last words and goes on', async () => {
    await workbench.run('Show daemon log');
    await until('the log is on screen', async () => (await workbench.output()).includes('300.1.1.1/8'));
    await workbench.screenshot('log-dark');
    daemon.configure();
    await workbench.run('Start Docker daemon');
    await workbench.indicatorSays('Docker');
    // What the daemon writes once it listens, or of the container that is run to verify it: only the last lines are on screen.
    await until('new lines come', async () =>
      /API listen on|runtime=io\.containerd\.runc/u.test(await workbench.output()),
    );
    expect(readFileSync('/var/log/dockerd.log', 'utf8')).toContain('300.1.1.1/8');
    await workbench.run('View: Toggle Panel Visibility');
  });

  test('is told a directory in the place of the socket from a dead daemon, and helps', async () => {
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    mkdirSync('/var/run/docker.sock');
    await workbench.indicatorSays('Docker: socket blocked');
    await workbench.notification('A directory is in the place of the Docker socket').waitFor();
    await workbench.screenshot('socket-blocked-dark');
    await workbench.run('Restart Docker daemon');
    await workbench.indicatorSays('Docker');
  });

  test('leaves a directory with something in it alone and says so', async () => {
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    mkdirSync('/var/run/docker.sock');
    writeFileSync('/var/run/docker.sock/precious', 'data');
    await workbench.run('Start Docker daemon');
    await workbench.notification('Docker was not started').waitFor();
    await workbench.indicatorSays('Docker: socket blocked');
    expect(readFileSync('/var/run/docker.sock/precious', 'utf8')).toBe('data');
    rmSync('/var/run/docker.sock/precious');
    rmdirSync('/var/run/docker.sock');
    daemon.helper('start');
    await workbench.indicatorSays('Docker');
  });

  test('shows an error that nobody knows in its own words, whole, in the toast and on the page', async () => {
    const words = 'failed to start daemon: the flux regulator of slot 7 gave out after 88 revolutions';
    // Found before the real one.
    writeFileSync('/usr/local/sbin/dockerd', `#!/bin/sh\necho 'level=error msg="${words}"' >&2\nexit 1\n`, {
      mode: 0o755,
    });
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    try {
      await workbench.run('Start Docker daemon');
      const toast = workbench.notification(words);
      await toast.waitFor();
      expect(await toast.textContent()).toContain('Docker failed to start');
      await workbench.indicatorSays('Docker: failed to start');
      for (const theme of ['light', 'high-contrast', 'dark'] as const) {
        await workbench.setTheme(theme);
        expect(await (await workbench.tooltip()).innerText()).toContain(words);
        await workbench.screenshot(`unknown-error-${theme}`);
        await workbench.leaveHover();
      }
      const page = await DiagnosticsPage.open(workbench);
      await page.frame.getByText(words).first().waitFor();
      await workbench.screenshot('unknown-error-page-dark');
      await workbench.resize(480, 700);
      await workbench.screenshot('unknown-error-narrow-dark');
      await workbench.resize(1280, 800);
      await workbench.run('View: Close Editor');
    } finally {
      rmSync('/usr/local/sbin/dockerd');
    }
    daemon.helper('start');
    await workbench.indicatorSays('Docker');
  });
});

describe('containers that would end', () => {
  test('are named before anything happens', async () => {
    daemon.configure('{ "live-restore": false }');
    daemon.helper('restart');
    await workbench.indicatorSays('Docker');
    daemon.container('precious-work');
    await until('the label counts it', async () =>
      ((await workbench.indicator.locator('a').getAttribute('aria-label')) ?? '').includes('1 of 1 container running'),
    );
    const before = daemon.pid();
    await workbench.run('Stop Docker daemon');
    await workbench.dialog.waitFor();
    expect(await workbench.dialog.innerText()).toContain('precious-work');
    await workbench.screenshot('stop-question-dark');
    await workbench.page.keyboard.press('Escape');
    await workbench.dialog.waitFor({ state: 'detached' });
    expect(daemon.pid()).toBe(before);
    await workbench.indicatorSays('Docker');
    daemon.docker('rm', '--force', 'precious-work');
    daemon.configure();
    daemon.helper('restart');
    await workbench.indicatorSays('Docker');
  });
});
