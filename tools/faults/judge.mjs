import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withBed } from '../lib/bed.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist', 'cli.js');

/**
 * One entry of the catalogue of failures, made for real. The steps are shell, run as root in a fresh private container.
 * @typedef {object} Fault
 * @property {string} entry the catalogue's id; a finding's id is the area, a dot and this
 * @property {string} make makes it; must end with 0
 * @property {string} there ends with 0 while the fault is there: the symptom itself, not a look at its cause
 * @property {string} remedy what mends it: an action of the helper where there is one
 * @property {'v1'} [cgroups] only where the machine has these
 */

/**
 * @typedef {object} Verdict
 * @property {string} entry
 * @property {string} made yes, or what went wrong
 * @property {string} found the ids of the errors and warnings that doctor found
 * @property {'right' | 'wrong' | 'not asked'} judged right: the entry is among them
 * @property {string} remedy
 * @property {'yes' | 'NO'} gone the symptom, and the finding where doctor was asked
 */

/** Whether this checkout's command line can diagnose. */
export function canDiagnose() {
  return existsSync(cli) && readFileSync(cli, 'utf8').includes('doctor');
}

/**
 * Makes one fault, asks for the diagnosis, applies the remedy and looks again.
 *
 * @param {Fault} fault
 * @param {{ elevate: import('../lib/elevation.mjs').Elevate, signal: AbortSignal, diagnose: boolean }} context
 * @returns {Promise<Verdict>}
 */
export function judge(fault, { elevate, signal, diagnose }) {
  return withBed({ name: `faults-${fault.entry}`, elevate, signal }, async (bed) => {
    // Into a file: what a step leaves running would keep a pipe open for ever.
    const step = async (/** @type {string} */ text) =>
      bed.run([
        'sh',
        '-c',
        '(. test/faults/prelude.sh && eval "$1") >/tmp/step 2>&1 </dev/null; code=$?; cat /tmp/step; exit $code',
        'sh',
        text,
      ]);
    const ids = async () => {
      if (!diagnose) return [];
      const { stdout } = await bed.run([
        'setpriv',
        '--reuid',
        'coder',
        '--regid',
        'coder',
        '--init-groups',
        'env',
        'HOME=/home/coder',
        process.execPath,
        cli,
        'doctor',
        '--json',
      ]);
      return findingIds(stdout);
    };
    const here = (/** @type {string[]} */ found) => found.some((id) => id.split('.').at(-1) === fault.entry);

    await step('id coder >/dev/null 2>&1 || useradd --create-home coder; scripts/dind-helper install coder');
    const made = await step(fault.make);
    const symptom = made.code === 0 ? await step(fault.there) : made;
    const found = await ids();
    const mended = await step(fault.remedy);
    const still = await step(fault.there);
    const after = await ids();
    return {
      entry: fault.entry,
      made: symptom.code === 0 ? 'yes' : lastLine(symptom),
      found: found.join(' '),
      judged: !diagnose ? 'not asked' : here(found) ? 'right' : 'wrong',
      remedy: mended.code === 0 ? fault.remedy : `${fault.remedy}: ${lastLine(mended)}`,
      gone: still.code !== 0 && !here(after) ? 'yes' : 'NO',
    };
  });
}

/**
 * @param {string} json what `doctor --json` printed
 * @returns {string[]} the ids of errors and warnings
 */
export function findingIds(json) {
  const report = /** @type {{ findings: { id: string, severity: string }[] }} */ (JSON.parse(json));
  return report.findings.filter(({ severity }) => severity === 'error' || severity === 'warning').map(({ id }) => id);
}

/** @param {import('../lib/run.mjs').RunResult} result */
function lastLine({ code, stdout, stderr }) {
  return (stderr || stdout).trim().split('\n').at(-1) || `status ${String(code)}`;
}
