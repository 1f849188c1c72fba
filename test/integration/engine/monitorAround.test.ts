import { renameSync, unlinkSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { EngineMonitor } from '../../../src/engine/monitor';
import { Litter, wait } from './fakeDockerd';
import { socketIn, Watched } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

describe('a mount over the socket', () => {
  test('is foreign when it answers', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const socketMount = (asked: string) => Promise.resolve({ mounted: true, evidence: `${asked} is a mount` });
    const watched = new Watched(litter, path, { socketMount });
    await watched.kind('foreign');
    expect(watched.monitor.state.cause).toEqual({ code: 'socket-mounted', evidence: `${path} is a mount` });
    expect(watched.kinds).not.toContain('running');
  });

  test('is no reason to install a Docker here while the daemon behind it does not answer', async () => {
    const path = socketIn(litter.folder());
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`${path}.new`, resolve));
    renameSync(`${path}.new`, path);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const socketMount = () => Promise.resolve({ mounted: true, evidence: 'a mount' });
    const setup = () => Promise.resolve({ missing: ['dockerd'], install: undefined, helper: false });
    const watched = new Watched(litter, path, { socketMount, setup });
    await watched.kind('failed');
    expect(watched.kinds).not.toContain('not-installed');
  });

  test('that cannot be looked for keeps nothing from being seen', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const watched = new Watched(litter, path, { socketMount: async () => Promise.reject(new Error('no /proc')) });
    await watched.kind('running');
    expect(watched.log.join('\n')).toContain('no /proc');
  });
});

describe('what a start needs', () => {
  test('is looked at while nothing answers, so that an installation is noticed, and not while an engine does', async () => {
    const path = socketIn(litter.folder());
    const needs = { missing: ['dockerd'], install: 'apt-get install docker.io', helper: true };
    let looks = 0;
    const setup = () => {
      looks += 1;
      return Promise.resolve(needs);
    };
    const socketMount = () => Promise.resolve({ mounted: false, evidence: '' });
    const watched = new Watched(litter, path, { setup, socketMount });
    await watched.kind('not-installed');
    expect(watched.monitor.state.cause).toMatchObject({ code: 'program-missing', command: needs.install });
    needs.missing.pop();
    await watched.kind('stopped');
    expect(watched.kinds).toEqual(['unknown', 'not-installed', 'stopped']);
    await litter.daemon(path);
    await watched.kind('running');
    const before = looks;
    await wait(2500);
    expect(looks).toBe(before);
  });
});

describe('what goes wrong around it', () => {
  test('an endpoint that cannot be used is a state', async () => {
    const monitor = new EngineMonitor({ endpoint: { ok: false, message: 'DOCKER_HOST is ssh://x: no.' } });
    expect(await monitor.refresh()).toMatchObject({
      kind: 'misconfigured',
      cause: { code: 'bad-endpoint', evidence: 'DOCKER_HOST is ssh://x: no.' },
    });
    monitor.dispose();
  });

  test('TLS files that cannot be read are a bad endpoint', async () => {
    const tls = { ca: '/nowhere/ca.pem', verify: true };
    const place = {
      host: '127.0.0.1',
      port: 1,
      basePath: '',
      source: 'setting',
      display: 'tcp://127.0.0.1:1',
    } as const;
    const monitor = new EngineMonitor({
      endpoint: { ok: true, endpoint: { ...place, kind: 'tls', tls } },
      background: false,
    });
    expect((await monitor.refresh()).cause).toMatchObject({
      code: 'bad-endpoint',
      evidence: expect.stringContaining('/nowhere/ca.pem') as string,
    });
  });

  test('a listener that throws does not keep others from hearing', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const watched = new Watched(litter, path);
    watched.monitor.onChange(() => {
      throw new Error('mine');
    });
    let heard = 0;
    const other = watched.monitor.onChange(() => (heard += 1));
    await watched.kind('running');
    expect(heard).toBeGreaterThan(0);
    expect(watched.log.join('\n')).toContain('mine');
    other.dispose();
    const before = heard;
    await watched.monitor.refresh();
    unlinkSync(path);
    await watched.kind('stopped');
    expect(heard).toBe(before);
  });

  test('after its end it tells nothing, holds nothing, and takes no orders', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path);
    await watched.until((state) => state.details !== undefined);
    watched.monitor.dispose();
    watched.monitor.dispose();
    const told = watched.states.length;
    const { ping } = await daemon.counts();
    await daemon.counts();
    await watched.monitor.refresh();
    utimesSync(path, 1, 1);
    await wait(100);
    expect(await daemon.counts()).toMatchObject({ streams: 0, ping });
    expect(watched.states).toHaveLength(told);
  });
});
