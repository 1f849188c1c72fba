import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, vi, test } from 'vitest';
import type { Installed } from '../../../src/helper/installed';
import { HelperSetUp, watchFolder } from '../../../src/vscode/helperSetup';
import { FakeEditor } from '../../mocks/editor';

function bench(status: Installed['status'], obstacle?: string) {
  const editor = new FakeEditor();
  const knobs = { status, changed: (): void => undefined, closed: 0 };
  const setUp = new HelperSetUp({
    host: editor.api,
    facts: { helperPath: "/it's here/dind-helper", user: 'coder', root: false },
    home: '/home/coder',
    obstacle: () => Promise.resolve(obstacle),
    check: () => Promise.resolve(knobs.status),
    watchInstalled: (onChange) => {
      knobs.changed = onChange;
      return {
        close: () => {
          knobs.closed += 1;
        },
      };
    },
    nextButtons: () => [{ label: 'Start', command: 'dindStation.start' }],
  });
  return { editor, knobs, setUp };
}

describe('HelperSetUp', () => {
  test('opens a terminal that runs sudo with exact arguments and an environment of its own', async () => {
    const { editor, setUp } = bench('missing');
    await setUp.open();
    const options = editor.terminals[0]?.options;
    expect(options?.shellPath).toBe('/bin/sh');
    expect((options?.shellArgs ?? []).slice(-6)).toEqual([
      '/usr/bin/sudo',
      '/bin/sh',
      "/it's here/dind-helper",
      '--plain',
      'install',
      'coder',
    ]);
    expect(options?.strictEnv).toBe(true);
    expect(options?.env).toMatchObject({ HOME: '/home/coder' });
    setUp.dispose();
  });

  test('says so as soon as the installed copy is right, and what to do next', async () => {
    const { editor, knobs, setUp } = bench('missing');
    await setUp.open();
    knobs.changed();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(editor.shown).toEqual([]);
    knobs.status = 'current';
    knobs.changed();
    await vi.waitFor(() => expect(editor.shown).toHaveLength(1), 2000);
    expect(editor.shown[0]).toMatchObject({ severity: 'info', labels: ['Start'] });
    expect([knobs.closed, editor.listening]).toEqual([1, 0]);
    editor.terminals[0]?.close();
    expect(editor.shown).toHaveLength(1);
  });

  test('says that it is not set up when the terminal is closed without', async () => {
    const { editor, knobs, setUp } = bench('missing');
    editor.answer = ({ labels }) => labels.find((label) => label === 'Copy command');
    await setUp.open();
    editor.terminals[0]?.close();
    await vi.waitFor(() => expect(editor.copied).toHaveLength(1), 2000);
    expect(editor.shown[0]).toMatchObject({ severity: 'warning', labels: ['Try again', 'Copy command'] });
    expect(editor.copied[0]).toBe(`/usr/bin/sudo /bin/sh '/it'\\''s here/dind-helper' --plain install coder`);
    expect([knobs.closed, editor.listening]).toEqual([1, 0]);
  });

  test('opens no terminal where sudo cannot work, and gives the command instead', async () => {
    const { editor, setUp } = bench('missing', '/usr/bin/sudo is not there.');
    editor.answer = ({ labels }) => labels[0];
    await setUp.open();
    expect(editor.terminals).toEqual([]);
    expect(editor.shown).toMatchObject([{ severity: 'error', message: '/usr/bin/sudo is not there.' }]);
    // For whoever is root already: there is no sudo to go through.
    expect(editor.copied).toEqual([`/bin/sh '/it'\\''s here/dind-helper' --plain install coder`]);
  });

  test('leaves nothing behind when it is disposed or opened again', async () => {
    const { editor, knobs, setUp } = bench('missing');
    await setUp.open();
    await setUp.open();
    expect([knobs.closed, editor.listening]).toEqual([1, 1]);
    setUp.dispose();
    expect([knobs.closed, editor.listening]).toEqual([2, 0]);
  });
});

describe('watchFolder', () => {
  test('notices a folder that is put in place by renaming, and what happens in it afterwards', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'watch '));
    const folder = join(parent, 'dind-station');
    let changes = 0;
    const watcher = watchFolder(folder, () => {
      changes += 1;
    });
    try {
      mkdirSync(`${folder}.new`);
      renameSync(`${folder}.new`, folder);
      await vi.waitFor(() => expect(changes).toBeGreaterThan(0), 3000);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const before = changes;
      writeFileSync(join(folder, 'dind-helper'), 'x');
      await vi.waitFor(() => expect(changes).toBeGreaterThan(before), 3000);
    } finally {
      watcher.close();
      rmSync(parent, { recursive: true });
    }
  });

  test('does not fail where nothing can be watched', () => {
    watchFolder('/nowhere/at/all', () => undefined).close();
  });
});
