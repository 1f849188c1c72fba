import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../lib/refusal.mjs';
import { runOrRefuse } from '../lib/run.mjs';
import { asAccount } from './account.mjs';

/** @typedef {import('./account.mjs').Account} Account */
/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

const script = fileURLToPath(new URL('prepare-data.sh', import.meta.url));

/**
 * What the station keeps for one user, and what code-server is started with.
 * @typedef {object} StationData
 * @property {string} root
 * @property {string} vsix the user's copy of the extension
 * @property {string} runtimeFolder where code-server puts its sockets
 * @property {string} folder the folder to open
 * @property {string | undefined} password
 * @property {boolean} kept whether there was editor data from before
 */

/**
 * The station's folder in a user's home.
 * @param {Account} account
 */
export function dataFolder(account) {
  return join(account.home, '.local', 'share', 'dind-station');
}

/**
 * Arguments that make code-server keep everything in the station's folder.
 * @param {string} root
 */
export function dataArguments(root) {
  const at = (/** @type {string} */ name) => join(root, name);
  return ['--config', at('config.yaml'), '--user-data-dir', at('editor'), '--extensions-dir', at('extensions')];
}

/**
 * Makes the user's folders, settings and configuration where they are missing, and puts the VSIX beside them.
 *
 * @param {object} options
 * @param {Account} options.account
 * @param {Elevate | undefined} options.elevate
 * @param {string} options.vsix
 * @param {string | undefined} options.folder as given on the command line
 * @param {boolean} options.fresh
 * @param {boolean} options.password
 * @param {AbortSignal} options.signal
 * @returns {Promise<StationData>}
 */
export async function prepareData({ account, elevate, vsix, folder, fresh, password, signal }) {
  const root = dataFolder(account);
  // npm runs scripts in the repository; INIT_CWD is where the person stood.
  const asked = folder === undefined ? '' : resolve(process.env['INIT_CWD'] ?? process.cwd(), folder);
  const as = asAccount(account, elevate, { HOME: account.home, PATH: '/usr/bin:/bin' });
  const yes = (/** @type {boolean} */ value) => (value ? 'yes' : 'no');
  const argv = ['sh', '-c', readFileSync(script, 'utf8'), 'prepare-data', root, asked, yes(fresh), yes(password)];
  const { stdout } = await runOrRefuse(`preparing ${root} as ${account.name}`, as(argv), {
    cwd: '/',
    input: readFileSync(vsix),
    signal,
  });
  const said = new Map(stdout.split('\n').map((line) => splitOnce(line)));
  const opened = said.get('FOLDER');
  if (opened === undefined || opened === '') {
    throw new Refusal(
      asked === ''
        ? `${account.name} cannot use ${join(account.home, 'project')}; name another folder with --folder.`
        : `${asked} is not a folder that ${account.name} can read; name another with --folder.`,
    );
  }
  return {
    root,
    vsix: join(root, 'extension.vsix'),
    runtimeFolder: said.get('RUNTIME') ?? '/tmp',
    folder: opened,
    password: said.get('PASSWORD'),
    kept: said.get('FRESH') === 'no',
  };
}

/**
 * @param {string} line
 * @returns {[string, string]}
 */
function splitOnce(line) {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
