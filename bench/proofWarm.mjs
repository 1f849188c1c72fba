// The background half of proof.mjs: a process of the user's that watches as an editor does, with the outputs that ship. For
// each line it is given it waits for the daemon, has containers verified, and prints what came of it as a line of JSON.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { firstPing } from './engine.mjs';

const require = createRequire(import.meta.url);
/** A path that the compiler does not follow into what it has nothing to say of. @param {string} name */
const output = (name) => `../dist/${name}.js`;
/** @typedef {typeof import('../src/vscode/limits/limits')} Limits */
const { makeRunningChecks } = /** @type {typeof import('../src/vscode/verification')} */ (
  require(output('verification'))
);
const limits = /** @type {Limits} */ (require(output('limits')));

const socketPath = '/var/run/docker.sock';
/** @type {import('../src/engine/endpoint').Endpoint} */
const endpoint = { kind: 'unix', socketPath, source: 'default', display: `unix://${socketPath}` };

/**
 * Milliseconds from the first answer to a ping until it was known, and those of the trial itself.
 * @typedef {{ known: number, trial: number, verdict: string, message: string }} Proven
 */

/** @returns {Promise<Proven>} */
async function provenOnce() {
  const ready = await firstPing();
  const trial = { began: NaN, ended: NaN };
  /** @type {Limits['tryContainersAt']} */
  const timed = async (...asked) => {
    trial.began = performance.now();
    const found = await limits.tryContainersAt(...asked);
    trial.ended = performance.now();
    return found;
  };
  return new Promise((resolve) => {
    const verifier = makeRunningChecks({
      engine: {
        learn: (learnt) => {
          const found = learnt.type === 'verified' ? learnt.verification : undefined;
          if (found === undefined) return;
          const known = performance.now() - ready;
          verifier.dispose();
          const message = found.verdict === 'no' ? found.message : '';
          resolve({ known, trial: trial.ended - trial.began, verdict: found.verdict, message });
        },
      },
      enabled: () => true,
      image: () => undefined,
      load: () => Promise.resolve({ ...limits, tryContainersAt: timed }),
      log: { info: console.error, error: console.error },
    });
    verifier.observe({ kind: 'running', since: Date.now() }, endpoint);
  });
}

for await (const _asked of createInterface({ input: process.stdin })) console.log(JSON.stringify(await provenOnce()));
