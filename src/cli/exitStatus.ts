import type { StateKind } from '../engine/state';
import { states } from '../engine/stateTable';
import type { Severity } from '../diagnosis/finding';

/** What the command line ends with. */
export const exitStatus = { fine: 0, notFine: 1, usage: 2, unclear: 3 } as const;
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/**
 * 0 for an engine that can be used and with which nothing is wrong, 3 when that could not be told, 1 for everything between.
 *
 * @param examined false: whether something is wrong with it is not known
 */
export function statusExit(kind: StateKind, severity: Severity, examined: boolean): ExitStatus {
  const { exit } = states[kind];
  if (exit !== 'fine') return exitStatus[exit];
  if (severity === 'error') return exitStatus.notFine;
  return examined ? exitStatus.fine : exitStatus.unclear;
}
