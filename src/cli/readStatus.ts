import { explain, refusingSocket } from '../app/explanation';
import type { InstalledOrUnknown } from '../app/helperRunner';
import { endpointFor, stateFileOf } from '../app/managedDaemon';
import { readAccess } from '../app/privileges';
import { isOwnDaemon, recallVerification } from '../app/verification';
import { describeLost, isPrivateByDefault, lostMounts } from '../diagnosis/runcMounts';
import type { Endpoint } from '../engine/endpoint';
import { readHelperFile } from '../helper/stateFile';
import { info, ping } from '../engine/probe';
import { initial, reduce, type Model } from '../engine/reducer';
import type { EngineEvent } from '../engine/state';
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
  /** Milliseconds. Together with the start of the program they stay under two seconds. */
  readonly pingMs: number;
  readonly infoMs: number;
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
