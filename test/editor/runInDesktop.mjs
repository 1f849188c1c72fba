#!/usr/bin/env node
// Runs the same suite in desktop VS Code, which is downloaded on the first run, or in the one that VSCODE_PATH names:
//   node test/editor/runInDesktop.mjs [VERSION]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { requireFile } from './codeServer.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');
const version = process.argv.at(2);
/** Where the download and the editor's own data go; nothing of it is a person's. */
const cache = join(root, 'test-output/desktop');
const executable = process.env['VSCODE_PATH'];
requireFile(join(root, 'dist/extension.js'));
try {
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: requireFile(join(root, 'dist/test/editor.js')),
    cachePath: cache,
    launchArgs: [
      '--disable-extensions',
      '--disable-workspace-trust',
      `--user-data-dir=${join(cache, 'user-data')}`,
      `--extensions-dir=${join(cache, 'extensions')}`,
    ],
    ...(version === undefined ? {} : { version }),
    ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
