import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import type { TcpEndpoint, UnixEndpoint } from '../../../src/engine/endpoint';
import type { Counts, Mode, Order, Question } from './dockerdProcess';

export type { Counts, Mode } from './dockerdProcess';
export type Modes = Partial<Record<Question, Mode>>;

/** A daemon of our own in a process of its own, so that it can be killed and frozen. */
export class FakeDockerd {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** Resolves when it listens. `backlog`: how many connections wait for it at most. */
  static async start(socketPath: string, modes: Modes = {}, backlog = 511): Promise<FakeDockerd> {
    const source = readFileSync(join(__dirname, 'dockerdProcess.ts'), 'utf8');
    const { code } = transformSync(source, { loader: 'ts', format: 'cjs' });
    const child = spawn(process.execPath, ['-e', code, '--', socketPath, String(backlog), JSON.stringify(modes)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const daemon = new FakeDockerd(child);
    await once(child, 'message');
    return daemon;
  }

  mode(what: Question, mode: Mode): void {
    this.#order({ do: 'mode', what, mode });
  }

  /** Writes to every event stream; from now on `/info` counts that many. */
  emit(text: string, containersRunning?: number): void {
    this.#order({ do: 'emit', text, containersRunning });
  }

  endStreams(): void {
    this.#order({ do: 'end-streams' });
  }

  async counts(): Promise<Counts> {
    const answer = once(this.#process, 'message');
    this.#order({ do: 'counts' });
    const [counts] = (await answer) as [Counts];
    return counts;
  }

  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Dies without a chance to clean up: its socket stays. */
  async kill(): Promise<void> {
    await this.#end(() => this.#process.kill('SIGKILL'));
  }

  /** Ends in order: its socket goes. */
  async exit(): Promise<void> {
    await this.#end(() => this.#order({ do: 'exit' }));
  }

  #order(order: Order): void {
    this.#process.send(order);
  }

  async #end(how: () => unknown): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    how();
    await gone;
  }
}

/** What a test made and must not leave behind. */
export class Litter {
  readonly #folders: string[] = [];
  readonly #ends: (() => unknown)[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'dind-station-test-'));
    this.#folders.push(folder);
    return folder;
  }

  /** Calls it at the end of the test, last added first. */
  later(end: () => unknown): void {
    this.#ends.unshift(end);
  }

  async daemon(socketPath: string, modes: Modes = {}, backlog?: number): Promise<FakeDockerd> {
    const daemon = await FakeDockerd.start(socketPath, modes, backlog);
    this.later(() => daemon.kill());
    return daemon;
  }

  async sweep(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

export function unixEndpoint(socketPath: string): UnixEndpoint {
  return { kind: 'unix', socketPath, source: 'setting', display: `unix://${socketPath}` };
}

export function tcpEndpoint(port: number, host = '127.0.0.1'): TcpEndpoint {
  return { kind: 'tcp', host, port, basePath: '', source: 'setting', display: `tcp://${host}:${port}` };
}

export async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
