#!/usr/bin/env node
// Runs the browser tests in a bed of their own, where a daemon may be started, frozen and killed:
//   node test/e2e/run.mjs [vitest arguments]      all, or those that match, e.g. indicator
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCodeServer } from '../../tools/code-server/ensure.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');
const bed = join(root, 'test/bed/bed');
const name = `e2e-${process.pid}`;
const codeServer = findCodeServer();
if (codeServer === undefined) {
  console.error('code-server is not installed: run node tools/code-server.mjs first.');
  process.exit(2);
}
mkdirSync(join(root, 'test-output'), { recursive: true });

/** @param {string[]} args */
const run = (...args) => spawnSync(bed, args, { stdio: 'inherit', cwd: root }).status ?? 1;
const end = () => run('down', name);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  // The child got it as well and ends; what it leaves is taken down here.
  process.on(signal, () => undefined);
}

// The checkout and the cache may be mounts of their own, which an overlay over / does not show.
let status = run('up', name, '--bind', root, '--bind', dirname(codeServer.folder));
if (status === 0) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const vsix = process.env['DIND_STATION_VSIX'];
  const variables = vsix === undefined ? [] : [`DIND_STATION_VSIX=${vsix}`];
  status = run(
    ...['run', name, 'env', ...variables, process.execPath, vitest, 'run'],
    ...['--root', root, '--config', join(root, 'vitest.e2e.config.ts'), ...process.argv.slice(2)],
  );
  end();
}
process.exit(status);
