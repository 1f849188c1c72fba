import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandPath } from '../lib/commandPath.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { run } from '../lib/run.mjs';

/** @typedef {import('./account.mjs').Account} Account */
/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

const installedFolder = '/usr/local/lib/dind-station';
const usersFile = '/etc/dind-station/users';

/**
 * How a run of the helper ended: the last line it prints.
 * @typedef {{ ok: boolean, code: string, message: string, cause: string }} HelperResult
 */

/**
 * Runs one verb and reports its steps.
 *
 * @param {readonly string[]} argv
 * @param {(text: string) => void} detail
 * @returns {Promise<HelperResult>}
 */
export async function runHelper(argv, detail) {
  /** @type {HelperResult | undefined} */
  let result;
  const { code, stderr } = await run(argv, {
    cwd: '/',
    onLine: (line) => {
      const event = parseEvent(line);
      if (event?.event === 'step') detail(event.detail);
      else if (event?.event === 'result') result = event;
    },
  });
  if (result !== undefined) return result;
  throw new Refusal(`${argv.join(' ')} ended with status ${code} and without a result: ${stderr.trim()}`);
}

/**
 * One line of the helper's output, or undefined if it is none of its events.
 *
 * @param {string} line
 * @returns {({ event: 'step', detail: string } | ({ event: 'result' } & HelperResult)) | undefined}
 */
export function parseEvent(line) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(line));
    if (typeof value !== 'object' || value === null || !('event' in value)) return undefined;
    if (value.event === 'step' && 'detail' in value) return { event: 'step', detail: String(value.detail) };
    if (value.event !== 'result' || !('ok' in value) || !('code' in value) || !('message' in value)) return undefined;
    const cause = 'cause' in value ? String(value.cause) : '';
    return { event: 'result', ok: value.ok === true, code: String(value.code), message: String(value.message), cause };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The command for a verb of the installed helper: directly as root, else through sudo, where the helper's own rule for
 * this user lets exactly that command pass.
 *
 * @param {'start' | 'stop' | 'cancel'} verb
 */
export function installedHelper(verb) {
  const argv = [join(installedFolder, 'dind-helper'), verb];
  if (process.geteuid?.() === 0) return argv;
  return [commandPath('sudo') ?? 'sudo', '-n', '--', ...argv];
}

/**
 * Installs the helper for a user, unless the installed copy is the checkout's and the user has access already.
 *
 * @param {object} options
 * @param {string} options.root of the repository
 * @param {Account} options.account
 * @param {Elevate | undefined} options.elevate
 * @param {(text: string) => void} options.detail
 * @param {(text: string) => void} options.note
 */
export async function ensureHelper({ root, account, elevate, detail, note }) {
  const bundled = join(root, 'scripts');
  if (sameHelper(bundled, installedFolder) && hasAccess(account)) {
    note('unchanged');
    return;
  }
  const install = [join(bundled, 'dind-helper'), 'install', account.name];
  if (elevate === undefined) {
    throw new Refusal(
      `the helper is not installed for ${account.name} and that needs root; run: sudo ${install.join(' ')}`,
    );
  }
  const result = await runHelper(elevate(install), detail);
  if (!result.ok) throw new Refusal(`the helper could not be installed: ${result.message} ${result.cause}`.trim());
  note(`installed for ${account.name}`);
}

/**
 * Whether two copies of the helper are the same, byte for byte.
 *
 * @param {string} bundled
 * @param {string} installed
 */
export function sameHelper(bundled, installed) {
  const names = ['dind-helper', ...readdirSync(join(bundled, 'lib')).map((name) => join('lib', name))];
  return names.every((name) => {
    const copy = join(installed, name);
    return existsSync(copy) && statSync(copy).isFile() && readFileSync(copy).equals(readFileSync(join(bundled, name)));
  });
}

/** @param {Account} account */
function hasAccess(account) {
  if (account.uid === 0) return true;
  return existsSync(usersFile) && readFileSync(usersFile, 'utf8').split('\n').includes(account.name);
}
