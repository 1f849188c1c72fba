import * as assert from 'node:assert/strict';
import { sep } from 'node:path';
import * as vscode from 'vscode';
import { needsExplaining } from '../../src/vscode/lazyActions';
import { allCommandIds } from '../../src/vscode/commands';
import { api, extension, until } from './station';

suite('activation', () => {
  test('the extension is active without a command, and tells the state', async () => {
    await until('the extension is active', () => extension().isActive);
    assert.equal(extension().isActive, true);
    assert.equal(typeof (await api()).state().kind, 'string');
  });

  test('nothing but its one file, and what runs a container in the background, is loaded while Docker is well', async () => {
    const { extensionPath } = extension();
    const { default: Module } = (await import('node:module')) as unknown as { default: { _cache: object } };
    const ours = Object.keys(Module._cache)
      .filter((path) => path.startsWith(`${extensionPath}${sep}dist${sep}`) && !path.includes(`${sep}test${sep}`))
      .map((path) => path.slice(`${extensionPath}${sep}dist${sep}`.length));
    const state = (await api()).state();
    // After activation, beside everything else: what terminals and the walkthrough get, and, of an engine that runs,
    // whether it can run a container.
    const background = ['startup.js', 'verification.js', 'limits.js', 'dockerode.js'];
    const others = ours.filter((name) => !background.includes(name)).toSorted();
    const expected =
      needsExplaining(state) && ours.includes('actions.js') ? ['actions.js', 'extension.js'] : ['extension.js'];
    assert.deepEqual(others, expected);
  });

  test('every command is registered', async () => {
    const registered = await vscode.commands.getCommands(true);
    for (const id of allCommandIds) assert.ok(registered.includes(id), id);
  });

  test('it works in an untrusted workspace and runs where the workspace is', () => {
    assert.equal(extension().extensionKind, vscode.ExtensionKind.Workspace);
    const { capabilities } = extension().packageJSON as {
      capabilities: { untrustedWorkspaces: { supported: boolean } };
    };
    assert.equal(capabilities.untrustedWorkspaces.supported, true);
  });

  test('no setting can be given by a folder', async () => {
    for (const key of ['dockerHost', 'limitsImage', 'notifications', 'verify']) {
      await assert.rejects(
        async () =>
          vscode.workspace.getConfiguration('dindStation').update(key, 'x', vscode.ConfigurationTarget.Workspace),
        key,
      );
    }
  });
});
