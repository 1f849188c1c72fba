import { debuglog, type DebugLogger } from 'node:util';

/** What docker-modem's `debug` is replaced by at bundling: Node's own trace, shown with NODE_DEBUG=modem. */
function trace(section: string): DebugLogger {
  return debuglog(section);
}

export = trace;
