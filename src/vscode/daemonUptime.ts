import type { Endpoint } from '../engine/endpoint';
import type { EngineState, StateKind } from '../engine/state';

const up: ReadonlySet<StateKind> = new Set(['running', 'degraded', 'foreign']);

/**
 * Since when the daemon listens: the modification time of its socket, which is set when the socket is made and is not
 * touched by a change of owner, mode or ACL. A window that was opened later than the daemon knows no better source that
 * needs no rights.
 */
export class DaemonUptime {
  /** Milliseconds since the epoch; undefined while nothing listens, and for an endpoint that is no socket. */
  since: number | undefined;
  private wanted: string | undefined;

  constructor(
    private readonly modified: (path: string) => Promise<number | undefined>,
    private readonly onChange: () => void,
  ) {}

  /** To be called for every state; reads once for each time the daemon comes up. */
  async observe(state: EngineState, endpoint: Endpoint | undefined): Promise<void> {
    const path = up.has(state.kind) && endpoint?.kind === 'unix' ? endpoint.socketPath : undefined;
    if (path === this.wanted) return;
    this.wanted = path;
    this.since = undefined;
    if (path === undefined) return;
    const since = await this.modified(path);
    if (path !== this.wanted || since === undefined) return;
    this.since = since;
    this.onChange();
  }
}
