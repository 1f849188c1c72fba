import { withSandbox } from '../lib/sandbox.mjs';
import { lastLine, stepsIn, userWithHelper } from './faultSteps.mjs';

/**
 * One entry of the catalogue of failures, made for real. The steps are shell, run as root in a fresh private container.
 * @typedef {object} Fault
 * @property {string} entry the catalogue's id; a finding's id is the area, a dot and this
 * @property {string} make makes it; must end with 0
 * @property {string} there ends with 0 while the fault is there: the symptom itself, not a look at its cause
 * @property {string} remedy what mends it: `fix ID`, the finding's own remedy, where the helper has one
 * @property {'v1'} [cgroups] only where the machine has these
 */

/**
 * @typedef {object} Verdict
 * @property {string} entry
 * @property {string} made yes, or what went wrong
 * @property {string} found the ids of the errors and warnings that doctor found, of the remarks where there is none
 * @property {Judged} judged
 * @property {string} remedy
 * @property {'yes' | 'NO'} gone the remedy ended well, and symptom and finding are no longer there
 */

/** @typedef {'right' | 'later' | 'wrong'} Judged */

/**
 * Makes one fault, asks for the diagnosis, applies the remedy and looks again.
 *
 * @param {Fault} fault
 * @param {{ elevate: import('../lib/elevation.mjs').Elevate, signal: AbortSignal }} context
 * @returns {Promise<Verdict>}
 */
export function judge(fault, { elevate, signal }) {
  return withSandbox({ name: `faults-${fault.entry}`, elevate, signal }, async (sandbox) => {
    const step = stepsIn(sandbox, ['test/faults/prelude.sh']);
    const ids = async () => findingIds((await step('station doctor --json')).stdout);

    await step(userWithHelper);
    const made = await step(fault.make);
    const symptom = made.code === 0 ? await step(fault.there) : made;
    const found = await ids();
    const mended = await step(fault.remedy);
    const still = await step(fault.there);
    const after = await ids();
    return {
      entry: fault.entry,
      made: symptom.code === 0 ? 'yes' : lastLine(symptom),
      found: graver(found).join(' '),
      judged: judgeFound(found, fault.entry),
      remedy: mended.code === 0 ? fault.remedy : `${fault.remedy}: ${lastLine(mended)}`,
      gone: mended.code === 0 && still.code !== 0 && judgeFound(after, fault.entry) === 'wrong' ? 'yes' : 'NO',
    };
  });
}

/**
 * @typedef {object} Found
 * @property {string} id
 * @property {string} severity
 */

/**
 * @param {string} json what `doctor --json` printed
 * @returns {Found[]} in the order of the report, worst first
 */
export function findingIds(json) {
  const report = /** @type {{ findings: Found[] }} */ (JSON.parse(json));
  return report.findings.map(({ id, severity }) => ({ id, severity }));
}

/** @param {readonly Found[]} found */
function graver(found) {
  const grave = found.filter(({ severity }) => severity !== 'info');
  return (grave.length > 0 ? grave : found).map(({ id }) => id);
}

/**
 * @param {readonly Found[]} found in the order of the report, worst first
 * @param {string} entry
 * @returns {Judged} right when the report begins with the entry, or is remarks alone with the entry among them; later
 *   when something stands before it
 */
export function judgeFound(found, entry) {
  const ids = graver(found);
  const place = ids.findIndex((id) => id.slice(id.indexOf('.') + 1) === entry);
  if (place < 0) return 'wrong';
  return place === 0 || found.every(({ severity }) => severity === 'info') ? 'right' : 'later';
}
