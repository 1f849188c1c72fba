import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandLine, isAlive, processTree } from '../../../tools/lib/processes.mjs';
import { run } from '../../../tools/lib/run.mjs';
import { findEngine } from '../../../tools/start/engine.mjs';
import { digestOf } from '../../../tools/start/extension.mjs';
import { parseEvent, sameHelper } from '../../../tools/start/helper.mjs';
import { listeningUrl, startServer } from '../../../tools/start/server.mjs';
import { ownFolder } from './folders.mjs';

const prepareScript = fileURLToPath(new URL('../../../tools/start/prepare-data.sh', import.meta.url));

/** Runs the preparation of the user's data in a home of its own and returns what it said. */
async function prepare(
  /** @type {string} */ home,
  { folder = '', fresh = 'no', password = 'no', input = 'vsix' } = {},
) {
  const data = join(home, 'data');
  const { code, stdout, stderr } = await run(['sh', prepareScript, data, folder, fresh, password], {
    env: { HOME: home, TMPDIR: home, PATH: '/usr/bin:/bin' },
    input,
  });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  /** @type {Record<string, string>} */
  const said = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  );
  return { data, said };
}

describe("the user's data", () => {
  test('a first start makes settings, a project folder and a private place', async () => {
    const home = ownFolder();
    const { data, said } = await prepare(home);
    expect(said).toMatchObject({ FOLDER: join(home, 'project') });
    expect(said).not.toHaveProperty('FRESH');
    expect(JSON.parse(readFileSync(join(data, 'editor/User/settings.json'), 'utf8'))).toEqual({
      'workbench.startupEditor': 'none',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'telemetry.telemetryLevel': 'off',
    });
    expect(readFileSync(join(data, 'extension.vsix'), 'utf8')).toBe('vsix');
    expect(readFileSync(join(data, 'config.yaml'), 'utf8')).toBe('auth: none\n');
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, 'project')).mode & 0o777).toBe(0o755);
  });

  test('a second start keeps the settings, --fresh does not', async () => {
    const home = ownFolder();
    const { data } = await prepare(home);
    const settings = join(data, 'editor/User/settings.json');
    writeFileSync(settings, '{"mine":1}');
    expect((await prepare(home)).said).toMatchObject({ FRESH: 'no' });
    expect(readFileSync(settings, 'utf8')).toBe('{"mine":1}');
    await prepare(home, { fresh: 'yes' });
    expect(readFileSync(settings, 'utf8')).not.toContain('mine');
  });

  test('a password is made once, kept, readable by nobody else, and not asked for without the option', async () => {
    const home = ownFolder();
    const first = await prepare(home, { password: 'yes' });
    const second = await prepare(home, { password: 'yes' });
    expect(first.said['PASSWORD']).toMatch(/^[0-9a-f]{24}$/);
    expect(second.said['PASSWORD']).toBe(first.said['PASSWORD']);
    const config = join(first.data, 'config.yaml');
    expect(readFileSync(config, 'utf8')).toBe(`auth: password\npassword: ${first.said['PASSWORD']}\n`);
    expect(statSync(config).mode & 0o077).toBe(0);
    expect((await prepare(home)).said).not.toHaveProperty('PASSWORD');
    expect(readFileSync(config, 'utf8')).toBe('auth: none\n');
  });

  test('a folder that is none is reported and not made', async () => {
    const home = ownFolder();
    expect((await prepare(home, { folder: join(home, 'nowhere') })).said).toMatchObject({ FOLDER: '' });
    expect(existsSync(join(home, 'nowhere'))).toBe(false);
    expect((await prepare(home, { folder: home })).said).toMatchObject({ FOLDER: home });
  });
});

