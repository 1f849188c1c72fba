import { dirname } from 'node:path';
import { startChild, type Ended, type JudgedProgram } from '../util/child';
import { cleanEnvironment, elevationFor, withoutElevation, type Elevation } from './elevation';
import { helperProgram } from './paths';
import { parseHelperEvent, type HelperEvent, type HelperVerb, type ResultEvent, type StepEvent } from './protocol';
import {
  noSudo,
  refusalBeforehand,
  refusalFromResult,
  refusalFromSudo,
  untrustedHelper,
  type PrivilegeFacts,
  type Refusal,
} from './refusal';
import { rootlessNames, rootlessProgram } from './rootless';
import { checkTrust, trustedProgram, type TrustOptions } from './trust';
import { errorMessage } from '../util/format';

/** How a run of a helper verb ended. */
export type HelperOutcome =
  /** The helper answered; `result.ok` says whether it did what was asked. */
  | { readonly kind: 'result'; readonly result: ResultEvent; readonly steps: readonly StepEvent[] }
  /** It could not act as root; `result` is there when it ran and failed for want of capabilities. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly result?: ResultEvent }
  | { readonly kind: 'not-installed'; readonly path: string }
  /** No result: it could not be started, died, was cancelled first, or took too long. */
  | { readonly kind: 'broken'; readonly message: string };

export interface HelperRun {
  readonly facts: PrivilegeFacts;
  /** Whether a person sits at a terminal and can be asked for a password; an extension host has none. */
  readonly terminal: boolean;
  /** The environment to take HOME and TERM from, and what `dind-rootless` needs. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's own daemon is meant: `dind-rootless`, installed or of this folder, without root. */
  readonly rootlessFolder?: string | undefined;
  /** Called for each event as it arrives, the result included. */
  readonly onEvent?: (event: HelperEvent) => void;
  /** Called for each line of stdout that is no event: the log's own lines under the verb `logs`. */
  readonly onText?: (line: string) => void;
  /** Aborting asks the helper to cancel (a user cannot signal root's process) and then waits for its result. */
  readonly signal?: AbortSignal;
  /** Time for the whole run in milliseconds; default 50 minutes, more than the largest budgets root can give the helper. */
  readonly timeoutMs?: number;
  /** Time the helper has to end after it was cancelled, in milliseconds; default 15,000. */
  readonly graceMs?: number;
  /** For tests: small programs in the place of the helper and of sudo, and whose the first has to be. */
  readonly standIn?: { readonly program: string; readonly sudo: string; readonly trust: TrustOptions };
}

/** How much of stderr is kept: its end, where the decisive line stands. */
const stderrLimit = 4096;
/** After its result, how long the helper may take to exit before it is left to itself. */
const partingMs = 2000;

const logsPrinted: ResultEvent = {
  event: 'result',
  ok: true,
  verb: 'logs',
  code: 'logs',
  message: 'The log was printed.',
  cause: '',
  pid: 0,
  joined: false,
  ms: 0,
};

/** Everything that is known when waiting is over. */
interface Run {
  readonly verb: HelperVerb;
  readonly program: string;
  readonly elevated: boolean;
  readonly ended: Ended;
  readonly stderr: string;
  readonly steps: readonly StepEvent[];
  readonly result: ResultEvent | undefined;
  /** The limit in milliseconds, when it is what ended the waiting. */
  readonly timedOutAfterMs: number | undefined;
}

function seconds(ms: number): string {
  return `${String(ms / 1000)} s`;
}

/** The sentence for a child that ended on its own and gave no result. */
function withoutResult({ verb, ended, stderr }: Run): string {
  const lastLine = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const how =
    ended.signal === undefined ? `ended with exit status ${String(ended.status)}` : `was ended by ${ended.signal}`;
  return `The Docker helper's "${verb}" ${how} and gave no result${lastLine === '' ? '.' : `: ${lastLine}`}`;
}

function judge(run: Run, facts: PrivilegeFacts): HelperOutcome {
  const { verb, ended, result } = run;
  // A result counts even when it came at the last moment, or from a process that then would not end.
  if (result !== undefined) {
    const refusal = refusalFromResult(result, facts);
    return refusal === undefined ? { kind: 'result', result, steps: run.steps } : { kind: 'refused', refusal, result };
  }
  if (run.timedOutAfterMs !== undefined) {
    const fate = ended.abandoned ? 'did not end when it was cancelled' : 'was cancelled';
    const message = `The Docker helper's "${verb}" took longer than ${seconds(run.timedOutAfterMs)} and ${fate}.`;
    return { kind: 'broken', message };
  }
  if (ended.abandoned) {
    return { kind: 'broken', message: `The Docker helper's "${verb}" did not end when it was cancelled.` };
  }
  if (ended.spawnError !== undefined) {
    const { code, message } = ended.spawnError;
    if (code !== 'ENOENT') return { kind: 'broken', message: `The Docker helper could not be started: ${message}` };
    return run.elevated ? { kind: 'refused', refusal: noSudo() } : { kind: 'not-installed', path: run.program };
  }
  // The verb `logs` prints the log itself and, when that worked, no event.
  if (verb === 'logs' && ended.status === 0) return { kind: 'result', result: logsPrinted, steps: run.steps };
  const refusal = run.elevated ? refusalFromSudo(run.stderr, facts) : undefined;
  return refusal === undefined ? { kind: 'broken', message: withoutResult(run) } : { kind: 'refused', refusal };
}

