import { containerdLife } from '../app/containerdLife';
import { explain, refusingSocket } from '../app/explanation';
import type { InstalledOrUnknown } from '../app/helperRunner';
import { doubtSince } from '../app/doubtSince';
import { readSetup } from '../app/machineSetup';
import { endpointFor, stateFileOf } from '../app/managedDaemon';
import { readAccess } from '../app/privileges';
import { isOwn, overallVerdict, type StandingFinding } from '../app/verdict';
import { recallVerification } from '../app/verification';
import type { Endpoint } from '../engine/endpoint';
import { isWorking, type HelperWord } from '../helper/helperState';
import { processState, readHelperFile } from '../helper/stateFile';
import { info, ping } from '../engine/probe';
import { initial, type Model } from '../engine/model';
import { reduce } from '../engine/reducer';
import { pingsToSlow, slowMs } from '../engine/pace';
import type { EngineEvent, EngineState, PingResult } from '../engine/state';
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
  /** Milliseconds. Together with the start of the program they stay under two seconds, whatever an engine here answers. */
  readonly pingMs: number;
  readonly infoMs: number;
  /** The same for an engine that is elsewhere, or that is silent or slow: only more time tells one from the other. */
  readonly patientMs: number;
  /** Whether containers are run unasked on a daemon of this machine. */
  readonly verifies: boolean;
  /** Judges this machine, with what is known of containers; absent: only the engine is looked at. Never rejects. */
  readonly diagnose: ((verified: TimedVerification | undefined) => Promise<readonly StandingFinding[]>) | undefined;
  /** Milliseconds that are left for it, of a slow engine or another. */
  readonly diagnosisMs: (slow: boolean) => number;
  readonly now: () => number;
}

/** The engine's state by one ping and one `/info`, through the same reducer as in the editor. */
async function probeOnce(
  endpoint: Endpoint,
  stateFile: string | undefined,
  sources: StatusSources,
): Promise<{ model: Model; apiVersion: string | undefined }> {
  const socketPath = endpoint.kind === 'unix' ? endpoint.socketPath : undefined;
  const helper = stateFile === undefined ? undefined : readHelperFile(stateFile);
  const [mount, answers] = await Promise.all([
    socketPath === undefined ? undefined : readSocketMount(socketPath),
    pingOften(endpoint, helper, sources),
  ]);
  const answer = answers.at(-1);
  const at = sources.now();
  const events: EngineEvent[] = [];
  if (stateFile !== undefined) events.push({ type: 'helper', state: helper, at });
  if (mount !== undefined) events.push({ type: 'foreign', ...mount, at });
  events.push(...answers.map((result): EngineEvent => ({ type: 'ping', result, at })));
  if (answer?.outcome === 'ok') {
    const prompt = answers.length === 1 && endpoint.kind === 'unix';
    const infoMs = prompt ? sources.infoMs : sources.patientMs;
    const [result, life] = await Promise.all([
      info(endpoint, infoMs),
      mount?.mounted === true ? undefined : containerdLife(endpoint),
    ]);
    events.push({ type: 'info', result, at });
    if (life?.alive === false) events.push({ type: 'containerd', dead: life.address, at });
  } else {
    const setup = await readSetup(endpoint);
    if (setup !== undefined) events.push({ type: 'setup', setup, at });
  }
  return {
    model: events.reduce(reduce, initial(at)),
    apiVersion: answer?.outcome === 'ok' ? answer.apiVersion : undefined,
  };
}

/** One ping; more, with more patience, where an engine may be there that is only slow. Not of one that a signal stopped. */
async function pingOften(
  endpoint: Endpoint,
  helper: HelperWord | undefined,
  { pingMs, patientMs }: StatusSources,
): Promise<readonly PingResult[]> {
  const answers = [await ping(endpoint, endpoint.kind === 'unix' ? pingMs : patientMs)];
  const frozen = helper !== undefined && processState(helper.pid) === 'T';
  if (answers[0]?.outcome === 'timeout' && endpoint.kind === 'unix' && !frozen && !isWorking(helper))
    answers.push(await ping(endpoint, patientMs));
  for (let slow = 0; slow < pingsToSlow - 1; slow += 1) {
    const last = answers.at(-1);
    if (last?.outcome !== 'ok' || last.ms < slowMs) break;
    answers.push(await ping(endpoint, patientMs));
  }
  return answers;
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
  const timeUp = sleep(diagnosisMs(state.cause?.code === 'slow'), late.signal).then(() => 'late' as const);
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
  const ran = state.verified?.verdict === 'yes' ? state.verified.at : undefined;
  const [access, found, doubt] = await Promise.all([
    refusing === undefined ? undefined : readAccess(refusing, 'terminal'),
    examine(sources, state, endpoint),
    ran === undefined ? undefined : doubtSince(endpoint, sources.environment, ran),
  ]);
  const words = explain(state, endpoint, { helper: helper.status === 'unknown' ? undefined : helper.status, access });
  const findings = found === 'late' ? [] : found;
  return {
    state,
    verdict: overallVerdict({ state, words, endpoint, verifies, findings, doubt, now: now() }),
    examined: found !== 'late',
    endpoint,
    apiVersion: probed.apiVersion,
    lastRun: model.helper,
    helper,
    warning: resolved.warning,
  };
}
