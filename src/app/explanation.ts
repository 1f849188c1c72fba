import type { Installed } from '../helper/installed';
import type { AccessJudgement } from '../diagnosis/access';
import { describe, type DescribeContext, type Description } from '../diagnosis/describe';
import type { Endpoint } from '../engine/endpoint';
import type { EngineState, StateKind } from '../engine/state';
import { daemonOwner } from './managedDaemon';

/** What the words of a state depend on besides the endpoint, as far as it is known by now. */
export interface Known {
  readonly helper: Installed['status'] | undefined;
  /** Why the socket refuses this process. */
  readonly access: AccessJudgement | undefined;
}

/** The socket that refuses this process, so that it is worth while to find out why; undefined where none does. */
export function refusingSocket(state: EngineState, endpoint: Endpoint | undefined): string | undefined {
  return state.kind === 'denied' && endpoint?.kind === 'unix' ? endpoint.socketPath : undefined;
}

/** A state in words, with what can be done about it from here. Pure. */
export function explain(state: EngineState, endpoint: Endpoint | undefined, known: Known): Description {
  const owner = daemonOwner(endpoint);
  const context: DescribeContext = {
    ...(endpoint === undefined ? {} : { endpoint: endpoint.display, managed: owner !== undefined }),
    ...(endpoint?.kind === 'unix' ? { socketPath: endpoint.socketPath } : {}),
    // A daemon of the user's own needs no privileged helper.
    ...(known.helper === undefined || owner === 'user' ? {} : { helper: known.helper }),
    ...(known.access === undefined ? {} : { access: known.access }),
  };
  return describe(state, context);
}

/** Reads what the words of a state depend on. None may reject. */
export interface EnvironmentReaders {
  /** Undefined when it could not be told. */
  readonly helper: () => Promise<Installed['status'] | undefined>;
  /** Why the socket refuses this process. */
  readonly access: (socketPath: string) => Promise<AccessJudgement | undefined>;
}

/**
 * What is around the engine and is only looked at when the state makes it worth while: the installed helper, and the
 * rights on a socket that refuses us. A late answer that belongs to an earlier state is dropped.
 */
export class Environment implements Known {
  readonly #readers: EnvironmentReaders;
  readonly #onChange: () => void;
  helper: Installed['status'] | undefined;
  access: AccessJudgement | undefined;
  #kind: StateKind | undefined;
  #socketPath: string | undefined;
  #round = 0;
  #disposed = false;

  constructor(readers: EnvironmentReaders, onChange: () => void) {
    this.#readers = readers;
    this.#onChange = onChange;
  }

  /** Looks at what a new state needs; nothing where it is the same as before. */
  async observe(state: EngineState, endpoint: Endpoint | undefined): Promise<void> {
    const socketPath = endpoint?.kind === 'unix' ? endpoint.socketPath : undefined;
    if (state.kind === this.#kind && socketPath === this.#socketPath) return;
    this.#kind = state.kind;
    this.#socketPath = socketPath;
    this.#round += 1;
    this.access = undefined;
    const refusing = refusingSocket(state, endpoint);
    if (refusing === undefined) return;
    const round = this.#round;
    const access = await this.#readers.access(refusing);
    if (this.#disposed || round !== this.#round || access === undefined) return;
    this.access = access;
    this.#onChange();
  }

  /** Looks at the installed helper again; resolves with what it found. */
  async checkHelper(): Promise<Installed['status'] | undefined> {
    const helper = await this.#readers.helper();
    if (!this.#disposed && helper !== this.helper) {
      this.helper = helper;
      this.#onChange();
    }
    return helper;
  }

  dispose(): void {
    this.#disposed = true;
  }
}
