import { failedStartHeadline, lifecycleVerbs, type LifecycleVerb } from '../app/lifecycle';
import type { ResultCode, ResultEvent } from '../helper/protocol';
import type { HelperOutcome } from '../helper/run';
import { diagnoseStart } from '../diagnosis/startFailures/diagnoseStart';
import type { Button } from './notify';
import { commandIds } from './commands';

/** A daemon's last line, understood: what it means, and what to do. */
export interface Explained {
  readonly title: string;
  readonly advice: string;
  /** For a terminal, where there is one. */
  readonly command?: string;
}

/** A daemon's last line in words, or undefined when no signature matches and the line itself says most. */
export function explainStart(line: string): Explained | undefined {
  const { id, title, nextStep, step } = diagnoseStart(line);
  if (id === 'not-recognised') return undefined;
  return { title, advice: nextStep, ...('command' in step ? { command: step.command } : {}) };
}

/** What the person is told of a command's end. */
export type Verdict =
  /** It worked: a word in the indicator, no notification. */
  | { readonly kind: 'done'; readonly flash: string }
  /** The person cancelled it: they know. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string; readonly buttons: readonly Button[] };

const showLog: Button = { label: 'Show log', command: commandIds.showLog };
const setUp: Button = { label: 'Set up helper', command: commandIds.setUpHelper };

/** What worked, where it was less than asked for. */
const already: Partial<Readonly<Record<ResultCode, string>>> = {
  'already-running': 'already running',
  'already-stopped': 'already stopped',
};

/** Failures in which the daemon itself said why, so that its log is the next thing to read. */
const daemonsOwn: ReadonlySet<ResultCode> = new Set(['daemon-exited', 'not-ready', 'not-stopped', 'init-failed']);
/** Failures of the installed helper, which installing it again mends. */
const helpersOwn: ReadonlySet<ResultCode> = new Set([
  'not-trusted',
  'bad-user',
  'not-root',
  'usage',
  'sudoers-refused',
]);

/** Sentences end in a stop, so that two of them can stand in a row. */
function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.:?!]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function paragraph(...texts: readonly string[]): string {
  return texts
    .map(sentence)
    .filter((text) => text !== '')
    .join(' ');
}

function failedResult(
  verb: LifecycleVerb,
  result: ResultEvent,
  explain: (line: string) => Explained | undefined,
  retry: Button,
): Verdict {
  const failure = failedStartHeadline(verb, result.code) ?? lifecycleVerbs[verb].failure;
  const known = result.cause === '' ? undefined : explain(result.cause);
  const cause = known === undefined ? result.cause : paragraph(known.title, known.advice);
  if (daemonsOwn.has(result.code)) {
    // A cause in words says all that "dockerd ended" says, and why.
    const said = known === undefined ? paragraph(result.message, cause) : cause;
    const copy: Button[] = known?.command === undefined ? [] : [{ label: 'Copy command', copy: known.command }];
    return { kind: 'failed', message: paragraph(failure, said), buttons: [...copy, showLog, retry] };
  }
  const message = paragraph(failure, result.message, cause);
  if (result.code === 'foreign') return { kind: 'failed', message, buttons: [] };
  return { kind: 'failed', message, buttons: [helpersOwn.has(result.code) ? setUp : retry] };
}

/**
 * How a verb ended → what is said about it. The helper's result codes decide, never its sentences; a daemon's last line
 * is explained when it is a known one and shown as it is otherwise.
 *
 * @param setUpLine the installing command for a terminal, offered where the editor cannot run it itself
 */
export function judge(
  verb: LifecycleVerb,
  outcome: HelperOutcome,
  explain: (line: string) => Explained | undefined,
  setUpLine: string,
): Verdict {
  const { failure, past } = lifecycleVerbs[verb];
  const retry: Button = { label: 'Try again', command: commandIds[verb] };
  switch (outcome.kind) {
    case 'result': {
      const { result } = outcome;
      if (result.ok) return { kind: 'done', flash: already[result.code] ?? past };
      if (result.code === 'cancelled') return { kind: 'cancelled' };
      return failedResult(verb, result, explain, retry);
    }
    case 'refused': {
      const { refusal } = outcome;
      const buttons = refusal.setUp
        ? [setUp]
        : refusal.reason === 'no-sudo'
          ? [{ label: 'Copy set-up command', copy: setUpLine }]
          : [];
      return { kind: 'failed', message: paragraph(failure, refusal.message, refusal.nextStep), buttons };
    }
    case 'not-installed':
      return {
        kind: 'failed',
        message: paragraph(failure, `The privileged helper is not installed at ${outcome.path}`, 'Set it up once'),
        buttons: [setUp, { label: 'Copy command', copy: setUpLine }],
      };
    case 'broken':
      return { kind: 'failed', message: paragraph(failure, outcome.message), buttons: [retry, showLog] };
  }
}
