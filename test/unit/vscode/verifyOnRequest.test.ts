import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recallVerification } from '../../../src/app/verification';
import type { Endpoint } from '../../../src/engine/endpoint';
import type { Found } from '../../../src/engine/state';
import type { TimedVerification, Verification } from '../../../src/engine/verification';
import { verifyOnRequest } from '../../../src/vscode/verification';
import { FakeEditor } from '../../mocks/editor';

const tcp: Endpoint = {
  kind: 'tcp',
  host: 'box',
  port: 2375,
  basePath: '',
  display: 'tcp://box:2375',
  source: 'setting',
};

async function requested(found: Verification, endpoint: Endpoint = tcp, environment: Record<string, string> = {}) {
  const editor = new FakeEditor();
  const verified: (TimedVerification | undefined)[] = [];
  const engine = {
    endpoint,
    learn: (found: Found) => void (found.type === 'verified' && verified.push(found.verification)),
  };
  const load = () => Promise.resolve({ tryContainersAt: () => Promise.resolve(found) } as never);
  await verifyOnRequest(editor.api, engine, { image: () => undefined, load }, environment);
  return { shown: editor.shown.map(({ severity, message }) => `${severity}: ${message}`), verified };
}

describe('a request to verify containers', () => {
  test('is answered by what a container did, on an engine that is not ours too', async () => {
    expect(await requested({ verdict: 'yes' })).toMatchObject({
      shown: ['info: A container has run: Docker works.'],
      verified: [{ verdict: 'yes' }],
    });
  });

  test("shows the engine's sentence whole, and the state follows", async () => {
    const broken = { verdict: 'no', step: 'start', message: `runc: ${'x'.repeat(400)}` } as const;
    expect(await requested(broken)).toMatchObject({
      shown: [`error: Docker can't run containers: ${broken.message}`],
      verified: [broken],
    });
  });

  test('says that nothing is known where nothing could be tried, and claims nothing', async () => {
    expect(await requested({ verdict: 'unknown', message: 'The check was cancelled.' })).toEqual({
      shown: ['warning: Whether containers run is not known: The check was cancelled.'],
      verified: [],
    });
  });

  test('is known to every window and terminal of the user, where the daemon can be told from others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'requested-'));
    const socketPath = join(folder, 'other.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    onTestFinished(() => void server.close());
    const other = { kind: 'unix', socketPath, display: `unix://${socketPath}`, source: 'setting' } as const;
    const environment = { XDG_STATE_HOME: folder };
    const { verified } = await requested({ verdict: 'yes' }, other, environment);
    expect(await recallVerification(other, environment)).toEqual(verified[0]);
  });
});
