import * as assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { daemonLog, helperProgram } from '../../src/helper/paths';
import { commandIds } from '../../src/vscode/commands';
import { api, becomes, until } from './station';

suite('commands', () => {
  test('the log opens, and names the file it is of', async () => {
    await vscode.commands.executeCommand(commandIds.showLog);
    const log = () =>
      vscode.workspace.textDocuments.find(
        (document) => document.languageId === 'log' && document.getText().startsWith('# '),
      );
    await until('the log is open', () => log() !== undefined);
    assert.match(log()?.getText() ?? '', new RegExp(daemonLog.replaceAll('.', '\\.'), 'u'));
  });

  test('restart goes through the helper and ends in a running engine', async function () {
    if (!existsSync(helperProgram) || !existsSync('/run/docker.pid')) {
      console.log('# no helper and no daemon here: restart is tried with --daemon, in a sandbox');
      this.skip();
    }
    await becomes('running');
    const before = readFileSync('/run/docker.pid', 'utf8');
    const [first, second] = await Promise.all([
      vscode.commands.executeCommand(commandIds.restart),
      vscode.commands.executeCommand(commandIds.restart),
    ]);
    assert.deepEqual(first, { kind: 'done', flash: 'restarted' });
    assert.deepEqual(second, first);
    assert.notEqual(readFileSync('/run/docker.pid', 'utf8'), before);
    assert.equal((await api()).state().kind, 'running');
  });
});
