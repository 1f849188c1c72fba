import { homedir } from 'node:os';
import type { Endpoint } from '../engine/endpoint';
import { daemonLog } from '../helper/paths';
import type { HelperRun } from '../helper/run';
import { readCgroups } from './cgroup';
import { readEndpoints, type Client } from './clientEndpoints';
import { containerdAddress, readDaemonConfig } from './daemonConfig';
import { readDaemonLog } from './daemonLog';
import { within } from './deadline';
import { askEngine } from './engineAnswers';
import { valueOf, type Fact } from './facts/fact';
import type { Facts } from './facts/facts';
import type { SudoFacts } from './facts/helper';
import type { VerificationFacts } from './facts/verification';
import { readHelper } from './helperFacts';
import { readCapabilities, readIdentity, readSecurity, readUserNamespace, userNameOf } from './identity';
import { readKernel, readBoot, readTime } from './kernel';
import { mountFacts } from './mountFacts';
import type { Mount } from './facts/mount';
import { mountsReader } from './mounts';
import { readNetwork } from './network';
import { readPidFiles } from './pidFiles';
import { platformOf } from './platform';
import { readPlatformTraces } from './platformTraces';
import { readOwnProcess } from './ownProcess';
import { readProcesses } from './processes';
import { readProcessTable } from './processTable';
import { isUnreadable, textOf, type ReadResult } from './readResult';
import { realPath } from './realPath';
import { readRootFacts, readSudo } from './rootFacts';
import { readSocket } from './socket';
import { containerdRoot, readStorage } from './storage';
import { readSysctls } from './sysctls';

export interface TakeFactsOptions {
  /** The tree to read; default `/`. With another one no engine and no helper is asked. */
  readonly root?: string;
  /** This program first, then others whose view of the engine matters. Default: this process alone. */
  readonly clients?: readonly [Client, ...Client[]];
  /** The editor's setting or `--host`. */
  readonly setting?: string;
  /** How to ask the helper; without it what is root's stays unreadable. */
  readonly helper?: Omit<HelperRun, 'onText' | 'timeoutMs'>;
  /** The `dind-helper` that comes with this program. */
  readonly bundledHelper?: string;
  /** Finds out whether containers run on that daemon; without it that stays unreadable. */
  readonly verification?: (endpoint: Endpoint) => Promise<ReadResult<VerificationFacts>>;
  readonly deadlines?: Partial<Deadlines>;
}

/** Milliseconds. */
export interface Deadlines {
  /** Of one reader of files. */
  readonly files: number;
  readonly ping: number;
  readonly answer: number;
  readonly helper: number;
  /** Of a trial of containers. */
  readonly verification: number;
}

const defaults: Deadlines = { files: 2000, ping: 2000, answer: 4000, helper: 5000, verification: 45_000 };

/** Where the docker command and ours look, as a path; a TCP endpoint has none. */
function socketPathOf(endpoint: Facts['endpoint']): string {
  const result = valueOf(endpoint)?.clients[0]?.result;
  return result?.ok === true && result.endpoint.kind === 'unix' ? result.endpoint.socketPath : '/var/run/docker.sock';
}

/** What sudo's files say, and what it did when the helper was asked. */
function withAnswer(
  sudo: Fact<SudoFacts>,
  answer: Pick<SudoFacts, 'allowed' | 'refusal'> | undefined,
): Fact<SudoFacts> {
  return 'value' in sudo && answer !== undefined ? { value: { ...sudo.value, ...answer } } : sudo;
}

async function placesOf(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const resolved = await Promise.all(paths.map((path) => realPath(path, root)));
  return resolved.map((path, index) => path ?? paths[index] ?? '/');
}

/**
 * One snapshot of the machine. Readers run side by side and each has its deadline, so that one dead file system costs
 * its own slice and no other. Never rejects.
 */
