import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { daemon, extensionHostPids, useEditor } from './station';
import { until } from './until';

const workbench = useEditor();

const tree = (): Locator => workbench.page.locator('.test-explorer-tree');

/** A row of the Test Explorer by what a screen reader is told: "Memory (Passed), in 1.2s". Areas are of level 1. */
function row(label: string, level: 1 | 2, state = ''): Locator {
  return tree()
    .locator(`.monaco-list-row[aria-level="${String(level)}"]`)
    .and(workbench.page.getByRole('treeitem', { name: new RegExp(`^${label} \\(${state}`, 'u') }));
}

/** Every row that is on screen, as a screen reader is told. */
async function shown(): Promise<string[]> {
  const text = await tree().ariaSnapshot();
  return [...text.matchAll(/treeitem "(?<name>[^"]*)"/gu)].map(({ groups }) => groups?.['name'] ?? '');
}

async function becomes(label: string, state: string): Promise<void> {
  try {
    await row(label, 2, state).waitFor();
  } catch (error) {
    throw new Error(`The tree shows ${JSON.stringify(await shown())}, expected ${label} (${state}).`, { cause: error });
  }
}

async function open(area: string): Promise<void> {
  const found = row(area, 1);
  await found.waitFor();
  if ((await found.getAttribute('aria-expanded')) !== 'true') await found.locator('.monaco-tl-twistie').click();
}

/** Presses the button that a proof's row has under the mouse. */
async function prove(label: string): Promise<void> {
  const found = row(label, 2);
  await found.hover();
  await found.locator('.action-label.codicon-testing-run-icon').click();
}

async function inBothThemes(name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.screenshot(`limits-${name}-${theme}`);
  }
}

/** Containers of runs of proofs, of any run. */
function ours(): string[] {
  return daemon
    .docker('ps', '--all', '--quiet', '--filter', 'label=dind-station.limits.run')
    .split('\n')
    .filter((line) => line !== '');
}

describe('the Test Explorer', () => {
  test('has the proofs by area, and proves the one that is chosen', async () => {
    await workbench.run('Testing: Focus on Test Explorer View');
    await open('Memory');
    expect(await row('CPU', 1).count()).toBe(1);
    await prove('Memory');
    await becomes('Memory', 'Passed');
    expect(await row('Memory', 2).getAttribute('aria-label')).toMatch(/in \d/u);
    expect(await row('Memory and swap', 2).getAttribute('aria-label')).toContain('Not yet run');
    expect(ours()).toEqual([]);
    await inBothThemes('passed');
  });

  test('proves everything by "Verify resource limits", which can be cancelled and then leaves nothing', async () => {
    const kept = daemon.container('kept');
    await workbench.run('Verify resource limits');
    await until('a container of the run is there', () => ours().length > 0);
    await workbench.run('Test: Cancel Test Run');
    await becomes('Memory and swap', 'Skipped');
    await until('nothing of the run is left', () => ours().length === 0);
    expect(daemon.docker('volume', 'ls', '--quiet')).toBe('');
    expect(Number(daemon.docker('inspect', '--format', '{{.State.Pid}}', 'kept'))).toBe(kept);
    daemon.docker('rm', '--force', 'kept');
  });

  test('clears up when its window is reloaded in the middle of a run', async () => {
    await workbench.run('Verify resource limits');
    await until('a container of the run is there', () => ours().length > 0);
    const before = extensionHostPids();
    expect(before).toHaveLength(1);
    const loaded = workbench.page.waitForEvent('load');
    await workbench.run('Developer: Reload Window');
    await loaded;
    // With the extension host that ran it nothing more can come.
    await until('the extension host is gone', () => !extensionHostPids().some((pid) => before.includes(pid)));
    await until('nothing of the run is left', () => ours().length === 0);
    await workbench.indicatorSays('Docker');
    await workbench.run('Testing: Focus on Test Explorer View');
    await open('Memory');
  });

  test('refuses while Docker is stopped, and says what to do', async () => {
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    await prove('Memory');
    await becomes('Memory', 'Errored');
    const notification = workbench.notification('No limit was verified');
    await notification.waitFor();
    await workbench.screenshot('limits-refused-dark');
    await workbench.press(notification, 'Start');
    await workbench.indicatorSays('Docker');
    await prove('Memory');
    await becomes('Memory', 'Passed');
  });

  test('fails a limit that the runtime forgets, with what was expected and what was seen', async () => {
    const runtimes = { forgets: { path: join(__dirname, '../station/droppingRuntime') } };
    daemon.configure(JSON.stringify({ runtimes, 'default-runtime': 'forgets' }));
    try {
      daemon.helper('restart');
      await workbench.indicatorSays('Docker');
      await prove('Memory');
      await becomes('Memory', 'Failed');
      const message = workbench.page.locator('.test-output-peek-tree .monaco-list-row', { hasText: 'engine accepted' });
      await message.first().click();
      const diff = workbench.page.locator('.part.panel .monaco-diff-editor');
      await diff.getByText('verdict: enforced').first().waitFor();
      await diff.getByText('verdict: not-enforced').first().waitFor();
      await inBothThemes('failed');
    } finally {
      daemon.configure();
      daemon.helper('restart');
    }
    await workbench.indicatorSays('Docker');
  });

  test('shows a whole run', async () => {
    for (const area of ['CPU', 'Processes', 'Block I/O', 'Files and space', 'Isolation']) await open(area);
    await workbench.run('Verify resource limits');
    const told = /\((?:Passed|Failed|Skipped|Errored)/u;
    await until('every proof has a verdict', async () => {
      const rows = await shown();
      return rows.length > 15 && rows.every((name) => told.test(name));
    });
    await becomes('Memory', 'Passed');
    expect(ours()).toEqual([]);
    await inBothThemes('all');
  });
});
