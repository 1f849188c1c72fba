import { randomUUID } from 'node:crypto';
import { EngineCalls, refusalOf, type EngineInfo } from '../engine/engineCalls';
import type { Endpoint } from '../engine/endpoint';
import { ping } from '../engine/probe';
import { readCgroupPath, type CgroupPath } from '../machine/cgroupPath';
import type { Reading } from '../machine/reading';
import { budgetOf } from './budget';
import { isComplete, type Sample } from './evidence';
import { ensureImage } from './image';
import { isOfRun, labelsOf, ownRun, removeLeftovers, runLabel } from './leftovers';
import { EngineSilent, runLeg, type LegRun } from './leg';
import { lanes, type Proof } from './proof';
import { ProofRun } from './proofRun';
import type { LimitsEvent, LimitsReport, ProofResult } from './report';
import { probeLeg, surroundingsOf, type Surroundings } from './surroundings';
import { judging, type LimitFinding } from './verdict';

export interface RunOptions {
  readonly endpoint: Endpoint;
  readonly proofs: readonly Proof[];
  /** An image that the engine has, instead of one that is put together. */
  readonly image: string | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: LimitsEvent) => void;
}

/** Milliseconds in which a living engine answers a ping. */
const pingDeadline = 3000;
/** Seconds after which a run is over, whatever it waited for. */
const longestRun = 600;

/** Why no proof could be run at all: one sentence. */
class NotRun extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof NotRun || error instanceof EngineSilent) return error.message;
  const refused = refusalOf(error);
  if (refused !== undefined) return `The engine refused: ${refused.message}`;
  return `The engine did not answer: ${error instanceof Error ? error.message : String(error)}.`;
}

async function openEngine({ endpoint, signal }: RunOptions): Promise<{ engine: EngineCalls; info: EngineInfo }> {
  const answer = await ping(endpoint, pingDeadline, signal);
  if (answer.outcome !== 'ok') {
    const how =
      answer.outcome === 'timeout'
        ? `takes connections and did not answer within ${String(answer.afterMs)} ms`
        : answer.outcome === 'unreachable'
          ? `cannot be reached (${answer.message})`
          : `cannot be used (${answer.outcome})`;
    throw new NotRun(`The engine at ${endpoint.display} ${how}. See dind-station status.`);
  }
  const engine = await EngineCalls.open(endpoint);
  return { engine, info: await engine.info() };
}

/** Looks around from inside a container, and at that container from here where the engine's processes can be seen. */
async function lookAround(info: EngineInfo, endpoint: Endpoint, run: LegRun): Promise<Surroundings> {
  const far: Reading<CgroupPath> = { unreadable: `the engine is at ${endpoint.display}` };
  const here = endpoint.kind === 'unix';
  let outside: Reading<CgroupPath> = far;
  const probe = await runLeg(probeLeg, {
    ...run,
    ...(here && {
      onRunning: async (pid: number, id: string) => {
        outside = await readCgroupPath(pid, '/', id);
      },
    }),
  });
  if (probe.refused !== undefined) throw new NotRun(`The engine cannot run a container: ${probe.refused.message}`);
  if (!isComplete(probe)) {
    throw new NotRun(
      probe.broken ?? `The image's workload does not run (status ${String(probe.exitCode)}): ${probe.errors.trim()}`,
    );
  }
  return surroundingsOf(info, probe, outside, here ? await readCgroupPath(1) : far);
}

/**
 * Runs proofs and gives every one of them a verdict. Never rejects: where no proof can be run at all, each has the
 * verdict `error` with the reason. Leaves nothing behind; what it could not remove is in the report.
 */
export async function runProofs(options: RunOptions): Promise<LimitsReport> {
  const { endpoint, proofs, onEvent } = options;
  const began = performance.now();
  const startedAt = new Date();
  const run = randomUUID();
  const results = new Map<string, ProofResult>();
  const left: string[] = [];
  const about = { id: '', version: '', image: '', leftovers: 0, cgroup: null as 1 | 2 | null };
  // Aborted by the caller, or when the engine falls silent.
  const silence = new AbortController();
  const signal = AbortSignal.any([options.signal, silence.signal]);

  const judged = (result: ProofResult): void => {
    results.set(result.id, result);
    onEvent({ event: 'judged', result });
  };
  const giveUp = (reason: string, finding?: LimitFinding): void => {
    for (const { id, area, title, asked } of proofs) {
      if (results.has(id)) continue;
      judged({
        id,
        area,
        title,
        asked,
        attempts: 0,
        ms: 0,
        samples: [],
        ...judging('-', 'not run').error(reason, finding === undefined ? {} : { finding }),
      });
    }
  };

  try {
    onEvent({ event: 'step', detail: `asking the engine at ${endpoint.display}` });
    const { engine, info } = await openEngine(options);
    Object.assign(about, { id: info.id, version: info.version });
    about.leftovers = await removeLeftovers(engine, Date.now());
    const image = await ensureImage(engine, info.architecture, options.image);
    if (!image.ok) throw new NotRun(image.message);
    about.image = image.name;
    onEvent({ event: 'step', detail: `the workloads run in ${image.about}` });
    const labels = labelsOf(await ownRun(run, longestRun, Date.now()));
    const legRun: LegRun = {
      engine,
      image: image.name,
      labels,
      signal,
      onSample: (_sample: Sample) => undefined,
      onLeft: (id, why) => left.push(`${id.slice(0, 12)}: ${why}`),
    };
    try {
      const surroundings = await lookAround(info, endpoint, legRun);
      about.cgroup = surroundings.cgroup;
      const known = proofs.map(({ id, area, title, asked }) => ({ id, area, title, asked }));
      onEvent({ event: 'plan', proofs: known, budget: budgetOf(proofs), running: info.running });
      const runLane = async (inLane: readonly Proof[]): Promise<void> => {
        const waiting = inLane.map((proof) => new ProofRun(proof, surroundings, legRun, onEvent));
        for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
          const result = await next.attempt();
          // Behind the others: what disturbed it, often proofs of another lane, may be over by then.
          if (result === 'later') waiting.push(next);
          else judged(result);
        }
      };
      // Making containers takes a CPU of its own, or what is measured beside it starves.
      if (surroundings.cpus.length < 2) await runLane(proofs);
      else await Promise.all(lanes.map((lane) => runLane(proofs.filter((proof) => proof.lane === lane))));
    } catch (error) {
      silence.abort();
      throw error;
    } finally {
      if (!silence.signal.aborted) await removeOwn(engine, run, left);
    }
    if (options.signal.aborted) giveUp('The run was cancelled.');
  } catch (error) {
    if (options.signal.aborted) giveUp('The run was cancelled.');
    else giveUp(reasonOf(error), 'engine.silent');
  }
  return {
    schema: 1,
    run,
    startedAt: startedAt.toISOString(),
    ms: Math.round(performance.now() - began),
    engine: { id: about.id, endpoint: endpoint.display, version: about.version, cgroup: about.cgroup },
    image: about.image,
    results: proofs.flatMap(({ id }) => results.get(id) ?? []),
    leftovers: about.leftovers,
    left,
  };
}

/** Whatever of this run is still there: a container whose making was answered too late to be known. */
async function removeOwn(engine: EngineCalls, run: string, left: string[]): Promise<void> {
  const own = (await engine.containers(`${runLabel}=${run}`)).filter(isOfRun);
  for (const { id } of own) {
    await engine.remove(id).catch((error: unknown) => left.push(`${id.slice(0, 12)}: ${reasonOf(error)}`));
  }
}
