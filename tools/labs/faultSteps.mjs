/** @typedef {import('../lib/run.mjs').RunResult} RunResult */

/**
 * Steps of shell in a sandbox, as root, each in a shell of its own.
 *
 * @param {import('../lib/sandbox.mjs').Sandbox} sandbox
 * @param {readonly string[]} preludes files that are read before each step
 * @returns {(text: string, ...words: string[]) => Promise<RunResult>} `words` are $1 and so on in the step
 */
export function stepsIn(sandbox, preludes) {
  const read = preludes.map((file) => `. ${file}`).join(' && ');
  // Into files: what a step leaves running would keep a pipe open for ever.
  const wrapper = `step=$1; shift
    (${read} && eval "$step") >/tmp/step.out 2>/tmp/step.err </dev/null; code=$?
    cat /tmp/step.out; cat /tmp/step.err >&2; exit $code`;
  return (text, ...words) => sandbox.run(['sh', '-c', wrapper, 'sh', text, ...words]);
}

/** A step that makes the user of the faults, with the helper. */
export const userWithHelper =
  'id coder >/dev/null 2>&1 || useradd --create-home coder; scripts/dind-helper install coder';

/** @param {RunResult} result */
export function lastLine({ code, stdout, stderr }) {
  return (stderr || stdout).trim().split('\n').at(-1) || `status ${String(code)}`;
}
