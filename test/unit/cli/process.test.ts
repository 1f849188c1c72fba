import { spawn } from 'node:child_process';
import { chmodSync, cpSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** The command line as it ships: bundled, started by node, seen from outside only. */

const repository = join(__dirname, '..', '..', '..');
let program: string;
let home: string;
let folder: string;
let socketPath: string;
const servers: { close: () => unknown; closeAllConnections?: () => void }[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cli-'));
  chmodSync(home, 0o755);
  program = join(home, 'dist', 'cli.js');
  await build({
    entryPoints: [join(repository, 'src', 'cli.ts')],
    // As in esbuild.mjs: jsonc-parser's other file loads parts that are not there.
    mainFields: ['module', 'main'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    loader: { '.tsv': 'text' },
    // An output of its own where it ships; nothing here loads it.
    external: ['dockerode'],
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'error',
  });
  cpSync(join(repository, 'scripts'), join(home, 'scripts'), { recursive: true });
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'));
  chmodSync(folder, 0o755);
  socketPath = join(folder, 'docker.sock');
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly ms: number;
}

function run(
  args: readonly string[],
  more: { uid?: number; env?: Record<string, string>; endOut?: boolean } = {},
): Promise<Ran> {
  const began = performance.now();
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: '/usr/bin:/bin', HOME: folder, DOCKER_HOST: `unix://${socketPath}`, ...more.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(more.uid !== undefined && { uid: more.uid, gid: more.uid }),
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  if (more.endOut === true) child.stdout.destroy();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      resolve({ status, out, err, ms: performance.now() - began });
    });
  });
}

const details = {
  ServerVersion: '28.5.1',
  Driver: 'overlay2',
  CgroupDriver: 'cgroupfs',
  CgroupVersion: '2',
  ContainersRunning: 1,
  Containers: 3,
  DockerRootDir: '/var/lib/docker',
  LiveRestoreEnabled: true,
  Warnings: null,
};

