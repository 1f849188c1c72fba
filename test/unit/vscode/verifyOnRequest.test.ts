import { describe, expect, test } from 'vitest';
import type { Found } from '../../../src/engine/state';
import type { KnownVerification, Verification } from '../../../src/engine/verification';
import { verifyOnRequest } from '../../../src/vscode/verification';
import { FakeEditor } from '../../mocks/editor';

async function requested(found: Verification) {
  const editor = new FakeEditor();
  const verified: (KnownVerification | undefined)[] = [];
  const engine = {
    endpoint: { kind: 'tcp', host: 'box', port: 2375, basePath: '', display: 'tcp://box:2375', source: 'setting' },
    learn: (found: Found) => void (found.type === 'verified' && verified.push(found.verification)),
  } as const;
  const load = () => Promise.resolve({ tryContainersAt: () => Promise.resolve(found) } as never);
  await verifyOnRequest(editor.api, engine, { image: () => undefined, load });
  return { shown: editor.shown.map(({ severity, message }) => `${severity}: ${message}`), verified };
}

describe('a request to verify containers', () => {
  test('is answered by what a container did, on an engine that is not ours too', async () => {
    expect(await requested({ verdict: 'yes' })).toEqual({
      shown: ['info: A container has run: Docker works.'],
      verified: [{ verdict: 'yes' }],
    });
  });

  test("shows the engine's sentence whole, and the state follows", async () => {
    const broken = { verdict: 'no', step: 'start', message: `runc: ${'x'.repeat(400)}` } as const;
    expect(await requested(broken)).toEqual({
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
});
