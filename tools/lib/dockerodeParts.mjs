import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The module whose `absentPart` stands in for what does not ship. */
const absent = fileURLToPath(new URL('../../src/engine/stubs/absent.ts', import.meta.url));
const trace = fileURLToPath(new URL('../../src/engine/stubs/trace.ts', import.meta.url));

/**
 * Parts of dockerode and docker-modem that nothing here calls, by what they are for; together nine tenths of their size,
 * with the packages that only they load. ssh2 besides starts a WebAssembly module on loading that can end the process.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const unused = {
  'hosts behind ssh': ['docker-modem/ssh'],
  'BuildKit sessions': ['dockerode/session', 'dockerode/buildkit'],
  'building images': ['tar-fs', '@balena/dockerignore'],
  'networks and volumes': ['dockerode/network', 'dockerode/volume'],
  'commands in containers': ['dockerode/exec'],
  plugins: ['dockerode/plugin'],
  swarms: ['dockerode/service', 'dockerode/task', 'dockerode/node', 'dockerode/secret', 'dockerode/config'],
};

const purposes = new Map(Object.entries(unused).flatMap(([purpose, parts]) => parts.map((part) => [part, purpose])));

/** Packages that Node has itself by now, or that do less than what Node has. */
const replaced = new Map([
  // Of which docker-modem takes Duplex.
  ['readable-stream', 'node:stream'],
  ['debug', trace],
]);

/**
 * Leaves out of a bundle what is unused of dockerode: in its place is a module that says so to whoever calls it.
 * @type {import('esbuild').Plugin}
 */
export const dockerodeParts = {
  name: 'dockerode-parts',
  setup(bundler) {
    bundler.onResolve({ filter: /./, namespace: 'file' }, ({ importer, path }) => {
      const owner = /\/node_modules\/(?<name>dockerode|docker-modem)\/lib\/[^/]+$/u.exec(importer)?.groups?.['name'];
      if (owner === undefined) return undefined;
      const part = path.startsWith('./') ? `${owner}/${basename(path)}` : path;
      if (purposes.has(part)) return { path: part, namespace: 'absent-part' };
      const other = replaced.get(path);
      return other === undefined ? undefined : { path: other, external: other.startsWith('node:') };
    });
    bundler.onLoad({ filter: /./, namespace: 'absent-part' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(absent)}).absentPart(${JSON.stringify(purposes.get(path))});`,
      resolveDir: dirname(absent),
    }));
  },
};