describe('code-server as a child', () => {
  /** A stand-in for code-server: prints its line, answers /healthz, has a child that hears TERM later than itself. */
  function fakeServer(/** @type {string} */ body) {
    const folder = ownFolder();
    const entry = join(folder, 'entry.js');
    writeFileSync(entry, body);
    return { folder, entry, node: process.execPath, version: '0.0.0' };
  }
  /** The processes below this one that run something in a folder. */
  const ofFolder = (/** @type {string} */ folder) =>
    processTree(process.pid).filter(({ pid }) => commandLine(pid).some((arg) => arg.startsWith(folder)));
  const as = (/** @type {readonly string[]} */ argv) => [...argv];
  const signal = new AbortController().signal;
  const good = `
    const { spawn } = require('node:child_process');
    if (process.argv[2] === 'child') { process.on('SIGTERM', () => setTimeout(() => process.exit(), 300)); setInterval(() => {}, 1000); }
    else {
      const child = spawn(process.execPath, [__filename, 'child'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      const server = require('node:http').createServer((q, r) => { r.statusCode = process.argv[3] ?? 200; r.end('{}'); });
      server.listen(0, '127.0.0.1', () => console.log('[x] info  HTTP server listening on http://127.0.0.1:' + server.address().port + '/'));
      process.on('SIGTERM', () => process.exit(0));
    }`;

  test('is up when it answers; stop ends it and what belongs to it', async () => {
    const codeServer = fakeServer(good);
    const server = await startServer({ codeServer, args: [], as, elevate: undefined, signal });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const belongs = ofFolder(codeServer.folder);
    expect(belongs).toHaveLength(2);
    await server.stop();
    await server.ended;
    expect(belongs.filter((process) => isAlive(process))).toEqual([]);
    await server.stop();
  });

  test('one that ends at once is reported with what it said', async () => {
    const codeServer = fakeServer('console.error("EADDRINUSE"); process.exit(1)');
    await expect(startServer({ codeServer, args: [], as, elevate: undefined, signal })).rejects.toThrow(
      /did not start:\n.*EADDRINUSE/s,
    );
  });

  test('giving up ends it', async () => {
    const codeServer = fakeServer('setInterval(() => {}, 1000)');
    const giveUp = AbortSignal.timeout(200);
    await expect(startServer({ codeServer, args: [], as, elevate: undefined, signal: giveUp })).rejects.toThrow(
      /timeout/,
    );
    expect(ofFolder(codeServer.folder)).toEqual([]);
  });

  test('its own line has the address', () => {
    expect(listeningUrl('[2026-01-01T00:00:00.000Z] info  HTTP server listening on http://127.0.0.1:8080/')).toBe(
      'http://127.0.0.1:8080',
    );
    expect(listeningUrl('info  Session server listening on /home/x/code-server-ipc.sock')).toBeUndefined();
  });
});

describe('the engine on the socket', () => {
  test.each([
    [200, 'answers'],
    [500, 'absent'],
  ])('status %d', async (status, found) => {
    const path = join(ownFolder(), 'docker.sock');
    const server = createServer((_, response) => {
      response.statusCode = status;
      response.end('OK');
    });
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.listen(path, () => resolve(undefined)));
    expect(await findEngine(path)).toBe(found);
  });

  test('no socket, and a file in its place', async () => {
    const folder = ownFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(await findEngine(join(folder, 'none'))).toBe('absent');
    expect(await findEngine(join(folder, 'file'))).toBe('absent');
  });
});

describe('the helper', () => {
  test('its events, and lines that are none', () => {
    expect(
      parseEvent('{"event":"step","step":"daemon.launch","status":"started","detail":"Starting.","ms":3}'),
    ).toEqual({
      event: 'step',
      step: 'daemon.launch',
      status: 'started',
      detail: 'Starting.',
    });
    expect(
      parseEvent('{"event":"result","ok":false,"verb":"start","code":"foreign","message":"M","cause":"C","pid":0}'),
    ).toEqual({
      event: 'result',
      ok: false,
      code: 'foreign',
      message: 'M',
      cause: 'C',
      pid: 0,
    });
    for (const line of [
      '',
      'sudo: a password is required',
      '{"event":',
      '[]',
      'null',
      '{"event":"result"}',
      '{"ok":true}',
    ]) {
      expect(parseEvent(line)).toBeUndefined();
    }
  });

  test('two copies are the same only when every file is', () => {
    const root = ownFolder();
    for (const copy of ['a', 'b']) {
      mkdirSync(join(root, copy, 'lib'), { recursive: true });
      writeFileSync(join(root, copy, 'dind-helper'), 'helper');
      writeFileSync(join(root, copy, 'lib', 'log.sh'), 'log');
    }
    const [a, b] = [join(root, 'a'), join(root, 'b')];
    expect(sameHelper(a, b)).toBe(true);
    writeFileSync(join(b, 'lib', 'log.sh'), 'lag');
    expect(sameHelper(a, b)).toBe(false);
    writeFileSync(join(b, 'lib', 'log.sh'), 'log');
    writeFileSync(join(a, 'lib', 'new.sh'), '');
    expect(sameHelper(a, b)).toBe(false);
    expect(sameHelper(a, join(root, 'none'))).toBe(false);
  });
});

describe('the digest of the sources', () => {
  test('changes with content, name and executability, and with nothing else', () => {
    const root = ownFolder();
    mkdirSync(join(root, 'src'));
    writeFileSync(join(root, 'src', 'a.ts'), 'one');
    const digest = () => digestOf(root, ['src', 'missing.md']);
    const first = digest();
    expect(digest()).toBe(first);
    writeFileSync(join(root, 'src', 'a.ts'), 'two');
    expect(digest()).not.toBe(first);
    writeFileSync(join(root, 'src', 'a.ts'), 'one');
    expect(digest()).toBe(first);
    chmodSync(join(root, 'src', 'a.ts'), 0o755);
    expect(digest()).not.toBe(first);
    chmodSync(join(root, 'src', 'a.ts'), 0o644);
    renameSync(join(root, 'src', 'a.ts'), join(root, 'src', 'b.ts'));
    expect(digest()).not.toBe(first);
  });
});
