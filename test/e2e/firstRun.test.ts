import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { command, helper, user } from '../sandbox.mjs';
import { daemon, useEditor } from './station';
import { until } from './until';

const sudoers = '/etc/sudoers.d/all';

/** A machine with Docker, sudo and the extension, on which nobody has set anything up. */
function untouched(): void {
  daemon.helper('stop');
  command(helper, '--plain', 'uninstall');
  rmSync('/run/dind-station', { recursive: true, force: true });
  // As in many images; here without a password, which a test cannot type.
  writeFileSync(sudoers, `${user} ALL=(ALL:ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
}

const workbench = useEditor({
  before: untouched,
  indicator: 'Docker: not set up',
  settings: { 'terminal.integrated.gpuAcceleration': 'off' },
  machineSettings: { 'workbench.welcomePage.walkthroughs.openOnInstall': true },
});
afterAll(() => {
  rmSync(sudoers, { force: true });
});

const walkthrough = (): Locator =>
  workbench.page.locator('.gettingStartedContainer', { hasText: 'Get Docker running' });
const step = (id: string): Locator => walkthrough().locator(`.getting-started-step[data-step-id$="#${id}"]`);
const isTicked = async (id: string): Promise<void> =>
  walkthrough().locator(`[data-done-step-id$="#${id}"].complete`).waitFor({ timeout: 30_000 });

describe('a new user', () => {
  test('is led by a walkthrough to a Docker that runs, in three clicks at most', async () => {
    await walkthrough().waitFor();
    await isTicked('install');
    await workbench.screenshot('walkthrough-dark');
    let clicks = 0;
    const button = step('helper').locator('.monaco-button', { hasText: 'Set up helper' });
    if (!(await button.isVisible())) {
      await step('helper').click();
      clicks += 1;
    }
    await button.click();
    clicks += 1;
    const toast = workbench.notification('The privileged helper is set up');
    await toast.waitFor();
    await isTicked('helper');
    await workbench.press(toast, 'Start');
    clicks += 1;
    await workbench.isVerified();
    await isTicked('start');
    expect(clicks).toBeLessThanOrEqual(3);
    expect(readFileSync('/etc/dind-station/users', 'utf8')).toContain(user);
    await workbench.screenshot('walkthrough-done-dark');
  });

  test('has dind-station in a new terminal, with the editor’s own node', async () => {
    await workbench.run('Terminal: Create New Terminal');
    const terminal = workbench.page.locator('.terminal-wrapper.active .xterm');
    await terminal.first().waitFor();
    await terminal.first().click();
    // Of the whole PATH only the folder of the launcher, which comes first.
    await workbench.page.keyboard.type('PATH=${PATH%%:*} dind-station status; echo "ended with $?"\n');
    const rows = terminal.locator('.xterm-rows');
    await until('the command line answers', async () => /ended with \d/u.test((await rows.innerText()).slice(-400)));
    const text = (await rows.innerText()).replaceAll('\u00a0', ' ');
    expect(text).toMatch(/verified +yes: a container ran/u);
    expect(text).toContain('ended with 0');
    await workbench.screenshot('terminal-dark');
  });
});
