import type * as vscode from 'vscode';
import { menuRows, type MenuAction } from './menuRows';
import type { Scene } from './presentation';
import { settingsSection } from './settings';

/** The parts of `vscode` the menu is made of. */
export interface MenuHost {
  readonly window: Pick<typeof vscode.window, 'showQuickPick'>;
  readonly commands: Pick<typeof vscode.commands, 'executeCommand'>;
  readonly env: { readonly clipboard: Pick<vscode.Clipboard, 'writeText'> };
  readonly QuickPickItemKind: Pick<typeof vscode.QuickPickItemKind, 'Separator' | 'Default'>;
}

interface Item extends vscode.QuickPickItem {
  readonly action?: MenuAction;
}

/** Shows the menu for a scene and does what was chosen. `refresh` looks at the engine again. */
export async function showMenu(host: MenuHost, scene: Scene, refresh: () => Promise<unknown>): Promise<void> {
  const items = menuRows(scene).map((row): Item =>
    row.kind === 'heading'
      ? { label: row.label, kind: host.QuickPickItemKind.Separator }
      : { label: row.label, description: row.description, action: row.action },
  );
  const chosen = await host.window.showQuickPick(items, {
    title: scene.words.headline,
    placeHolder: scene.words.explanation === '' ? 'Choose what to do' : scene.words.explanation,
  });
  const action = chosen?.action;
  switch (action?.kind) {
    case undefined:
      return;
    case 'command':
      await host.commands.executeCommand(action.id);
      return;
    case 'copy':
      await host.env.clipboard.writeText(action.text);
      return;
    case 'refresh':
      await refresh();
      return;
    case 'settings':
      await host.commands.executeCommand('workbench.action.openSettings', `${settingsSection}.`);
      return;
  }
}
