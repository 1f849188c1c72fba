import { describe, expect, it } from 'vitest';
import { steps } from '../../../src/diagnosis/nextStep';
import { commandIds } from '../../../src/ui/commandIds';
import { buttonsFor, offersFor } from '../../../src/ui/offers';

describe('offersFor', () => {
  it('keeps the order, names each command once, and always has the log', () => {
    expect(offersFor([steps.restart, steps.showLog, steps.restart, steps.stop])).toEqual([
      commandIds.restart,
      commandIds.showLog,
      commandIds.stop,
    ]);
    expect(offersFor([steps.refresh, { label: 'x', command: 'y' }])).toEqual([commandIds.showLog]);
    expect(offersFor([steps.updateHelper, steps.setUpHelper])).toEqual([commandIds.setUpHelper, commandIds.showLog]);
  });
});

describe('buttonsFor', () => {
  it('runs commands, copies lines for a terminal, looks again, and is short', async () => {
    let looks = 0;
    const buttons = buttonsFor(
      [steps.restart, { label: 'Move it away', command: 'mv a b' }, steps.refresh, steps.stop],
      () => Promise.resolve((looks += 1)),
    );
    expect(buttons).toMatchObject([
      { label: 'Restart', command: commandIds.restart },
      { label: 'Copy command', copy: 'mv a b' },
      { label: 'Look again' },
    ]);
    const last = buttons[2];
    if (last !== undefined && 'choose' in last) await last.choose();
    expect(looks).toBe(1);
  });
});
