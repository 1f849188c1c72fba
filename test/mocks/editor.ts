// oxlint-disable-next-line no-restricted-imports -- types only: this stands in for the editor
import type * as vscode from 'vscode';

/** One notification or modal that was shown, and how the test answers it. */
export interface Shown {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly modal: boolean;
  readonly detail: string;
  readonly labels: readonly string[];
}

interface FakeProgress {
  readonly title: string;
  readonly messages: string[];
  cancel(): void;
}

interface FakeTerminal {
  readonly options: vscode.TerminalOptions;
  /** What was sent to its shell; a line end stands for Enter. */
  readonly typed: readonly string[];
  readonly close: () => void;
}

type Cancelled = (listener: () => void) => vscode.Disposable;

/**
 * As much of the editor's API as `src/ui` touches, recording what is asked of it. Messages are answered by `answer`;
 * undefined stands for a message that is dismissed.
 */
export class FakeEditor {
  readonly shown: Shown[] = [];
  readonly executed: string[] = [];
  readonly copied: string[] = [];
  readonly progresses: FakeProgress[] = [];
  readonly terminals: FakeTerminal[] = [];
  readonly registered = new Map<string, () => Promise<unknown>>();
  readonly items: Record<string, unknown>[] = [];
  answer: (shown: Shown) => string | undefined = () => undefined;

  readonly #closeListeners = new Set<(terminal: vscode.Terminal) => void>();

  /** The parts of `vscode`, as the classes under test take them. */
  get api(): typeof vscode {
    return {
      window: {
        showErrorMessage: this.#message('error'),
        showWarningMessage: this.#message('warning'),
        showInformationMessage: this.#message('info'),
        withProgress: this.#withProgress.bind(this),
        createTerminal: this.#createTerminal.bind(this),
        onDidCloseTerminal: (listener: (terminal: vscode.Terminal) => void) => {
          this.#closeListeners.add(listener);
          return { dispose: () => this.#closeListeners.delete(listener) };
        },
        createStatusBarItem: (id: string, alignment: number, priority: number) => {
          const item = { id, alignment, priority, show: () => undefined, dispose: () => undefined };
          this.items.push(item);
          return item;
        },
      },
      commands: {
        executeCommand: (id: string) => {
          this.executed.push(id);
          return Promise.resolve();
        },
        registerCommand: (id: string, handler: () => Promise<unknown>) => {
          this.registered.set(id, handler);
          return { dispose: () => this.registered.delete(id) };
        },
      },
      env: {
        clipboard: {
          writeText: (text: string) => {
            this.copied.push(text);
            return Promise.resolve();
          },
        },
      },
      ProgressLocation: { Notification: 15 },
      StatusBarAlignment: { Left: 1 },
      MarkdownString: class {
        readonly value: string;
        readonly supportThemeIcons: boolean;
        constructor(value: string, supportThemeIcons: boolean) {
          this.value = value;
          this.supportThemeIcons = supportThemeIcons;
        }
      },
      ThemeColor: class {
        readonly id: string;
        constructor(id: string) {
          this.id = id;
        }
      },
    } as unknown as typeof vscode;
  }

  /** How many listeners for closed terminals are left. */
  get listening(): number {
    return this.#closeListeners.size;
  }

  #message(severity: Shown['severity']) {
    return (message: string, ...rest: (string | vscode.MessageOptions)[]): Promise<string | undefined> => {
      const options = typeof rest[0] === 'object' ? rest[0] : undefined;
      const shown: Shown = {
        severity,
        message,
        modal: options?.modal === true,
        detail: options?.detail ?? '',
        labels: rest.filter((item) => typeof item === 'string'),
      };
      this.shown.push(shown);
      return Promise.resolve(this.answer(shown));
    };
  }

  #withProgress<R>(
    options: vscode.ProgressOptions,
    task: (
      progress: vscode.Progress<{ message?: string }>,
      token: { onCancellationRequested: Cancelled },
    ) => Thenable<R>,
  ): Thenable<R> {
    const listeners = new Set<() => void>();
    const messages: string[] = [];
    this.progresses.push({
      title: options.title ?? '',
      messages,
      cancel: () => {
        for (const listener of listeners) listener();
      },
    });
    return task(
      { report: ({ message }) => messages.push(message ?? '') },
      {
        onCancellationRequested: (listener) => {
          listeners.add(listener);
          return { dispose: () => listeners.delete(listener) };
        },
      },
    );
  }

  #createTerminal(options: vscode.TerminalOptions): vscode.Terminal {
    const typed: string[] = [];
    const terminal = {
      show: () => undefined,
      sendText: (text: string, run = true) => typed.push(run ? `${text}\n` : text),
    } as unknown as vscode.Terminal;
    this.terminals.push({
      options,
      typed,
      close: () => {
        for (const listener of Array.from(this.#closeListeners)) listener(terminal);
      },
    });
    return terminal;
  }
}
