/**
 * A fault that the diagnosis was not made for, and what a good answer to it has. The steps are shell, run as root in a
 * fresh private container.
 * @typedef {object} UnseenFault
 * @property {string} entry
 * @property {string} kind of what is at fault
 * @property {string} title what is wrong, in a sentence
 * @property {string} make makes it; must end with 0
 * @property {string} there ends with 0 while the fault is there: what its user suffers
 * @property {'v1'} [cgroups] only where the machine has these
 * @property {Expected} expect
 */

/**
 * @typedef {object} Expected
 * @property {RegExp} cause in the title or the cause of a finding, or in the words of `status`
 * @property {RegExp} fact in the evidence of that finding
 * @property {RegExp} remedy in the summary or the command of its remedy
 * @property {readonly ('error' | 'warning')[]} severity that are right for it
 */

/**
 * What of a finding of `doctor --json` is judged.
 * @typedef {{ id: string, severity: string, title: string, cause: string, evidence: { source: string, value: string }[],
 *   remedy: { summary: string, command: string } }} Finding
 */

/**
 * What a user was answered.
 * @typedef {{ status: { code: number, headline: string, explanation: string }, findings: readonly Finding[] }} Answer
 */

/** @typedef {Pick<import('../lib/run.mjs').RunResult, 'code' | 'stdout'>} Printed */

/**
 * @param {Printed} status of `status --json`
 * @param {Pick<Printed, 'stdout'>} doctor of `doctor --json`
 * @returns {Answer}
 */
export function readAnswer(status, doctor) {
  const { headline, explanation } = /** @type {Answer['status']} */ (JSON.parse(status.stdout));
  const { findings } = /** @type {Pick<Answer, 'findings'>} */ (JSON.parse(doctor.stdout));
  return { status: { code: status.code, headline, explanation }, findings };
}

/**
 * @typedef {object} Score
 * @property {boolean} cause
 * @property {boolean} fact
 * @property {boolean} remedy
 * @property {boolean} severity
 * @property {boolean} falseGreen nothing says that anything is wrong
 * @property {string} by what named the cause: the id of a finding, `status`, or nothing
 */

/**
 * Only errors and warnings count. Of those that name the cause, the one that is best otherwise.
 *
 * @param {Expected} expect
 * @param {Answer} answer
 * @returns {Score}
 */
export function score(expect, { status, findings }) {
  const grave = findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const [best] = grave
    .filter(({ title, cause }) => expect.cause.test(`${title}\n${cause}`))
    .map((finding) => details(expect, finding))
    .sort((one, other) => points(other) - points(one));
  const falseGreen = status.code === 0 && grave.length === 0;
  if (best !== undefined) return { cause: true, ...best, falseGreen };
  const told = expect.cause.test(`${status.headline}\n${status.explanation}`);
  return { cause: told, fact: false, remedy: false, severity: false, falseGreen, by: told ? 'status' : '' };
}

/** @param {Expected} expect @param {Finding} finding */
function details({ fact, remedy, severity }, finding) {
  return {
    fact: fact.test(finding.evidence.map(({ source, value }) => `${source}: ${value}`).join('\n')),
    remedy: remedy.test(`${finding.remedy.summary}\n${finding.remedy.command}`),
    severity: severity.some((right) => right === finding.severity),
    by: finding.id,
  };
}

/** @param {Pick<Score, 'fact' | 'remedy' | 'severity'>} found */
const points = ({ fact, remedy, severity }) => [fact, remedy, severity].filter(Boolean).length;
