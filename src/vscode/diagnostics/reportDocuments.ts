import type * as vscode from 'vscode';
import type { ReportName } from '../../webview/protocol';
import { rawJson, reportDocument } from './document';
import type { PageInput } from './page';

/** The parts of `vscode` documents are made of. */
export interface DocumentHost {
  readonly window: Pick<typeof vscode.window, 'showTextDocument'>;
  readonly workspace: Pick<typeof vscode.workspace, 'openTextDocument' | 'registerTextDocumentContentProvider'>;
  readonly Uri: Pick<typeof vscode.Uri, 'from'>;
  readonly EventEmitter: new () => vscode.EventEmitter<vscode.Uri>;
}

const scheme = 'dind-station-report';

const preface =
  'The browser does not let the editor show its page here: that takes https, or the name localhost. This is the same as a document; run "Show diagnostics" again for newer facts.';

/** Reports as documents of the editor: some to read, which nobody is asked to save, and some to save. */
export class ReportDocuments {
  readonly #host: DocumentHost;
  readonly #texts = new Map<string, string>();
  readonly #changed: vscode.EventEmitter<vscode.Uri>;
  readonly #registration: vscode.Disposable;

  constructor(host: DocumentHost) {
    this.#host = host;
    this.#changed = new host.EventEmitter();
    this.#registration = host.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: ({ path }) => this.#texts.get(path) ?? '',
    });
  }

  async open(name: Exclude<ReportName, 'copy-markdown'>, input: PageInput): Promise<void> {
    if (name === 'save-report') await this.#toSave(reportDocument(input));
    else await this.#read('Docker diagnostics.json', rawJson(input));
  }

  async openInsteadOfPage(input: PageInput): Promise<void> {
    await this.#read('Docker diagnostics.md', reportDocument(input, preface));
  }

  /** Shows a text under a name whose ending tells its language; a document of that name that is open gets the new text. */
  async #read(name: string, text: string): Promise<void> {
    const uri = this.#host.Uri.from({ scheme, path: `/${name}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    await this.#host.window.showTextDocument(await this.#host.workspace.openTextDocument(uri), { preview: false });
  }

  /** Shows a text that is nobody's file yet: it is read first, and saved where the person wants it. */
  async #toSave(text: string): Promise<void> {
    const document = await this.#host.workspace.openTextDocument({ language: 'markdown', content: text });
    await this.#host.window.showTextDocument(document, { preview: false });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
    this.#texts.clear();
  }
}
