import { containerdLife } from '../app/containerdLife';
import { explain, refusingSocket } from '../app/explanation';
import type { InstalledOrUnknown } from '../app/helperRunner';
import { readSetup } from '../app/machineSetup';
import { endpointFor, stateFileOf } from '../app/managedDaemon';
import { readAccess } from '../app/privileges';
import { isOwnDaemon, recallVerification } from '../app/verification';
import { describeLost, isPrivateByDefault, lostMounts } from '../diagnosis/runcMounts';
import type { Endpoint } from '../engine/endpoint';
import { isWorking, type HelperWord } from '../helper/helperState';
import { processState, readHelperFile } from '../helper/stateFile';
import { info, ping } from '../engine/probe';
import { initial, type Model } from '../engine/model';
import { reduce } from '../engine/reducer';
import { pingsToSlow, slowMs } from '../engine/pace';
import type { EngineEvent, PingResult } from '../engine/state';
import { readCgroups } from '../host/cgroup';
import { readDaemonConfig } from '../host/daemonConfig';
import { readMounts } from '../host/mounts';
import { readProcesses } from '../host/processes';
import { readProcessTable } from '../host/processTable';
import { isUnreadable } from '../host/readResult';
import { readSocketMount } from '../host/socketPath';
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

/** Why no container starts though the engine answers, where the table of mounts shows it; a look at files alone. */
async function readMountWarning(): Promise<string | undefined> {
  const [mounts, table] = await Promise.all([readMounts(), readProcessTable()]);
  const processes = await readProcesses(table, mounts, { seconds: 0, uptime: 0 });
  if (isUnreadable(processes) || processes.dockerd.length === 0) return undefined;
  const [cgroup, config] = await Promise.all([
    readCgroups(mounts, '/', Promise.resolve([...processes.dockerd, ...processes.containerd])),
    readDaemonConfig('/', processes.dockerd[0]?.argv),
  ]);
  const lost = isUnreadable(cgroup) ? undefined : lostMounts(cgroup);
  if (lost === undefined || 'inconclusive' in lost) return undefined;
  const { title, cause } = describeLost(lost, isPrivateByDefault(config));
  return `${title}. ${cause}`;
}

/** What is known of containers on a daemon of this machine that answers, and the state with it. Nothing is tried. */
async function verificationOf(
  model: Model,
  endpoint: Endpoint,
  { environment, now }: StatusSources,
): Promise<{ readonly model: Model; readonly known: StatusFacts['verified'] }> {
  if (model.state.kind !== 'running') return { model, known: undefined };
  if (!isOwnDaemon(endpoint))
    return { model, known: { verdict: 'not-yet', why: 'it is not a daemon of this machine' } };
  const entry = await recallVerification(endpoint, environment);
  if (entry === undefined) return { model, known: { verdict: 'not-yet', why: null } };
  const { verification } = entry;
  return {
    model: reduce(model, { type: 'verified', verification, at: now() }),
    known: { verdict: verification.verdict, why: verification.verdict === 'no' ? verification.message : null },
  };
}

/** Looks once at the engine, the helper and what is between them and this process. Never throws. */
export async function readStatus(sources: StatusSources): Promise<StatusFacts> {
  const resolved = endpointFor(sources.environment, sources.host);
  const helperRead = sources.installed();
  if (!resolved.ok) {
    const at = sources.now();
    const { state } = reduce(initial(at), { type: 'bad-endpoint', message: resolved.message, at });
    const nothing = {
      verified: undefined,
      endpoint: undefined,
      apiVersion: undefined,
      lastRun: undefined,
      warning: undefined,
    };
    const words = explain(state, undefined, { helper: undefined, access: undefined });
    return { ...nothing, state, words, helper: await helperRead };
  }

  const { endpoint } = resolved;
  const socketPath = endpoint.kind === 'unix' ? endpoint.socketPath : undefined;
  const stateFile = stateFileOf(endpoint);
  const [{ model, apiVersion }, helper] = await Promise.all([probeOnce(endpoint, stateFile, sources), helperRead]);
  const verified = await verificationOf(model, endpoint, sources);
  const { state } = verified.model;
  const refusing = refusingSocket(state, endpoint);
  const known = {
    helper: helper.status === 'unknown' ? undefined : helper.status,
    access: refusing === undefined ? undefined : await readAccess(refusing, 'terminal'),
  };
  const warnings = [
    resolved.warning,
    state.kind === 'running' && socketPath !== undefined ? await readMountWarning() : undefined,
  ].filter((text) => text !== undefined);
  return {
    state,
    verified: verified.known,
    words: explain(state, endpoint, known),
    endpoint,
    apiVersion,
    lastRun: model.helper,
    helper,
    warning: warnings.length === 0 ? undefined : warnings.join(' '),
  };
}
