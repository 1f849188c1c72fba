import { describe, expect, test } from 'vitest';
import { allCommandIds, commandIds, registerCommands } from '../../../src/vscode/commands';
import { statusBarContent } from '../../../src/vscode/indicatorModel';
import { Indicator, indicatorId } from '../../../src/vscode/statusBar';
import { FakeEditor } from '../../mocks/editor';
import { modelOf, stateOf } from './states';

describe('Indicator', () => {
  test('is one item on the left with a stable id and a name', () => {
    const editor = new FakeEditor();
    new Indicator(editor.api).show(statusBarContent(modelOf(stateOf('running'))));
    expect(editor.items).toHaveLength(1);
    expect(editor.items[0]).toMatchObject({
      id: 'dindStation.indicator',
      alignment: 1,
      name: 'Docker',
      text: '$(package) Docker',
      backgroundColor: undefined,
      command: commandIds.menu,
      accessibilityInformation: { label: 'Headline. Opens the Docker menu.', role: 'button' },
    });
    expect(indicatorId).toBe('dindStation.indicator');
  });

  test('trusts the tooltip for our own commands only', () => {
    const editor = new FakeEditor();
    new Indicator(editor.api).show(statusBarContent(modelOf(stateOf('running'))));
    expect(editor.items[0]?.['tooltip']).toMatchObject({
      supportThemeIcons: true,
      isTrusted: { enabledCommands: [...allCommandIds] },
    });
  });

  test('colours and clears', () => {
    const editor = new FakeEditor();
    const indicator = new Indicator(editor.api);
    indicator.show(statusBarContent(modelOf(stateOf('failed', 'crashed'))));
    expect(editor.items[0]?.['backgroundColor']).toMatchObject({ id: 'statusBarItem.errorBackground' });
    indicator.show(statusBarContent(modelOf(stateOf('denied'))));
    expect(editor.items[0]?.['backgroundColor']).toMatchObject({ id: 'statusBarItem.warningBackground' });
    indicator.show(statusBarContent(modelOf(stateOf('running'))));
    expect(editor.items[0]?.['backgroundColor']).toBeUndefined();
  });

  test('sets nothing that did not change', () => {
    const editor = new FakeEditor();
    const indicator = new Indicator(editor.api);
    indicator.show(statusBarContent(modelOf(stateOf('running'))));
    const { tooltip } = editor.items[0] ?? {};
    indicator.show(statusBarContent(modelOf(stateOf('running'))));
    expect(editor.items[0]?.['tooltip']).toBe(tooltip);
  });
});

describe('registerCommands', () => {
  test('registers all of them and shows what goes wrong in one sentence', async () => {
    const editor = new FakeEditor();
    const log: string[] = [];
    const handlers = Object.fromEntries(allCommandIds.map((id) => [id, () => id])) as Record<
      (typeof allCommandIds)[number],
      () => unknown
    >;
    handlers[commandIds.menu] = () => Promise.reject(new Error('the disk is full'));
    const record = { info: (text: string) => log.push(text), error: (text: string) => log.push(text) };
    const registrations = registerCommands(editor.api, handlers, record);
    expect([...editor.registered.keys()]).toEqual(allCommandIds);
    expect(await editor.registered.get(commandIds.stop)?.()).toBe(commandIds.stop);
    await editor.registered.get(commandIds.menu)?.();
    expect(editor.shown).toMatchObject([
      { severity: 'error', message: 'The command dindStation.menu failed: the disk is full' },
    ]);
    expect(log[0]).toBe('command dindStation.stop');
    expect(log.at(-1)).toContain('the disk is full');
    for (const registration of registrations) registration.dispose();
    expect(editor.registered.size).toBe(0);
  });
});
