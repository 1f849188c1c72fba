import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { abortedCode, info, ping } from '../../../src/engine/probe';
import { Litter, tcpEndpoint, unixEndpoint, wait } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

const socketIn = (folder: string): string => join(folder, 'docker.sock');

/** With when what is there was made. */
const refused = (path: string) => ({ outcome: 'refused', path, madeAt: expect.any(Number) as number });

/** A server that treats each connection so; counts them. */
async function rawServer(at: string | number, treat: (socket: Socket, nth: number) => void): Promise<Server> {
  let count = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    count += 1;
    treat(socket, count);
  });
  await new Promise<void>((resolve) =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  );
  litter.later(() => server.close());
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const okAnswer = 'HTTP/1.1 200 OK\r\nServer: Docker/28.2.2 (linux)\r\nApi-Version: 1.50\r\nContent-Length: 2\r\n\r\nOK';

describe('ping', () => {
  test('an engine that answers, with its versions', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const result = await ping(unixEndpoint(path), 900);
    expect(result).toMatchObject({ outcome: 'ok', engineVersion: '20.10.24', apiVersion: '1.41' });
    expect(result.outcome === 'ok' && result.ms).toBeGreaterThan(0);
  });

  test('nothing there', async () => {
    expect(await ping(unixEndpoint(socketIn(litter.folder())), 900)).toEqual({ outcome: 'absent' });
  });

  test('a socket that was made just now, and on which its program listens a moment later', async () => {
    const path = socketIn(litter.folder());
    const born = spawn('perl', [
      '-MSocket',
      '-e',
      '$| = 1; socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])); print "bound"; <STDIN>; ' +
        'select(undef, undef, undef, 0.03); listen(S, 5); accept(C, S); sysread(C, $_, 999); syswrite(C, $ARGV[1])',
      path,
      okAnswer,
    ]);
    litter.later(() => void born.kill());
    await once(born.stdout, 'data');
    // Made just now, however long its output took to us on a busy machine.
    const now = new Date();
    utimesSync(path, now, now);
    born.stdin.write('\n');
    expect(await ping(unixEndpoint(path), 900)).toMatchObject({ outcome: 'ok', engineVersion: '28.2.2' });
  });

  test('a daemon killed with its socket left behind', async () => {
    const path = socketIn(litter.folder());
    await (await litter.daemon(path)).kill();
    expect(await ping(unixEndpoint(path), 900)).toEqual(refused('socket'));
  });

  test('a directory and a file in its place', async () => {
    const folder = litter.folder();
    mkdirSync(join(folder, 'd'));
    writeFileSync(join(folder, 'f'), '');
    expect(await ping(unixEndpoint(join(folder, 'd')), 900)).toEqual(refused('directory'));
    expect(await ping(unixEndpoint(join(folder, 'f')), 900)).toEqual(refused('file'));
    expect(await ping(unixEndpoint('/dev/null'), 900)).toEqual(refused('other'));
  });

  test('a link is followed', async () => {
    const folder = litter.folder();
    mkdirSync(join(folder, 'd'));
    symlinkSync('d', join(folder, 'l'));
    symlinkSync('nowhere', join(folder, 'n'));
    expect(await ping(unixEndpoint(join(folder, 'l')), 900)).toEqual(refused('directory'));
    expect(await ping(unixEndpoint(join(folder, 'n')), 900)).toEqual({ outcome: 'absent' });
  });

  test('a daemon frozen: the deadline, and not much later', async () => {
    const path = socketIn(litter.folder());
    (await litter.daemon(path)).freeze();
    const startedAt = performance.now();
    const madeAt = statSync(path).mtimeMs;
    expect(await ping(unixEndpoint(path), 200)).toMatchObject({ outcome: 'timeout', madeAt });
    const took = performance.now() - startedAt;
    expect(took).toBeGreaterThanOrEqual(195);
    expect(took).toBeLessThan(900);
  });

  test('an answer that begins and does not end is no answer', async () => {
    const path = socketIn(litter.folder());
    await rawServer(path, (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK'));
    expect(await ping(unixEndpoint(path), 150)).toMatchObject({ outcome: 'timeout' });
  });

  test('an error of the engine, with its words', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path, { ping: 503 });
    expect(await ping(unixEndpoint(path), 900)).toEqual({
      outcome: 'status',
      status: 503,
      body: '{"message":"told to fail"}',
    });
  });

  test('a reset is asked again at once', async () => {
    const path = socketIn(litter.folder());
    await rawServer(path, (socket, nth) => {
      if (nth === 1) socket.destroy();
      else socket.end(okAnswer);
    });
    expect(await ping(unixEndpoint(path), 900)).toMatchObject({ outcome: 'ok', engineVersion: '28.2.2' });
  });

  test('who always resets is unreachable', async () => {
    const path = socketIn(litter.folder());
    await rawServer(path, (socket) => socket.destroy());
    expect(await ping(unixEndpoint(path), 900)).toMatchObject({
      outcome: 'unreachable',
      code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/u) as string,
    });
  });

  test('something that speaks no HTTP', async () => {
    const path = socketIn(litter.folder());
    await rawServer(path, (socket) => socket.end('220 mail ready\r\n'));
    expect(await ping(unixEndpoint(path), 900)).toMatchObject({
      outcome: 'unreachable',
      code: expect.stringMatching(/^HPE_/u) as string,
    });
  });

  test('a body without end is cut off', async () => {
    const path = socketIn(litter.folder());
    await rawServer(path, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n');
      socket.write(Buffer.alloc(2_000_000, 'x'));
    });
    expect(await ping(unixEndpoint(path), 900)).toMatchObject({
      outcome: 'status',
      body: expect.stringContaining('1048576') as string,
    });
  });

  test('called off', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path, { ping: 'silent' });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const startedAt = performance.now();
    expect(await ping(unixEndpoint(path), 5000, stop.signal)).toMatchObject({
      outcome: 'unreachable',
      code: abortedCode,
    });
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(await ping(unixEndpoint(path), 5000, stop.signal)).toMatchObject({ code: abortedCode });
  });
});

