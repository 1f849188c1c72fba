import type * as vscode from 'vscode';

/** The extension's own log. Its channel is made with the first line, so that activation does not wait for it. */
export class LazyLog {
  readonly #create: () => vscode.LogOutputChannel;
  #channel: vscode.LogOutputChannel | undefined;
  #disposed = false;

  constructor(create: () => vscode.LogOutputChannel) {
    this.#create = create;
  }

  info(message: string): void {
    this.#open()?.info(message);
  }

  error(message: string): void {
    this.#open()?.error(message);
  }

  dispose(): void {
    this.#disposed = true;
    this.#channel?.dispose();
  }

  #open(): vscode.LogOutputChannel | undefined {
    // A line that comes after the end (an aborted request) has nowhere to go.
    if (this.#disposed) return undefined;
    this.#channel ??= this.#create();
    return this.#channel;
  }
}
