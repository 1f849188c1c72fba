#!/usr/bin/env node
// What `dind-station doctor --facts` says of every platform in test/fixtures/platforms: `npm run platforms`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './lib/bundle.mjs';
import { runEntry } from './lib/entry.mjs';
import { ensurePackages } from './lib/npmPackages.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { run, runOrRefuse } from './lib/run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What test/fixtures/writeFacts.ts prints of each platform.
 * @typedef {{ name: string, about: string, checked: boolean, platform: readonly string[] }} Recorded
 */

const help = `usage: npm run platforms

Takes facts from what each platform leaves to be told by (test/fixtures/platforms), has dind-station doctor read them, and
prints the chain it tells, outermost first; a question mark follows what is less than certain. "from documents": nobody
has seen the real one here. Exit status: 0 all right, 1 not all.`;

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

await runEntry('platforms', async (signal) => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const progress = createProgress(process.stderr);
  await progress.step('preparing', async ({ detail }) => {
    await ensurePackages({ detail, signal });
    await runOrRefuse('the build', [process.execPath, 'esbuild.mjs', '--production'], { cwd: root, signal });
  });
  const folder = mkdtempSync(join(tmpdir(), 'dind-station-platforms-'));
  let wrong = 0;
  try {
    console.log('| platform | the chain doctor tells | judged | seen |\n| --- | --- | --- | --- |');
    for (const { name, about, checked, platform } of await writeFacts(folder, signal)) {
      const chain = await toldBy(join(folder, `${name}.json`), signal);
      const names = chain.map((link) => link.name);
      const right = [...names].sort().join() === [...platform].sort().join();
      if (!right) wrong += 1;
      const words = chain.map((link) => `${link.name}${link.confidence === 'certain' ? '' : '?'}`).join(' > ');
      const judged = right ? 'right' : `WRONG, it is ${platform.join(', ')}`;
      console.log(
        `| ${[about, words || '(a plain machine)', judged, checked ? 'for real' : 'from documents'].join(' | ')} |`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(wrong === 0 ? '\nall right' : `\n${String(wrong)} wrong`);
  return wrong === 0 ? 0 : 1;
});
