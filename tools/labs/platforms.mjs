// What `dind-station doctor --facts` says of every platform in test/fixtures/platforms: `npm run platforms`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../lib/bundle.mjs';
import { markdownTable } from '../lib/markdownTable.mjs';
import { ensurePackages } from '../lib/npmPackages.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';
import { buildOutputs } from './buildOutputs.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What test/fixtures/writeFacts.ts prints of each platform.
 * @typedef {{ name: string, about: string, checked: boolean, platform: readonly string[] }} Recorded
 */

/** @typedef {Recorded & { file: string }} Row `file`: has its facts */
/** @typedef {{ cells: readonly string[], right: boolean }} Told */

/**
 * Has the facts of each platform written into a folder; the reader is TypeScript and is bundled for that.
 * @param {string} folder
 * @param {AbortSignal} signal
 * @returns {Promise<Recorded[]>}
 */
async function writeFacts(folder, signal) {
  const program = join(folder, 'writeFacts.cjs');
  await bundle('test/fixtures/writeFacts.ts', program, { __dirname: JSON.stringify(join(root, 'test/fixtures')) });
  const { stdout } = await runOrRefuse('writing the facts', [process.execPath, program, folder], { cwd: root, signal });
  return /** @type {Recorded[]} */ (JSON.parse(stdout));
}

/**
 * @param {string} file holds the facts
 * @param {AbortSignal} signal
 * @returns {Promise<{ name: string, confidence: string }[]>} the chain that the command line tells, outermost first
 */
async function toldBy(file, signal) {
  const argv = [process.execPath, 'dist/cli.js', 'doctor', '--json', '--facts', file];
  const { code, stdout, stderr } = await run(argv, { cwd: root, signal });
  // 1: of a machine without a daemon it tells errors. 3: some checks have nothing to go by.
  if (code !== 0 && code !== 1 && code !== 3) throw new Refusal(`doctor ended with status ${code}: ${stderr}`);
  return /** @type {{ platform: { name: string, confidence: string }[] }} */ (JSON.parse(stdout)).platform;
}

/** @type {import('../lib/lab.mjs').Lab<object, Row, Told>} */
export const lab = {
  name: 'platforms',
  about: `Takes facts from what each platform leaves to be told by (test/fixtures/platforms), has dind-station doctor read them, and
prints the chain it tells, outermost first; a question mark follows what is less than certain. "from documents": nobody
has seen the real one here. Exit status: 0 all right, 1 not all.`,
  prepare: ({ signal, progress }) =>
    progress.step('preparing', async ({ detail }) => {
      await ensurePackages({ detail, signal });
      await buildOutputs({ signal });
    }),
  rows: async (_asked, { signal, scratch }) => {
    const recorded = await writeFacts(scratch(), signal);
    return recorded.map((one) => ({ ...one, file: join(scratch(), `${one.name}.json`) }));
  },
  run: async ({ file, about, checked, platform }, { signal }) => {
    const chain = await toldBy(file, signal);
    const right = [...chain.map(({ name }) => name)].sort().join() === [...platform].sort().join();
    const words = chain.map(({ name, confidence }) => `${name}${confidence === 'certain' ? '' : '?'}`).join(' > ');
    const judged = right ? 'right' : `WRONG, it is ${platform.join(', ')}`;
    return { right, cells: [about, words || '(a plain machine)', judged, checked ? 'for real' : 'from documents'] };
  },
  show: (told) => {
    const rows = told.map(({ cells }) => cells);
    console.log(markdownTable(['platform', 'the chain doctor tells', 'judged', 'seen'], rows));
    const wrong = told.filter(({ right }) => !right).length;
    console.log(wrong === 0 ? '\nall right' : `\n${String(wrong)} wrong`);
  },
  judge: (told) => told.every(({ right }) => right),
};
