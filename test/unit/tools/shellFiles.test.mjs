import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { shellFiles } from '../../../tools/lib/shellFiles.mjs';
import { ownFolder } from './folders.mjs';

test('shell files are found by name and by first line, and told apart', () => {
  const root = ownFolder();
  for (const [path, text] of Object.entries({
    'scripts/helper': '#!/bin/sh\n',
    'scripts/lib/part.sh': '# shellcheck shell=sh\n',
    'tools/install.sh': '#!/bin/sh -e\n',
    '.ci/run': '#!/usr/bin/env bash\n',
    'test/a.bats': '#!/usr/bin/env bats\n',
    'test/support.bash': '',
    'src/cli': '#!/usr/bin/env node\n',
    LICENSE: 'sh\n',
    'src/sh.ts': '#!/bin/sh\n',
    'node_modules/x/y.sh': '#!/bin/sh\n',
    'dist/z.sh': '#!/bin/sh\n',
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  expect(shellFiles(root)).toEqual([
    { path: '.ci/run', kind: 'program' },
    { path: 'scripts/helper', kind: 'program' },
    { path: 'scripts/lib/part.sh', kind: 'part' },
    { path: 'test/a.bats', kind: 'test' },
    { path: 'test/support.bash', kind: 'test' },
    { path: 'tools/install.sh', kind: 'program' },
  ]);
});
