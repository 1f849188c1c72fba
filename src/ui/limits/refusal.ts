import type { EngineState } from '../../engine/state';

/** Whether containers can be made now, by the daemon of this machine or by the one whose socket is mounted here. */
export function canProve({ kind }: EngineState): boolean {
  return kind === 'running' || kind === 'foreign';
}
