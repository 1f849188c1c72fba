import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { verifyOnce } from '../../../src/app/verification';

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
    verifyOnce(endpoint, { XDG_STATE_HOME: folder }, new AbortController().signal, () =>
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
