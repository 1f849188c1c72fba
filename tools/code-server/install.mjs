import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from '../lib/refusal.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';
import { layout, recipeFolder } from './release.mjs';

/** @typedef {import('./release.mjs').Release} Release */

/**
 * The two native modules that the npm package of code-server brings as source only: without the first the server writes
 * no log files, without the second an extension host outlives its server. The others carry their binaries with them.
 */
const compiled = [
  { name: '@vscode/spdlog', binary: 'build/Release/spdlog.node' },
  { name: '@vscode/native-watchdog', binary: 'build/Release/watchdog.node' },
];

/**
 * Installs code-server and its Node into an empty folder. Install scripts are off throughout: code-server's own one
 * compiles modules that are not needed here and that fail without Kerberos headers; what it would do that matters is
 * done by name below, and the result is tried before it counts.
 *
 * @param {string} folder exists, is empty
 * @param {Release} release
 * @param {{ detail: (text: string) => void, signal?: AbortSignal }} options
 */
export async function installCodeServer(folder, release, { detail, signal }) {
  const abort = signal === undefined ? {} : { signal };
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(recipeFolder, name), join(folder, name));
  // A clone's own npm settings do not reach a cache folder; this one keeps a lock file free of download addresses.
  writeFileSync(join(folder, '.npmrc'), 'omit-lockfile-registry-resolved=true\nfund=false\naudit=false\n');

  detail(`downloading code-server ${release.version} and Node ${release.nodeVersion}`);
  const quiet = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  await runOrRefuse('installing code-server', ['npm', 'ci', ...quiet], { cwd: folder, env: npmEnv(), ...abort });

  const { node } = layout(folder, release);
  if (!existsSync(node)) throw new Refusal(`${release.nodePackage} ${release.nodeVersion} did not bring ${node}.`);
  const nodeFolder = dirname(dirname(node));
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const env = {
    ...npmEnv(),
    PATH: `${dirname(node)}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
    // The package ships Node's headers: nothing is downloaded to compile against, and they are of the right Node.
    npm_config_nodedir: nodeFolder,
  };
  detail('installing the editor inside code-server');
  // Not `npm ci`: the shrinkwrap inside the package lacks an entry (tslib) and `ci` refuses it; `install` keeps its pins.
  const inner = ['npm', 'install', '--omit=dev', '--no-save', ...quiet];
  await runOrRefuse('installing the editor inside code-server', inner, { cwd: vscode, env, ...abort });

  detail('compiling two native modules');
  const names = compiled.map(({ name }) => name);
  const rebuild = ['npm', 'rebuild', '--loglevel=error', ...names];
  const built = await run(rebuild, { cwd: vscode, env, ...abort });
  // npm reports success for a module it does not know, so that the files are looked at as well.
  const absent = compiled.filter(({ name, binary }) => !existsSync(join(vscode, 'node_modules', name, binary)));
  if (built.code !== 0 || absent.length > 0) {
    const which = absent.map(({ name }) => name).join(', ');
    throw new Refusal(`compiling ${which === '' ? names.join(', ') : which} failed:\n${built.stderr.trim()}`);
  }
  for (const { name } of compiled) rmSync(join(vscode, 'node_modules', name, 'build/Release/obj.target'), tree);

  link(vscode, 'bin/remote-cli', 'code-linux.sh', 'code-server');
  link(vscode, 'bin/helpers', 'browser-linux.sh', 'browser.sh');

  detail('making it readable for every user');
  await runOrRefuse('opening the installation to every user', ['chmod', '-R', 'a+rX', folder], abort);
  detail('trying it');
  await tryInstallation(folder, release, abort);
}

const tree = { recursive: true, force: true };

/**
 * Asks the installation for its version and loads the native modules with its own Node.
 *
 * @param {string} folder
 * @param {Release} release
 * @param {{ signal?: AbortSignal }} abort
 */
async function tryInstallation(folder, release, abort) {
  const { node, entry } = layout(folder, release);
  // Even `--version` writes a configuration and log files below the home folder; they are given one to lose.
  const home = join(folder, '.trial');
  mkdirSync(home);
  const env = { PATH: process.env['PATH'], HOME: home };
  const said = await runOrRefuse('asking code-server for its version', [node, entry, '--version'], { env, ...abort });
  rmSync(home, tree);
  if (!said.stdout.split('\n').some((line) => line.startsWith(`${release.version} `))) {
    throw new Refusal(`code-server says it is "${said.stdout.trim()}"; ${release.version} was expected.`);
  }
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  for (const { name, binary } of compiled) {
    const file = join(vscode, 'node_modules', name, binary);
    await runOrRefuse(`loading ${name}`, [node, '-e', 'require(process.argv[1])', file], abort);
  }
}

/**
 * What code-server's skipped install script would link.
 *
 * @param {string} vscode
 * @param {string} subfolder
 * @param {string} target
 * @param {string} name
 */
function link(vscode, subfolder, target, name) {
  const folder = join(vscode, subfolder);
  if (!existsSync(join(folder, target))) throw new Refusal(`code-server lacks ${join(subfolder, target)}.`);
  rmSync(join(folder, name), tree);
  symlinkSync(target, join(folder, name));
}

/** Our environment without what an outer `npm start` told its children about its own package and folder. */
function npmEnv() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?:lifecycle|package|command|execpath|config_(?:local|global)_prefix)/.test(name),
    ),
  );
}