/** An engine that answers pings, and `/info` unless its containerd is "frozen". */
async function engine(answers: { info: boolean; status?: number; delayMs?: number }): Promise<Server> {
  const server = createServer((request, response) => {
    setTimeout(() => {
      if (request.url === '/_ping') {
        response.writeHead(answers.status ?? 200, { server: 'Docker/28.5.1 (linux)', 'api-version': '1.51' });
        response.end('OK');
      } else if (answers.info) {
        response.end(JSON.stringify(details));
      }
    }, answers.delayMs ?? 0);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return server;
}

/** A socket file that nobody listens on, as a killed daemon leaves it. */
async function deadSocket(): Promise<void> {
  const server = createSocket();
  await new Promise<void>((resolve) => server.listen(`${socketPath}.live`, resolve));
  linkSync(`${socketPath}.live`, socketPath);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

const situations: [string, () => Promise<unknown>, { state: string; code: string | undefined; status: number }][] = [
  ['up', () => engine({ info: true }), { state: 'running', code: undefined, status: 0 }],
  ['stopped', () => Promise.resolve(), { state: 'stopped', code: 'never-started', status: 1 }],
  ['killed', deadSocket, { state: 'failed', code: 'crashed', status: 1 }],
  [
    'frozen',
    () =>
      new Promise<void>((resolve) => {
        const server = createSocket(() => undefined);
        servers.push(server);
        server.listen(socketPath, resolve);
      }),
    { state: 'hung', code: 'ping-timeout', status: 1 },
  ],
  ['containerd frozen', () => engine({ info: false }), { state: 'degraded', code: 'info-timeout', status: 1 }],
  ['sick', () => engine({ info: true, status: 503 }), { state: 'degraded', code: 'http-status', status: 1 }],
  [
    'a directory',
    () => Promise.resolve(mkdirSync(socketPath)),
    { state: 'misconfigured', code: 'socket-is-directory', status: 1 },
  ],
  [
    'a file',
    () => Promise.resolve(writeFileSync(socketPath, '')),
    { state: 'misconfigured', code: 'socket-is-file', status: 1 },
  ],
];

/** What a plain run takes at most where nothing else is busy, in milliseconds. */
const plainRunMs = 250;

/**
 * Within two seconds, of an engine that is silent five; on a busy machine as many times longer as a plain run takes, which is
 * measured beside it.
 */
async function expectSoon({ ms }: Ran, limitMs = 2000): Promise<void> {
  if (ms < limitMs) return;
  const plain = await run(['--version']);
  expect(ms).toBeLessThan(limitMs * Math.max(1, plain.ms / plainRunMs));
}

describe('status', () => {
  test.each(situations)('%s', async (_name, arrange, { state, code, status }) => {
    await arrange();
    const ran = await run(['status', '--json']);
    const json = JSON.parse(ran.out) as Record<string, unknown>;
    expect(json).toMatchObject({ schema: 1, state, exit: status, endpoint: { source: 'DOCKER_HOST', kind: 'unix' } });
    expect((json['cause'] as { code: string } | null)?.code).toBe(code);
    expect(ran.status).toBe(status);
    expect(ran.err).toBe('');
    await expectSoon(ran, state === 'hung' ? 5000 : undefined);
    expect(ran.out.trim().split('\n')).toHaveLength(1);
  });

  test.skipIf(process.getuid?.() !== 0)('denied', async () => {
    await engine({ info: true });
    chmodSync(socketPath, 0o600);
    const ran = await run(['status', '--json'], { uid: 65534 });
    expect(JSON.parse(ran.out)).toMatchObject({ state: 'denied', cause: { code: 'no-permission' }, exit: 1 });
    expect(JSON.parse(ran.out)).toMatchObject({ explanation: expect.stringContaining('mode 0600') });
    expect(ran.status).toBe(1);
    await expectSoon(ran);
  });

  test('slow: an engine that takes more than a second for each answer runs, and is told to be slow', async () => {
    await engine({ info: true, delayMs: 1200 });
    const ran = await run(['status']);
    expect(ran.out).toMatch(
      /^Docker is running, but responds slowly\nEngine 28\.5\.1 responds at .*a ping took 1\.\d s/,
    );
    expect(ran.out).toMatch(/containers +1 of 3 running/);
    expect(ran.status).toBe(0);
  }, 20_000);

  test('what cannot be told is 3', async () => {
    const ran = await run(['status', '--json', '--host', 'tcp://name.invalid:2375']);
    expect(JSON.parse(ran.out)).toMatchObject({ state: 'unknown', cause: { code: 'unreachable' }, exit: 3 });
    expect(ran.status).toBe(3);
  });

  test('an endpoint that cannot be used is told, and nothing is offered for it', async () => {
    const ran = await run(['status', '--host', 'ssh://box']);
    expect(ran.out).toMatch(/^The Docker endpoint cannot be used\n.*ssh:\/\/box/);
    expect(ran.status).toBe(1);
  });

  test('for people: headline, facts, no colour in a pipe, and what was not verified', async () => {
    await engine({ info: true });
    const { out } = await run(['status']);
    expect(out).toMatch(/^Docker is responding, not verified\nEngine 28\.5\.1 answers at /);
    expect(out).toMatch(/engine +28\.5\.1, API 1\.51/);
    expect(out).toMatch(/containers +1 of 3 running/);
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(/verified +not yet: not a daemon of this machine/);
    expect(out).toMatch(/Next steps:\n +Verify that containers run +dind-station verify\n$/);
  });

  test('an engine that is not looked after by the helper is not offered to be started', async () => {
    const { out } = await run(['status', '--json']);
    expect(JSON.parse(out)).toMatchObject({ state: 'stopped', nextSteps: [] });
  });
});

describe('manners', () => {
  test('usage errors are 2, on stderr, without a stack', async () => {
    for (const args of [['stauts'], ['logs', '-n', 'x'], [], ['status', '--nope'], ['stop', '--host', 'tcp://x']]) {
      const ran = await run(args);
      expect(ran.status, args.join(' ')).toBe(2);
      expect(ran.out).toBe('');
      expect(ran.err).not.toMatch(/\n\s+at /);
      expect(ran.err).not.toBe('');
    }
  });

  test('help and version are fine, on stdout', async () => {
    for (const args of [['--help'], ['--version'], ['help', 'status'], ['completion', 'bash']]) {
      const ran = await run(args);
      expect(ran.status, args.join(' ')).toBe(0);
      expect(ran.err).toBe('');
      expect(ran.out).not.toBe('');
    }
  });

  test('a reader that goes away is no error', async () => {
    const ran = await run(['--help'], { endOut: true });
    expect(ran.status).toBe(0);
    expect(ran.err).toBe('');
  });

  test('something unexpected is one sentence and 3', async () => {
    rmSync(join(home, 'scripts', 'dind-helper'));
    // As a user without a rule of sudo: did it not end here, the helper of this very machine would be run.
    const ran = await run(['restart'], { uid: 65_534 });
    cpSync(join(repository, 'scripts'), join(home, 'scripts'), { recursive: true });
    expect(ran.status).toBe(3);
    expect(ran.err.trim().split('\n').at(-1)).toMatch(/^dind-station: ENOENT/);
    expect(ran.err).not.toMatch(/\n\s+at /);
  });
});
