import type { OverallVerdict } from '../../../src/app/verdict';
import type { Endpoint } from '../../../src/engine/endpoint';
import { rowOf } from '../../../src/engine/stateTable';
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

/** The socket of this machine's own daemon. */
export const ownEndpoint: Endpoint = {
  kind: 'unix',
  socketPath: '/var/run/docker.sock',
  source: 'default',
  display: 'unix:///var/run/docker.sock',
};

/** What is said of an engine on which a container has run, but for what a test says. */
export function verdictOf(more: Partial<OverallVerdict> = {}): OverallVerdict {
  return {
    headline: 'Docker is running',
    explanation: '',
    nextSteps: [],
    severity: 'ok',
    verified: undefined,
    verification: '',
    note: '',
    ...more,
  };
}

export function modelOf(state: EngineState, more: Partial<IndicatorModel> = {}): IndicatorModel {
  return {
    state,
    words: verdictOf({ headline: 'Headline', severity: rowOf(state).severity }),
    formatTime: (ms) => new Date(ms).toISOString(),
    ...more,
  };
}

/** The model as the extension makes it: with the words of `describe`. */
export function describedModel(state: EngineState, context: DescribeContext = {}): IndicatorModel {
  const helper = context.helper === undefined ? {} : { helper: context.helper };
  const words = verdictOf({ ...describeState(state, context), severity: rowOf(state).severity });
  return modelOf(state, { words, ...helper });
}
