import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changedFiles, reach, reached, readingTests } from '../../../tools/test/changed.mjs';
import { jobsOfFile } from '../../../tools/test/jobFiles.mjs';
import { ownFolder, repository as root } from './folders.mjs';

const signal = new AbortController().signal;
const all = ['start', 'lint', 'scripts', 'v2', 'station', 'editor', 'e2e'];

describe('what a change can reach', () => {
  test.each([
    ['the helper', 'scripts/lib/launch.sh', ['start', 'lint', 'scripts', 'v2', 'station', 'e2e'], 'whole', []],
    ['the interface', 'src/vscode/indicator.ts', ['lint', 'editor', 'e2e'], 'importing', []],
    ['the engine', 'src/engine/probe.ts', ['lint', 'v2', 'station', 'editor', 'e2e'], 'importing', []],
    ['the command line', 'src/cli.ts', ['lint', 'v2', 'station', 'e2e'], 'importing', []],
    ['a document', 'docs/tls.md', ['lint'], 'none', []],
    ['the README', 'README.md', ['lint'], 'none', []],
    ['one file of bats', 'test/scripts/tls.bats', ['lint'], 'none', ['test/scripts/tls.bats']],
    ['what those share', 'test/scripts/support.bash', ['lint', 'scripts'], 'none', []],
    ['one file for a virtual machine', 'test/bed/vm/v2/limits.bats', ['lint'], 'none', ['test/bed/vm/v2/limits.bats']],
    ['the sandbox', 'test/bed/bed', ['lint', 'scripts', 'v2', 'station', 'editor', 'e2e'], 'none', []],
    ['a unit test', 'test/unit/arrows.test.ts', ['lint'], 'importing', []],
    ['one file in the browser', 'test/e2e/menu.test.ts', ['lint'], 'none', ['test/e2e/menu.test.ts']],
    ['what those share', 'test/e2e/workbench.ts', ['lint', 'e2e'], 'none', []],
    ['the start', 'tools/start/server.mjs', ['start', 'lint', 'editor', 'e2e'], 'importing', []],
    ['the runner itself', 'tools/test/schedule.mjs', all, 'whole', []],
    ['the packages', 'package-lock.json', all, 'whole', []],
    ['something new', 'deploy/chart.yaml', all, 'whole', []],
  ])('%s: %s', (_, path, stages, unit, files) => {
    expect(reached([path])).toEqual({ stages, unit, files });
  });

  test('several: all that one of them reaches', () => {
    expect(reached(['docs/a.md', 'test/scripts/tls.bats', 'src/vscode/a.ts'])).toEqual({
      stages: ['lint', 'editor', 'e2e'],
      unit: 'importing',
      files: ['test/scripts/tls.bats'],
    });
  });

  test('nothing: nothing', () => expect(reached([])).toEqual({ stages: [], unit: 'none', files: [] }));

  test('every row is for something that there is', () => {
    const present = readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
      if (!entry.isDirectory()) return [entry.name];
      if (['.git', 'node_modules', 'dist', 'test-output'].includes(entry.name)) return [];
      const inner = readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' });
      return inner.map((path) => `${entry.name}/${path}`);
    });
    const dead = reach.filter(
      ({ touches }) => !present.some((path) => reach.find((row) => row.touches.test(path))?.touches === touches),
    );
    expect(dead.map(({ touches }) => touches.source)).toEqual([]);
  });

  test('the tests that read sources are there', () => {
    for (const path of readingTests) expect(jobsOfFile(path)).toHaveLength(1);
  });
});

test('changed: committed since the branch point, not committed, new, removed and renamed; not what main did meanwhile', async () => {
  const folder = ownFolder();
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });
  const write = (/** @type {string} */ name) => writeFileSync(join(folder, name), `${name}\n${Math.random()}\n`);
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
  };
  git('init', '--quiet', '--initial-branch=main');
  for (const name of ['same', 'committed', 'dirty', 'removed', 'old name', 'of main']) write(name);
  writeFileSync(join(folder, '.gitignore'), 'ignored\n');
  commit();
  git('checkout', '--quiet', '-b', 'work');
  write('committed');
  renameSync(join(folder, 'old name'), join(folder, 'new name'));
  commit();
  git('checkout', '--quiet', 'main');
  write('of main');
  commit();
  git('checkout', '--quiet', 'work');
  for (const name of ['dirty', 'ignored', 'ünew']) write(name);
  rmSync(join(folder, 'removed'));
  mkdirSync(join(folder, 'folder'));
  write('folder/new');
  const { paths } = await changedFiles(folder, signal);
  expect(paths).toEqual(['committed', 'dirty', 'folder/new', 'new name', 'old name', 'removed', 'ünew'].sort());
});

test('without a main to compare with it says so', async () => {
  const folder = ownFolder();
  execFileSync('git', ['init', '--quiet', '--initial-branch=other'], { cwd: folder });
  await expect(changedFiles(folder, signal)).rejects.toThrow(/this checkout has none of them/);
});
