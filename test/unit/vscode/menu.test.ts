import { describe, expect, test } from 'vitest';
import { stateKinds } from '../../../src/engine/state';
import { commandIds } from '../../../src/vscode/commands';
import { menuRows } from '../../../src/vscode/menu';
import { describedModel, modelOf, someDetails, stateOf } from './states';

const endpoint = { display: 'unix:///var/run/docker.sock', source: 'default' };

function commands(...model: Parameters<typeof describedModel>): string[] {
  return menuRows(describedModel(...model)).flatMap((row) =>
    row.kind === 'row' && row.action.kind === 'command' ? [row.action.id] : [],
  );
}

describe('menuRows', () => {
  test('offers what fits the state', () => {
    const { restart, start, stop, showLog, showDiagnostics, proveLimits, setUpHelper } = commandIds;
    expect(commands(stateOf('running'))).toEqual([restart, stop, showLog, showDiagnostics, proveLimits]);
    expect(commands(stateOf('stopped'))).toEqual([start, showLog, showDiagnostics]);
    expect(commands(stateOf('restarting'))).toEqual([showLog, showDiagnostics]);
    expect(commands(stateOf('failed', 'crashed'), { helper: 'missing' })).toEqual([
      setUpHelper,
      showLog,
      showDiagnostics,
    ]);
  });

  test('has the log and the settings in every state', () => {
    for (const kind of stateKinds) {
      expect(commands(stateOf(kind))).toEqual(expect.arrayContaining([commandIds.showLog, commandIds.showDiagnostics]));
      expect(menuRows(modelOf(stateOf(kind))).at(-1)).toMatchObject({ action: { kind: 'settings' } });
    }
  });

  test('has the steps that are no command: a line to copy, and another look', () => {
    const rows = menuRows(
      describedModel(stateOf('misconfigured', 'socket-is-file'), { socketPath: '/run/docker.sock' }),
    );
    expect(rows).toContainEqual({
      kind: 'row',
      label: '$(clippy) Move it away',
      description: 'copies: sudo mv /run/docker.sock /run/docker.sock.moved',
      action: { kind: 'copy', text: 'sudo mv /run/docker.sock /run/docker.sock.moved' },
    });
    expect(menuRows(describedModel(stateOf('unknown', 'unreachable')))).toContainEqual({
      kind: 'row',
      label: '$(refresh) Refresh',
      description: '',
      action: { kind: 'refresh' },
    });
  });

  test('copies the endpoint and the details as they are', () => {
    const rows = menuRows(modelOf(stateOf('running', undefined, { details: someDetails }), { endpoint }));
    const copies = rows.flatMap((row) => (row.kind === 'row' && row.action.kind === 'copy' ? [row.action.text] : []));
    expect(copies).toEqual([
      'unix:///var/run/docker.sock',
      'Engine 20.10.24',
      'Storage overlay2 in /var/lib/docker',
      'cgroup v2, cgroupfs driver',
      '2 of 5 containers running',
      'Live restore: on (containers keep running while the daemon restarts)',
    ]);
  });

  test('lets no string of the daemon choose an icon or break a row', () => {
    const rows = menuRows(modelOf(stateOf('running', undefined, { engineVersion: '1 $(error)\n2\u202e' })));
    const row = rows.find((candidate) => candidate.kind === 'row' && candidate.label.includes('Engine'));
    expect(row?.label).toBe('$(info) Engine 1 $\u200b(error) 2');
  });
});
