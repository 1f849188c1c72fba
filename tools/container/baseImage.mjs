import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../lib/cacheFolder.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { runOrRefuse } from '../lib/run.mjs';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';

/** @typedef {import('./engine.mjs').EngineOptions} BaseOptions */

/** Documentation in all languages is not what a base image is for; Debian's own slim images leave it out as well. */
const leftOut = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*'];

/**
 * The image that a Dockerfile builds from unless told otherwise.
 *
 * @param {string} dockerfile its text
 * @throws {Error} when it has no such line: a fault of ours
 */
export function baseName(dockerfile) {
  const name = /^ARG BASE=(\S+)$/m.exec(dockerfile)?.[1];
  if (name === undefined) throw new Error('the Dockerfile has no line ARG BASE=');
  return name;
}

/**
 * The release in the name of one of Debian's slim images, which can be put together from its packages.
 *
 * @param {string} name such as `debian:forky-slim`
 */
export function debianSuite(name) {
  return /^(?:docker\.io\/(?:library\/)?)?debian:([a-z]+)-slim$/.exec(name)?.[1];
}

/**
 * Makes sure that the engine has the base image: it is there, or it is pulled, or it is put together from Debian's
 * packages and gets that name, so that the same Dockerfile builds where no registry can be reached.
 *
 * @param {import('./engine.mjs').Engine} engine
 * @param {string} name such as `debian:forky-slim`
 * @param {BaseOptions & { note: (text: string) => void }} options
 * @throws {Refusal} when it is neither there nor can be had
 */
export async function ensureBaseImage(engine, name, { elevate, signal, detail, note }) {
  if ((await engine.docker(['image', 'inspect', name], { signal })).code === 0) {
    note('there already');
    return;
  }
  detail(`pulling ${name}`);
  const pulled = await engine.docker(['pull', '--quiet', name], { signal });
  if (pulled.code === 0) {
    note('pulled');
    return;
  }
  const suite = debianSuite(name);
  if (suite === undefined) throw new Refusal(`${name} cannot be pulled: ${pulled.stderr.trim()}`);
  detail('no registry answers: putting it together from packages');
  const archive = await bootstrap(suite, { elevate, signal, detail });
  const changes = ['-c', 'CMD ["bash"]', '-c', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  // From stdin: an engine in a bed sees other files than we do.
  const result = await engine.docker(['import', ...changes, '-', name], { signal, input: readFileSync(archive) });
  if (result.code !== 0) throw new Refusal(`importing ${name} failed: ${result.stderr.trim()}`);
  note(`put together from Debian's packages, as no registry answers`);
}

/**
 * @param {string} suite
 * @param {BaseOptions} options
 * @returns {Promise<string>} path of a tar archive
 */
async function bootstrap(suite, { elevate, signal, detail }) {
  await provision(needSets.bootstrap, { elevate: () => Promise.resolve(elevate), detail, signal });
  const folder = cacheFolder();
  const archive = join(folder, `debian-${suite}-slim.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${archive}.unfinished`;
  // A mirror may be a snapshot whose lists are past their date; their signatures are checked all the same.
  const dates = ['--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=Acquire::Check-Date "false"'];
  const excludes = leftOut.map((path) => `--dpkgopt=path-exclude=${path}`);
  // Without a mirror it takes Debian's own.
  const argv = ['mmdebstrap', '--variant=minbase', '--format=tar', ...dates, ...excludes, suite, unfinished];
  try {
    await runOrRefuse(`putting Debian ${suite} together`, argv, { signal });
    renameSync(unfinished, archive);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return archive;
}
