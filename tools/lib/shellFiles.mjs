import { closeSync, openSync, readSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Folders that hold nothing of ours. */
const foreign = new Set(['node_modules', '.git', 'dist', 'test-output']);

/**
 * A shell file of the project. A program has a first line that names its shell; a part has none and is read by a program,
 * with whose variables it works; a test is for bats.
 * @typedef {{ path: string, kind: 'program' | 'part' | 'test' }} ShellFile
 */

/**
 * Every shell file of the project, by its name (.sh, .bash, .bats) or by its first line.
 *
 * @param {string} root
 * @returns {ShellFile[]} paths relative to `root`, sorted
 */
export function shellFiles(root) {
  return readdirSync(root, { withFileTypes: true })
    .flatMap((entry) => walk(root, join(root, entry.name), entry))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * @param {string} root
 * @param {string} path
 * @param {import('node:fs').Dirent} entry
 * @returns {ShellFile[]}
 */
function walk(root, path, entry) {
  if (entry.isDirectory() && !foreign.has(entry.name)) {
    return readdirSync(path, { withFileTypes: true }).flatMap((inner) => walk(root, join(path, inner.name), inner));
  }
  const kind = entry.isFile() ? shellKind(path, entry.name) : undefined;
  return kind === undefined ? [] : [{ path: relative(root, path), kind }];
}

/**
 * @param {string} path
 * @param {string} name
 * @returns {ShellFile['kind'] | undefined}
 */
function shellKind(path, name) {
  if (/\.(?:bats|bash)$/.test(name)) return 'test';
  if (name.includes('.') && !name.endsWith('.sh')) return undefined;
  if (/^#!.*\b(?:sh|dash|bash)\b/.test(firstLine(path))) return 'program';
  return name.endsWith('.sh') ? 'part' : undefined;
}

/** @param {string} path */
function firstLine(path) {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(128);
    const length = readSync(file, start, 0, start.length, 0);
    return start.toString('latin1', 0, length).split('\n')[0] ?? '';
  } finally {
    closeSync(file);
  }
}
