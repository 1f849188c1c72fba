#!/usr/bin/env node
// Runs the suite dist/test/editor.js inside the extension host of a real code-server, in a headless browser:
//   node test/editor/runInCodeServer.mjs [--user NAME]
// The suite's output comes out here, and its outcome is the exit status.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { requireFile, startCodeServer } from './codeServer.mjs';

/** Without the option for test drivers the page opens and the suite never starts: only a limit tells. */
const suiteMs = 180_000;
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');
const at = process.argv.indexOf('--user');
const user = at < 0 ? undefined : process.argv[at + 1];

requireFile(join(root, 'dist/extension.js'));
const suite = requireFile(join(root, 'dist/test/editor.js'));
const server = await startCodeServer({ testDriver: true, ...(user === undefined ? {} : { user }) });
const profile = mkdtempSync(join(tmpdir(), 'dind-station-browser-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});

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

const page = browser.pages()[0] ?? (await browser.newPage());
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
await page.goto(server.pageUrl({ payload: JSON.stringify(payload) }));
const status = await outcome;
clearTimeout(limit);
await browser.close();
await server.stop();
rmSync(profile, { recursive: true, force: true });
process.exit(status);
