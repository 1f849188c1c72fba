import type * as vscode from 'vscode';
import type { EngineState } from '../engine/state';
import { isUsable } from '../engine/stateTable';

/** The walkthrough of `package.json`, as the editor names it. */
export const walkthroughId = 'dind-station.dind-station#getDockerRunning';

/** The keys by which the steps of the walkthrough are ticked; a test compares them with `package.json`. */
export interface WalkthroughContext {
  readonly 'dindStation.engineInstalled': boolean;
  readonly 'dindStation.helperReady': boolean;
  readonly 'dindStation.usable': boolean;
  readonly 'dindStation.verified': boolean;
}

/** What of the walkthrough is done. `helperReady`: the helper is installed, and for this user. */
export function walkthroughContext(
  state: Pick<EngineState, 'kind' | 'verified'>,
  helperReady: boolean,
): WalkthroughContext {
  return {
    'dindStation.engineInstalled': !['unknown', 'not-installed'].includes(state.kind),
    'dindStation.helperReady': helperReady,
    'dindStation.usable': isUsable(state),
    'dindStation.verified': isUsable(state) && state.verified?.verdict === 'yes',
  };
}

/** In the extension's global state, once the walkthrough was opened. */
const openedKey = 'walkthroughOpened';

interface WalkthroughHost {
  readonly commands: Pick<typeof vscode.commands, 'executeCommand'>;
  readonly window: Pick<typeof vscode.window, 'activeTextEditor'>;
  readonly workspace: Pick<typeof vscode.workspace, 'getConfiguration'>;
}

/**
 * Opens the walkthrough for a person who has not seen it, unless the editor was told to open none; behind the file
 * that somebody is working on. Resolves with whether it was opened; rejects when the editor refuses.
 */
export async function openWalkthroughOnce(
  host: WalkthroughHost,
  memory: Pick<vscode.Memento, 'get' | 'update'>,
): Promise<boolean> {
  const wanted = host.workspace.getConfiguration('workbench.welcomePage').get('walkthroughs.openOnInstall');
  if (wanted === false || memory.get(openedKey) === true) return false;
  // Before it opens: a window that is closed meanwhile must not make the next one open it again.
  await memory.update(openedKey, true);
  const inactive = host.window.activeTextEditor !== undefined;
  await host.commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, { inactive });
  return true;
}
