import { judgeCpus, judgeMemory } from './judge.mjs';

/** @typedef {import('./judge.mjs').Verdict} Verdict */

/**
 * What is tried in the terminal: a function of walk.sh, and what its output has to be.
 * @typedef {object} WalkStep
 * @property {string} name of the function, and of the files it leaves
 * @property {string} title
 * @property {(outcome: WalkOutcome) => Verdict} judge
 *
 * @typedef {object} WalkOutcome
 * @property {number} code
 * @property {string} output
 * @property {string} word that only this run knows
 * @property {readonly string[]} lacking capabilities that this machine has not got
 */

/**
 * The whole of what was said, for a command that failed: it is the engine's sentence.
 * @param {WalkOutcome} outcome
 */
const failure = ({ code, output }) => ({ seen: '', wrong: `status ${code}: ${output.trim()}` });

/**
 * A step that has to end well and to print the word.
 *
 * @param {(outcome: WalkOutcome) => string} [seen]
 * @returns {WalkStep['judge']}
 */
const says =
  (seen = () => '') =>
  (outcome) => {
    if (outcome.code !== 0) return failure(outcome);
    if (!outcome.output.split('\n').includes(outcome.word)) {
      return { seen: '', wrong: `its output lacks "${outcome.word}": ${outcome.output.trim()}` };
    }
    return { seen: seen(outcome) };
  };

/**
 * The rest of the line that begins with this.
 *
 * @param {string} output
 * @param {string} begin
 */
const after = (output, begin) => new RegExp(`^${begin} (.+)$`, 'm').exec(output)?.[1] ?? '';

/** @type {readonly WalkStep[]} */
export const walkSteps = [
  {
    name: 'image',
    title: 'docker import',
    judge: (outcome) => (outcome.code === 0 ? { seen: "from this machine's busybox" } : failure(outcome)),
  },
  {
    // The extension brings it along: nothing has been installed for the person's shell.
    name: 'status',
    title: 'dind-station status',
    judge: (outcome) =>
      outcome.output.includes('Docker is running') ? { seen: 'says "Docker is running"' } : failure(outcome),
  },
  { name: 'run', title: 'docker run', judge: says() },
  {
    name: 'cpus',
    title: 'docker run --cpus 0.5',
    judge: (outcome) => (outcome.code === 0 ? judgeCpus(outcome.output, 0.5) : failure(outcome)),
  },
  {
    name: 'memory',
    title: 'docker run --memory 128m',
    judge: (outcome) => (outcome.code === 0 ? judgeMemory(outcome.output, 128 * 2 ** 20) : failure(outcome)),
  },
  { name: 'port', title: 'docker run --publish', judge: says(({ output }) => after(output, 'address')) },
  { name: 'exec', title: 'docker exec', judge: says() },
  {
    name: 'build',
    title: 'docker build with RUN',
    judge: says(({ output }) => after(output, 'builder')),
  },
  {
    name: 'cgroupns',
    title: 'docker run --cgroupns=host',
    judge: (outcome) => (outcome.code === 0 ? { seen: '' } : failure(outcome)),
  },
  {
    name: 'compose',
    title: 'docker compose up',
    judge: (outcome) => {
      const absent = after(outcome.output, 'absent');
      if (absent !== '') return { seen: '', skipped: absent };
      if (outcome.code !== 0 || !outcome.output.includes(outcome.word)) return failure(outcome);
      return { seen: '' };
    },
  },
  { name: 'mount', title: 'a mount made after the start', judge: says(() => 'seen in a container') },
  {
    name: 'privileged',
    title: 'docker run --privileged',
    judge: (outcome) => {
      if (outcome.code === 0) return says()(outcome);
      // All capabilities are asked for: where the machine itself lacks one, no engine can give them.
      if (outcome.lacking.length === 0 || !/\bcap(?:s|abilit)/.test(outcome.output)) return failure(outcome);
      return {
        seen: '',
        skipped: `this machine itself lacks ${outcome.lacking.join(', ')}; the engine says: ${outcome.output.trim()}`,
      };
    },
  },
];
