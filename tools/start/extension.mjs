import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runOrRefuse } from '../lib/run.mjs';

/** Everything the package is made of or made with. */
const sources = [
  'src',
  'scripts',
  'media',
  'package.json',
  'package.nls.json',
  'package-lock.json',
  'tsconfig.json',
  'esbuild.mjs',
  'tools/lib/dockerodeParts.mjs',
  '.vscodeignore',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

/**
 * Builds and packs the extension, unless the package at hand was made of the very same sources.
 *
 * @param {object} options
 * @param {string} options.root of the repository
 * @param {(argv: string[]) => string[]} options.as wraps the command, to run as the owner of the checkout
 * @param {(text: string) => void} options.note
 * @param {AbortSignal} options.signal
 * @returns {Promise<string>} path of the VSIX
 */
export async function packExtension({ root, as, note, signal }) {
  const vsix = join(root, 'dist', 'dind-station.vsix');
  const stamp = `${vsix}.sources`;
  const digest = digestOf(root, sources);
  if (existsSync(vsix) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
    note('unchanged');
    return vsix;
  }
  await runOrRefuse('building the extension', as(['npm', 'run', '--silent', 'package']), { cwd: root, signal });
  await runOrRefuse(
    'noting what the extension was made of',
    as(['sh', '-c', 'printf %s "$1" >"$2"', 'note', digest, stamp]),
    {
      signal,
    },
  );
  note(`${Math.ceil(statSync(vsix).size / 1024)} KB`);
  return vsix;
}

/**
 * SHA-256 over names, executability and contents of files and folders.
 *
 * @param {string} root
 * @param {readonly string[]} names those that are missing count as missing
 */
export function digestOf(root, names) {
  const hash = createHash('sha256');
  for (const file of names.flatMap((name) => filesBelow(join(root, name)))) {
    const content = readFileSync(file);
    // Lengths keep the end of one file from being taken for the beginning of the next.
    hash.update(`${relative(root, file)}\0${(statSync(file).mode & 0o111) === 0 ? '-' : 'x'}${content.length}\0`);
    hash.update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
