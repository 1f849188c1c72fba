import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runOrRefuse } from '../../lib/run.mjs';
import { removeScratch } from '../killedRun.mjs';
import { identityOf } from '../record.mjs';
import { StationPage } from './browser.mjs';
import { Skipped } from './checks.mjs';
import { label, removeCheckObjects, runName } from './objects.mjs';
import { walkSteps } from './walk.mjs';

/** @typedef {import('../../lib/elevation.mjs').Elevate} Elevate */
/** @typedef {import('../station.mjs').Station} Station */
/** @typedef {import('./checks.mjs').Checks} Checks */

/** How long one thing in the terminal may take on a busy machine, milliseconds. */
const commandMs = 120_000;

const script = fileURLToPath(new URL('walk.sh', import.meta.url));

/**
 * Does with a station what a person does, in a browser.
 *
 * @param {Station} station
 * @param {{ checks: Checks, elevate: Elevate, signal: AbortSignal }} options
 */
export async function tryStation(station, { checks, elevate, signal }) {
  const { engine } = station;
  await checks.run('Docker daemon runs', () => {
    if (engine.outcome === 'failed') throw new Error(engine.message);
    return engine.outcome === 'started' ? `PID ${engine.pid}` : 'was there before';
  });
  await checks.run('the helper prints its events only', () => {
    if (engine.outcome !== 'failed' && engine.stray.length > 0) throw new Error(engine.stray.join('\n    '));
    return '';
  });
  const owner = identityOf(process.pid);
  const scratch = mkdtempSync('/tmp/dind-station-check-');
  chmodSync(scratch, 0o755);
  await station.record.note({ scratch });
  /** @type {StationPage | undefined} */
  let page;
  const close = async () => {
    const open = page;
    page = undefined;
    await open?.close();
  };
  // What waits in the page is given up by closing it.
  const onAbort = () => void close();
  try {
    const paths = await makeScratch(scratch, { station, owner, elevate, signal });
    signal.addEventListener('abort', onAbort, { once: true });
    await checks.run('the editor in a browser', async () => {
      // A window without a folder: what the person has open, and whether they trust it, is theirs.
      page = await StationPage.open(`${station.server.url}/?ew=true`, {
        profile: paths.profile,
        password: station.password,
      });
      signal.throwIfAborted();
      return '';
    });
    if (page === undefined) return;
    await walk(page, { checks, elevate, signal, paths });
  } finally {
    signal.removeEventListener('abort', onAbort);
    await close();
    await removeCheckObjects({ owner, elevate });
    await removeScratch(scratch, elevate);
    await station.record.note({ scratch: undefined });
  }
}

/**
 * @typedef {object} Paths
 * @property {string} profile of the browser
 * @property {string} user folder of the station's user, with walk.sh
 * @property {string} late a mount that is made after the daemon was started
 * @property {string} word
 */

/**
 * @param {string} scratch
 * @param {{ station: Station, owner: import('../record.mjs').Identity, elevate: Elevate, signal: AbortSignal }} options
 * @returns {Promise<Paths>}
 */
async function makeScratch(scratch, { station, owner, elevate, signal }) {
  const { uid, gid } = station.account;
  const [profile, user, late] = [join(scratch, 'browser'), join(scratch, 'user'), join(scratch, 'late')];
  mkdirSync(profile, { mode: 0o700 });
  mkdirSync(late);
  const word = randomBytes(6).toString('hex');
  const name = `dind-station-check-${runName(owner)}`;
  const names = [
    `IMAGE=${name}`,
    `NAME=${name}`,
    `LABEL=${label}=${runName(owner)}`,
    `WORD=${word}`,
    `LATE=${late}`,
    '',
  ].join('\n');
  const makeFolder = elevate(['install', '-d', '-m', '755', '-o', String(uid), '-g', String(gid), '--', user]);
  await runOrRefuse(`making ${user}`, makeFolder, { signal });
  // As that user, and not as root in a folder of theirs.
  for (const [file, input] of [
    ['walk.sh', readFileSync(script)],
    ['names', names],
  ]) {
    const write = station.as(['sh', '-c', 'cat >"$1"', 'sh', join(user, String(file))]);
    await runOrRefuse(`writing ${String(file)}`, write, { input: input ?? '', cwd: '/', signal });
  }
  return { profile, user, late, word };
}

/**
 * @param {StationPage} page
 * @param {{ checks: Checks, elevate: Elevate, signal: AbortSignal, paths: Paths }} options
 */
async function walk(page, { checks, elevate, signal, paths }) {
  await checks.run('status bar', async () => {
    await page.indicatorSays('Docker');
    return 'says "Docker"';
  });
  const open = await checks.run('terminal', async () => {
    await page.openTerminal();
    return '';
  });
  if (!open) return;
  const lacking = lackingCapabilities(readFileSync('/proc/self/status', 'utf8'), lastCapability());
  for (const { name, title, judge } of walkSteps) {
    await checks.run(title, async () => {
      if (name === 'mount') await mountLate(paths, elevate);
      const { code, output } = await typeStep(page, { name, paths, signal });
      const { seen, wrong, skipped } = judge({ code, output, word: paths.word, lacking });
      if (skipped !== undefined) throw new Skipped(skipped);
      if (wrong !== undefined) throw new Error(seen === '' ? wrong : `${wrong}: ${seen}`);
      return seen;
    });
  }
  await checks.run('terminal shows what was done', async () => {
    const shown = await page.screen();
    if (!shown.includes('walk.sh privileged')) throw new Error(`it shows:\n${shown}`);
    await page.closeTerminal();
    return '';
  });
}

/**
 * Types one step of walk.sh and waits for its end.
 *
 * @param {StationPage} page
 * @param {{ name: string, paths: Paths, signal: AbortSignal }} options
 */
async function typeStep(page, { name, paths, signal }) {
  await page.type(`sh ${join(paths.user, 'walk.sh')} ${name}`);
  const status = join(paths.user, `${name}.status`);
  const deadline = performance.now() + commandMs;
  while (!existsSync(status)) {
    if (performance.now() > deadline) {
      throw new Error(`not done after ${commandMs / 1000} s; the terminal shows:\n${await page.screen()}`);
    }
    await delay(50, undefined, { signal });
  }
  const output = readFileSync(join(paths.user, `${name}.out`), 'utf8').replaceAll('\r', '');
  return { code: Number(readFileSync(status, 'utf8')), output };
}

/**
 * A file system of ours, mounted while the daemon runs.
 *
 * @param {Paths} paths
 * @param {Elevate} elevate
 */
async function mountLate({ late, word }, elevate) {
  const options = ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'dind-station-check', late];
  await runOrRefuse('mounting a folder', elevate(['mount', ...options]));
  await runOrRefuse('writing a file', elevate(['sh', '-c', 'echo "$2" >"$1/word"', 'sh', late, word]));
}

/**
 * The capabilities that a process of this machine cannot have, by their numbers in linux/capability.h: what is missing in
 * the bounding set cannot be given to a container either.
 *
 * @param {string} status text of /proc/self/status
 * @param {number} last
 */
export function lackingCapabilities(status, last) {
  const mask = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return Array.from({ length: last + 1 }, (_, bit) => bit)
    .filter((bit) => ((mask >> BigInt(bit)) & 1n) === 0n)
    .map((bit) => (bit === 24 ? 'CAP_SYS_RESOURCE' : bit === 21 ? 'CAP_SYS_ADMIN' : `capability ${bit}`));
}

function lastCapability() {
  return Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
}
