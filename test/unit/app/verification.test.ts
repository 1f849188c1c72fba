import { mkdtempSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { tryContainersAt } from '../../../src/app/containerTrial';
import { recallVerification, verifyNow, verifyOnce, type RunTrial } from '../../../src/app/verification';

const tryContainersAtEndpoint: RunTrial = (endpoint, identity, signal) =>
  tryContainersAt(endpoint, identity, { signal });

test("no container is run on the host's daemon, whose socket is mounted where ours would be", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mounted-'));
  const socketPath = join(folder, 'docker.sock');
  let asked = 0;
  const server = createServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => void server.close());
  const endpoint = { kind: 'unix', socketPath, display: socketPath, source: 'default' } as const;
  const run = (mounted: boolean) =>
    verifyOnce(endpoint, { XDG_STATE_HOME: folder }, new AbortController().signal, tryContainersAtEndpoint, () =>
      Promise.resolve({ mounted, evidence: '' }),
    );
  expect(await run(true)).toMatchObject({
    verdict: 'unknown',
    message: expect.stringContaining('mounted from outside'),
  });
  expect(asked).toBe(0);
  // The same socket, not mounted, is asked.
  await run(false);
  expect(asked).toBeGreaterThan(0);
});

describe('a container that was run on request', () => {
  /** A socket that is bound, in a folder of its own, and the state folder of a user. */
  async function bound() {
    const folder = mkdtempSync(join(tmpdir(), 'requested-'));
    const socketPath = join(folder, 'docker.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    onTestFinished(() => void server.close());
    const endpoint = { kind: 'unix', socketPath, display: `unix://${socketPath}`, source: 'default' } as const;
    return { endpoint, environment: { XDG_STATE_HOME: folder } };
  }
  const { signal } = new AbortController();

  test('is remembered for that start of the daemon, by its own name', async () => {
    const { endpoint, environment } = await bound();
    const names: string[] = [];
    const began = Date.now();
    const found = await verifyNow(endpoint, environment, signal, (_endpoint, identity) => {
      names.push(identity);
      return Promise.resolve({ verdict: 'yes' });
    });
    expect(found).toMatchObject({ verdict: 'yes' });
    expect(names[0]).toContain(`${endpoint.socketPath} `);
    expect(await recallVerification(endpoint, environment)).toEqual(found);
    expect((await recallVerification(endpoint, environment))?.at).toBeGreaterThanOrEqual(began);
  });

  test('is not remembered when nothing was found out, nor for an engine that cannot be told from others', async () => {
    const { endpoint, environment } = await bound();
    await verifyNow(endpoint, environment, signal, () => Promise.resolve({ verdict: 'unknown', message: 'cancelled' }));
    expect(await recallVerification(endpoint, environment)).toBeUndefined();
    const tcp = {
      kind: 'tcp',
      host: 'box',
      port: 2375,
      basePath: '',
      display: 'tcp://box:2375',
      source: 'setting',
    } as const;
    const names: string[] = [];
    const found = await verifyNow(tcp, environment, signal, (_endpoint, identity) => {
      names.push(identity);
      return Promise.resolve({ verdict: 'yes' });
    });
    expect([found.verdict, names]).toEqual(['yes', ['tcp://box:2375']]);
    expect(await recallVerification(tcp, environment)).toBeUndefined();
  });

  test('what a daemon showed that was replaced meanwhile is not kept under the name of the next', async () => {
    const { endpoint, environment } = await bound();
    await verifyNow(endpoint, environment, signal, () => {
      utimesSync(endpoint.socketPath, 1, 1);
      return Promise.resolve({ verdict: 'yes' });
    });
    expect(await recallVerification(endpoint, environment)).toBeUndefined();
  });

  test('stands when the next trial cannot be made', async () => {
    const { endpoint, environment } = await bound();
    const broken = { verdict: 'no', step: 'start', message: 'm' } as const;
    const unmounted = () => Promise.resolve({ mounted: false, evidence: '' });
    const unmade = () => Promise.resolve({ verdict: 'unknown', message: 'its name is taken' } as const);
    const once = () => verifyOnce(endpoint, environment, signal, unmade, unmounted);
    expect(await once()).toMatchObject({ verdict: 'unknown' });
    await verifyNow(endpoint, environment, signal, () => Promise.resolve(broken));
    expect(await once()).toMatchObject(broken);
  });

  test('a failure is told for two minutes, a success for as long as the daemon runs', async () => {
    const { endpoint, environment } = await bound();
    const broken = { verdict: 'no', step: 'start', message: 'm' } as const;
    await verifyNow(endpoint, environment, signal, () => Promise.resolve(broken));
    expect(await recallVerification(endpoint, environment)).toMatchObject(broken);
    vi.useFakeTimers({ now: Date.now() + 121_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(await recallVerification(endpoint, environment)).toBeUndefined();
    await verifyNow(endpoint, environment, signal, () => Promise.resolve({ verdict: 'yes' }));
    vi.setSystemTime(Date.now() + 10 * 24 * 3600 * 1000);
    expect(await recallVerification(endpoint, environment)).toMatchObject({ verdict: 'yes' });
  });
});
