import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type * as Dockerode from '../../../src/engine/dockerode';
import type * as Calls from '../../../src/engine/engineCalls';
import { dockerodeParts } from '../../../tools/lib/dockerodeParts.mjs';
import { Litter, unixEndpoint } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

const load = createRequire(__filename);
const listed = [{ id: 'abc', name: 'web', image: 'nginx', status: 'Up 2 minutes' }];

let bundle = '';
let callsBundle = '';
const own = new Litter();
beforeAll(async () => {
  const folder = own.folder();
  chmodSync(folder, 0o755);
  bundle = join(folder, 'dockerode.js');
  callsBundle = join(folder, 'engineCalls.js');
  for (const [source, outfile] of [
    ['src/engine/dockerode.ts', bundle],
    // With dockerode in it.
    ['src/engine/engineCalls.ts', callsBundle],
  ] as const) {
    await build({
      entryPoints: [source],
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile,
      plugins: [dockerodeParts],
    });
  }
  return () => own.sweep();
});

test('without what is unused it loads by itself, and lists what runs', async () => {
  const path = join(litter.folder(), 'docker.sock');
  await litter.daemon(path);
  const code = `const { runningContainers } = require(${JSON.stringify(bundle)});
    runningContainers({ kind: 'unix', socketPath: ${JSON.stringify(path)} }).then((all) => console.log(JSON.stringify(all)));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', code], { cwd: '/', timeout: 10_000 });
  expect(JSON.parse(stdout)).toEqual(listed);
  expect(stderr).toBe('');
});

test('it is of the size that it was', () => {
  const { length } = readFileSync(bundle);
  expect(length).toBeGreaterThan(40_000);
  expect(length).toBeLessThan(55_000);
});

/** One frame of an attached container's output. */
function frame(from: 1 | 2, text: string): Buffer {
  const head = Buffer.from([from, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

const answers: Readonly<Record<string, unknown>> = {
  'GET /info': { ID: 'engine', ServerVersion: '28', NCPU: 4, CPUSet: true, Containers: 1, ContainersRunning: 1 },
  'GET /images/one:1/json': { Id: 'sha256:1' },
  'GET /images/json': [{ RepoTags: ['one:1'], Created: 1 }],
  'POST /images/create': { status: 'sha256:2' },
  'DELETE /images/one:1': [],
  'GET /containers/json': [{ Id: 'c1', Names: ['/proof'], Labels: { a: 'b' } }],
  'POST /containers/create': { Id: 'c1', Warnings: [] },
  'POST /containers/c1/start': undefined,
  'GET /containers/c1/json': {
    Id: 'c1',
    Name: '/proof',
    State: { Running: true, Pid: 7, ExitCode: 0, OOMKilled: false },
    HostConfig: {},
  },
  'GET /containers/c1/stats': {
    read: '2026-01-01T00:00:00Z',
    memory_stats: { usage: 1, limit: 2 },
    cpu_stats: { cpu_usage: { total_usage: 3e9 } },
    pids_stats: { current: 4 },
  },
  'DELETE /containers/c1': undefined,
};

test('every call that containers are made, watched and removed with', async () => {
  const asked: string[] = [];
  let archive = '';
  const server = createServer((request, response) => {
    const what = `${request.method ?? ''} ${(request.url ?? '').replace(/\?.*/u, '')}`;
    asked.push(what);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (what === 'POST /images/create') archive = Buffer.concat(chunks).toString();
      if (what === 'POST /containers/c1/attach') {
        response.end(Buffer.concat([frame(1, 'out'), frame(2, 'err')]));
        return;
      }
      const answer = answers[what];
      response.writeHead(!(what in answers) ? 404 : answer === undefined ? 204 : 200).end(JSON.stringify(answer));
    });
  });
  const path = join(litter.folder(), 'docker.sock');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  litter.later(() => server.close());

  const { EngineCalls } = load(callsBundle) as typeof Calls;
  const engine = await EngineCalls.open(unixEndpoint(path));
  expect(await engine.info()).toMatchObject({ id: 'engine', cpus: 4, cpuset: true, running: 1 });
  expect([await engine.imageId('one:1'), await engine.imageId('two:1')]).toEqual(['sha256:1', undefined]);
  expect(await engine.imagesOf('label')).toEqual([{ name: 'one:1', created: 1000 }]);
  await engine.importImage(Readable.from(['the archive']), 'one', '1', ['ENV a=b']);
  expect(archive).toBe('the archive');
  await engine.removeImage('one:1');
  expect(await engine.containers('label')).toEqual([{ id: 'c1', name: 'proof', labels: { a: 'b' } }]);
  expect(await engine.create({ Image: 'one:1' })).toEqual({ id: 'c1', warnings: [] });
  const said: string[] = [];
  const { ended } = await engine.output('c1', (text, from) => said.push(`${from}: ${text}`));
  await ended;
  expect(said).toEqual(['out: out', 'err: err']);
  await engine.start('c1');
  expect(await engine.inspect('c1')).toMatchObject({ id: 'c1', name: 'proof', running: true, pid: 7 });
  expect(await engine.stats('c1')).toEqual({ memoryUsage: 1, memoryLimit: 2, cpuSeconds: 3, processes: 4 });
  await engine.remove('c1');
  engine.close();
  expect(new Set(asked)).toEqual(
    new Set([...Object.keys(answers), 'GET /images/two:1/json', 'POST /containers/c1/attach']),
  );
});

test('a part that is left out says so when it is reached', async () => {
  const { createDocker } = load(bundle) as typeof Dockerode;
  const docker = await createDocker(unixEndpoint('/nowhere/docker.sock'));
  const reach: Readonly<Record<string, () => unknown>> = {
    'networks and volumes': () => docker.getVolume('x'),
    'commands in containers': () => docker.getExec('x'),
    plugins: () => docker.getPlugin('x', ''),
    swarms: () => docker.getService('x'),
    'BuildKit sessions': () => docker.buildImage(Readable.from([]), { version: '2' }),
  };
  for (const [purpose, call] of Object.entries(reach)) {
    await expect(Promise.resolve().then(call)).rejects.toThrow(
      `The part of dockerode for ${purpose} is not in this build`,
    );
  }
});

test.each([
  ['building images', "docker.buildImage({ context: '/', src: ['x'] }, {})"],
  ['hosts behind ssh', "Object.assign(docker.modem, { protocol: 'ssh' }), docker.info()"],
])('%s: says so even where dockerode lets nobody catch it', async (purpose, call) => {
  const code = `require(${JSON.stringify(bundle)}).createDocker({ kind: 'unix', socketPath: '/nowhere/docker.sock' })
    .then((docker) => (${call}));`;
  await expect(promisify(execFile)(process.execPath, ['-e', code], { timeout: 10_000 })).rejects.toThrow(
    `The part of dockerode for ${purpose} is not in this build`,
  );
});
