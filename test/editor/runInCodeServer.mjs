#!/usr/bin/env node
// Runs the suite dist/test/editor.js inside the extension host of a real code-server, in a headless browser:
//   node test/editor/runInCodeServer.mjs [--daemon] [--report FILE]
//     --daemon        beside a real daemon with the helper, as its user: in a sandbox only. Without it the test that needs
//                     one is skipped, with it no test may be.
//     --report FILE   the results as JUnit's XML too
// The suite's output comes out here, and its outcome is the exit status.
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, parseArgs } from 'node:util';
import { freshSandbox, helperVerb, user } from '../sandbox.mjs';
import { launchBrowser } from './browser.mjs';
import { requireFile, startCodeServer } from './codeServer.mjs';

/** Without the option for test drivers the page opens and the suite never starts: only a limit tells. */
const suiteMs = 300_000;
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');
const { values } = parseArgs({ options: { daemon: { type: 'boolean', default: false }, report: { type: 'string' } } });

requireFile(join(root, 'dist/extension.js'));
const suite = requireFile(join(root, 'dist/test/editor.js'));
if (values.report !== undefined) rmSync(values.report, { force: true });
if (values.daemon) {
  freshSandbox();
  helperVerb('start');
}
const server = await startCodeServer({
  testDriver: true,
  // Written as the editor's user, who may write in few places.
  environment: { DIND_STATION_TEST_REPORT: 'report.xml' },
  ...(values.daemon ? { user } : {}),
});
const browser = await launchBrowser();

/** @type {(status: number) => void} */
let finish = () => undefined;
/** @type {Promise<number>} */
const outcome = new Promise((resolve) => {
  finish = resolve;
});
const limit = setTimeout(() => {
  console.error(
    `The suite gave no result within ${suiteMs / 1000} s. The end of what the server said:\n${server.output()}`,
  );
  finish(1);
}, suiteMs);

const page = await browser.newPage();
await page.exposeFunction('codeAutomationExit', (/** @type {number} */ status) => finish(status));
await page.exposeFunction('codeAutomationLog', (/** @type {string} */ _level, /** @type {unknown[]} */ words) => {
  const line = format(...words);
  // The workbench talks through the same channel; Mocha's lines are indented, and the suite's own begin with a hash.
  if (/^(?:\s|#|$)|passing|failing|Error|not ok/u.test(line)) console.log(line);
});
const remote = (/** @type {string} */ path) => `vscode-remote://${new URL(server.url).host}${path}`;
const payload = [
  ['extensionDevelopmentPath', remote(root)],
  ['extensionTestsPath', remote(suite)],
  ['skipWelcome', 'true'],
];
// Whether it comes to its end is told by the suite.
await page.goto(server.pageUrl({ payload: JSON.stringify(payload) }), { waitUntil: 'commit' });
let status = await outcome;
clearTimeout(limit);

const report = join(server.run, 'home/report.xml');
if (!existsSync(report)) {
  console.error('The suite wrote no report: it did not run to its end.');
  status = 1;
} else {
  if (values.report !== undefined) copyFileSync(report, values.report);
  if (values.daemon && !/<testsuite [^>]*skipped="0"/u.test(readFileSync(report, 'utf8'))) {
    console.error('A test was skipped, although there is a daemon with the helper.');
    status = 1;
  }
}
await browser.close();
await server.stop();
process.exit(status);
