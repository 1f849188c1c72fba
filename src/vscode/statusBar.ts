import type * as vscode from 'vscode';
import { allCommandIds } from './commands';
import type { StatusBarContent } from './indicatorModel';

/** The parts of `vscode` the indicator is made of. */
export interface StatusBarHost {
  readonly window: Pick<typeof vscode.window, 'createStatusBarItem'>;
  readonly StatusBarAlignment: Pick<typeof vscode.StatusBarAlignment, 'Left'>;
  readonly MarkdownString: typeof vscode.MarkdownString;
  readonly ThemeColor: typeof vscode.ThemeColor;
}

/** Never to be changed: a person's choice to hide the item is remembered by it. */
export const indicatorId = 'dindStation.indicator';

/** The one status bar item. It is given presentations and knows nothing of Docker. */
export class Indicator {
  readonly #host: StatusBarHost;
  readonly #item: vscode.StatusBarItem;
  #shown: StatusBarContent | undefined;

  constructor(host: StatusBarHost) {
    this.#host = host;
    // Left, because it is about the whole workbench; a low priority leaves the edge to remote and branch.
    this.#item = host.window.createStatusBarItem(indicatorId, host.StatusBarAlignment.Left, 5);
    this.#item.name = 'Docker';
  }

  /** Sets only what changed: every property that is set costs a message to the renderer. */
  show(next: StatusBarContent): void {
    const last = this.#shown;
    this.#shown = next;
    if (last?.icon !== next.icon || last.text !== next.text) this.#item.text = `$(${next.icon}) ${next.text}`;
    if (last?.background !== next.background) {
      this.#item.backgroundColor =
        next.background === 'none'
          ? undefined
          : new this.#host.ThemeColor(`statusBarItem.${next.background}Background`);
    }
    if (last?.tooltip !== next.tooltip) {
      const tooltip = new this.#host.MarkdownString(next.tooltip, true);
      tooltip.isTrusted = { enabledCommands: [...allCommandIds] };
      this.#item.tooltip = tooltip;
    }
    if (last?.label !== next.label) this.#item.accessibilityInformation = { label: next.label, role: 'button' };
    if (last?.command !== next.command) this.#item.command = next.command;
    if (last === undefined) this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

/** How long a success is shown in the indicator, in milliseconds. */
const flashMs = 4000;

/** A word that is shown for a moment. */
export class Flash {
  readonly #onChange: () => void;
  #word: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get current(): string | undefined {
    return this.#word;
  }

  show(word: string): void {
    clearTimeout(this.#timer);
    this.#word = word;
    this.#timer = setTimeout(() => {
      this.#word = undefined;
      this.#onChange();
    }, flashMs);
    this.#onChange();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
