import type { HelperWord } from '../helper/helperState';
import { brisk, type Pace } from './pace';
import type { Cause, EngineState, MachineSetup, PingResult, StateKind } from './state';
import type { EngineDetails } from './systemInfo';
import type { TimedVerification } from './verification';

/** Everything the state is judged by: the last word of each witness, and what makes a word old. */
export interface Model {
  /** What a person sees. The same object as before when an event changed nothing of it. */
  readonly state: EngineState;
  readonly ping: PingResult | undefined;
  /** The helper has spoken since the ping: the ping proves nothing until the next one. */
  readonly pingIsOld: boolean;
  /** A ping was answered since the helper spoke: what it said of a stop or a failure is history. */
  readonly answeredSinceHelper: boolean;
  readonly everAnswered: boolean;
  /** What is wrong by `/info`; only an answered `/info` or the engine's end clears it. */
  readonly infoFault: Cause | undefined;
  readonly details: EngineDetails | undefined;
  readonly engineVersion: string | undefined;
  readonly helper: HelperWord | undefined;
  /** What a start would need; undefined where that was not looked at. */
  readonly setup: MachineSetup | undefined;
  /** How fast pings are answered. */
  readonly pace: Pace;
  /** Where the containerd of the daemon that answers should listen and does not. */
  readonly containerdDead: string | undefined;
  /** Whether containers run; of the daemon that answers, so it goes with it. */
  readonly verification: TimedVerification | undefined;
  /** The evidence that somebody else's socket is mounted over ours. */
  readonly mounted: string | undefined;
  readonly badEndpoint: string | undefined;
  /** The latest moment an event named; a clock that is set back does not set this back. */
  readonly at: number;
}

/** What is judged of a state; the rest is added to it. */
export type Verdict = Pick<EngineState, 'kind' | 'cause' | 'step'>;

/** The beginning: nobody was asked yet. `at` is milliseconds since the epoch. */
export function initial(at: number): Model {
  return {
    state: { kind: 'unknown', since: at, cause: { code: 'not-asked-yet', evidence: '' } },
    ping: undefined,
    pingIsOld: false,
    answeredSinceHelper: false,
    everAnswered: false,
    infoFault: undefined,
    details: undefined,
    engineVersion: undefined,
    helper: undefined,
    setup: undefined,
    pace: brisk,
    containerdDead: undefined,
    verification: undefined,
    mounted: undefined,
    badEndpoint: undefined,
    at,
  };
}

/** A state with its cause. */
export function verdict(kind: StateKind, code: Cause['code'], evidence: string, command?: string): Verdict {
  return { kind, cause: { code, evidence, ...(command !== undefined && { command }) } };
}
