import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Without it, opening a FIFO waits for whoever writes to it: for ever, and with it everything in this process. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

/** Of a FIFO, a device or a socket there is no end to read to. A folder fails by itself, in words that name it. */
function refuseEndless(path: string, stats: { isFile(): boolean; isDirectory(): boolean }): void {
  if (stats.isFile() || stats.isDirectory()) return;
  throw Object.assign(new Error(`${path} is no regular file`), { code: 'EINVAL' });
}

/**
 * The text of a small file, read in one go.
 *
 * @throws as `readFileSync` does; EINVAL when it is a FIFO, a device or a socket
 */
export function readRegularFileSync(path: string): string {
  const descriptor = openSync(path, flags);
  try {
    refuseEndless(path, fstatSync(descriptor));
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The same without holding this thread up.
 *
 * @throws as `readRegularFileSync`
 */
export async function readRegularFile(path: string): Promise<string> {
  const handle = await open(path, flags);
  try {
    refuseEndless(path, await handle.stat());
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
