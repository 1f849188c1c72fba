import type { Endpoint, EndpointResult } from '../engine/endpoint';
import type { EngineMonitor } from '../engine/monitor';
import type { EngineState } from '../engine/state';

export type StateListener = Parameters<EngineMonitor['onChange']>[0];

/** One endpoint, and what watches it. */
export interface Connection {
  readonly endpoint: EndpointResult;
  readonly monitor: Pick<EngineMonitor, 'state' | 'onChange' | 'refresh' | 'dispose'>;
}

/**
 * The engine as the window sees it, whatever endpoint it is at: connections come and go with the setting, listeners
 * stay. Everything that belongs to one connection ends with it.
 */
export class LiveEngine {
  private connection: Connection;
  private readonly listeners = new Set<StateListener>();

  constructor(
    private readonly connect: (dockerHost: string | undefined) => Connection,
    dockerHost: string | undefined,
  ) {
    this.connection = this.open(dockerHost);
  }

  get state(): EngineState {
    return this.connection.monitor.state;
  }

  /** The endpoint in use; undefined when it cannot be used at all. */
  get endpoint(): Endpoint | undefined {
    const { endpoint } = this.connection;
    return endpoint.ok ? endpoint.endpoint : undefined;
  }

  /** Goes over to another endpoint. The listeners are told of the new state as of any other change. */
  use(dockerHost: string | undefined): void {
    const previous = this.state;
    this.connection.monitor.dispose();
    this.connection = this.open(dockerHost);
    this.tell(this.state, previous);
  }

  refresh(): Promise<EngineState> {
    return this.connection.monitor.refresh();
  }

  onChange(listener: StateListener): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  dispose(): void {
    this.connection.monitor.dispose();
    this.listeners.clear();
  }

  private open(dockerHost: string | undefined): Connection {
    const connection = this.connect(dockerHost);
    connection.monitor.onChange((state, previous) => this.tell(state, previous));
    return connection;
  }

  private tell(state: EngineState, previous: EngineState): void {
    for (const listener of this.listeners) listener(state, previous);
  }
}
