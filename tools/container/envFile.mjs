import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs `body` with a file for `docker run --env-file`, which only its owner can read: what stands on a command line
 * everybody on the machine reads.
 *
 * @template T
 * @param {import('./engine.mjs').Engine} engine
 * @param {string} password of the editor
 * @param {(file: string) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withEnvFile(engine, password, body) {
  const file = join(engine.folder, `station-${process.pid}.env`);
  writeFileSync(file, `PASSWORD=${password}\n`, { mode: 0o600 });
  try {
    return await body(file);
  } finally {
    rmSync(file, { force: true });
  }
}
