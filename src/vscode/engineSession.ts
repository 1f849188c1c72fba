import type { Endpoint, EndpointResult } from '../engine/endpoint';
import { EngineMonitor, type MonitorOptions, type SocketMount } from '../engine/monitor';
import { initial } from '../engine/model';
import type { EngineState, Found } from '../engine/state';
import { endpointFor, stateFileOf } from '../app/managedDaemon';
import type { LazyLog } from './lazyLog';
import { loadVerification } from './lazyVerification';

export type StateListener = Parameters<EngineMonitor['onChange']>[0];

/** One endpoint, and what watches it. */
export interface Connection {
  readonly endpoint: EndpointResult;
  readonly monitor: Pick<EngineMonitor, 'state' | 'onChange' | 'refresh' | 'learn' | 'dispose'>;
}

/** Finds the endpoint that a setting or the environment names, and watches it. Nothing is read of another's daemon. */
export function connectTo(
  dockerHost: string | undefined,
  log: Pick<LazyLog, 'info' | 'error'>,
  onDoubt: () => void,
  setup: NonNullable<MonitorOptions['setup']>,
): Connection {
  const endpoint = endpointFor(process.env, dockerHost);
  if (endpoint.ok && endpoint.warning !== undefined) log.error(endpoint.warning);
  // What the helper says is about its own daemon and would be mistaken for another's.
  const helperStatePath = endpoint.ok ? stateFileOf(endpoint.endpoint) : undefined;
  // Loaded with the first engine that answers, as what is to be found out of it.
  const socketMount = async (path: string): Promise<SocketMount> => (await loadVerification()).readSocketMount(path);
  const line = (text: string): void => log.info(text);
  return {
    endpoint,
    monitor: new EngineMonitor({ endpoint, helperStatePath, socketMount, onDoubt, setup, log: line }),
  };
}

/**
 * The engine as the window sees it, whatever endpoint it is at: connections come and go with the setting, listeners
 * stay. Everything that belongs to one connection ends with it.
 */
export class EngineSession {
  readonly #connect: (dockerHost: string | undefined) => Connection;
  #connection: Connection | undefined;
  readonly #before: EngineState;
  readonly #listeners = new Set<StateListener>();
  #disposed = false;

  /** Nothing is opened yet: `use` does that. `now` in milliseconds since the epoch. */
  constructor(connect: (dockerHost: string | undefined) => Connection, now: number) {
    this.#connect = connect;
    this.#before = initial(now).state;
  }

  get state(): EngineState {
    return this.#connection?.monitor.state ?? this.#before;
  }

  /** The endpoint in use; undefined when it cannot be used at all, and before there is one. */
  get endpoint(): Endpoint | undefined {
    const endpoint = this.#connection?.endpoint;
    return endpoint?.ok === true ? endpoint.endpoint : undefined;
  }

  /** Goes over to an endpoint. The listeners are told of the new state as of any other change. */
  use(dockerHost: string | undefined): void {
    if (this.#disposed) return;
    const previous = this.state;
    this.#connection?.monitor.dispose();
    const connection = this.#connect(dockerHost);
    this.#connection = connection;
    connection.monitor.onChange((state, last) => this.#tell(state, last));
    this.#tell(this.state, previous);
  }

  async refresh(): Promise<EngineState> {
    return this.#connection?.monitor.refresh() ?? this.#before;
  }

  /** What was found out of the daemon that runs now otherwise than by asking how it is. */
  learn(found: Found): void {
    this.#connection?.monitor.learn(found);
  }

  onChange(listener: StateListener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#disposed = true;
    this.#connection?.monitor.dispose();
    this.#listeners.clear();
  }

  #tell(state: EngineState, previous: EngineState): void {
    for (const listener of this.#listeners) listener(state, previous);
  }
}
