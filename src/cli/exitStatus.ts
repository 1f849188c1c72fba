import type { StateKind } from '../engine/state';
import { states } from '../engine/stateTable';

/** What the command line ends with. */
export const exitStatus = { fine: 0, notFine: 1, usage: 2, unclear: 3 } as const;
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** 0 for an engine that can be used, 3 when nothing could be told of it, 1 for everything between. */
export function statusExit(kind: StateKind): ExitStatus {
  return exitStatus[states[kind].exit];
}
