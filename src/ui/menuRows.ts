import { commandIds, type CommandId } from './commandIds';
import { canProve } from './limits/refusal';
import { commandFor, offerIcons, offersFor } from './offers';
import { containerCount, type Scene } from './presentation';

/** What choosing a row does. */
export type MenuAction =
  | { readonly kind: 'command'; readonly id: CommandId }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'settings' };

export type MenuRow =
  | { readonly kind: 'heading'; readonly label: string }
  | { readonly kind: 'row'; readonly label: string; readonly description: string; readonly action: MenuAction };

const titles: Readonly<Record<CommandId, string>> = {
  [commandIds.restart]: 'Restart Docker daemon',
  [commandIds.start]: 'Start Docker daemon',
  [commandIds.stop]: 'Stop Docker daemon',
  [commandIds.showLog]: 'Show Docker daemon log',
  [commandIds.showDiagnostics]: 'Show Docker diagnostics',
  [commandIds.proveLimits]: 'Prove resource limits',
  [commandIds.menu]: 'Docker menu',
  [commandIds.setUpHelper]: 'Set up the privileged helper',
};

/** Quick pick rows show `$(name)` as an icon: text of others must not choose one, nor break the line. */
function rowText(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replaceAll('$(', '$\u200b(')
    .slice(0, 160);
}

function detailTexts(scene: Scene): readonly string[] {
  const { state } = scene;
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
        ? 'Containers outlive the daemon (live-restore)'
        : 'Containers end with the daemon (no live-restore)',
    );
  }
  return texts;
}

/** The menu for a scene: what can be done now, then where and what the engine is. */
export function menuRows(scene: Scene): readonly MenuRow[] {
  const rows: MenuRow[] = [];
  const command = (id: CommandId, description = ''): MenuRow => ({
    kind: 'row',
    label: `$(${offerIcons[id]}) ${titles[id]}`,
    description,
    action: { kind: 'command', id },
  });
  const { nextSteps } = scene.words;
  for (const id of offersFor(nextSteps)) {
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
  if (canProve(scene.state)) rows.push(command(commandIds.proveLimits, 'in the Test Explorer'));
  rows.push({ kind: 'heading', label: 'choose to copy' });
  const { endpoint } = scene;
  if (endpoint !== undefined) {
    rows.push({
      kind: 'row',
      label: `$(plug) ${rowText(endpoint.display)}`,
      description: rowText(endpoint.source),
      action: { kind: 'copy', text: endpoint.display },
    });
  }
  for (const text of detailTexts(scene)) {
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
