import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { command } from '../sandbox.mjs';
import { daemon, useEditor } from './station';

const runc = command('/bin/sh', '-c', 'command -v runc');
const sentence = 'the flux of this capacitor is 1.20 gigawatts';

/** A runtime that fails with words that no rule knows, while the daemon goes on answering. */
function breakRuntime(): void {
  renameSync(runc, `${runc}.away`);
  // containerd takes the words from the file that it names.
  const log = `printf '{"level":"error","msg":"${sentence}"}\\n' >"$2"`;
  writeFileSync(runc, `#!/bin/sh\nwhile [ $# -gt 1 ]; do [ "$1" != --log ] || ${log}; shift; done\nexit 1\n`, {
    mode: 0o755,
  });
}
function mendRuntime(): void {
  rmSync(runc, { force: true });
  renameSync(`${runc}.away`, runc);
}

const workbench = useEditor({ before: breakRuntime, indicator: "Docker: can't run containers" });
afterAll(() => {
  if (existsSync(`${runc}.away`)) mendRuntime();
});

describe('an engine that answers and runs no container', () => {
  test("is no green one: bar, toast and hover have the engine's sentence", async () => {
    const toast = workbench.notification("Docker can't run containers");
    await toast.waitFor();
    expect(await toast.textContent()).toContain(sentence);
    const text = await (await workbench.tooltip()).innerText();
    expect(text).toContain("Docker can't run containers");
    await workbench.screenshot('cannot-run-hover-dark');
    await workbench.leaveHover();
    for (const theme of ['light', 'dark'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`cannot-run-${theme}`);
    }
    await workbench.clearNotifications();
  });

  test('is green again once a container has run, and leaves no container behind', async () => {
    mendRuntime();
    await workbench.run('Verify that containers run');
    await workbench.notification('A container has run').waitFor();
    await workbench.indicatorSays('Docker');
    expect(daemon.docker('ps', '--all', '--quiet')).toBe('');
    await workbench.clearNotifications();
  });

  test('is noticed while the window is open, by a container that does not start', async () => {
    breakRuntime();
    expect(() => daemon.container('fails')).toThrow();
    await workbench.indicatorSays("Docker: can't run containers", 90_000);
    mendRuntime();
    await workbench.indicatorSays('Docker', 90_000);
  });
});
