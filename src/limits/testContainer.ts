import {
  refusalOf,
  type ContainerConfig,
  type EngineCalls,
  type HostConfig,
  type InspectedContainer,
} from '../engine/engineCalls';
import { abortReason, engineSilent, errorText } from './runErrors';
import { ownLabel } from '../engine/events';
import { isComplete, parseLine, samplesOf, type ContainerEvidence, type Sample } from './containerEvidence';
import { containerName } from './leftovers';
import type { TestContainer } from './limitCheck';
import { workload } from './script';
import { sleep, raceAbort } from '../util/async';

/** The calls that a container is run with. */
export type TestContainerEngine = Pick<EngineCalls, 'create' | 'inspect' | 'output' | 'start' | 'remove'>;

/** What a container is run with. */
export interface TestContainerRun {
  readonly engine: TestContainerEngine;
  readonly image: string;
  readonly labels: Record<string, string>;
  readonly onSample: (sample: Sample) => void;
  /** Called when it runs, with its PID in the engine's namespace and its full id. */
  readonly onRunning?: (pid: number, id: string) => Promise<void>;
  /** Called when it could not be removed; the end of the run, and then the next start, try again. */
  readonly onLeft: (id: string, why: string) => void;
  /** Aborted: workloads are ended, and their containers removed. */
  readonly signal: AbortSignal;
  /** Aborted: the engine has been found silent, nothing more is waited for. */
  readonly unresponsive?: AbortSignal;
  /** On cgroup v2: an engine may be told to give containers the machine's namespace, where `/sys/fs/cgroup` is not their own group. */
  readonly cgroupns?: 'private';
}

function configOf(
  container: TestContainer,
  { image, labels, cgroupns }: TestContainerRun,
): ContainerConfig & { readonly name: string } {
  return {
    name: containerName(labels[ownLabel] ?? ''),
    Image: image,
    Cmd: workload(container.script, container.stays),
    Entrypoint: [],
    // Root, in whatever image: the workloads read their own group's files.
    User: '0',
    Labels: labels,
    AttachStdout: true,
    AttachStderr: true,
    StopSignal: 'SIGKILL',
    ...(container.volume !== undefined && { Volumes: { [container.volume]: {} } }),
    HostConfig: {
      NetworkMode: container.network === true ? 'default' : 'none',
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      ...(cgroupns !== undefined && { CgroupnsMode: cgroupns }),
      ...container.limits,
    },
  };
}

/** Names of limits that the engine has not kept as they were asked for. */
export function droppedOf(asked: HostConfig, kept: HostConfig): (keyof HostConfig)[] {
  const entries = Object.entries(asked) as [keyof HostConfig, unknown][];
  return entries.flatMap(([name, value]) => {
    const sorted = (part: unknown): string =>
      JSON.stringify(part, (_key, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    return sorted(value) === sorted(kept[name]) ? [] : [name];
  });
}

/** Whole lines out of what comes in pieces. */
function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  };
}

/** Waits for the workload's end, its time limit or a cancel; what happened if it was not its end. */
async function waitForExit(ended: Promise<void>, seconds: number, signal: AbortSignal): Promise<string | undefined> {
  // Of an abort that has been, no listener is told.
  if (signal.aborted) return abortReason(signal);
  return new Promise((resolve) => {
    const finish = (what: string | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(what);
    };
    const onAbort = (): void => finish(abortReason(signal));
    const timer = setTimeout(() => finish(`The workload did not end within ${String(seconds)} s.`), seconds * 1000);
    signal.addEventListener('abort', onAbort, { once: true });
    void ended.then(() => finish(undefined));
  });
}

/** How long, in looks and milliseconds between them, an engine may take to see that a process has closed its output and ended. */
const exitWait = { looks: 200, intervalMs: 50 };

/** How a container ended whose output has, unless `broken` says already what happened to it. */
async function readExit(
  look: () => Promise<InspectedContainer>,
  signal: AbortSignal,
  broken: string | undefined,
): Promise<Pick<ContainerEvidence, 'exitCode' | 'oomKilled' | 'broken'>> {
  if (broken !== undefined) {
    const { exitCode, oomKilled } = await look();
    return { exitCode, oomKilled, broken };
  }
  for (let looks = 1; ; looks += 1) {
    const { running, exitCode, oomKilled } = await look();
    if (!running) return { exitCode, oomKilled };
    if (signal.aborted) return { exitCode: -1, oomKilled, broken: abortReason(signal) };
    if (looks === exitWait.looks) {
      const waited = String((exitWait.looks * exitWait.intervalMs) / 1000);
      const broken = `The workload closed its output, and the engine said ${waited} s later that it still runs.`;
      return { exitCode: -1, oomKilled, broken };
    }
    await sleep(exitWait.intervalMs, signal);
  }
}

