import { randomUUID } from 'node:crypto';
import { EngineCalls, refusalOf, type EngineInfo } from '../engine/engineCalls';
import { ping, unusableCode } from '../engine/probe';
import { budgetOf } from './budget';
import { abortReason, EngineSilent, runFailure, NotRun, engineSilent, errorText } from './runErrors';
import { maxRunSeconds, pingDeadline, RunAbort, type RunTarget } from './runAbort';
import type { Sample } from './containerEvidence';
import { ensureImage } from './image';
import { beginRun, endRun, labelsOf, leftWords, removeLeftovers, removeRun } from './leftovers';
import type { TestContainerRun } from './testContainer';
import { probeEnvironment } from './probeEnvironment';
import { serialGroups, type LimitCheck } from './limitCheck';
import { CheckRun } from './checkRun';
import { ResultCollector, type LimitCheckResult, type LimitsEvent, type LimitsRunResult } from './runResult';
import type { Environment } from './environment';
import { raceAbort, settleAll } from '../util/async';

export interface RunOptions extends RunTarget {
  readonly checks: readonly LimitCheck[];
  /** An image that the engine has, instead of one that is put together. */
  readonly image: string | undefined;
  readonly onEvent: (event: LimitsEvent) => void;
}

/** Milliseconds in which an engine that fell silent may still remove the containers of the run. */
const lastTry = 3000;

/** The engine's calls, once it answers. Rejects with NotRun when it does not, or cannot be asked. */
async function openEngine({ endpoint, ping: ask = ping }: RunTarget, signal: AbortSignal): Promise<EngineCalls> {
  const answer = await ask(endpoint, pingDeadline, signal);
  // A file of this machine, such as a certificate: that says nothing about the engine.
  if (answer.outcome === 'unreachable' && answer.code === unusableCode) throw new NotRun(answer.message);
  if (answer.outcome !== 'ok') {
    const how =
      answer.outcome === 'timeout'
        ? `takes connections and did not answer within ${String(answer.afterMs)} ms`
        : answer.outcome === 'unreachable'
          ? `cannot be reached (${answer.message})`
          : `cannot be used (${answer.outcome})`;
    throw new NotRun(`The engine at ${endpoint.display} ${how}. See dind-station status.`, 'engine.silent');
  }
  try {
    return await EngineCalls.open(endpoint);
  } catch (error) {
    throw new NotRun(errorText(error));
  }
}

/** Waits for the engine's answer, no longer than until the signal is aborted. Rejects with EngineSilent when there is none. */
async function answerOf<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await raceAbort(call, signal);
  } catch (error) {
    throw signal.aborted || refusalOf(error) !== undefined ? error : engineSilent(error);
  }
}

/** Removes what is left of the run. Gives what could not be, in words; `known`: what is known to be left already. */
async function cleanUp(
  engine: EngineCalls,
  run: string,
  known: ReadonlyMap<string, string>,
  unresponsive: AbortSignal,
): Promise<string[]> {
  // One broken connection does not prove that the engine is gone, so it is asked once more, for a moment.
  const deadline = unresponsive.aborted ? AbortSignal.timeout(lastTry) : unresponsive;
  try {
    return leftWords(await raceAbort(() => removeRun(engine, run), deadline));
  } catch (error) {
    const why = deadline.aborted ? 'it did not answer in time' : errorText(error);
    return [...leftWords(known), `what else of this run is there: the engine could not be asked (${why}).`];
  }
}

/**
 * Runs checks and gives every one of them a verdict. Never rejects: where no check can be run at all, each has the
 * verdict `error` with the reason. Leaves nothing behind; what it could not remove is in the report.
 */
