import type * as vscode from 'vscode';
import type { daemonJsonProblems, DaemonJsonProblem } from '../diagnosis/daemonJsonProblems';
import type { Facts } from '../host/facts/facts';
import type { LazyLog } from './lazyLog';

/** The parts of `vscode` the Problems view is filled with. */
export interface ProblemsHost {
  readonly languages: Pick<typeof vscode.languages, 'createDiagnosticCollection'>;
  readonly workspace: Pick<
    typeof vscode.workspace,
    'onDidChangeTextDocument' | 'onDidSaveTextDocument' | 'onDidCloseTextDocument'
  >;
  readonly Diagnostic: typeof vscode.Diagnostic;
  readonly DiagnosticSeverity: Pick<typeof vscode.DiagnosticSeverity, 'Error' | 'Warning' | 'Information'>;
  readonly Range: typeof vscode.Range;
}

export interface DaemonJsonParts {
  readonly host: ProblemsHost;
  /** Of the output file of the rules. */
  readonly judge: typeof daemonJsonProblems;
  readonly takeFacts: () => Promise<Facts>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: Pick<LazyLog, 'error'>;
}

/** A pause in typing, milliseconds. */
const pauseMs = 300;

/** How long facts are good for while somebody types, milliseconds: the daemon may be restarted meanwhile. */
const factsLastMs = 30_000;

/**
 * Shows what the rules find in an open daemon.json in the Problems view: on opening, after a pause in typing, after
 * saving; nothing is left of it when the document is closed. Of the document its text is read, and no other file of a folder.
 */
export class DaemonJsonProblems {
  readonly #parts: DaemonJsonParts;
  readonly #collection: vscode.DiagnosticCollection;
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly #pending = new Map<vscode.TextDocument, NodeJS.Timeout | undefined>();
  #facts: { readonly taken: Promise<Facts>; readonly at: number } | undefined;

  constructor(parts: DaemonJsonParts) {
    this.#parts = parts;
    const { languages, workspace } = parts.host;
    this.#collection = languages.createDiagnosticCollection('dindStation.daemonJson');
    this.#subscriptions = [
      workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document, pauseMs)),
      workspace.onDidSaveTextDocument((document) => {
        if (this.#pending.has(document)) this.#facts = undefined;
        this.#schedule(document, 0);
      }),
      workspace.onDidCloseTextDocument((document) => this.#forget(document)),
    ];
  }

  /** Looks after a document until it is closed. */
  follow(document: vscode.TextDocument): void {
    if (this.#pending.has(document) || document.isClosed) return;
    this.#pending.set(document, undefined);
    this.#schedule(document, 0);
  }

  #schedule(document: vscode.TextDocument, delayMs: number): void {
    if (!this.#pending.has(document)) return;
    clearTimeout(this.#pending.get(document));
    const timer = setTimeout(() => {
      this.#check(document).catch((error: unknown) => {
        this.#parts.log.error(`${document.uri.fsPath} cannot be checked: ${String(error)}`);
      });
    }, delayMs);
    this.#pending.set(document, timer);
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const facts = await this.#freshFacts();
    if (!this.#pending.has(document)) return;
    const problems = this.#parts.judge(document.uri.fsPath, document.getText(), facts);
    this.#collection.set(
      document.uri,
      problems.map((problem) => this.#diagnosticOf(document, problem)),
    );
  }

  async #freshFacts(): Promise<Facts> {
    const { now, takeFacts } = this.#parts;
    if (this.#facts === undefined || now() - this.#facts.at > factsLastMs)
      this.#facts = { taken: takeFacts(), at: now() };
    const { taken } = this.#facts;
    try {
      return await taken;
    } catch (error) {
      this.#facts = undefined;
      throw error;
    }
  }

  #diagnosticOf(document: vscode.TextDocument, problem: DaemonJsonProblem): vscode.Diagnostic {
    const { Diagnostic, DiagnosticSeverity, Range } = this.#parts.host;
    const severities = {
      ok: DiagnosticSeverity.Information,
      info: DiagnosticSeverity.Information,
      warning: DiagnosticSeverity.Warning,
      error: DiagnosticSeverity.Error,
    };
    const { offset, length, message, severity, id } = problem;
    const range = new Range(document.positionAt(offset), document.positionAt(offset + length));
    return Object.assign(new Diagnostic(range, message, severities[severity]), { source: 'Docker', code: id });
  }

  #forget(document: vscode.TextDocument): void {
    if (!this.#pending.has(document)) return;
    clearTimeout(this.#pending.get(document));
    this.#pending.delete(document);
    this.#collection.delete(document.uri);
  }

  dispose(): void {
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }
}
