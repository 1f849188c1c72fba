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
 * @typedef {{ ok: boolean, code: string, message: string, cause: string, pid: number }} HelperResult
 * One thing that it found or did; status is started, changed, ok, skipped or failed.
 * @typedef {{ step: string, status: string, detail: string }} HelperStep
 * What it said: its steps, and lines that are none of its events (there should be none).
 * @typedef {{ steps: HelperStep[], stray: string[] }} HelperSaid
 */

/**
 * Runs one verb and reports its steps.
 *
 * @param {readonly string[]} argv
 * @param {(text: string) => void} detail
 * @returns {Promise<HelperResult & HelperSaid>}
 */
export async function runHelper(argv, detail) {
  /** @type {HelperResult | undefined} */
  let result;
  /** @type {HelperSaid} */
  const said = { steps: [], stray: [] };
  const { code, stderr } = await run(argv, {
    cwd: '/',
    onLine: (line) => {
      const event = parseEvent(line);
      if (event?.event === 'step') {
        said.steps.push(event);
        detail(event.detail);
      } else if (event?.event === 'result') result = event;
      else said.stray.push(line);
    },
  });
  if (result !== undefined) return { ...result, ...said };
  throw new Refusal(`${argv.join(' ')} ended with status ${code} and without a result: ${stderr.trim()}`);
}

/**
 * One line of the helper's output, or undefined if it is none of its events.
 *
 * @param {string} line
 * @returns {(({ event: 'step' } & HelperStep) | ({ event: 'result' } & HelperResult)) | undefined}
 */
export function parseEvent(line) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(line));
    if (typeof value !== 'object' || value === null || !('event' in value)) return undefined;
    const fields = /** @type {Record<string, unknown>} */ (value);
    const text = (/** @type {string} */ name) => {
      const field = fields[name];
      return typeof field === 'string' || typeof field === 'number' ? String(field) : '';
    };
    if (value.event === 'step' && 'detail' in value) {
      return { event: 'step', step: text('step'), status: text('status'), detail: text('detail') };
    }
    if (value.event !== 'result' || !('ok' in value) || !('code' in value) || !('message' in value)) return undefined;
    const [code, message, cause] = [text('code'), text('message'), text('cause')];
    return { event: 'result', ok: value.ok === true, code, message, cause, pid: Number(text('pid')) };
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
