import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extensionId, until } from './station';

interface Mark {
  readonly name: string;
  readonly startTime: number;
}

/** Milliseconds between the two marks the extension host sets around a phase. */
function between(marks: readonly Mark[], from: string, to: string): number {
  const at = (name: string): number => marks.find((mark) => mark.name === name)?.startTime ?? Number.NaN;
  return at(to) - at(from);
}

suite('cost', () => {
  test('activation, as the editor reports it', async () => {
    const { MonacoPerformanceMarks: editor } = globalThis as unknown as {
      MonacoPerformanceMarks?: { getMarks(): readonly Mark[] };
    };
    assert.ok(editor, 'this editor keeps no performance marks');
    const marks = editor.getMarks();
    const load = between(
      marks,
      `code/extHost/willLoadExtensionCode/${extensionId}`,
      `code/extHost/didLoadExtensionCode/${extensionId}`,
    );
    const whole = between(
      marks,
      `code/extHost/willActivateExtension/${extensionId}`,
      `code/extHost/didActivateExtension/${extensionId}`,
    );
    console.log(`# marks: load ${load.toFixed(1)} ms, load and activate ${whole.toFixed(1)} ms`);
    assert.ok(Number.isFinite(whole));

    await vscode.commands.executeCommand('perfview.show');
    const report = () => vscode.window.activeTextEditor?.document.getText() ?? '';
    await until('the report names the extension', () => report().includes(extensionId));
    const rows = report().split('\n');
    const heading = rows.find((row) => row.includes('Load Code') && row.includes('Call Activate'));
    const row = rows.find((line) => line.includes(extensionId) && line.includes('|'));
    console.log(`# ${heading ?? 'no table'}\n# ${row ?? 'no row of ours'}`);
    assert.ok(row);
  });
});
