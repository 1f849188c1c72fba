import type * as vscode from 'vscode';
import { commandIds, commandRows, type CommandId } from './commands';
import { isUsable } from '../engine/stateTable';
import { commandFor, commandsOf } from './nextStepButtons';
import { containerCount, type IndicatorModel } from './indicatorModel';
import { settingsSection } from './settings';
import { labelSurface, sanitizeForDisplay } from '../util/sanitize';

/** What choosing a row does. */
export type MenuAction =
  | { readonly kind: 'command'; readonly id: CommandId }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'settings' };

export type MenuRow =
  | { readonly kind: 'heading'; readonly label: string }
  | { readonly kind: 'row'; readonly label: string; readonly description: string; readonly action: MenuAction };

/** Quick pick rows show `$(name)` as an icon: text of others must not choose one, nor break the line. */
function rowText(text: string): string {
  return sanitizeForDisplay(text, labelSurface).replaceAll('$(', '$\u200b(').slice(0, 160);
}

function detailTexts(model: IndicatorModel): readonly string[] {
  const { state } = model;
  const { details } = state;
  const version = details?.version ?? state.engineVersion;
  const texts: string[] = version === undefined || version === '' ? [] : [`Engine ${version}`];
  if (details !== undefined) {
    texts.push(`Storage ${details.storageDriver}${details.dataRoot === '' ? '' : ` in ${details.dataRoot}`}`);
    const driver = details.cgroupDriver === '' ? '' : `, ${details.cgroupDriver} driver`;
    texts.push(`cgroup ${details.cgroupVersion === '' ? 'version not told' : `v${details.cgroupVersion}`}${driver}`);
    texts.push(containerCount(details.containersRunning, details.containers));
    texts.push(
      details.liveRestore
        ? 'Live restore: on (containers keep running while the daemon restarts)'
        : 'Live restore: off (containers stop with the daemon)',
    );
  }
  return texts;
}

/** The menu for a model: what can be done now, then where and what the engine is. */
export function menuRows(model: IndicatorModel): readonly MenuRow[] {
  const rows: MenuRow[] = [];
  const command = (id: CommandId, description = ''): MenuRow => ({
    kind: 'row',
    label: `$(${commandRows[id].icon}) ${commandRows[id].title}`,
    description,
    action: { kind: 'command', id },
  });
  const { nextSteps } = model.words;
  for (const id of commandsOf(nextSteps)) {
    rows.push(command(id, id === commandIds.setUpHelper ? 'in a terminal; sudo may ask for your password' : ''));
  }
  for (const step of nextSteps) {
    if ('command' in step) {
      rows.push({
        kind: 'row',
        label: `$(clippy) ${rowText(step.label)}`,
        description: `copies: ${rowText(step.command)}`,
        action: { kind: 'copy', text: step.command },
      });
    } else if (commandFor(step.action) === undefined) {
      rows.push({ kind: 'row', label: `$(refresh) ${step.label}`, description: '', action: { kind: 'refresh' } });
    }
  }
  if (isUsable(model.state)) rows.push(command(commandIds.proveLimits, 'in the Test Explorer'));
  rows.push({ kind: 'heading', label: 'Select to copy' });
  const { endpoint } = model;
  if (endpoint !== undefined) {
    rows.push({
      kind: 'row',
      label: `$(plug) ${rowText(endpoint.display)}`,
      description: rowText(endpoint.source),
      action: { kind: 'copy', text: endpoint.display },
    });
  }
  for (const text of detailTexts(model)) {
    rows.push({ kind: 'row', label: `$(info) ${rowText(text)}`, description: '', action: { kind: 'copy', text } });
  }
  rows.push({ kind: 'heading', label: '' });
  rows.push({
    kind: 'row',
    label: '$(settings-gear) Open settings',
    description: 'notifications, endpoint',
    action: { kind: 'settings' },
  });
  return rows;
}

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

/** Shows the menu for a model and does what was chosen. `refresh` looks at the engine again. */
export async function showMenu(host: MenuHost, model: IndicatorModel, refresh: () => Promise<unknown>): Promise<void> {
  const items = menuRows(model).map((row): Item =>
    row.kind === 'heading'
      ? { label: row.label, kind: host.QuickPickItemKind.Separator }
      : { label: row.label, description: row.description, action: row.action },
  );
  const chosen = await host.window.showQuickPick(items, {
    title: model.words.headline,
    placeHolder: model.words.explanation === '' ? 'Choose what to do' : model.words.explanation,
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
