import { refusalOf, type ContainerConfig, type EngineCalls, type HostConfig } from '../engine/engineCalls';
import { parseLine, samplesOf, type Evidence, type Sample } from './evidence';
import { containerName, runLabel } from './leftovers';
import type { Leg } from './proof';
import { workload } from './script';

/** What a leg is run with. */
export interface LegRun {
  readonly engine: EngineCalls;
  readonly image: string;
  readonly labels: Record<string, string>;
  readonly onSample: (sample: Sample) => void;
  /** Called when it runs, with its PID in the engine's namespace and its full id. */
  readonly onRunning?: (pid: number, id: string) => Promise<void>;
  /** Called when it could not be removed; the next start tries again. */
  readonly onLeft: (id: string, why: string) => void;
  readonly signal: AbortSignal;
}

/** The engine has fallen silent: nothing more is to be asked of it. */
export class EngineSilent extends Error {}

function configOf(leg: Leg, { image, labels }: LegRun): ContainerConfig {
  return {
    name: containerName(labels[runLabel] ?? ''),
    Image: image,
    Cmd: workload(leg.script),
    Entrypoint: [],
    // Root, in whatever image: the workloads read their own group's files.
    User: '0',
    Labels: labels,
    AttachStdout: true,
    AttachStderr: true,
    StopSignal: 'SIGKILL',
    ...(leg.volume !== undefined && { Volumes: { [leg.volume]: {} } }),
    HostConfig: {
      NetworkMode: leg.network === true ? 'default' : 'none',
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      ...leg.limits,
    },
  };
}

/** Names of limits that the engine has not kept as they were asked for. */
export function droppedOf(asked: HostConfig, kept: HostConfig): string[] {
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

/** Rejects with EngineSilent for an error that is no answer. */
function silent(error: unknown): EngineSilent {
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineSilent(`The engine did not answer: ${reason}.`);
}

/** Waits for the workload's end, its time limit or a cancel; what happened if it was not its end. */
async function untilEnd(ended: Promise<void>, seconds: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const finish = (what: string | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(what);
    };
    const onAbort = (): void => finish('The run was cancelled.');
    const timer = setTimeout(() => finish(`The workload did not end within ${String(seconds)} s.`), seconds * 1000);
    signal.addEventListener('abort', onAbort, { once: true });
    void ended.then(() => finish(undefined));
  });
}

/**
 * Makes a container, checks that the engine kept what was asked, runs its workload and removes it, whatever happens.
 * Rejects with EngineSilent when the engine does not answer; its container is then removed at the next start.
 */
export async function runLeg(leg: Leg, run: LegRun): Promise<Evidence> {
  const { engine, signal } = run;
  const lines: (readonly [string, string])[] = [];
  const none = { lines, errors: '', exitCode: -1, oomKilled: false, warnings: [], dropped: [] };
  let made: { readonly id: string; readonly warnings: readonly string[] };
  try {
    made = await engine.create(configOf(leg, run));
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === undefined) throw silent(error);
    return { ...none, refused };
  }
  const { id, warnings } = made;
  let answers = true;
  try {
    const { hostConfig } = await engine.inspect(id);
    const dropped = droppedOf(leg.limits, hostConfig);
    if (dropped.length > 0 || signal.aborted) {
      return { ...none, warnings, dropped, ...(signal.aborted && { broken: 'The run was cancelled.' }) };
    }
    let errors = '';
    const split = lineSplitter((line) => {
      const parsed = parseLine(line);
      if (parsed === undefined) return;
      lines.push(parsed);
      samplesOf(parsed).forEach(run.onSample);
    });
    const output = await engine.output(id, (text, from) => {
      if (from === 'out') split(text);
      else errors = `${errors}${text}`.slice(-4000);
    });
    try {
      await engine.start(id);
      if (run.onRunning !== undefined) await run.onRunning((await engine.inspect(id)).pid, id);
      const broken = await untilEnd(output.ended, leg.seconds, signal);
      const { exitCode, oomKilled } = await engine.inspect(id);
      return { ...none, errors, exitCode, oomKilled, warnings, ...(broken !== undefined && { broken }) };
    } finally {
      output.close();
    }
  } catch (error) {
    const refused = refusalOf(error);
    answers = refused !== undefined;
    if (refused === undefined) throw silent(error);
    return { ...none, warnings, refused };
  } finally {
    // Of an engine that is silent nothing more is asked, which would take half a minute more.
    if (answers) await engine.remove(id).catch((error: unknown) => run.onLeft(id, silent(error).message));
    else run.onLeft(id, 'the engine does not answer');
  }
}
