import { stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { parseInfo } from './systemInfo';
import type { Endpoint } from './endpoint';
import { get, type RequestResult } from './request';
import type { InfoResult, PingResult, SocketPath } from './state';
import { errorMessage } from '../util/format';

/** `unreachable` with this code: the endpoint's own files are wrong, see `RequestResult`. */
export const unusableCode = 'UNUSABLE';
/** `unreachable` with this code: the caller's signal ended the probe. */
export const abortedCode = 'ABORTED';

/** Bytes of an error answer that are kept as evidence. */
const evidenceLength = 200;
const infoBytes = 4_194_304;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}

/** A connection that was taken and then dropped; which of the two depends on whether our question was sent by then. */
const brokenOff: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** Undefined when nothing is there (any more). */
async function whatStandsAt(path: string): Promise<SocketPath | undefined> {
  try {
    const found = await stat(path);
    if (found.isSocket()) return 'socket';
    if (found.isDirectory()) return 'directory';
    return found.isFile() ? 'file' : 'other';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : 'hidden';
  }
}

/** Milliseconds that a program has between making its socket and listening on it, and between two questions meanwhile. */
const birth = { longest: 100, pause: 10 };

/** A socket that was made just now refuses everybody until its program listens: bind(2) and listen(2) are two calls. */
async function isBeingBorn(path: string): Promise<boolean> {
  const made = await stat(path).catch(() => undefined);
  return made?.isSocket() === true && Math.abs(Date.now() - made.mtimeMs) < birth.longest;
}

/** When a socket was made; nothing where that cannot be seen. */
async function birthOf(socketPath: string): Promise<{ readonly madeAt?: number }> {
  const made = await stat(socketPath).catch(() => undefined);
  return made === undefined ? {} : { madeAt: made.mtimeMs };
}

/** `Docker/20.10.24 (linux)` → `20.10.24` */
function versionOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Docker\/(?<version>\S+)/u.exec(String(headers['server']))?.groups?.['version'];
}

function answered(answer: Extract<RequestResult, { outcome: 'answer' }>): PingResult {
  if (answer.status !== 200) {
    return { outcome: 'status', status: answer.status, body: answer.body.trim().slice(0, evidenceLength) };
  }
  const engineVersion = versionOf(answer.headers);
  const apiVersion = answer.headers['api-version'];
  return {
    outcome: 'ok',
    ...(engineVersion === undefined ? {} : { engineVersion }),
    ...(typeof apiVersion === 'string' ? { apiVersion } : {}),
    ms: answer.ms,
  };
}

/** An errno of a unix socket's `connect`; undefined when it means nothing in particular. */
async function socketFault(socketPath: string, code: string, elapsedMs: number): Promise<PingResult | undefined> {
  switch (code) {
    case 'ENOENT':
      return { outcome: 'absent' };
    case 'EACCES':
    case 'EPERM': {
      // Without write permission a directory is refused by EACCES, before the kernel sees that it is no socket.
      const path = await whatStandsAt(socketPath);
      return path === undefined ? { outcome: 'absent' } : { outcome: 'denied', path, ...(await birthOf(socketPath)) };
    }
    case 'ECONNREFUSED':
    // Linux says ECONNREFUSED of a file that is no socket, other systems say this.
    case 'ENOTSOCK': {
      const path = await whatStandsAt(socketPath);
      return path === undefined ? { outcome: 'absent' } : { outcome: 'refused', path, ...(await birthOf(socketPath)) };
    }
    // The queue of a listener that accepts nobody is full: it is there and does not answer.
    case 'EAGAIN':
      return { outcome: 'timeout', afterMs: elapsedMs, ...(await birthOf(socketPath)) };
    default:
      return undefined;
  }
}

/**
 * `GET /_ping` on a connection of its own. Never throws; ends within `deadlineMs`. A TCP connection that is not even
 * taken in time is `unreachable`, not `timeout`: nobody is known to be there.
 */
export async function ping(endpoint: Endpoint, deadlineMs: number, signal?: AbortSignal): Promise<PingResult> {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  const ask = (): Promise<RequestResult> =>
    get(endpoint, {
      path: '/_ping',
      deadlineMs: Math.max(1, deadlineMs - elapsed()),
      ...(signal === undefined ? {} : { signal }),
    });

  let result = await ask();
  // The listener went away while this request stood in its queue. Asking again tells what is there now.
  if (result.outcome === 'error' && brokenOff.has(result.code) && elapsed() < deadlineMs) result = await ask();

  while (
    endpoint.kind === 'unix' &&
    result.outcome === 'error' &&
    result.code === 'ECONNREFUSED' &&
    elapsed() < Math.min(deadlineMs, 2 * birth.longest) &&
    (await isBeingBorn(endpoint.socketPath))
  ) {
    await setTimeout(birth.pause);
    result = await ask();
  }

  switch (result.outcome) {
    case 'answer':
      return answered(result);
    case 'too-large':
      return { outcome: 'status', status: 200, body: `more than ${result.limit} bytes, which no engine sends` };
    case 'aborted':
      return { outcome: 'unreachable', code: abortedCode, message: 'the probe was called off' };
    case 'unusable':
      return { outcome: 'unreachable', code: unusableCode, message: result.message };
    case 'timeout': {
      if (endpoint.kind === 'unix')
        return { outcome: 'timeout', afterMs: elapsed(), ...(await birthOf(endpoint.socketPath)) };
      if (result.connected) return { outcome: 'timeout', afterMs: elapsed() };
      return { outcome: 'unreachable', code: 'ETIMEDOUT', message: `no connection within ${deadlineMs} ms` };
    }
    case 'error': {
      const fault =
        endpoint.kind === 'unix' ? await socketFault(endpoint.socketPath, result.code, elapsed()) : undefined;
      return fault ?? { outcome: 'unreachable', code: result.code, message: result.message };
    }
  }
}

function parsed(body: string): InfoResult {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return {
      outcome: 'failed',
      message: `the answer is not JSON: ${errorMessage(error)}`,
    };
  }
  const details = parseInfo(json);
  return details === undefined
    ? { outcome: 'failed', message: 'the answer is not what a Docker engine says of itself' }
    : { outcome: 'ok', details };
}

/** `GET /info`, the cheapest question a frozen containerd leaves without an answer. Never throws. */
export async function info(endpoint: Endpoint, deadlineMs: number, signal?: AbortSignal): Promise<InfoResult> {
  const result = await get(endpoint, {
    path: '/info',
    deadlineMs,
    maxBytes: infoBytes,
    ...(signal === undefined ? {} : { signal }),
  });
  switch (result.outcome) {
    case 'answer':
      return result.status === 200
        ? parsed(result.body)
        : { outcome: 'failed', message: `HTTP ${result.status}: ${result.body.trim().slice(0, evidenceLength)}` };
    case 'timeout':
      return { outcome: 'timeout', afterMs: result.afterMs };
    case 'aborted':
      return { outcome: 'failed', code: abortedCode, message: 'the question was called off' };
    case 'unusable':
      return { outcome: 'failed', code: unusableCode, message: result.message };
    case 'too-large':
      return { outcome: 'failed', message: `the answer has more than ${result.limit} bytes` };
    case 'error':
      return { outcome: 'failed', code: result.code, message: result.message };
  }
}
