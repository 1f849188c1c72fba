import { request as plainRequest, type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connectionTo } from './connection';
import type { Endpoint } from './endpoint';
import { errorMessage } from '../util/format';

/** How one request ended. */
export type RequestResult =
  | {
      readonly outcome: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
      readonly ms: number;
    }
  /** `connected`: the other side took the connection and then said nothing, or not all of it. */
  | { readonly outcome: 'timeout'; readonly afterMs: number; readonly connected: boolean }
  | { readonly outcome: 'aborted' }
  | { readonly outcome: 'too-large'; readonly limit: number }
  /** The endpoint's own parts are wrong (a TLS file cannot be read or holds no certificate); nothing was sent. */
  | { readonly outcome: 'unusable'; readonly message: string }
  /** `code`: an errno, a TLS code (`DEPTH_ZERO_SELF_SIGNED_CERT`) or a parser's (`HPE_INVALID_CONSTANT`). */
  | { readonly outcome: 'error'; readonly code: string; readonly message: string };

export interface GetRequest {
  /** With a leading slash, and the query. */
  readonly path: string;
  /** Milliseconds until the whole answer is there, connecting included. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** A keep-alive agent of the right protocol; without one each request has a connection of its own. */
  readonly agent?: Agent;
  /** Bytes of body that are taken at most; default 1 MiB. */
  readonly maxBytes?: number;
}

function errorResult(error: unknown): RequestResult {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  return { outcome: 'error', code, message: errorMessage(error) };
}

/** One GET. Never throws and never rejects; ends within its deadline. */
export async function get(endpoint: Endpoint, ask: GetRequest): Promise<RequestResult> {
  const startedAt = performance.now();
  const connection = await connectionTo(endpoint);
  if (ask.signal?.aborted) return { outcome: 'aborted' };
  if (!connection.ok) return { outcome: 'unusable', message: connection.message };
  const elapsed = (): number => performance.now() - startedAt;
  const maxBytes = ask.maxBytes ?? 1_048_576;

  return new Promise<RequestResult>((resolve) => {
    let connected = false;
    let finished = false;
    const finish = (result: RequestResult): void => {
      if (finished) return;
      finished = true;
      clearTimeout(deadline);
      ask.signal?.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const finishAndClose = (result: RequestResult): void => {
      finish(result);
      request?.destroy();
    };
    const onAbort = (): void => finishAndClose({ outcome: 'aborted' });
    const onDeadline = (): void => finishAndClose({ outcome: 'timeout', afterMs: Math.round(elapsed()), connected });
    const deadline = setTimeout(onDeadline, Math.max(0, ask.deadlineMs - elapsed()));
    ask.signal?.addEventListener('abort', onAbort, { once: true });

    const onResponse = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) finishAndClose({ outcome: 'too-large', limit: maxBytes });
        else chunks.push(chunk);
      });
      response.on('error', (error) => finish(errorResult(error)));
      response.on('close', () => finish({ outcome: 'error', code: 'ECONNRESET', message: 'the answer broke off' }));
      response.on('end', () =>
        finish({
          outcome: 'answer',
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          ms: elapsed(),
        }),
      );
    };

    let request: ReturnType<typeof plainRequest> | undefined;
    try {
      const options = {
        ...connection.options,
        path: connection.basePath + ask.path,
        ...(ask.agent === undefined ? { agent: false as const } : { agent: ask.agent }),
      };
      request = connection.secure ? tlsRequest(options, onResponse) : plainRequest(options, onResponse);
      request.on('socket', (socket) => {
        if (!socket.connecting) connected = true;
        else socket.once('connect', () => (connected = true));
      });
      request.on('error', (error) => finish(errorResult(error)));
      request.end();
    } catch (error) {
      // Options that node refuses at once: a socket path with a NUL byte, a certificate file that holds none.
      const reason = errorMessage(error);
      finish({ outcome: 'unusable', message: `${endpoint.display} cannot be used: ${reason}.` });
    }
  });
}
