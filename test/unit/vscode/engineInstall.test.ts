import { describe, expect, test, vi } from 'vitest';
import type { EngineState } from '../../../src/engine/state';
import { commandIds } from '../../../src/vscode/commands';
import { EngineInstall } from '../../../src/vscode/engineInstall';
import { FakeEditor } from '../../mocks/editor';
import { stateOf } from './states';

const line = 'sudo apt-get update && sudo apt-get install docker.io';
const missing = stateOf('not-installed', undefined, {
  cause: { code: 'program-missing', evidence: 'dockerd', command: line },
});

function bench(state: EngineState, { root = false, obstacle }: { root?: boolean; obstacle?: string } = {}) {
  const editor = new FakeEditor();
  const knobs = { state };
  const install = new EngineInstall({
    host: editor.api,
    home: '/home/coder',
    root,
    refresh: () => Promise.resolve(knobs.state),
    obstacle: () => Promise.resolve(obstacle),
    buttons: ({ kind }) => [{ label: `for ${kind}`, command: commandIds.setUpHelper }],
  });
  return { editor, knobs, install };
}

describe('EngineInstall', () => {
  test('runs the command of the state in a terminal, with an environment of its own', async () => {
    const { editor, install } = bench(missing);
    await install.open();
    const options = editor.terminals[0]?.options;
    expect((options?.shellArgs ?? []).slice(-3)).toEqual(['/bin/sh', '-c', line]);
    expect(options).toMatchObject({ strictEnv: true, env: { HOME: '/home/coder' } });
    install.dispose();
    expect(editor.listening).toBe(0);
  });

  test('as root goes without sudo, which may not be there', async () => {
    const { editor, install } = bench(missing, { root: true });
    await install.open();
    expect(editor.terminals[0]?.options.shellArgs?.at(-1)).toBe('apt-get update && apt-get install docker.io');
  });

  test('says what came of it when the terminal is closed, and what is next', async () => {
    const { editor, knobs, install } = bench(missing);
    await install.open();
    knobs.state = stateOf('stopped', 'not-set-up');
    editor.terminals[0]?.close();
    await vi.waitFor(() => expect(editor.shown).toHaveLength(1));
    expect(editor.shown[0]).toMatchObject({
      severity: 'info',
      message: 'Docker Engine is installed.',
      labels: ['for stopped'],
    });
    expect(editor.listening).toBe(0);
  });

  test('says so when it is still not installed, and tries again on request', async () => {
    const { editor, install } = bench(missing);
    editor.answer = ({ labels }) => labels.find((label) => label === 'Try again');
    await install.open();
    editor.terminals[0]?.close();
    await vi.waitFor(() => expect(editor.terminals).toHaveLength(2));
    expect(editor.shown[0]).toMatchObject({ severity: 'warning', labels: ['Try again'] });
  });

  test('gives the command for root where sudo is of no use, and opens no terminal', async () => {
    const { editor, install } = bench(missing, { obstacle: 'sudo not found.' });
    editor.answer = ({ labels }) => labels[0];
    await install.open();
    expect(editor.terminals).toEqual([]);
    expect(editor.shown).toMatchObject([{ severity: 'error', message: 'sudo not found.' }]);
    expect(editor.copied).toEqual(['apt-get update && apt-get install docker.io']);
  });

  test('names the guide where no package manager is known', async () => {
    const { editor, install } = bench(stateOf('not-installed', 'program-missing'));
    editor.answer = ({ labels }) => labels[0];
    await install.open();
    expect(editor.terminals).toEqual([]);
    expect(editor.copied).toEqual(['https://docs.docker.com/engine/install/']);
  });

  test('installs nothing that is there', async () => {
    const { editor, install } = bench(stateOf('stopped', 'not-set-up'));
    await install.open();
    expect(editor.terminals).toEqual([]);
    expect(editor.shown).toMatchObject([{ severity: 'info', message: 'Docker Engine is already installed.' }]);
  });
});
