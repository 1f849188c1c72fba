import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { commandLine, readProcess } from '../lib/processes.mjs';
import { Refusal } from '../lib/refusal.mjs';

/**
 * Makes sure that a port can be listened on, before anything is installed for it.
 *
 * @param {number} port
 * @param {string} dataFolder of the station: a server that was started on it is a station that runs already
 * @throws {Refusal} naming who has the port and what to do
 */
export async function claimPort(port, dataFolder) {
  if (port === 0) return;
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EACCES') {
      throw new Refusal(`port ${port} needs rights that this user does not have; choose one above 1023 with --port.`);
    }
    if (code !== 'EADDRINUSE') throw error;
    throw new Refusal(describeBusy(port, findListener(port), dataFolder));
  }
  server.close();
  await once(server, 'close');
}

/**
 * @param {number} port
 * @param {{ pid: number, argv: string[] } | undefined} owner
 * @param {string} dataFolder
 */
export function describeBusy(port, owner, dataFolder) {
  const another = 'choose another with npm start -- --port N (0 for any free one)';
  if (owner === undefined) return `port ${port} is taken by a process of another user; ${another}.`;
  if (owner.argv.some((arg) => arg.startsWith(dataFolder))) {
    return (
      `a station runs already on http://127.0.0.1:${port}/ (process ${owner.pid}); open that, ` +
      `or end it with Ctrl-C in its terminal, or ${another}.`
    );
  }
  const shown = owner.argv.join(' ').slice(0, 80);
  return `port ${port} is taken by process ${owner.pid} (${shown === '' ? 'unnamed' : shown}); end it, or ${another}.`;
}

/**
 * Who listens on a port, as far as this user may look: /proc/net/tcp names the socket, /proc/PID/fd its holder.
 * @param {number} port
 */
function findListener(port) {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => parseListeners(readIfThere(table), port)),
  );
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && holdsSocket(name, inodes)) {
      return describeOwner(Number(name));
    }
  }
  return undefined;
}

/**
 * The process that a person would end: code-server listens in a child whose own arguments say nothing.
 * @param {number} pid
 */
function describeOwner(pid) {
  const argv = commandLine(pid);
  const parent = readProcess(pid)?.ppid ?? 0;
  const above = commandLine(parent);
  return argv[0] !== undefined && argv[0] === above[0] ? { pid: parent, argv: above } : { pid, argv };
}

/**
 * Socket numbers of those who listen on a port, from the text of /proc/net/tcp (proc(5): local address in hexadecimal,
 * state 0A is LISTEN, the inode is the tenth field).
 *
 * @param {string} table
 * @param {number} port
 */
export function parseListeners(table, port) {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(ending) === true && fields[3] === '0A')
    .flatMap((fields) => fields[9] ?? []);
}

/**
 * @param {string} pid
 * @param {ReadonlySet<string>} inodes
 */
function holdsSocket(pid, inodes) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${fd}`));
      return target?.[1] !== undefined && inodes.has(target[1]);
    });
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // Another user's process, or one that just ended.
    if (code === 'EACCES' || code === 'EPERM' || code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}

/** @param {string} path */
function linkTarget(path) {
  try {
    return readlinkSync(path);
  } catch {
    // The file was closed between listing and reading: it holds nothing any more.
    return '';
  }
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return '';
    throw error;
  }
}
