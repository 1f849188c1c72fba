import { vi } from 'vitest';
import type { ContainerConfig, EngineCalls, HostConfig, ListedContainer } from '../../../src/engine/engineCalls';
import type { ContainerEvidence } from '../../../src/limits/containerEvidence';
import type { TestContainerRun } from '../../../src/limits/testContainer';
import type { TestContainer, LimitCheck } from '../../../src/limits/limitCheck';

/** An error as dockerode has it for an answer that is no success. */
export function refusal(status: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${String(status)})`), { statusCode: status, json: { message } });
}

/** What a broken connection gives. */
export const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** What never answers. */
export const never = async <T>(): Promise<T> => new Promise<T>(() => undefined);

interface FakeContainer extends ListedContainer {
  readonly config: ContainerConfig;
  running: boolean;
  print: (text: string) => void;
  end: () => void;
}

/**
 * As much of an engine as a run asks for. A container prints what `prints` gives for its script, and then ends; one whose
 * script goes on after its last line, and one of which nothing is given, lives until it is removed.
 */
export class FakeEngine {
  readonly containersMade: ContainerConfig[] = [];
  readonly all = new Map<string, FakeContainer>();
  prints: (script: string) => string | undefined = () => 'end\n';
  /** Looks at a container after its end that find it running still. */
  late = 0;
  /** What the engine keeps of what was asked. */
  keeps: (asked: HostConfig) => HostConfig = (asked) => asked;

  readonly info = vi.fn<EngineCalls['info']>(async () =>
    Promise.resolve({ id: 'E', version: '27.0', architecture: 'x86_64', cpus: 2, cpuset: true, running: 0 }),
  );
  readonly close = vi.fn<EngineCalls['close']>();
  readonly imageId = vi.fn<EngineCalls['imageId']>(async () => Promise.resolve('sha256:1'));
  readonly imagesOf = vi.fn<EngineCalls['imagesOf']>(async () => Promise.resolve([]));
  readonly importImage = vi.fn<EngineCalls['importImage']>(async () => Promise.resolve());
  readonly removeImage = vi.fn<EngineCalls['removeImage']>(async () => Promise.resolve());

  readonly containers = vi.fn<EngineCalls['containers']>(async (label) => {
    const [name = '', value] = label.split('=');
    const found = [...this.all.values()].filter(({ labels }) => name in labels);
    return Promise.resolve(found.filter(({ labels }) => value === undefined || labels[name] === value));
  });

  readonly create = vi.fn<EngineCalls['create']>(async (config) => {
    this.containersMade.push(config);
    const id = `c${String(this.containersMade.length)}`.padEnd(64, '0');
    const nothing = (): void => undefined;
    const labels = config.Labels ?? {};
    this.all.set(id, { id, name: config.name ?? '', labels, config, running: false, print: nothing, end: nothing });
    return Promise.resolve({ id, warnings: [] });
  });

  readonly output = vi.fn<EngineCalls['output']>(async (id, listener) => {
    const container = this.one(id);
    container.print = (text) => listener(text, 'out');
    const ended = new Promise<void>((resolve) => (container.end = resolve));
    return Promise.resolve({ ended, close: () => container.end() });
  });

  readonly start = vi.fn<EngineCalls['start']>(async (id) => {
    const container = this.one(id);
    const script = container.config.Cmd?.[2] ?? '';
    const text = this.prints(script);
    container.running = true;
    if (text !== undefined) setTimeout(() => this.#run(container, text, script.endsWith('echo end\n')), 1);
    return Promise.resolve();
  });

  readonly inspect = vi.fn<EngineCalls['inspect']>(async (id) => {
    const { name, config, running } = this.one(id);
    const stillRuns = running || this.late-- > 0;
    const hostConfig = this.keeps(config.HostConfig ?? {});
    const state = { running: stillRuns, pid: 42, exitCode: stillRuns ? 0 : 7, oomKilled: !stillRuns };
    return Promise.resolve({ id, name, ...state, hostConfig });
  });

  readonly remove = vi.fn<EngineCalls['remove']>(async (id) => {
    this.all.get(id)?.end();
    this.all.delete(id);
    return Promise.resolve();
  });

  /** As the real ones, whose class has a private part. */
  get calls(): EngineCalls {
    return this as unknown as EngineCalls;
  }

  #run(container: FakeContainer, text: string, ends: boolean): void {
    container.print(text);
    if (!ends) return;
    container.running = false;
    container.end();
  }

  /** By its id or its name, as the real one takes both. */
  one(id: string): FakeContainer {
    const found = this.all.get(id) ?? [...this.all.values()].find(({ name }) => name === id);
    if (found === undefined) throw refusal(404, `No such container: ${id}`);
    return found;
  }
}

/** A container's environment for a test of its own. */
export function containerRun(engine: FakeEngine, more: Partial<TestContainerRun> = {}): TestContainerRun {
  const signal = new AbortController().signal;
  const nothing = (): void => undefined;
  return { engine, image: 'image', labels: {}, onSample: nothing, onLeft: nothing, signal, ...more };
}

export function container(name: string, more: Partial<TestContainer> = {}): TestContainer {
  return { name, limits: {}, script: `# ${name}`, seconds: 20, ...more };
}

/** A check of some containers that is enforced whatever they say. */
export function check(id: string, more: Partial<LimitCheck> = {}, ...containers: TestContainer[]): LimitCheck {
  return {
    id,
    area: 'pids',
    title: id,
    asked: '',
    serialGroup: 'rest',
    together: true,
    cost: { cpuSeconds: 0, memory: 0, seconds: 0 },
    containers: () => containers,
    judge: (_evidence: Readonly<Record<string, ContainerEvidence>>) => ({
      verdict: 'enforced',
      reason: 'so it is',
      kernel: '-',
      observed: '-',
      basis: 'behaviour',
    }),
    ...more,
  };
}
