import { checkInstalled } from '../helper/installed';
import { judgeAccess, type AccessJudgement } from '../diagnosis/access';
import { describe, type DescribeContext } from '../diagnosis/describe';
import { describeLost, isPrivateByDefault, lostMounts } from '../diagnosis/runcMounts';
import { resolveEndpoint, type Endpoint, type EndpointReader } from '../engine/endpoint';
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
import { readSocketAccess, readSocketMount } from '../host/socketPath';
import type { StatusFindings } from './statusReport';

/** Where `status` looks, and how long. */
export interface StatusSources {
  readonly reader: EndpointReader;
  /** `--host`. */
  readonly host: string | undefined;
  readonly usersFile: string;
  readonly bundledFolder: string;
  /** Where who looks after the daemon at that endpoint says what it does; undefined when nobody here does. */
  readonly stateFileOf: (endpoint: Endpoint) => string | undefined;
  /** Whether it is the user's own daemon, to which the privileged helper means nothing. */
  readonly isOwn: (endpoint: Endpoint) => boolean;
  readonly userName: string;
  /** Milliseconds. Together with the start of the program they stay under two seconds. */
  readonly pingMs: number;
  readonly infoMs: number;
  readonly now: () => number;
}

/** Why the socket refuses this process; undefined when the facts cannot be read. */
async function readAccess(socketPath: string, sources: StatusSources): Promise<AccessJudgement | undefined> {
  const facts = await readSocketAccess(socketPath, sources.userName, sources.usersFile);
  return facts && judgeAccess({ ...facts, process: { ...facts.process, kind: 'terminal' } });
}

async function readInstalled(bundledFolder: string): Promise<StatusFindings['helper']> {
  try {
    return await checkInstalled({ bundledFolder });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'unknown', why: `the copy that comes with this program cannot be read: ${reason}` };
  }
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

/** Looks once at the engine, the helper and what is between them and this process. Never throws. */
export async function readFindings(sources: StatusSources): Promise<StatusFindings> {
  const resolved = resolveEndpoint(sources.reader, sources.host);
  const helperRead = readInstalled(sources.bundledFolder);
  if (!resolved.ok) {
    const at = sources.now();
    const { state } = reduce(initial(at), { type: 'bad-endpoint', message: resolved.message, at });
    const nothing = { endpoint: undefined, apiVersion: undefined, lastRun: undefined, warning: undefined };
    return { ...nothing, state, words: describe(state), helper: await helperRead };
  }

  const { endpoint } = resolved;
  const socketPath = endpoint.kind === 'unix' ? endpoint.socketPath : undefined;
  const stateFile = sources.stateFileOf(endpoint);
  const [{ model, apiVersion }, helper] = await Promise.all([probeOnce(endpoint, stateFile, sources), helperRead]);
  const { state } = model;
  const denied = state.kind === 'denied' && socketPath !== undefined;
  const access = denied ? await readAccess(socketPath, sources) : undefined;
  const context: DescribeContext = {
    endpoint: endpoint.display,
    managed: stateFile !== undefined,
    ...(socketPath !== undefined && { socketPath }),
    ...(helper.status !== 'unknown' && !sources.isOwn(endpoint) && { helper: helper.status }),
    ...(access !== undefined && { access }),
  };
  const warnings = [
    resolved.warning,
    state.kind === 'running' && socketPath !== undefined ? await readMountWarning() : undefined,
  ].filter((text) => text !== undefined);
  return {
    state,
    words: describe(state, context),
    endpoint,
    apiVersion,
    lastRun: model.helper,
    helper,
    warning: warnings.length === 0 ? undefined : warnings.join(' '),
  };
}
