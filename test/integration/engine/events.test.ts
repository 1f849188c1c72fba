import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openEvents, type ContainerEvent, type StreamEnd } from '../../../src/engine/events';
import { Litter, unixEndpoint, wait } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

/** Opens a stream and notes what it tells; `next` waits for the next note. */
function record(path: string) {
  const notes: string[] = [];
  const events: ContainerEvent[] = [];
  const ends: StreamEnd[] = [];
  let wake: () => void = () => undefined;
  const note = (text: string): void => {
    notes.push(text);
    wake();
  };
  const stream = openEvents(unixEndpoint(path), {
    opened: () => note('opened'),
    event(event) {
      events.push(event);
      note(event.action);
    },
    ended(end) {
      ends.push(end);
      note('ended');
    },
    stray: (line) => note(`stray ${line}`),
  });
  litter.later(() => stream.close());
  const until = async (text: string): Promise<void> => {
    while (!notes.includes(text)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { stream, notes, events, ends, until };
}

const start = JSON.stringify({
  Type: 'container',
  Action: 'start',
  Actor: { ID: 'abc', Attributes: { name: 'web', image: 'nginx' } },
});
const die = JSON.stringify({ Type: 'container', Action: 'die', Actor: { ID: 'abc' } });

/** A server that takes one request and is then in the test's hand. Resolves when it listens. */
async function byHand(path: string): Promise<{ request: Promise<{ socket: Socket; head: string }> }> {
  const server = createServer();
  const request = new Promise<{ socket: Socket; head: string }>((resolve) => {
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => resolve({ socket, head: data.toString() }));
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  litter.later(() => server.close());
  return { request };
}

describe('an event stream', () => {
  test('tells what happens to containers', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const daemon = await litter.daemon(path);
    const { until, notes, events } = record(path);
    await until('opened');
    daemon.emit(`${start}\n${die}\n`);
    await until('die');
    expect(notes).toEqual(['opened', 'start', 'die']);
    expect(events).toEqual([
      { action: 'start', id: 'abc', name: 'web', image: 'nginx', own: false },
      { action: 'die', id: 'abc', name: '', image: '', own: false },
    ]);
  });

  test('asks for containers only', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const { request } = await byHand(path);
    record(path);
    const { head } = await request;
    const query = /^GET \/events\?filters=(\S+) HTTP/u.exec(head)?.[1] ?? '';
    expect(JSON.parse(decodeURIComponent(query))).toEqual({
      type: ['container'],
      event: expect.arrayContaining(['start', 'die', 'pause', 'unpause', 'create', 'destroy']) as string[],
    });
  });

  test('lines may come in pieces, within a character too', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const { request } = await byHand(path);
    const { until, events } = record(path);
    const { socket } = await request;
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const line = Buffer.from(`${start.replace('web', 'wäb')}\n\n`);
    const cut = line.indexOf('ä') + 1;
    socket.write(line.subarray(0, 5));
    await wait(10);
    socket.write(line.subarray(5, cut));
    await wait(10);
    socket.write(line.subarray(cut));
    await until('start');
    expect(events).toEqual([{ action: 'start', id: 'abc', name: 'wäb', image: 'nginx', own: false }]);
  });

  test('a line that is none of ours is told and passed over', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const daemon = await litter.daemon(path);
    const { until, notes } = record(path);
    await until('opened');
    daemon.emit(`{broken\n${JSON.stringify({ Type: 'image', Action: 'pull', Actor: { ID: 'x' } })}\n${die}\n`);
    await until('die');
    expect(notes.map((note) => note.slice(0, 12))).toEqual(['opened', 'stray {broke', 'stray {"Type', 'die']);
  });

  test('a line without end ends the stream', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const daemon = await litter.daemon(path);
    const { until, ends } = record(path);
    await until('opened');
    daemon.emit('x'.repeat(1_100_000));
    await until('ended');
    expect(ends).toEqual([{ reason: 'lost', code: '' }]);
  });
});

describe('the end of a stream is told once', () => {
  test('when the daemon is killed, within milliseconds', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const daemon = await litter.daemon(path);
    const { until, ends, notes, stream } = record(path);
    await until('opened');
    await daemon.kill();
    const killedAt = performance.now();
    await until('ended');
    expect(performance.now() - killedAt).toBeLessThan(500);
    stream.close();
    await wait(30);
    expect(ends).toHaveLength(1);
    expect(ends[0]?.reason).toBe('lost');
    expect(notes.at(-1)).toBe('ended');
  });

  test('when the daemon ends it in order', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const daemon = await litter.daemon(path);
    const { until, ends } = record(path);
    await until('opened');
    daemon.endStreams();
    await until('ended');
    await wait(30);
    expect(ends).toEqual([{ reason: 'lost', code: '' }]);
  });

  test('when it is refused', async () => {
    const path = join(litter.folder(), 'docker.sock');
    await litter.daemon(path, { events: 403 });
    const { until, notes, ends } = record(path);
    await until('ended');
    await wait(30);
    expect(notes).toEqual(['ended']);
    expect(ends).toEqual([{ reason: 'status', status: 403 }]);
  });

  test('when nobody is there', async () => {
    const { until, ends } = record(join(litter.folder(), 'docker.sock'));
    await until('ended');
    expect(ends).toEqual([{ reason: 'lost', code: 'ENOENT' }]);
  });

  test('when we close it, and nothing follows', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const daemon = await litter.daemon(path);
    const { until, notes, stream } = record(path);
    await until('opened');
    stream.close();
    stream.close();
    daemon.emit(`${start}\n`);
    await vi.waitFor(async () => expect((await daemon.counts()).streams).toBe(0), { timeout: 5000 });
    expect(notes).toEqual(['opened', 'ended']);
  });

  test('when we close it before it began', async () => {
    const path = join(litter.folder(), 'docker.sock');
    const daemon = await litter.daemon(path);
    const { notes, stream } = record(path);
    stream.close();
    await wait(50);
    expect(notes).toEqual(['ended']);
    expect((await daemon.counts()).events).toBe(0);
  });
});
