import { Refusal } from '../lib/refusal.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';

/** @typedef {import('./stages.mjs').StageName} StageName */

/**
 * What a change of a file can reach. The first row whose pattern fits counts. `stages` run whole, but unit only what
 * imports the file, which vitest knows; `wholeUnit`: tests read the file instead of importing it. `file`: the file is a test
 * itself and only it runs.
 * @typedef {{ readonly touches: RegExp, readonly stages: readonly StageName[], readonly wholeUnit?: true, readonly file?: true }} Row
 */

/** @type {readonly StageName[]} */
const everything = ['start', 'lint', 'unit', 'scripts', 'v2', 'station', 'editor', 'e2e'];

/**
 * lint is in none: it looks at every file and always runs. A path without a row reaches everything.
 * @type {readonly Row[]}
 */
export const reach = [
  { touches: /^(?:docs\/|LICENSE$|\.gitignore$|.*\.md$)/, stages: [] },
  { touches: /^test\/scripts\/[^/]+\.bats$/, stages: [], file: true },
  { touches: /^test\/scripts\//, stages: ['scripts'] },
  { touches: /^test\/bed\/vm\/v[12]\/[^/]+\.bats$/, stages: [], file: true },
  { touches: /^test\/bed\/vm\//, stages: ['v2'] },
  { touches: /^test\/bed\/(?:matrix\/|engine-root$)/, stages: [] },
  { touches: /^test\/bed\//, stages: ['scripts', 'v2', 'station', 'editor', 'e2e'] },
  { touches: /^test\/station\/[^/]+\.test\.ts$/, stages: [], file: true },
  { touches: /^(?:test\/station\/|vitest\.station\.config)/, stages: ['station'] },
  { touches: /^test\/e2e\/[^/]+\.test\.ts$/, stages: [], file: true },
  { touches: /^(?:test\/e2e\/|vitest\.e2e\.config)/, stages: ['e2e'] },
  { touches: /^test\/editor\//, stages: ['editor', 'e2e'] },
  // Read by the helper's tests too.
  { touches: /^test\/fixtures\/.*\.tsv$/, stages: ['unit', 'scripts'], wholeUnit: true },
  { touches: /^(?:test\/(?:unit|integration|mocks|fixtures)\/|vitest\.config)/, stages: ['unit'] },
  { touches: /^container\/health\.sh$/, stages: ['unit', 'station'], wholeUnit: true },
  {
    touches: /^(?:test\/(?:chaos|faults|container)\/|container\/|vitest\.container\.config)/,
    stages: ['unit'],
    wholeUnit: true,
  },
  // Tables of the helper are bundled, too.
  { touches: /^scripts\/lib\/.*\.tsv$/, stages: everything, wholeUnit: true },
  { touches: /^scripts\//, stages: ['start', 'unit', 'scripts', 'v2', 'station', 'e2e'], wholeUnit: true },
  { touches: /^src\/(?:vscode|webview)\//, stages: ['unit', 'editor', 'e2e'] },
  { touches: /^src\/extension\.ts$/, stages: ['unit', 'editor', 'e2e'] },
  { touches: /^src\/cli/, stages: ['unit', 'v2', 'station', 'e2e'] },
  { touches: /^src\//, stages: ['unit', 'v2', 'station', 'editor', 'e2e'] },
  { touches: /^(?:media|schemas)\//, stages: ['unit', 'editor', 'e2e'], wholeUnit: true },
  { touches: /^bench\//, stages: ['unit'] },
  { touches: /^tools\/(?:start|start\.mjs|code-server|provision)/, stages: ['start', 'unit', 'editor', 'e2e'] },
  { touches: /^tools\/(?:lab|labs|lib\/(?:lab|markdownTable)|container|readme)/, stages: ['unit'] },
  { touches: /^(?:\.oxlintrc|\.prettier|\.editorconfig|\.vscode\/)/, stages: [] },
];

/** Unit tests that read sources instead of importing them, so that vitest cannot know what reaches them. */
export const readingTests = [
  'test/unit/arrows.test.ts',
  'test/unit/advisedCommands.test.ts',
  'test/unit/tools/build.test.mjs',
];

/**
 * @param {readonly string[]} paths that changed, relative to the repository
 * @returns {{ stages: readonly StageName[], unit: 'none' | 'importing' | 'whole', files: readonly string[] }} stages that
 *   run whole (unit is told apart), and files of tests that run by themselves
 */
export function reached(paths) {
  const rows = paths.map((path) => ({
    path,
    row: reach.find(({ touches }) => touches.test(path)) ?? { stages: everything, wholeUnit: true, file: undefined },
  }));
  const stages = new Set(rows.flatMap(({ row }) => row.stages));
  if (paths.length > 0) stages.add('lint');
  const whole = rows.some(({ row }) => row.wholeUnit === true && row.stages.includes('unit'));
  return {
    stages: everything.filter((stage) => stages.has(stage) && stage !== 'unit'),
    unit: whole ? 'whole' : stages.has('unit') ? 'importing' : 'none',
    files: rows.filter(({ row }) => row.file === true).map(({ path }) => path),
  };
}

/**
 * What the checkout has changed against the branch that it will be merged into: since the last commit that both have,
 * uncommitted and new files too.
 *
 * @param {string} root
 * @param {AbortSignal} signal
 * @returns {Promise<{ base: string, paths: readonly string[] }>} `base`: that commit
 */
export async function changedFiles(root, signal) {
  const git = (/** @type {string[]} */ ...args) => run(['git', ...args], { cwd: root, signal });
  for (const branch of ['origin/HEAD', 'origin/main', 'main']) {
    const { code, stdout } = await git('merge-base', 'HEAD', branch);
    if (code !== 0) continue;
    const base = stdout.trim();
    const lists = [
      ['diff', '--name-only', '--no-renames', '-z', base],
      ['ls-files', '--others', '--exclude-standard', '-z'],
    ].map((args) => runOrRefuse('listing the changed files', ['git', ...args], { cwd: root, signal }));
    const paths = (await Promise.all(lists)).flatMap(({ stdout }) => stdout.replace(/\n$/, '').split('\0'));
    return { base, paths: [...new Set(paths.filter((path) => path !== ''))].sort() };
  }
  throw new Refusal(
    '--changed compares with the branch origin/HEAD, origin/main or main, and this checkout has none of them.',
    2,
  );
}
