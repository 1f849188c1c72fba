import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { command, helper } from '../sandbox.mjs';
import { daemon, useEditor } from './station';
import { until } from './until';

const workbench = useEditor();

/** A picture in each theme, with the indicator's hover where that is what it is about. */
async function inEveryTheme(name: string, hover: 'hover' | 'plain'): Promise<void> {
  for (const theme of ['light', 'high-contrast', 'dark'] as const) {
    await workbench.setTheme(theme);
    if (hover === 'hover') await workbench.tooltip();
    await workbench.screenshot(`${name}-${theme}`);
    await workbench.leaveHover();
  }
}

/** The indicator with its hover in each theme, and in a narrow window. */
async function everyLook(name: string): Promise<void> {
  await inEveryTheme(name, 'hover');
  await workbench.resize(480, 700);
  await workbench.tooltip();
  await workbench.screenshot(`${name}-narrow-dark`);
  await workbench.leaveHover();
  await workbench.resize(1280, 800);
}

/** What is seen while Docker is stopped and a program is not where it was; nobody is interrupted for that. */
async function whileAway(program: string, indicator: string, look: () => Promise<void>): Promise<void> {
  daemon.helper('stop');
  await workbench.indicatorSays('Docker: stopped');
  renameSync(program, `${program}.away`);
  try {
    await workbench.indicatorSays(indicator, 20_000);
    await look();
    expect(await workbench.notifications()).toEqual([]);
  } finally {
    renameSync(`${program}.away`, program);
  }
  await workbench.indicatorSays('Docker: stopped', 20_000);
  daemon.helper('start');
  await workbench.indicatorSays('Docker');
}

