import { withSandbox } from '../lib/sandbox.mjs';
import { lastLine, stepsIn, userWithHelper } from './faultSteps.mjs';
import { judgeUnknown } from './unknownJudge.mjs';

/** @typedef {import('./unknownJudge.mjs').Unknown} Unknown */
/** @typedef {import('./unknownJudge.mjs').Symptom} Symptom */
/** @typedef {import('./unknownJudge.mjs').Status} Status */
/** @typedef {import('./unknownJudge.mjs').Diagnosis} Diagnosis */
/** @typedef {import('../lib/run.mjs').RunResult} RunResult */

/** @type {Readonly<Record<Symptom, string>>} */
const options = { run: '--network none', network: '', publish: '--publish 127.0.0.1:18080:80' };

/**
 * Makes one failure, tries what it breaks as a person would, and looks at what the command line says of it.
 *
 * @param {Unknown} failure
 * @param {{ elevate: import('../lib/elevation.mjs').Elevate, signal: AbortSignal }} context
 * @returns {Promise<import('./unknownJudge.mjs').Verdict>}
 */
export function tryUnknown(failure, { elevate, signal }) {
  return withSandbox({ name: `unknown-${failure.name}`, elevate, signal }, async (sandbox) => {
    const step = stepsIn(sandbox, ['test/faults/prelude.sh', 'test/faults/standIn.sh']);
    const must = async (/** @type {string} */ text, /** @type {string[]} */ ...words) => {
      const ended = await step(text, ...words);
      if (ended.code !== 0) throw new Error(`${failure.name}: ${text.trim()}: ${lastLine(ended)}`);
      return ended;
    };

    const { how, replaces, when, patience } = failure;
    const [kind, body] = typeof how === 'string' ? [how, ''] : ['script', how.script];
    await must(userWithHelper);
    await must(
      `mkdir -p $STAND && printf %s "$1" >$STAND/text && jq --raw-input --slurp . $STAND/text >$STAND/text.json
       stand_in "$2" "$3" "$4"`,
      ...[failure.text, replaces, kind, body],
    );
    if (patience !== undefined) await must(`echo start_timeout=${String(patience)} >>/etc/dind-station/helper.conf`);

    const start = await {
      before: () => step('replace "$1"; asked 150 start', replaces),
      during: () => step('start_and_replace "$1"', replaces),
      after: async () => {
        await must('asked 150 start; image');
        return step(`replace "$1"; ${failure.afterwards ?? ''}`, replaces);
      },
    }[when]();
    // Of a daemon that is down there is no image, and none is missed.
    await step('image');

    const symptoms = /** @type {const} */ (['run', 'network', 'publish']);
    /** @type {Partial<Record<Symptom, RunResult>>} */
    const docker = {};
    for (const symptom of symptoms.filter((one) => one === 'run' || one === failure.breaks)) {
      docker[symptom] = await step(`tries ${options[symptom]}`);
    }
    const status = await step('asked 30 status --json');
    const statusText = await step('asked 30 status');
    const doctor = await step('asked 120 doctor --json --facts-out /tmp/facts.json');
    const doctorText = await step('asked 30 doctor --facts /tmp/facts.json');
    const log = await step('cat $LOG');
    return judgeUnknown(failure, {
      ...{ docker, start, log: log.stdout },
      status: {
        code: status.code,
        json: /** @type {Status | undefined} */ (parsed(status)),
        text: `${statusText.stdout}${statusText.stderr}`,
      },
      doctor: {
        code: doctor.code,
        json: /** @type {Diagnosis | undefined} */ (parsed(doctor)),
        text: `${doctorText.stdout}${doctorText.stderr}`,
      },
    });
  });
}

/** @param {RunResult} ended @returns {unknown} undefined where no report was printed */
function parsed({ stdout }) {
  return stdout.startsWith('{') ? JSON.parse(stdout) : undefined;
}
