#!/usr/bin/env node
// Types, lint, formatting and the shell programs: every tool is run, every complaint is shown.
//   --report FILE   also writes what came of each as JUnit's XML
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { ensurePackages } from './lib/npmPackages.mjs';
import { run } from './lib/run.mjs';
import { shellFiles } from './lib/shellFiles.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Programs in the order in which they are run, each with its arguments.
 * @returns {{ name: string, argv: string[] }[]}
 */
function linters() {
  const bin = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);
  const shell = shellFiles(root);
  const paths = (/** @type {import('./lib/shellFiles.mjs').ShellFile['kind']} */ kind) =>
    shell.filter((file) => file.kind === kind).map((file) => file.path);
  return [
    { name: 'types of src and test', argv: [bin('tsc'), '-p', 'tsconfig.json'] },
    { name: 'types of the page', argv: [bin('tsc'), '-p', 'src/webview/tsconfig.json'] },
    { name: 'types of tools', argv: [bin('tsc'), '-p', 'tools/tsconfig.json'] },
    { name: 'types of bench', argv: [bin('tsc'), '-p', 'bench/tsconfig.json'] },
    { name: 'oxlint', argv: [bin('oxlint'), '--format=stylish'] },
    { name: 'prettier', argv: [bin('prettier'), '--check', '--log-level=warn', '.'] },
    { name: 'tables in the README', argv: [process.execPath, 'tools/readme.mjs', '--check'] },
    // Parts are checked where they are read, because their variables are set by the program and by each other.
    { name: 'shellcheck of programs', argv: ['shellcheck', '--check-sourced', ...paths('program')] },
    // bats sets $output, $status and their kin, which shellcheck does not know of in a file that tests only load.
    { name: 'shellcheck of tests', argv: ['shellcheck', '--severity=warning', '--exclude=SC2154', ...paths('test')] },
    // How it formats stands in .editorconfig.
    { name: 'shfmt', argv: ['shfmt', '--diff', ...shell.map((file) => file.path)] },
  ];
}

await runEntry('lint', async (signal) => {
  const { values } = parseArgs({ options: { report: { type: 'string' } } });
  const detail = (/** @type {string} */ text) => console.log(text);
  await ensurePackages({ detail, signal });
  const needed = needSets.test.filter((need) => need.package === 'shellcheck' || need.package === 'shfmt');
  await provision(needed, { elevate: () => findElevation(signal), detail, signal });

  /** @type {import('./test/junit.mjs').Case[]} */
  const cases = [];
  for (const { name, argv } of linters()) {
    const began = performance.now();
    const { code, stdout, stderr } = await run(argv, { cwd: root, signal });
    const ms = Math.round(performance.now() - began);
    const output = stdout + stderr;
    const [mark, status] = code === 0 ? /** @type {const} */ (['✓', 'passed']) : /** @type {const} */ (['✗', 'failed']);
    console.log(`${mark} ${name}  ${ms} ms`);
    if (code !== 0) process.stdout.write(output);
    cases.push({ file: '', name, status, seconds: ms / 1000, detail: code === 0 ? '' : output });
  }
  if (values.report !== undefined) {
    // Late: it reads reports with an npm package, which is there by now.
    const { writeJunit } = await import('./test/junit.mjs');
    const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
    writeFileSync(values.report, writeJunit([{ name: 'lint', cases, seconds }]));
  }
  return cases.every(({ status }) => status === 'passed') ? 0 : 1;
});
