import { explain, refusingSocket } from '../app/explanation';
import type { InstalledOrUnknown } from '../app/helperRunner';
import { endpointFor, stateFileOf } from '../app/managedDaemon';
import { readAccess } from '../app/privileges';
import { isOwn, overallVerdict, type StandingFinding } from '../app/verdict';
import { recallVerification } from '../app/verification';
import type { Endpoint } from '../engine/endpoint';
import { readHelperFile } from '../helper/stateFile';
import { info, ping } from '../engine/probe';
import { initial, reduce, type Model } from '../engine/reducer';
import type { EngineEvent, EngineState } from '../engine/state';
import { isUsable } from '../engine/stateTable';
import type { TimedVerification } from '../engine/verification';
import { readSocketMount } from '../host/socketPath';
import { sleep } from '../util/async';
import type { StatusFacts } from './statusReport';

/** Where `status` looks, and how long. */
export interface StatusSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The endpoint that is asked for, as in DOCKER_HOST; undefined for that of the environment. */
  readonly host: string | undefined;
  readonly installed: () => Promise<InstalledOrUnknown>;
  /** Milliseconds. Together with the start of the program they stay under two seconds. */
  readonly pingMs: number;
  readonly infoMs: number;
  /** Whether containers are run unasked on a daemon of this machine. */
  readonly verifies: boolean;
  /** Judges this machine, with what is known of containers; absent: only the engine is looked at. Never rejects. */
  readonly diagnose: ((verified: TimedVerification | undefined) => Promise<readonly StandingFinding[]>) | undefined;
  /** Milliseconds that are left for it. */
  readonly diagnosisMs: () => number;
  readonly now: () => number;
}

/** The engine's state by one ping and one `/info`, through the same reducer as in the editor. */
async function probeOnce(
  endpoint: Endpoint,
  stateFile: string | undefined,
  sources: StatusSources,
): Promise<{ model: Model; apiVersion: string | undefined }> {
  const socketPath = endpoint.kind === 'unix' ? endpoint.socketPath : undefined;
  const [mount, answer] = await Promise.all([
    socketPath === undefined ? undefined : readSocketMount(socketPath),
    ping(endpoint, sources.pingMs),
  ]);
  const at = sources.now();
  const events: EngineEvent[] = [];
  if (stateFile !== undefined) events.push({ type: 'helper', state: readHelperFile(stateFile), at });
  if (mount !== undefined) events.push({ type: 'foreign', ...mount, at });
  events.push({ type: 'ping', result: answer, at });
  if (answer.outcome === 'ok') events.push({ type: 'info', result: await info(endpoint, sources.infoMs), at });
  return {
    model: events.reduce(reduce, initial(at)),
    apiVersion: answer.outcome === 'ok' ? answer.apiVersion : undefined,
  };
}

/** What is known of containers on the engine that answers, put into the model. Nothing is tried. */
async function withVerification(model: Model, endpoint: Endpoint, { environment, now }: StatusSources): Promise<Model> {
  if (!isUsable(model.state)) return model;
  const verification = await recallVerification(endpoint, environment);
  return verification === undefined ? model : reduce(model, { type: 'verified', verification, at: now() });
}

/**
 * What is wrong with this machine, where that is asked for and the engine is one of it that can be used. `late`: it could not
 * be found out in the time that is left, which says nothing of the machine.
 */
export async function examine(
  { diagnose, diagnosisMs }: Pick<StatusSources, 'diagnose' | 'diagnosisMs'>,
  state: EngineState,
  endpoint: Endpoint,
): Promise<readonly StandingFinding[] | 'late'> {
  if (diagnose === undefined || !isUsable(state) || !isOwn(state, endpoint)) return [];
  const late = new AbortController();
  const timeUp = sleep(diagnosisMs(), late.signal).then(() => 'late' as const);
  return Promise.race([diagnose(state.verified), timeUp]).finally(() => late.abort());
}

/** Looks once at the engine, the helper and what is between them and this process. Never throws. */
export async function readStatus(sources: StatusSources): Promise<StatusFacts> {
  const resolved = endpointFor(sources.environment, sources.host);
  const helperRead = sources.installed();
  const { verifies, now } = sources;
  if (!resolved.ok) {
    const at = now();
    const { state } = reduce(initial(at), { type: 'bad-endpoint', message: resolved.message, at });
    const nothing = { endpoint: undefined, apiVersion: undefined, lastRun: undefined, warning: undefined };
    const words = explain(state, undefined, { helper: undefined, access: undefined });
    const verdict = overallVerdict({ state, words, endpoint: undefined, verifies, findings: [], now: at });
    return { ...nothing, state, verdict, examined: true, helper: await helperRead };
  }

  const { endpoint } = resolved;
  const stateFile = stateFileOf(endpoint);
  const [probed, helper] = await Promise.all([probeOnce(endpoint, stateFile, sources), helperRead]);
  const model = await withVerification(probed.model, endpoint, sources);
  const { state } = model;
  const refusing = refusingSocket(state, endpoint);
  const [access, found] = await Promise.all([
    refusing === undefined ? undefined : readAccess(refusing, 'terminal'),
    examine(sources, state, endpoint),
  ]);
  const words = explain(state, endpoint, { helper: helper.status === 'unknown' ? undefined : helper.status, access });
  const findings = found === 'late' ? [] : found;
  return {
    state,
    verdict: overallVerdict({ state, words, endpoint, verifies, findings, now: now() }),
    examined: found !== 'late',
    endpoint,
    apiVersion: probed.apiVersion,
    lastRun: model.helper,
    helper,
    warning: resolved.warning,
  };
}
