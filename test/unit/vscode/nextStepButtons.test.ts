import { describe, expect, test } from 'vitest';
import { steps } from '../../../src/diagnosis/nextStep';
import { commandIds } from '../../../src/vscode/commands';
import { buttonsFor, commandsOf } from '../../../src/vscode/nextStepButtons';

describe('commandsOf', () => {
  test('keeps the order, names each command once, and always has log and diagnostics', () => {
    expect(commandsOf([steps.restart, steps.showLog, steps.restart, steps.stop])).toEqual([
      commandIds.restart,
      commandIds.showLog,
      commandIds.stop,
      commandIds.showDiagnostics,
    ]);
    expect(commandsOf([steps.refresh, { label: 'x', command: 'y' }])).toEqual([
      commandIds.showLog,
      commandIds.showDiagnostics,
    ]);
    const install = { label: 'x', command: 'y', editor: 'install-engine' } as const;
    expect(commandsOf([install, steps.refresh])[0]).toBe(commandIds.installEngine);
    const remedy = {
      label: 'x',
      command: 'y',
      finding: { id: 'storage.data-root-full', applicable: false },
    } as const;
    expect(commandsOf([remedy, steps.verify])).toEqual([
      commandIds.showDiagnostics,
      commandIds.verifyContainers,
      commandIds.showLog,
    ]);
    expect(commandsOf([steps.updateHelper, steps.setUpHelper])).toEqual([
      commandIds.setUpHelper,
      commandIds.showLog,
      commandIds.showDiagnostics,
    ]);
  });
});

describe('buttonsFor', () => {
  test('runs commands, copies lines for a terminal, looks again, and is short', async () => {
    let looks = 0;
    const buttons = buttonsFor(
      [steps.refresh, { label: 'Move it away', command: 'mv a b' }, steps.restart, steps.stop],
      () => Promise.resolve((looks += 1)),
    );
    expect(buttons).toMatchObject([
      { label: 'Refresh' },
      { label: 'Copy command', copy: 'mv a b' },
      { label: 'Diagnose', command: commandIds.showDiagnostics },
    ]);
    const [first] = buttons;
    if (first !== undefined && 'choose' in first) await first.choose();
    expect(looks).toBe(1);
    const install = { label: 'x', command: 'y', editor: 'install-engine' } as const;
    expect(buttonsFor([install], () => Promise.resolve())).toMatchObject([
      { label: 'Install', command: commandIds.installEngine },
      { label: 'Diagnose' },
    ]);
    expect(buttonsFor([steps.restart], () => Promise.resolve())).toMatchObject([
      { label: 'Restart', command: commandIds.restart },
      { label: 'Diagnose' },
    ]);
  });
});