/**
 * Runs `cancel`, which must never wait for a password while something else is under way. What it says is of no interest:
 * the verb that was cancelled gives the result.
 */
async function requestCancel(options: HelperRun, timeoutMs: number): Promise<void> {
  const { facts, environment, rootlessFolder, standIn } = options;
  await runHelper('cancel', {
    ...{ facts, environment, rootlessFolder, terminal: false, timeoutMs, graceMs: 0 },
    ...(standIn !== undefined && { standIn }),
  });
}

/** What is run, and how. */
interface Way {
  readonly program: JudgedProgram;
  readonly elevation: Elevation;
  /** Names of the environment that are passed on besides HOME and TERM. */
  readonly keep: readonly string[];
}

/** The way to run a verb, or why there is none. A program that runs as root is root's alone, or is not run. */
async function wayOf(options: HelperRun): Promise<Way | HelperOutcome> {
  const { facts, standIn, rootlessFolder, terminal } = options;
  if (rootlessFolder !== undefined) {
    return { program: await rootlessProgram(rootlessFolder), elevation: withoutElevation, keep: rootlessNames };
  }
  const path = standIn?.program ?? helperProgram;
  const trust = await checkTrust({ ...standIn?.trust, installedFolder: dirname(path) });
  if (trust.status === 'missing') return { kind: 'not-installed', path };
  if (trust.status === 'untrusted') return { kind: 'refused', refusal: untrustedHelper(trust.why) };
  const elevation = elevationFor(facts.uid, terminal, standIn?.sudo);
  const refusal = elevation.prefix.length > 0 ? refusalBeforehand(facts) : undefined;
  return refusal === undefined
    ? { program: await trustedProgram(path, trust), elevation, keep: [] }
    : { kind: 'refused', refusal };
}

/** Verbs that take no lock in the helper: they change nothing, and nothing is lost when one is let go of. */
const lockless: ReadonlySet<HelperVerb> = new Set([
  'status',
  'logs',
  'facts',
  'reset-data-preview',
  'version',
  'cancel',
]);

async function execute(verb: HelperVerb, way: Way, options: HelperRun): Promise<HelperOutcome> {
  const { graceMs = 15_000, timeoutMs = 3_000_000 } = options;
  const { program, elevation, keep } = way;
  // `apply ACTION` is two words, and sudo's rule lists them so.
  const command = { program, args: verb.split(' '), prefix: elevation.prefix };
  const timers: NodeJS.Timeout[] = [];
  const steps: StepEvent[] = [];
  let result: ResultEvent | undefined;

  const child = startChild(command, {
    environment: cleanEnvironment(options.environment, keep),
    ownGroup: !elevation.asks,
    stderrLimit,
    onLine: (line) => {
      const event = parseHelperEvent(line);
      if (event === undefined) {
        options.onText?.(line);
        return;
      }
      if (event.event === 'step') {
        steps.push(event);
      } else {
        result = event;
        timers.push(setTimeout(child.abandon, partingMs));
      }
      options.onEvent?.(event);
    },
  });

  let timedOutAfterMs: number | undefined;
  let cancelled: Promise<void> | undefined;
  const cancel = (): void => {
    if (cancelled !== undefined) return;
    // The helper's cancel ends whoever holds its lock. A verb that takes no lock is let go of; cancel would end another's run.
    const reads = lockless.has(verb);
    timers.push(setTimeout(child.abandon, reads ? 0 : graceMs));
    cancelled = reads ? Promise.resolve() : requestCancel(options, graceMs);
  };
  timers.push(
    setTimeout(() => {
      timedOutAfterMs = timeoutMs;
      cancel();
    }, timeoutMs),
  );
  options.signal?.addEventListener('abort', cancel, { once: true });

  const ended = await child.ended;
  for (const timer of timers) clearTimeout(timer);
  options.signal?.removeEventListener('abort', cancel);
  // Before its result a helper is killed with all it started; after it, what it started is the daemon.
  if (ended.abandoned) child.kill(result === undefined);
  child.release();
  await cancelled;

  return judge(
    {
      verb,
      program,
      elevated: elevation.prefix.length > 0,
      ended,
      stderr: child.stderr(),
      steps,
      result,
      timedOutAfterMs,
    },
    options.facts,
  );
}

/**
 * Runs one verb of the installed helper as root and says how it ended: the one place where that is done. A helper that
 * others than root could have changed is refused here, for every caller. Never throws. When it resolves the child has
 * ended, or it was root's, deaf to `cancel` for its whole grace, and has been cut off from our pipes.
 */
export async function runHelper(verb: HelperVerb, options: HelperRun): Promise<HelperOutcome> {
  const { signal } = options;
  if (signal?.aborted === true) {
    return { kind: 'broken', message: `The Docker helper's "${verb}" was cancelled before it began.` };
  }
  try {
    const way = await wayOf(options);
    return 'kind' in way ? way : await execute(verb, way, options);
  } catch (error) {
    const reason = errorMessage(error);
    return { kind: 'broken', message: `The Docker helper's "${verb}" could not be run: ${reason}` };
  }
}
