import { refusalOf } from '../engine/engineCalls';
import type { LimitFinding } from './verdict';
import { errorMessage } from '../util/format';

/** Why no check could be run at all: one sentence. */
export class NotRun extends Error {
  /** Absent where the sentence says all of it, such as for an image that is not there. */
  readonly finding: LimitFinding | undefined;

  constructor(message: string, finding?: LimitFinding) {
    super(message);
    this.finding = finding;
  }
}

/** The engine has fallen silent: nothing more is to be asked of it. */
export class EngineSilent extends Error {}

/** Why a run was ended before its checks were: one sentence. What a signal is aborted with, unless a person cancelled. */
export class RunAborted extends Error {}

/** What an error says, in the engine's own words where it answered. */
export function errorText(error: unknown): string {
  return refusalOf(error)?.message ?? errorMessage(error);
}

/** For an error that is no answer: of a connection, or of a call that nobody answered. */
export function engineSilent(error: unknown): EngineSilent {
  return error instanceof EngineSilent ? error : new EngineSilent(`The engine did not answer: ${errorText(error)}.`);
}

/** The sentence for a run whose signal is aborted. */
export function abortReason(signal: AbortSignal): string {
  const reason: unknown = signal.reason;
  return reason instanceof RunAborted || reason instanceof EngineSilent ? reason.message : 'The run was cancelled.';
}

/** What is told of an engine that answers that it cannot; a fault of what was asked points to nothing. */
export function statusFinding(status: number): LimitFinding | undefined {
  return status >= 500 ? 'engine.silent' : undefined;
}

/** The sentence and the finding for what ended a run. */
export function runFailure(error: unknown): { readonly reason: string; readonly finding: LimitFinding | undefined } {
  if (error instanceof NotRun) return { reason: error.message, finding: error.finding };
  if (error instanceof EngineSilent) return { reason: error.message, finding: 'engine.silent' };
  const refused = refusalOf(error);
  if (refused !== undefined) {
    return { reason: `The engine refused: ${refused.message}`, finding: statusFinding(refused.status) };
  }
  return { reason: `The run failed: ${errorText(error)}.`, finding: undefined };
}
