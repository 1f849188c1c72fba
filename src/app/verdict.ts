import type { Description } from '../diagnosis/describe';
import type { Finding, Severity } from '../diagnosis/finding';
import { steps, type NextStep } from '../diagnosis/nextStep';
import type { Endpoint } from '../engine/endpoint';
import type { EngineState } from '../engine/state';
import { isUsable, rowOf, states } from '../engine/stateTable';
import type { TimedVerification } from '../engine/verification';
import { formatClock } from '../util/format';
import { daemonOwner } from './managedDaemon';

/** What is known of containers on an engine that responds. */
export type Verified =
  | TimedVerification
  /** No container has been run. `not-own`: not a daemon of this machine. `off`: no container is run unasked. */
  | { readonly verdict: 'not-yet'; readonly reason: keyof typeof unverifiedReasons };

const unverifiedReasons = {
  'not-own': 'not a daemon of this machine',
  off: 'verification is off',
  'not-yet': 'no container has been run',
  doubted: 'in doubt since one ran',
} as const;

/** What of a finding decides the verdict. */
export type StandingFinding = Pick<Finding, 'id' | 'severity' | 'title' | 'cause' | 'consequence' | 'remedy'>;

export interface VerdictInput {
  readonly state: EngineState;
  /** What `describe` says of the state. */
  readonly words: Description;
  readonly endpoint: Endpoint | undefined;
  /** Whether containers are run unasked on a daemon of this machine. */
  readonly verifies: boolean;
  /** Why the container that ran proves nothing of now, as a sentence. */
  readonly doubt?: string | undefined;
  /** What a diagnosis found, gravest first; empty where there was none. */
  readonly findings: readonly StandingFinding[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is said of Docker in one place as in every other: bar, toast, page, `status` and `doctor`. */
export interface OverallVerdict extends Description {
  readonly severity: Severity;
  /** Undefined where no engine responds. */
  readonly verified: Verified | undefined;
  /** The same in words: `verified: a container ran at 14:03`, `verification is off`; empty where none responds. */
  readonly note: string;
  /** That, and that nothing was verified where the headline does not say so: `not verified: verification is off`. */
  readonly verification: string;
}

/** Whether the engine is a daemon of this machine that its init or we look after. */
export function isOwn(state: Pick<EngineState, 'kind'>, endpoint: Endpoint | undefined): boolean {
  return states[state.kind].daemon !== 'host' && daemonOwner(endpoint) !== undefined;
}

function verifiedOf({ state, endpoint, verifies, doubt }: VerdictInput): Verified | undefined {
  // A container that ran before says nothing of an engine that has lost its containerd since.
  if (state.kind === 'cannot-run') return state.verified?.verdict === 'no' ? state.verified : undefined;
  if (!isUsable(state)) return undefined;
  if (doubt !== undefined) return { verdict: 'not-yet', reason: 'doubted' };
  if (state.verified !== undefined) return state.verified;
  const reason = isOwn(state, endpoint) ? (verifies ? 'not-yet' : 'off') : 'not-own';
  return { verdict: 'not-yet', reason };
}

function noteOf(verified: Verified | undefined, now: number): string {
  switch (verified?.verdict) {
    case undefined:
      return '';
    case 'yes':
      return `verified: a container ran at ${formatClock(verified.at, now)}`;
    case 'no':
      return `a container could not be run at ${formatClock(verified.at, now)}`;
    case 'not-yet':
      return unverifiedReasons[verified.reason];
  }
}

/** All that green may claim of an engine on which no container has run. */
const unverified = 'responding, not verified';

/** What to do about a finding, as a step: its remedy. */
function remedyStep({ id, remedy }: StandingFinding): NextStep {
  const { summary: label, command, action } = remedy;
  return { label, command, finding: { id, applicable: action !== undefined } };
}

/** A state that is not well says most itself; of one that is, findings and what was proven decide. */
function judged(input: VerdictInput, verified: Verified | undefined): Description & { readonly severity: Severity } {
  const { state, words, endpoint, findings } = input;
  if (!isUsable(state)) {
    const nextSteps = state.kind === 'cannot-run' ? [...words.nextSteps, steps.verify] : words.nextSteps;
    return { ...words, nextSteps, severity: rowOf(state).severity };
  }
  if (verified?.verdict === 'no') {
    const explanation = `The engine responds, but a container could not be run: ${verified.message}`;
    const headline = states['cannot-run'].headline;
    return { headline, explanation, nextSteps: [steps.verify, ...words.nextSteps], severity: 'error' };
  }
  // What is wrong with this machine says nothing of another's daemon.
  const worst = isOwn(state, endpoint) ? findings.find(({ severity }) => severity === 'error') : undefined;
  if (worst !== undefined) {
    const explanation = `${worst.cause} ${worst.consequence}`;
    const nextSteps = [remedyStep(worst), ...words.nextSteps];
    return { headline: worst.title, explanation, nextSteps, severity: 'error' };
  }
  const { severity } = rowOf(state);
  if (verified?.verdict === 'yes') return { ...words, severity };
  // What is wrong with a running engine is the headline; that nothing was verified is told beside it.
  if (state.kind === 'running' && state.cause !== undefined)
    return { ...words, nextSteps: [...words.nextSteps, steps.verify], severity };
  const headline = state.kind === 'running' ? `Docker is ${unverified}` : `${words.headline}: ${unverified}`;
  const explanation = input.doubt ?? words.explanation;
  return { ...words, headline, explanation, nextSteps: [steps.verify, ...words.nextSteps], severity };
}

/** State, findings and what was proven → title, severity and what to do first. Pure. */
export function overallVerdict(input: VerdictInput): OverallVerdict {
  const verified = verifiedOf(input);
  const verdict = judged(input, verified);
  const note = noteOf(verified, input.now);
  const unsaid = verified?.verdict === 'not-yet' && !verdict.headline.endsWith(unverified);
  return { ...verdict, verified, note, verification: unsaid ? `not verified: ${note}` : note };
}
