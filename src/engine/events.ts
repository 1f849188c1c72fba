import { request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import * as v from 'valibot';
import { parseJson } from '../util/parseJson';
import { connectionTo } from './connection';
import type { Endpoint } from './endpoint';

/** What happened to a container, from `GET /events` (Docker Engine API, `EventMessage`). */
export interface ContainerEvent {
  /** `start`, `die`, `pause`, ... */
  readonly action: string;
  readonly id: string;
  /** Empty when the engine names none. */
  readonly name: string;
  readonly image: string;
  /** Made by this product to find something out: nothing that a person did. */
  readonly own: boolean;
}

/** The label of every container that this product makes, whose value is the run that made it. */
export const ownLabel = 'dind-station.limits.run';

/** Why a stream is over. */
export type StreamEnd =
  | { readonly reason: 'closed' }
  /** The engine ended it or is gone. `code` is an errno, empty for an orderly end. */
  | { readonly reason: 'lost'; readonly code: string }
  /** It never began: another status than 200. */
  | { readonly reason: 'status'; readonly status: number }
  /** It never began: the endpoint's own parts are wrong. */
  | { readonly reason: 'unusable'; readonly message: string };

export interface StreamListener {
  /** The engine has taken the request: from now on an end is noticed. */
  opened(): void;
  event(event: ContainerEvent): void;
  /** Once, whatever happens; nothing follows it. */
  ended(end: StreamEnd): void;
  /** A line that is no event of ours, cut to 200 characters. */
  stray(line: string): void;
}

export interface EventStream {
  /** Ends it, with the reason `closed` unless it has ended before. */
  close(): void;
}

/** The actions that change what `/info` counts. */
const actions = ['create', 'start', 'die', 'pause', 'unpause', 'destroy'];
/** A line this long is no event; without a bound a broken proxy could fill the memory. */
const maxLine = 1_048_576;

const text = v.optional(v.string(), '');
const Message = v.object({
  Type: v.literal('container'),
  Action: v.string(),
  // Labels are among the attributes, too.
  Actor: v.object({
    ID: v.string(),
    Attributes: v.optional(v.nullable(v.object({ name: text, image: text, [ownLabel]: v.optional(v.string()) }))),
  }),
});

function parseEvent(line: string): ContainerEvent | undefined {
  const message = parseJson(Message, line);
  if (message === undefined) return undefined;
  const { Action, Actor } = message;
  return {
    action: Action,
    id: Actor.ID,
    name: Actor.Attributes?.name ?? '',
    image: Actor.Attributes?.image ?? '',
    own: Actor.Attributes?.[ownLabel] !== undefined,
  };
}

/** Opens `GET /events` for containers. Uses no timer: an engine that takes the request and says nothing is the ping's to find. */
export function openEvents(endpoint: Endpoint, listener: StreamListener): EventStream {
  let request: ClientRequest | undefined;
  let over = false;
  const end = (how: StreamEnd): void => {
    if (over) return;
    over = true;
    request?.destroy();
    listener.ended(how);
  };
  const lost = (error?: Error): void =>
    end({ reason: 'lost', code: error !== undefined && 'code' in error ? String(error.code) : '' });

  const take = (line: string): void => {
    if (line.trim() === '') return;
    const event = parseEvent(line);
    if (event === undefined) listener.stray(line.slice(0, 200));
    else listener.event(event);
  };

  const onResponse = (response: IncomingMessage): void => {
    if (response.statusCode !== 200) {
      end({ reason: 'status', status: response.statusCode ?? 0 });
      return;
    }
    const decoder = new StringDecoder('utf8');
    let rest = '';
    response.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (over) return;
        take(line);
      }
      if (rest.length > maxLine) lost();
    });
    response.on('end', () => lost());
    response.on('error', lost);
    response.on('close', () => lost());
    listener.opened();
  };

  const open = async (): Promise<void> => {
    const connection = await connectionTo(endpoint);
    if (over) return;
    if (!connection.ok) {
      end({ reason: 'unusable', message: connection.message });
      return;
    }
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'], event: actions }));
    const options = {
      ...connection.options,
      path: `${connection.basePath}/events?filters=${filters}`,
      agent: false as const,
    };
    request = connection.secure ? tlsRequest(options, onResponse) : plainRequest(options, onResponse);
    request.on('error', lost);
    request.end();
  };
  open().catch((error: unknown) => end({ reason: 'unusable', message: String(error) }));
  return { close: () => end({ reason: 'closed' }) };
}
