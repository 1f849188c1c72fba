/**
 * The stages of `npm test`, in the order in which they are told; which jobs each is made of says jobs.mjs.
 * @type {Record<'start' | 'lint' | 'unit' | 'scripts' | 'v2' | 'station' | 'editor' | 'e2e', string>}
 */
export const stages = {
  start: 'npm start on this machine itself, and what it leaves behind: only where CI is set, or when named',
  lint: 'types, lint, formatting, shell programs',
  unit: 'parsers, reducer, words, endpoint, tools; sockets and processes without a daemon',
  scripts: 'the helper against real daemons under dash, part of it under busybox, with three kinds of PID 1',
  v2: 'nesting and the limits of nested containers on cgroup v2, in virtual machines',
  station: 'the command line against real daemons: every state, every fault',
  editor: "the extension inside code-server's extension host",
  e2e: 'a person at a browser: the indicator, the commands, the messages; screenshots',
};

/** @typedef {keyof typeof stages} StageName */

export const stageNames = /** @type {StageName[]} */ (Object.keys(stages));

/** @param {string} name @returns {name is StageName} */
export function isStage(name) {
  return Object.hasOwn(stages, name);
}

/**
 * The stages of a run that names none: `start` gives the machine a daemon for a while, which a person's is not given.
 * @param {NodeJS.ProcessEnv} env
 */
export function defaultStages(env) {
  const ci = env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
  return stageNames.filter((name) => name !== 'start' || ci);
}