export async function takeFacts(options: TakeFactsOptions = {}): Promise<Facts> {
  const began = performance.now();
  const now = new Date();
  const root = options.root ?? '/';
  const live = root === '/';
  const deadlines = { ...defaults, ...options.deadlines };
  const own: Client = { name: 'this program', env: process.env, homedir: homedir() };
  const clients = options.clients ?? [own];
  const slice = <T>(reading: Promise<ReadResult<T>>): Promise<Fact<T>> => within(deadlines.files, reading);
  /** For what others build on: no more patience than for a slice. */
  const shared = async <T>(reading: Promise<ReadResult<T>>): Promise<ReadResult<T>> => {
    const fact = await slice(reading);
    return 'value' in fact ? fact.value : fact;
  };

  // What several slices are made of, read once.
  const readMounts = mountsReader(root);
  const mounts = shared<readonly Mount[]>(readMounts('self'));
  const table = shared(readProcessTable(root));
  const boot = shared(readBoot(root));
  const ownProcess = shared(readOwnProcess(root));
  const bootOrZero = boot.then((read) => (isUnreadable(read) ? { seconds: 0, uptime: 0 } : read));
  const endpoint = slice(readEndpoints(root, clients, options.setting));
  const socketPath = endpoint.then(socketPathOf);
  const processes = slice(
    Promise.all([table, mounts, bootOrZero]).then(([table, mounts, boot]) => readProcesses(table, mounts, boot, root)),
  );
  const daemonConfig = slice(processes.then((read) => readDaemonConfig(root, valueOf(read)?.dockerd[0]?.argv)));
  const dirs = daemonConfig.then((read) => {
    const config = valueOf(read);
    return {
      dataRoot: config?.dataRoot ?? '/var/lib/docker',
      execRoot: config?.execRoot ?? '/var/run/docker',
      pidFile: config?.pidFile ?? '/var/run/docker.pid',
    };
  });
  const places = Promise.all([dirs, daemonConfig, processes]).then(([dirs, config, read]) => {
    const argvs = (valueOf(read)?.containerd ?? []).map(({ argv = [] }) => argv);
    const named = containerdAddress(valueOf(config));
    return { ...dirs, containerdRoot: containerdRoot(named, argvs, dirs) };
  });
  const socket = slice(Promise.all([socketPath, mounts]).then(([path, mounts]) => readSocket(path, mounts, root)));
  const userNamespace = slice(readUserNamespace(root));
  const userName = ownProcess.then(async (read) =>
    isUnreadable(read) ? '' : userNameOf((await textOf(root, '/etc/passwd')) ?? '', read.uid),
  );
  const helper = slice(userName.then((name) => readHelper(root, name, options.bundledHelper)));

  const rootAnswer =
    live && options.helper !== undefined
      ? readRootFacts(options.helper, deadlines.helper)
      : Promise.resolve({ root: { unreadable: 'the helper was not asked' }, sudo: undefined });

  const engine = endpoint.then(async (read): Promise<Facts['engine']> => {
    if (!live) return { unreadable: 'a copy of a machine has no engine to ask' };
    const result = valueOf(read)?.clients[0]?.result;
    if (result === undefined) return { unreadable: 'the endpoint could not be read' };
    if (!result.ok) return { unreadable: result.message };
    const asking = askEngine(result.endpoint, { pingMs: deadlines.ping, answerMs: deadlines.answer });
    return within(deadlines.ping + deadlines.answer, asking);
  });

  const verification = Promise.all([endpoint, engine]).then(async ([read, answer]): Promise<Facts['verification']> => {
    const result = valueOf(read)?.clients[0]?.result;
    if (options.verification === undefined || result?.ok !== true) return { unreadable: 'no container was tried' };
    if (valueOf(answer)?.ping.outcome !== 'ok') return { unreadable: 'the engine does not answer' };
    return within(deadlines.verification, options.verification(result.endpoint));
  });

  const slices = {
    identity: slice(socket.then((read) => readIdentity(root, valueOf(read)?.gid))),
    capabilities: slice(readCapabilities(root)),
    security: slice(readSecurity(root)),
    userNamespace,
    sudo: slice(
      Promise.all([mounts, ownProcess]).then(([mounts, own]) =>
        readSudo(root, mounts, isUnreadable(own) ? -1 : own.uid),
      ),
    ),
    kernel: slice(readKernel(root)),
    sysctls: slice(readSysctls(root)),
    time: slice(boot.then((read) => readTime(read, now, root))),
    platform: slice(
      Promise.all([mounts, userNamespace]).then(async ([mounts, namespace]) =>
        platformOf(await readPlatformTraces(root, clients[0].env, mounts, valueOf(namespace)?.initial)),
      ),
    ),
    cgroup: slice(
      mounts.then((read) => {
        const daemons = processes.then((table) => {
          const { dockerd = [], containerd = [] } = valueOf(table) ?? {};
          return [...dockerd, ...containerd];
        });
        return readCgroups(read, root, daemons, readMounts);
      }),
    ),
    mounts: slice(
      Promise.all([mounts, places, socketPath]).then(async ([mounts, places, socket]) => {
        if (isUnreadable(mounts)) return mounts;
        const { dataRoot, execRoot, containerdRoot = '/var/lib/containerd' } = places;
        const wanted = [dataRoot, containerdRoot, execRoot, socket, '/usr/bin/sudo', '/workspaces'];
        return mountFacts(mounts, await placesOf(root, wanted));
      }),
    ),
    storage: slice(Promise.all([mounts, places]).then(([mounts, places]) => readStorage(mounts, places, root))),
    network: slice(readNetwork(root)),
    processes,
    pidFiles: slice(
      Promise.all([dirs, table, bootOrZero]).then(([dirs, table, boot]) =>
        readPidFiles(root, dirs, table, boot.seconds),
      ),
    ),
    daemonConfig,
    daemonLog: slice(
      helper.then((read) => {
        const path = valueOf(read)?.state?.log ?? daemonLog;
        return path === '' ? { unreadable: 'the init system keeps the log in its journal' } : readDaemonLog(path, root);
      }),
    ),
    endpoint,
    socket,
    engine,
    verification,
    helper,
  };
  const [read, answer] = await Promise.all([allOf(slices), rootAnswer]);
  return {
    schema: 1,
    takenAt: now.toISOString(),
    tookMs: Math.round(performance.now() - began),
    ...read,
    sudo: withAnswer(read.sudo, answer.sudo),
    root: answer.root,
  };
}

/** Awaits each property. */
async function allOf<T extends Readonly<Record<string, Promise<unknown>>>>(
  promises: T,
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const entries = Object.entries(promises).map(async ([name, promise]) => [name, await promise] as const);
  return Object.fromEntries(await Promise.all(entries)) as { [K in keyof T]: Awaited<T[K]> };
}
