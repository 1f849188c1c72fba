import type { HelperStateFile, HelperWord } from '../../../src/helper/helperState';
import type { EngineDetails } from '../../../src/engine/systemInfo';
import { initial, type Model } from '../../../src/engine/model';
import { reduce } from '../../../src/engine/reducer';
import type { EngineEvent, EngineState, InfoResult, PingResult } from '../../../src/engine/state';

/** Events without their moments, as tests write them. */
export type Word = EngineEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

export const details: EngineDetails = {
  version: '20.10.24',
  storageDriver: 'overlay2',
  cgroupDriver: 'cgroupfs',
  cgroupVersion: '2',
  containersRunning: 1,
  containers: 2,
  dataRoot: '/var/lib/docker',
  liveRestore: true,
  warnings: [],
};

export const ping = (result: PingResult): Word => ({ type: 'ping', result });
export const info = (result: InfoResult): Word => ({ type: 'info', result });
export const ok = ping({ outcome: 'ok', engineVersion: '20.10.24', apiVersion: '1.41', ms: 0.3 });
export const absent = ping({ outcome: 'absent' });
export const refused = ping({ outcome: 'refused', path: 'socket' });
export const denied = ping({ outcome: 'denied', path: 'socket' });
export const timeout = ping({ outcome: 'timeout', afterMs: 900 });
export const status500 = ping({ outcome: 'status', status: 500, body: 'no' });
export const infoOk = info({ outcome: 'ok', details });
export const infoTimeout = info({ outcome: 'timeout', afterMs: 2500 });

export function helper(state: HelperStateFile['state'], more: Partial<HelperWord> = {}): Word {
  return { type: 'helper', state: { ...helperFile, state, ...more } };
}
export const noHelper: Word = { type: 'helper', state: undefined };

export const helperFile: HelperStateFile = {
  schema: 1,
  state: 'running',
  verb: 'start',
  step: '',
  pid: 10,
  helperPid: 11,
  since: '2026-01-01T00:00:00Z',
  by: 'ada',
  code: '',
  message: '',
  cause: '',
  log: '/var/log/dockerd.log',
  maxSeconds: 90,
};

/** The model after these, one millisecond apart. */
export function after(...words: readonly Word[]): Model {
  return words.reduce((model, word, index) => reduce(model, { ...word, at: 1000 + index }), initial(999));
}

/** The state after these. */
export function stateAfter(...words: readonly Word[]): EngineState {
  return after(...words).state;
}