describe('the indicator', () => {
  test('shows a daemon that runs, with what there is to know of it', async () => {
    await workbench.indicatorSays('Docker');
    await workbench.isVerified();
    await until('the details are in the label', async () =>
      ((await workbench.indicator.locator('a').getAttribute('aria-label')) ?? '').includes('containers'),
    );
    const tooltip = await workbench.tooltip();
    const text = await tooltip.innerText();
    expect(text).toContain('Docker is running');
    expect(text).toMatch(/Verified: a container ran at \d\d:\d\d\./);
    expect(text).toContain(`Engine ${daemon.docker('version', '--format', '{{.Server.Version}}')}`);
    expect(text).toContain(`storage ${daemon.docker('info', '--format', '{{.Driver}}')}`);
    expect(text).toContain(`cgroup v${daemon.docker('info', '--format', '{{.CgroupVersion}}')}`);
    expect(text).toContain('unix:///var/run/docker.sock (default)');
    expect(text).toMatch(/Up since \w/);
    const links = await tooltip.locator('a').allInnerTexts();
    expect(links.map((link) => link.trim())).toEqual(['Restart', 'Stop', 'Show log', 'Diagnostics', 'Menu']);
    await workbench.leaveHover();
    await inEveryTheme('running', 'hover');
  });

  test('says in its label what a screen reader should say', async () => {
    const item = workbench.indicator.locator('a');
    expect(await item.getAttribute('aria-label')).toMatch(
      /^Docker is running\. .*container.*\. Opens the Docker menu\.$/,
    );
    expect(await item.getAttribute('role')).toBe('button');
  });

  test('goes from a killed daemon to crashed, and by "Restart Docker daemon" back to running', async () => {
    const before = daemon.pid();
    daemon.kill();
    await workbench.indicatorSays('Docker: crashed');
    await workbench.notification('Docker crashed').waitFor();
    await inEveryTheme('crashed', 'hover');
    await workbench.run('Restart Docker daemon');
    await workbench.indicatorSays('Docker');
    expect(daemon.pid()).not.toBe(before);
    expect(daemon.docker('info', '--format', '{{.ServerVersion}}')).not.toBe('');
    await workbench.clearNotifications();
  });

  test('restarts from the notification as well', async () => {
    daemon.kill();
    await workbench.indicatorSays('Docker: crashed');
    await workbench.press(workbench.notification('Docker crashed'), 'Restart');
    await workbench.indicatorSays('Docker');
    await workbench.clearNotifications();
  });

  test('keeps a container running over a restart', async () => {
    const first = daemon.container('survivor');
    await until('the tooltip counts it', async () =>
      ((await workbench.indicator.locator('a').getAttribute('aria-label')) ?? '').includes('1 of 1 container running'),
    );
    const before = daemon.pid();
    await workbench.run('Restart Docker daemon');
    await workbench.indicatorSays('Docker: restarted');
    await workbench.indicatorSays('Docker');
    expect(daemon.pid()).not.toBe(before);
    expect(Number(daemon.docker('inspect', '--format', '{{.State.Pid}}', 'survivor'))).toBe(first);
    expect(await workbench.notifications()).toEqual([]);
    daemon.docker('rm', '--force', 'survivor');
  });

  test('stops and starts, and takes a stop that was asked for calmly', async () => {
    await workbench.run('Stop Docker daemon');
    await workbench.indicatorSays('Docker: stopped');
    const text = await (await workbench.tooltip()).innerText();
    expect(text).toContain('Docker is stopped');
    expect(text).toContain('Stopped by coder');
    await workbench.leaveHover();
    await inEveryTheme('stopped', 'plain');
    expect(await workbench.notifications()).toEqual([]);
    await workbench.run('Start Docker daemon');
    await workbench.indicatorSays('Docker');
  });

  test('sees what happens outside of the editor', async () => {
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    daemon.helper('start');
    await workbench.indicatorSays('Docker');
  });

  test('says that a frozen daemon does not answer', async () => {
    daemon.freeze();
    try {
      await workbench.indicatorSays('Docker: not answering', 10_000);
      await workbench.notification('Docker does not answer').waitFor();
      await workbench.screenshot('not-answering-dark');
    } finally {
      daemon.thaw();
    }
    await workbench.indicatorSays('Docker');
    await workbench.clearNotifications();
  });

  test('says that a daemon without its containerd is degraded', async () => {
    const containerd = daemon.containerd();
    process.kill(containerd, 'SIGSTOP');
    try {
      await workbench.indicatorSays('Docker: degraded', 20_000);
      await workbench.notification('cannot run containers').waitFor();
      await inEveryTheme('degraded', 'plain');
    } finally {
      process.kill(containerd, 'SIGCONT');
    }
    await workbench.indicatorSays('Docker');
    await workbench.clearNotifications();
  });

  test("says that a daemon whose containerd has exited can't run containers, and is well after a restart", async () => {
    process.kill(daemon.containerd(), 'SIGKILL');
    await workbench.indicatorSays("Docker: can't run containers", 20_000);
    await workbench.notification('its containerd has exited').waitFor();
    await everyLook('cannot-run');
    daemon.helper('restart');
    await workbench.indicatorSays('Docker');
    await workbench.clearNotifications();
  });

  test('says that Docker is not installed, and offers no start of it', async () => {
    await whileAway(command('/bin/sh', '-c', 'command -v dockerd'), 'Docker: not installed', async () => {
      const text = await (await workbench.tooltip()).innerText();
      expect(text).toContain('dockerd is not installed in /usr/local/sbin');
      expect(text).not.toContain('Start');
      await workbench.leaveHover();
      await everyLook('not-installed');
    });
  });

  test('says that Docker is not set up where the helper is not, and offers that', async () => {
    await whileAway(helper, 'Docker: not set up', async () => {
      const links = await (await workbench.tooltip()).locator('a').allInnerTexts();
      expect(links[0]?.trim()).toBe('Set up helper');
      await workbench.leaveHover();
      await everyLook('not-set-up');
    });
  });

  test('shows the step of a slow start, and a start can be cancelled', async () => {
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    // Found before the real one; it never comes so far as to make a socket.
    writeFileSync('/usr/local/sbin/dockerd', '#!/bin/sh\nexec sleep 300\n');
    chmodSync('/usr/local/sbin/dockerd', 0o755);
    try {
      await workbench.run('Start Docker daemon');
      await workbench.indicatorSays('Docker: starting');
      const progress = workbench.notification('Starting Docker');
      await progress.filter({ hasText: 'waiting for the daemon to answer' }).waitFor();
      await inEveryTheme('starting', 'hover');
      await workbench.press(progress, 'Cancel');
      await workbench.indicatorSays('Docker: stopped');
      expect(await workbench.notifications()).toEqual([]);
    } finally {
      rmSync('/usr/local/sbin/dockerd');
    }
    daemon.helper('start');
    await workbench.indicatorSays('Docker');
  });
});

describe('a narrow window', () => {
  test('keeps the indicator', async () => {
    await workbench.resize(480, 700);
    await workbench.indicatorSays('Docker');
    await workbench.screenshot('running-narrow-dark');
    daemon.kill();
    await workbench.indicatorSays('Docker: crashed');
    await workbench.notification('Docker crashed').waitFor();
    await workbench.screenshot('crashed-narrow-dark');
    await workbench.resize(1280, 800);
    await workbench.run('Restart Docker daemon');
    await workbench.indicatorSays('Docker');
  });
});
