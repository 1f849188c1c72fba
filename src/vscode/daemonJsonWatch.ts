import type * as vscode from 'vscode';
import type { LazyLog } from './lazyLog';

/** The parts of `vscode` that opening a document is noticed with. */
export interface DocumentHost {
  readonly workspace: Pick<typeof vscode.workspace, 'textDocuments' | 'onDidOpenTextDocument'>;
}

/** `/etc/docker/daemon.json`, `~/.config/docker/daemon.json`, and one in a folder that is on its way to there. */
export function isDaemonJson({ uri }: Pick<vscode.TextDocument, 'uri'>): boolean {
  return uri.scheme === 'file' && uri.path.endsWith('/docker/daemon.json');
}

/** Waits for a daemon.json to be opened; until then it is all that is done about such files. */
export class DaemonJsonWatch {
  readonly #follow: (document: vscode.TextDocument) => Promise<void>;
  readonly #log: Pick<LazyLog, 'error'>;
  readonly #subscription: vscode.Disposable;

  /** @param follow looks after an open document, whose code is loaded then */
  constructor(
    host: DocumentHost,
    follow: (document: vscode.TextDocument) => Promise<void>,
    log: Pick<LazyLog, 'error'>,
  ) {
    this.#follow = follow;
    this.#log = log;
    this.#subscription = host.workspace.onDidOpenTextDocument((document) => this.#look(document));
    for (const document of host.workspace.textDocuments) this.#look(document);
  }

  #look(document: vscode.TextDocument): void {
    if (!isDaemonJson(document)) return;
    this.#follow(document).catch((error: unknown) => {
      this.#log.error(`${document.uri.path} cannot be checked: ${String(error)}`);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
