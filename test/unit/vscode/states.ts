import type { Cause, EngineState, StateKind } from '../../../src/engine/state';
import type { EngineDetails } from '../../../src/engine/systemInfo';
import { describe as describeState, type DescribeContext } from '../../../src/diagnosis/describe';
import type { IndicatorModel } from '../../../src/vscode/indicatorModel';

/** 2026-03-04 05:06:07 UTC, so that a formatted time is recognisable. */
export const someTime = Date.UTC(2026, 2, 4, 5, 6, 7);

export const someDetails: EngineDetails = {
  version: '20.10.24',
  storageDriver: 'overlay2',
  cgroupDriver: 'cgroupfs',
  cgroupVersion: '2',
  containersRunning: 2,
  containers: 5,
  dataRoot: '/var/lib/docker',
  liveRestore: true,
  warnings: [],
};

export function stateOf(kind: StateKind, code?: Cause['code'], more: Partial<EngineState> = {}): EngineState {
  return { kind, since: someTime, ...(code === undefined ? {} : { cause: { code, evidence: 'evidence' } }), ...more };
}

export function modelOf(state: EngineState, more: Partial<IndicatorModel> = {}): IndicatorModel {
  return {
    state,
    words: { headline: 'Headline', explanation: '', nextSteps: [] },
    formatTime: (ms) => new Date(ms).toISOString(),
    ...more,
  };
}

/** The model as the extension makes it: with the words of `describe`. */
export function describedModel(state: EngineState, context: DescribeContext = {}): IndicatorModel {
  const helper = context.helper === undefined ? {} : { helper: context.helper };
  return modelOf(state, { words: describeState(state, context), ...helper });
}
