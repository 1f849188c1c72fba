import { createServer, type ServerResponse } from 'node:http';

/**
 * Runs in a process of its own: answers like a Docker engine, as far as the tests ask, and takes orders over IPC.
 * `fakeDockerd.ts` starts it. Arguments: the socket's path, the length of its
 * queue, and how it answers, as JSON.
 */
export type Mode = 'ok' | 'silent' | 'slow' | number;
export type Question = 'ping' | 'info' | 'events';

export type Order =
  | { readonly do: 'mode'; readonly what: Question; readonly mode: Mode }
  /** Writes to every event stream; from then on `/info` counts that many. */
  | { readonly do: 'emit'; readonly text: string; readonly containersRunning?: number | undefined }
  | { readonly do: 'end-streams' | 'counts' | 'exit' };

export interface Counts {
  readonly ping: number;
  readonly info: number;
  readonly events: number;
  readonly mostPingsAtOnce: number;
  /** Event streams open now. */
  readonly streams: number;
}

const [socketPath, backlog, told = ''] = process.argv.slice(-3);
const modes: Record<Question, Mode> = {
  ping: 'ok',
  info: 'ok',
  events: 'ok',
  ...(JSON.parse(told) as Partial<Record<Question, Mode>>),
};
const counts: Record<Question, number> = { ping: 0, info: 0, events: 0 };
/** Answers that wait for their mode to become ok. */
const waiting: Record<Question, ServerResponse[]> = { ping: [], info: [], events: [] };
const streams = new Set<ServerResponse>();
/** Longer than a local engine is waited for at first. */
const slowMs = 1300;
let containersRunning = 1;
let pingsAtOnce = 0;
let mostPingsAtOnce = 0;

const answers: Record<Question, (response: ServerResponse) => void> = {
  ping(response) {
    response.writeHead(200, { 'Api-Version': '1.41', Server: 'Docker/20.10.24 (linux)', Ostype: 'linux' });
    response.end('OK');
  },
  info(response) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(
      JSON.stringify({
        ServerVersion: '20.10.24',
        Driver: 'overlay2',
        CgroupDriver: 'cgroupfs',
        CgroupVersion: '2',
        ContainersRunning: containersRunning,
        Containers: 2,
        DockerRootDir: '/var/lib/docker',
        LiveRestoreEnabled: true,
        Warnings: null,
      }),
    );
  },
  events(response) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
  },
};

function serve(what: Question, response: ServerResponse): void {
  const mode = modes[what];
  counts[what] += 1;
  if (mode === 'ok') answers[what](response);
  else if (mode === 'silent') waiting[what].push(response);
  else if (mode === 'slow') setTimeout(() => answers[what](response), slowMs);
  else response.writeHead(mode).end('{"message":"told to fail"}');
}

const server = createServer((request, response) => {
  const [path = ''] = (request.url ?? '').split('?');
  if (path === '/_ping') {
    pingsAtOnce += 1;
    mostPingsAtOnce = Math.max(mostPingsAtOnce, pingsAtOnce);
    response.on('close', () => (pingsAtOnce -= 1));
    serve('ping', response);
  } else if (path === '/info') {
    serve('info', response);
  } else if (path === '/events') {
    serve('events', response);
  } else if (path === '/containers/json') {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify([{ Id: 'abc', Names: ['/web'], Image: 'nginx', Status: 'Up 2 minutes' }]));
  } else {
    response.writeHead(404).end('{"message":"page not found"}');
  }
});

process.on('message', (order: Order) => {
  switch (order.do) {
    case 'mode':
      modes[order.what] = order.mode;
      if (order.mode === 'ok') for (const response of waiting[order.what].splice(0)) answers[order.what](response);
      break;
    case 'emit':
      containersRunning = order.containersRunning ?? containersRunning;
      for (const stream of streams) stream.write(order.text);
      break;
    case 'end-streams':
      for (const stream of streams) stream.end();
      break;
    case 'counts':
      process.send?.({ ...counts, mostPingsAtOnce, streams: streams.size } satisfies Counts);
      break;
    case 'exit':
      // As dockerd ends in order: its socket goes with it.
      server.close();
      process.exit(0);
  }
});
process.on('disconnect', () => process.exit(0));
server.listen({ path: socketPath, backlog: Number(backlog) }, () => process.send?.('listening'));
