import { randomUUID } from 'node:crypto';
import { EngineCalls, refusalOf, type EngineInfo } from '../engine/engineCalls';
import type { Endpoint } from '../engine/endpoint';
import { ping, unusableCode } from '../engine/probe';
import { budgetOf } from './budget';
import { endingOf, EngineSilent, failureOf, NotRun, silent, wordsOf } from './runErrors';
import { longestRun, pingDeadline, RunEnds } from './runAbort';
import type { Sample } from './evidence';
import { ensureImage } from './image';
import { runLanes } from './serialGroup';
import { beginRun, endRun, labelsOf, leftWords, removeLeftovers, removeRun } from './leftovers';
import type { LegRun } from './testContainer';
import { lookAround } from './probeEnvironment';
import type { Proof } from './proof';
import { ProofRun } from './proofRun';
import type { LimitsEvent, LimitsReport } from './report';
import { ResultBook } from './resultBook';
import type { Surroundings } from './environment';
import { unlessAborted } from '../util/async';

export interface RunOptions {
  readonly endpoint: Endpoint;
  readonly proofs: readonly Proof[];
  /** An image that the engine has, instead of one that is put together. */
  readonly image: string | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: LimitsEvent) => void;
}

/** Milliseconds in which an engine that fell silent may still remove the containers of the run. */
const lastTry = 3000;

/** The engine's calls, once it answers. Rejects with NotRun when it does not, or cannot be asked. */
async function openEngine(endpoint: Endpoint, signal: AbortSignal): Promise<EngineCalls> {
  const answer = await ping(endpoint, pingDeadline, signal);
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
    throw new NotRun(wordsOf(error));
  }
}

/** Waits for the engine's answer, no longer than until the signal is aborted. Rejects with EngineSilent when there is none. */
async function answerOf<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await unlessAborted(call, signal);
  } catch (error) {
    throw signal.aborted || refusalOf(error) !== undefined ? error : silent(error);
  }
}

/** Removes what is left of the run. Gives what could not be, in words; `known`: what is known to be left already. */
async function clearUp(
  engine: EngineCalls,
  run: string,
  known: ReadonlyMap<string, string>,
  gone: AbortSignal,
): Promise<string[]> {
  // One broken connection is no proof that the engine is gone, so it is asked once more, for a moment.
  const deadline = gone.aborted ? AbortSignal.timeout(lastTry) : gone;
  try {
    return leftWords(await unlessAborted(() => removeRun(engine, run), deadline));
  } catch (error) {
    const why = deadline.aborted ? 'it did not answer in time' : wordsOf(error);
    return [...leftWords(known), `what else of this run is there: the engine could not be asked (${why}).`];
  }
}

/**
 * Runs proofs and gives every one of them a verdict. Never rejects: where no proof can be run at all, each has the
 * verdict `error` with the reason. Leaves nothing behind; what it could not remove is in the report.
 */
export async function runProofs(options: RunOptions): Promise<LimitsReport> {
  const { endpoint, proofs } = options;
  const began = performance.now();
  const startedAt = new Date();
  const run = randomUUID();
  const book = new ResultBook(proofs, options.onEvent);
  const ends = new RunEnds(endpoint, options.signal);
  const { ended, gone, signal } = ends;
  const about = { id: '', version: '', image: '', leftovers: 0, cgroup: null as Surroundings['cgroup'] | null };
  const left: string[] = [];
  const own = new Map<string, string>();
  let opened: EngineCalls | undefined;

  const prove = async (engine: EngineCalls, info: EngineInfo, image: string): Promise<void> => {
    const labels = labelsOf(await beginRun(run, longestRun, Date.now()));
    const onSample = (_sample: Sample): void => undefined;
    const onLeft = (id: string, why: string): void => void own.set(id, why);
    const legRun: LegRun = { engine, image, labels, signal, gone, onSample, onLeft };
    const surroundings = await lookAround(info, endpoint, legRun);
    about.cgroup = surroundings.cgroup;
    const known = proofs.map(({ id, area, title, asked }) => ({ id, area, title, asked }));
    book.tell({ event: 'plan', proofs: known, budget: budgetOf(proofs), running: info.running });
    const inPlace: LegRun = surroundings.cgroup === 2 ? { ...legRun, cgroupns: 'private' } : legRun;
    const proofRun = (proof: Proof): ProofRun =>
      new ProofRun(proof, surroundings, inPlace, (event) => book.tell(event));
    await runLanes(proofs, surroundings.cpus.length, proofRun, (result) => book.judged(result), ends);
  };

  try {
    book.tell({ event: 'step', detail: `asking the engine at ${endpoint.display}` });
    const engine = await openEngine(endpoint, ended);
    opened = engine;
    const info = await answerOf(() => engine.info(), ended);
    Object.assign(about, { id: info.id, version: info.version });
    const earlier = await answerOf(() => removeLeftovers(engine, Date.now()), ended);
    about.leftovers = earlier.removed;
    left.push(...leftWords(earlier.left));
    const image = await answerOf(() => ensureImage(engine, info.architecture, options.image), ended);
    if (!image.ok) throw new NotRun(image.message);
    about.image = image.name;
    book.tell({ event: 'step', detail: `the workloads run in ${image.about}` });
    try {
      await prove(engine, info, image.name);
    } catch (error) {
      if (error instanceof EngineSilent) ends.fail(error);
      throw error;
    } finally {
      left.push(...(await clearUp(engine, run, own, gone)));
      endRun(run);
    }
    if (ended.aborted) book.giveUp(endingOf(ended));
  } catch (error) {
    const { reason, finding } = failureOf(error);
    if (ended.aborted) book.giveUp(endingOf(ended));
    else book.giveUp(reason, finding);
  } finally {
    ends.close();
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
    results: book.close(),
    leftovers: about.leftovers,
    left,
  };
}
