import { setTimeout as pause } from 'node:timers/promises';

/** How long the workbench may take for what it does, milliseconds: a cold editor on a busy machine. */
export const uiMs = 120_000;

/** Waits for something that no event announces. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = uiMs): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${String(ms / 1000)} s: ${what}.`);
    await pause(100);
  }
}