export async function runChecks(options: RunOptions): Promise<LimitsRunResult> {
  const { endpoint, checks } = options;
  const began = performance.now();
  const startedAt = new Date();
  const run = randomUUID();
  const collector = new ResultCollector(checks, options.onEvent);
  const runAbort = new RunAbort(options);
  const { ended, unresponsive, signal } = runAbort;
  const about = { id: '', version: '', image: '', leftovers: 0, cgroup: null as Environment['cgroup'] | null };
  const left: string[] = [];
  const own = new Map<string, string>();
  let opened: EngineCalls | undefined;

  const runAll = async (engine: EngineCalls, info: EngineInfo, image: string): Promise<void> => {
    const labels = labelsOf(await beginRun(run, maxRunSeconds, Date.now()));
    const onSample = (_sample: Sample): void => undefined;
    const onLeft = (id: string, why: string): void => void own.set(id, why);
    const containerRun: TestContainerRun = { engine, image, labels, signal, unresponsive, onSample, onLeft };
    const environment = await probeEnvironment(info, endpoint, containerRun);
    about.cgroup = environment.cgroup;
    const planned = checks.map(({ id, area, title, asked }) => ({ id, area, title, asked }));
    collector.tell({ event: 'plan', checks: planned, budget: budgetOf(checks), running: info.running });
    const inPlace: TestContainerRun =
      environment.cgroup === 2 ? { ...containerRun, cgroupns: 'private' } : containerRun;
    const checkRun = (check: LimitCheck): CheckRun =>
      new CheckRun(check, environment, inPlace, (event) => collector.tell(event));
    await runSerialGroups(checks, environment.cpus.length, checkRun, (result) => collector.judged(result), runAbort);
  };

  try {
    collector.tell({ event: 'step', detail: `asking the engine at ${endpoint.display}` });
    const engine = await openEngine(options, ended);
    opened = engine;
    const info = await answerOf(() => engine.info(), ended);
    Object.assign(about, { id: info.id, version: info.version });
    const earlier = await answerOf(() => removeLeftovers(engine, Date.now()), ended);
    about.leftovers = earlier.removed;
    left.push(...leftWords(earlier.left));
    const image = await answerOf(() => ensureImage(engine, info.architecture, options.image), ended);
    if (!image.ok) throw new NotRun(image.message);
    about.image = image.name;
    collector.tell({ event: 'step', detail: `the workloads run in ${image.about}` });
    try {
      await runAll(engine, info, image.name);
    } catch (error) {
      if (error instanceof EngineSilent) runAbort.fail(error);
      throw error;
    } finally {
      left.push(...(await cleanUp(engine, run, own, unresponsive)));
      endRun(run);
    }
    if (ended.aborted) collector.giveUp(abortReason(ended));
  } catch (error) {
    const { reason, finding } = runFailure(error);
    if (ended.aborted) collector.giveUp(abortReason(ended));
    else collector.giveUp(reason, finding);
  } finally {
    runAbort.close();
    // What nobody waits for any more would keep the command line from ending.
    opened?.close();
  }
  return {
    schema: 1,
    run,
    startedAt: startedAt.toISOString(),
    ms: Math.round(performance.now() - began),
    engine: { id: about.id, endpoint: endpoint.display, version: about.version, cgroup: about.cgroup },
    image: about.image,
    results: collector.close(),
    leftovers: about.leftovers,
    left,
  };
}

/** What is run one after the other, on a machine with so many CPUs. */
function serialGroupsOf(checks: readonly LimitCheck[], cpus: number): (readonly LimitCheck[])[] {
  // Making containers takes a CPU of its own, or what is measured beside it starves.
  return cpus < 2
    ? [checks]
    : serialGroups.map((serialGroup) => checks.filter((check) => check.serialGroup === serialGroup));
}

/**
 * Runs checks, the groups beside each other. The first group that fails ends the others; rejects with its reason when all
 * of them have ended.
 */
async function runSerialGroups(
  checks: readonly LimitCheck[],
  cpus: number,
  checkRun: (check: LimitCheck) => Pick<CheckRun, 'attempt'>,
  judged: (result: LimitCheckResult) => void,
  runAbort: Pick<RunAbort, 'signal' | 'fail'>,
): Promise<void> {
  const runGroup = async (inGroup: readonly LimitCheck[]): Promise<void> => {
    const waiting = inGroup.map(checkRun);
    for (let next = waiting.shift(); next !== undefined && !runAbort.signal.aborted; next = waiting.shift()) {
      const result = await next.attempt();
      // Behind the others: what disturbed it, often checks of another group, may be over by then.
      if (result === 'later') waiting.push(next);
      else judged(result);
    }
  };
  await settleAll(serialGroupsOf(checks, cpus).map(runGroup), (reason) => runAbort.fail(reason));
}