describe('ping over TCP', () => {
  test('an answer, below a base path', async () => {
    let asked = '';
    const server = await rawServer(0, (socket) => {
      socket.on('data', (data) => {
        asked += data.toString();
        socket.end(okAnswer);
      });
    });
    const endpoint = { ...tcpEndpoint(portOf(server)), basePath: '/pre' } as const;
    expect(await ping(endpoint, 900)).toMatchObject({ outcome: 'ok' });
    expect(asked).toMatch(/^GET \/pre\/_ping HTTP\/1\.1\r\n/u);
  });

  test('nobody listens', async () => {
    const server = await rawServer(0, () => undefined);
    const port = portOf(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await ping(tcpEndpoint(port), 900)).toMatchObject({ outcome: 'unreachable', code: 'ECONNREFUSED' });
  });

  test('a name nobody knows', async () => {
    expect(await ping(tcpEndpoint(2375, 'no-such-host.invalid'), 3000)).toMatchObject({ outcome: 'unreachable' });
  });

  test('taken and not answered is a timeout', async () => {
    const server = await rawServer(0, () => undefined);
    expect(await ping(tcpEndpoint(portOf(server)), 150)).toMatchObject({ outcome: 'timeout' });
  });
});

describe.runIf(process.getuid?.() === 0)('ping as a user without rights', () => {
  /** What `ping` says in a process of uid 65534. */
  async function pingAsNobody(path: string): Promise<unknown> {
    const folder = litter.folder();
    await promisify(execFile)('chmod', ['755', folder]);
    const script = join(folder, 'ask.cjs');
    await build({
      stdin: {
        contents: `import { ping } from './src/engine/probe';
          ping({ kind: 'unix', socketPath: ${JSON.stringify(path)}, source: 'setting', display: '' }, 900)
            .then((result) => console.log(JSON.stringify(result)));`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: script,
    });
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, script];
    return JSON.parse((await promisify(execFile)('setpriv', nobody, { cwd: '/' })).stdout) as unknown;
  }

  async function chmod(mode: string, path: string): Promise<void> {
    await promisify(execFile)('chmod', [mode, path]);
  }

  test('a socket of mode 0600', async () => {
    const folder = litter.folder();
    await chmod('755', folder);
    const path = socketIn(folder);
    await litter.daemon(path);
    await chmod('600', path);
    expect(await pingAsNobody(path)).toEqual({
      outcome: 'denied',
      path: 'socket',
      madeAt: expect.closeTo(Date.now(), -5),
    });
  });

  test('a directory in its place is told apart', async () => {
    const folder = litter.folder();
    await chmod('755', folder);
    mkdirSync(socketIn(folder));
    expect(await pingAsNobody(socketIn(folder))).toMatchObject({ outcome: 'denied', path: 'directory' });
  });

  test('a folder that may not be searched', async () => {
    const folder = litter.folder();
    await chmod('700', folder);
    expect(await pingAsNobody(socketIn(folder))).toEqual({ outcome: 'denied', path: 'hidden' });
  });
});

describe('info', () => {
  test('what the engine says of itself', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    expect(await info(unixEndpoint(path), 900)).toMatchObject({
      outcome: 'ok',
      details: { version: '20.10.24', storageDriver: 'overlay2', containersRunning: 1, warnings: [] },
    });
  });

  test('no answer within the deadline', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path, { info: 'silent' });
    expect(await info(unixEndpoint(path), 150)).toMatchObject({ outcome: 'timeout' });
  });

  test('an error, with its status and words and without an errno', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path, { info: 500 });
    expect(await info(unixEndpoint(path), 900)).toEqual({
      outcome: 'failed',
      message: 'HTTP 500: {"message":"told to fail"}',
    });
  });

  test.each([
    ['text', 'not JSON'],
    ['{"a":1}', 'not what a Docker engine says'],
  ])('%s is no info', async (body, words) => {
    const path = socketIn(litter.folder());
    await rawServer(path, (socket) => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
    const result = await info(unixEndpoint(path), 900);
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining(words) as string });
    expect(result).not.toHaveProperty('code');
  });

  test('an engine that is gone, with its errno', async () => {
    expect(await info(unixEndpoint(socketIn(litter.folder())), 900)).toMatchObject({
      outcome: 'failed',
      code: 'ENOENT',
    });
  });
});

test('a frozen daemon whose queue is full is silent, not unknown', async () => {
  const path = socketIn(litter.folder());
  (await litter.daemon(path, {}, 1)).freeze();
  for (let n = 0; n < 4; n += 1) {
    const caller = connect(path);
    caller.on('error', () => undefined);
    litter.later(() => caller.destroy());
  }
  await wait(20);
  const startedAt = performance.now();
  expect(await ping(unixEndpoint(path), 900)).toMatchObject({ outcome: 'timeout' });
  // The kernel says so at once (EAGAIN); it is not our deadline that was met.
  expect(performance.now() - startedAt).toBeLessThan(700);
});
