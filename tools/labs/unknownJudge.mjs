// What is judged of an unknown failure: whether anything says that all is well, and whether what Docker said is shown whole.
import { sandboxFindings } from '../lib/sandbox.mjs';

/** What fails: any container, one with a network, one with a published port. @typedef {'run' | 'network' | 'publish'} Symptom */

/**
 * A program of the engine that is replaced by one that fails as no rule knows it.
 * @typedef {object} Unknown
 * @property {string} name
 * @property {'runc' | 'containerd-shim-runc-v2' | 'docker-proxy' | 'iptables' | 'containerd' | 'dockerd'} replaces
 * @property {'before' | 'during' | 'after'} when of the start; after: of one that was verified
 * @property {{ readonly script: string } | 'garbage' | 'foreign'} how see `stand_in` in test/faults/standIn.sh
 * @property {string} text what it says; empty when it says nothing of its own
 * @property {Symptom} breaks
 * @property {string} [afterwards] shell, after the replacement
 * @property {boolean} [alone] false: what `breaks` does not name may fail as well
 * @property {number} [patience] seconds that the helper waits for the daemon
 */

/** How a command ended. @typedef {{ readonly code: number, readonly stdout: string, readonly stderr: string }} Ended */

/** The fields of `status --json` that are judged. @typedef {{ state: string, verified: { verdict: string } | null }} Status */
/** Those of `doctor --json`. @typedef {{ findings: { id: string, severity: string }[], verdict?: { verified: string | null } }} Diagnosis */

/**
 * What was seen after the failure was made.
 * @typedef {object} Observed
 * @property {Partial<Record<Symptom, Ended>>} docker `docker run` as a person types it
 * @property {Ended} start of `start`, and of what came then
 * @property {{ readonly code: number, readonly json: Status | undefined, readonly text: string }} status
 * @property {{ readonly code: number, readonly json: Diagnosis | undefined, readonly text: string }} doctor
 * @property {string} log what the daemon wrote
 */

/**
 * @typedef {object} Verdict
 * @property {string} name
 * @property {string} failing the symptoms that were seen
 * @property {string} status
 * @property {string} doctor
 * @property {string} shown where the text is shown whole
 * @property {boolean} falseGreen
 * @property {readonly string[]} problems none: as it should be
 */

/** What a terminal obeys or does not show: control characters, sequences that begin with ESC, marks of direction. */
const control = String.raw`\u001b\[[0-9;]*[A-Za-z]|[\p{Cc}\p{Cf}]`;
/** What is another for each container: its id, the name of a trial, the number of a process. */
const ofOneRun = /[0-9a-f]{12,}|\d{3,}|stand-in-trial/u;

/** @param {string} text */
const collapsed = (text) => text.replaceAll(/\s+/gu, ' ').trim();

/**
 * The parts of a text that have to be shown, each as it is: without what a terminal must not get, and what differs from run to
 * run.
 *
 * @param {string} text
 * @param {RegExp} [without] a word that is left out
 * @returns {string[]}
 */
export function partsOf(text, without) {
  /** @type {string[][]} */
  const parts = [[]];
  for (const piece of collapsed(text).split(new RegExp(control, 'gu'))) {
    for (const word of piece.split(/\s+/u).filter((one) => one !== '')) {
      if (without?.test(word) === true) parts.push([]);
      else parts.at(-1)?.push(word);
    }
    parts.push([]);
  }
  return parts.filter((words) => words.length > 0).map((words) => words.join(' '));
}

/**
 * The parts that are not there, in their order; what is shown may be wrapped.
 *
 * @param {readonly string[]} parts
 * @param {string} shown
 * @returns {string[]}
 */
export function missingParts(parts, shown) {
  const whole = collapsed(shown);
  let from = 0;
  return parts.filter((part) => {
    const place = whole.indexOf(part, from);
    if (place >= 0) from = place + part.length;
    return place < 0;
  });
}

/** The engine's own sentence in what `docker run` printed; empty when the engine did not answer. @param {Ended} ended */
export function engineSentence({ stderr }) {
  const sentence = /Error response from daemon: (?<words>[\s\S]*)/u.exec(stderr)?.groups?.['words'] ?? '';
  return collapsed(sentence.replace(/\s*(?:See|Run) 'docker run --help'[\s\S]*$/u, '')).replace(/[.:]$/u, '');
}

/**
 * What must be shown: what the program said, where Docker or its log has it; else the engine's own sentence.
 *
 * @param {Pick<Unknown, 'text' | 'breaks'>} failure
 * @param {Observed} observed
 * @returns {string[]} none: nobody said anything
 */