type EngineCaller = <T>(call: () => Promise<T>, late?: (value: T) => void) => Promise<T>;

/** Asks the engine, and waits no longer for it than until another container has found it silent. */
function engineCaller({ unresponsive }: TestContainerRun): EngineCaller {
  return async (call, late) => (unresponsive === undefined ? call() : raceAbort(call, unresponsive, late));
}

interface CreatedContainer {
  readonly id: string;
  readonly name: string;
  readonly warnings: readonly string[];
}

/** Runs the workload of a container that has been made. Rejects with the engine's error. */
async function runCreated(
  container: TestContainer,
  run: TestContainerRun,
  ask: EngineCaller,
  { id, name, warnings }: CreatedContainer,
): Promise<ContainerEvidence> {
  const { engine, signal, onRunning } = run;
  const look = async (): Promise<InspectedContainer> => ask(() => engine.inspect(id));
  const lines: (readonly [string, string])[] = [];
  const dropped = droppedOf(container.limits, (await look()).hostConfig);
  const begun: ContainerEvidence = { lines, errors: '', exitCode: -1, oomKilled: false, warnings, dropped };
  if (signal.aborted) return { ...begun, broken: abortReason(signal) };
  if (dropped.some((name) => container.mayDrop?.includes(name) !== true)) return begun;
  let errors = '';
  let onLastLine = (): void => undefined;
  const lastLine = new Promise<void>((resolve) => (onLastLine = resolve));
  const split = lineSplitter((line) => {
    const parsed = parseLine(line);
    if (parsed === undefined) return;
    lines.push(parsed);
    samplesOf(parsed).forEach(run.onSample);
    if (isComplete(begun)) onLastLine();
  });
  const onText = (text: string, from: 'out' | 'err'): void => {
    if (from === 'out') split(text);
    else errors = `${errors}${text}`.slice(-4000);
  };
  const output = await ask(
    () => engine.output(id, onText),
    ({ close }) => close(),
  );
  try {
    // By its name: what the daemon logs of a refusal is told by it from what others asked for (`request` in causes.tsv).
    await ask(() => engine.start(name));
    if (onRunning !== undefined) await onRunning((await look()).pid, id);
    // One that stays is not waited for: its removal ends it.
    const ended = container.stays === undefined ? output.ended : Promise.race([output.ended, lastLine]);
    const broken = await waitForExit(ended, container.seconds, signal);
    if (broken === undefined && container.stays !== undefined && isComplete(begun))
      return { ...begun, errors, exitCode: 0 };
    return { ...begun, errors, ...(await readExit(look, signal, broken)) };
  } finally {
    output.close();
  }
}

/**
 * Makes a container, checks that the engine kept what was asked, runs its workload and removes it, whatever happens.
 * Rejects with EngineSilent when the engine does not answer; its container is then left to the end of the run.
 */
export async function runContainer(container: TestContainer, run: TestContainerRun): Promise<ContainerEvidence> {
  const { engine, signal } = run;
  const ask = engineCaller(run);
  const none = { lines: [], errors: '', exitCode: -1, oomKilled: false, warnings: [], dropped: [] };
  if (signal.aborted) return { ...none, broken: abortReason(signal) };
  let created: CreatedContainer;
  try {
    const config = configOf(container, run);
    created = { ...(await ask(() => engine.create(config))), name: config.name };
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === undefined) throw engineSilent(error);
    return { ...none, refused };
  }
  const { id, warnings } = created;
  let answers = true;
  try {
    return await runCreated(container, run, ask, created);
  } catch (error) {
    const refused = refusalOf(error);
    answers = refused !== undefined;
    if (refused === undefined) throw engineSilent(error);
    return { ...none, warnings, refused };
  } finally {
    // Of an engine that is silent nothing more is asked, which would take half a minute more.
    if (answers) await ask(() => engine.remove(id)).catch((error: unknown) => run.onLeft(id, errorText(error)));
    else run.onLeft(id, 'the engine does not answer');
  }
}
