import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Startup } from '../../../src/vscode/startup';
import { stateOf } from './states';

function bench(launcherFolder: string, update: () => Promise<void> = () => Promise.resolve()) {
  const [calls, errors] = [new Array<unknown[]>(), new Array<string>()];
  const listeners = new Set<() => void>();
  const knobs = { state: stateOf('not-installed') };
  const startup = new Startup({
    host: {
      commands: {
        executeCommand: (...call: unknown[]) => {
          calls.push(call);
          return Promise.resolve();
        },
      },
      window: { activeTextEditor: undefined },
      workspace: { getConfiguration: () => ({ get: () => true }) },
    } as never,
    context: {
      extensionPath: '/extension',
      globalState: { get: () => undefined, update } as never,
    },
    launcherFolder,
    engine: {
      get state() {
        return knobs.state;
      },
      onChange: (listener) => {
        listeners.add(() => listener(knobs.state, knobs.state));
        return { dispose: () => listeners.clear() };
      },
    },
    log: { info: () => undefined, error: (line) => errors.push(line) },
  });
  return { startup, calls, errors, knobs, listeners };
}

test('writes the launcher, ticks steps as the state changes, and ends its watches', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'startup-'));
  try {
    const { startup, calls, errors, knobs, listeners } = bench(join(folder, 'bin'));
    await vi.waitFor(() => expect(existsSync(join(folder, 'bin', 'dind-station'))).toBe(true));
    await vi.waitFor(() => expect(calls).toContainEqual(['setContext', 'dindStation.engineInstalled', false]));
    // The editor would tick nothing that is true before it knows the walkthrough.
    expect(calls[0]?.[0]).toBe('workbench.action.openWalkthrough');
    knobs.state = stateOf('running');
    for (const listener of listeners) listener();
    expect(calls).toContainEqual(['setContext', 'dindStation.engineInstalled', true]);
    expect(calls).toContainEqual(['setContext', 'dindStation.usable', true]);
    expect(errors).toEqual([]);
    startup.dispose();
    expect(listeners.size).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('tells that terminals have no command line where it cannot be written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'startup-'));
  try {
    writeFileSync(join(folder, 'bin'), '');
    const { startup, errors } = bench(join(folder, 'bin'));
    await vi.waitFor(() => expect(errors.join()).toContain('The command line of the terminals was not written: '));
    startup.dispose();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('tells that the walkthrough was not opened, ticks it later all the same, and not in a window that has closed', async () => {
  vi.useFakeTimers();
  const folder = mkdtempSync(join(tmpdir(), 'startup-'));
  try {
    const refuse = (): Promise<void> => Promise.reject(new Error('no room'));
    const { startup, calls, errors } = bench(join(folder, 'bin'), refuse);
    const closed = bench(join(folder, 'bin'), refuse);
    await vi.advanceTimersByTimeAsync(4900);
    expect([errors, calls]).toEqual([['The walkthrough was not opened: no room'], []]);
    closed.startup.dispose();
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    await vi.waitFor(() => expect(calls).toContainEqual(['setContext', 'dindStation.engineInstalled', false]));
    expect(closed.calls).toEqual([]);
    startup.dispose();
  } finally {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  }
});