export function expectedParts({ text, breaks }, { docker, log, start }) {
  const own = partsOf(text);
  const ended = docker[breaks];
  const said = [ended?.stderr, ended?.stdout, log, start.stdout, start.stderr].map((words) => plain(words ?? ''));
  if (own.length > 0 && said.some((words) => missingParts(own.slice(0, 1), words).length === 0)) return own;
  return ended === undefined ? [] : partsOf(engineSentence(ended), ofOneRun);
}

/** Without the quotation of a log or of JSON. @param {string} text */
function plain(text) {
  return text.replaceAll(/\\u001b|\\x1b/gu, '\u001B').replaceAll(new RegExp(control, 'gu'), ' ');
}

/** A command's output that a terminal would obey. @param {string} text */
export function obeyed(text) {
  return /[^\P{Cc}\n\t]|\p{Bidi_Control}/u.test(text);
}

/** @param {Observed['status']} status @returns {string} `fine` is the claim that all is well */
export function statusClaim({ code, json }) {
  if (json === undefined) return `no report (${String(code)})`;
  const { state, verified } = json;
  if (code !== 0) return state;
  return verified === null || verified.verdict === 'yes' ? 'fine' : `${state}, ${verified.verdict}`;
}

/** @param {Observed['doctor']} doctor @returns {string} `fine` is the claim that all is well */
export function doctorClaim({ code, json }) {
  if (json === undefined) return `no report (${String(code)})`;
  const grave = json.findings.filter(({ id, severity }) => severity !== 'info' && !sandboxFindings.includes(id));
  if (grave.length > 0) return grave.map(({ id }) => id).join(' ');
  if (code !== 0) return `exit status ${String(code)}`;
  // As of status: that nothing was verified is no claim that all is well.
  return json.verdict?.verified === 'not-yet' ? 'not-yet' : 'fine';
}

/**
 * @param {Unknown} failure
 * @param {Observed} observed
 * @returns {Verdict}
 */
export function judgeUnknown(failure, observed) {
  const { docker, start, status, doctor } = observed;
  const symptoms = /** @type {Symptom[]} */ (Object.keys(docker));
  const failing = symptoms.filter((symptom) => docker[symptom]?.code !== 0);
  const unclean = symptoms.some((symptom) =>
    /Unable to find image|No such image/iu.test(docker[symptom]?.stderr ?? ''),
  );
  // What works beside it shows that it is this that is broken.
  const beside = failure.alone === false || failure.breaks === 'run' || !failing.includes('run');
  const made = failing.includes(failure.breaks) && beside && !unclean;

  const claims = { status: statusClaim(status), doctor: doctorClaim(doctor) };
  const wrong = Object.entries(claims).flatMap(([who, claim]) => (claim === 'fine' ? [who] : []));

  const parts = expectedParts(failure, observed);
  const surfaces = { start: `${start.stdout}${start.stderr}`, status: status.text, doctor: doctor.text };
  const whole = Object.entries(surfaces).filter(([, text]) => missingParts(parts, text).length === 0);
  const nearest = Object.values(surfaces)
    .map((text) => missingParts(parts, text))
    .toSorted((a, b) => a.length - b.length)[0];
  const unsafe = Object.entries(surfaces).flatMap(([name, text]) => (obeyed(text) ? [name] : []));

  return {
    name: failure.name,
    failing: failing.join(' ') || 'none',
    status: claims.status,
    doctor: claims.doctor,
    shown: parts.length === 0 ? 'nothing was said' : whole.map(([name]) => name).join(' ') || 'NOT',
    falseGreen: made && wrong.length > 0,
    problems: [
      ...(made ? [] : [`not made: ${failing.join(' ') || 'nothing'} fails`]),
      ...(made ? wrong.map((who) => `false green of ${who}`) : []),
      ...(parts.length > 0 && whole.length === 0 ? [`text not shown: ${excerptOf(nearest?.[0] ?? '')}`] : []),
      ...unsafe.map((name) => `control characters in the output of ${name}`),
    ],
  };
}

/** @param {string} part */
const excerptOf = (part) => (part.length > 80 ? `${part.slice(0, 80)}…` : part);

/** @param {readonly Verdict[]} verdicts */
export function sumUpUnknown(verdicts) {
  const good = verdicts.filter(({ problems }) => problems.length === 0).length;
  const green = verdicts.filter(({ falseGreen }) => falseGreen).length;
  return { good, green, words: `${String(good)} of ${String(verdicts.length)}, false green ${String(green)}` };
}
