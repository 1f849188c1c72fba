import type * as vscode from 'vscode';
import type { HelperOutcome } from '../../helper/run';
import type { ActionId } from '../../diagnosis/actions';
import type { OverallVerdict } from '../../app/verdict';
import type { Description } from '../../diagnosis/describe';
import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import type { Finding } from '../../diagnosis/finding';
import type { EngineState } from '../../engine/state';
import type { Facts } from '../../host/facts/facts';
import { pasteable } from './document';
import { RemedyRunner, type RemedyHost } from './remedyRunner';
import { Throttle } from './throttle';
import { pageOf, type PageInput, type StateTransition } from './page';
import { Panel, type PanelHost } from './panel';
import { ReportDocuments, type DocumentHost } from './reportDocuments';
import { canPaste, pasteIntoTerminal, type TerminalHost } from './terminalPaste';
import type { LazyLog } from '../lazyLog';
import type { CommandName, WebviewRequest, ReportName, Work } from '../../webview/protocol';
import { limitsView } from './limitsView';
import type { LimitsStatus } from '../limits/status';
import type { Verdict } from '../lifecycleOutcome';
import { errorMessage } from '../../util/format';

/** The parts of `vscode` the page and its reports need. */
export type DiagnosticsHost = PanelHost &
  DocumentHost &
  RemedyHost &
  TerminalHost & {
    readonly env: { readonly clipboard: Pick<vscode.Clipboard, 'writeText'> };
  };

/** The checks of resource limits of this window, whether the page or the Test Explorer runs them. */
export interface LimitRuns {
  readonly status: () => Promise<LimitsStatus>;
  /** All, or the one of an id; resolves when the run is over. */
  readonly prove: (id: string | undefined) => Promise<void>;
  readonly cancel: () => void;
}

export interface DiagnosticsParts {
  readonly host: DiagnosticsHost;
  readonly extensionPath: string;
  readonly log: Pick<LazyLog, 'info' | 'error'>;
  readonly state: () => EngineState;
  readonly words: (state: EngineState) => Description;
  /** What is said of Docker with these findings, in the bar as here. */
  readonly verdict: (findings: readonly Finding[]) => OverallVerdict;
  /** Told of each diagnosis: the bar shows what the page found, without waiting for a look of its own. */
  readonly onDiagnosis: (findings: readonly Finding[]) => void;
  /** Never rejects. */
  readonly takeFacts: () => Promise<Facts>;
  readonly diagnose: (facts: Facts) => Diagnosis;
  /** The lifecycle's verbs give their verdict, and have told the person of a failure. */
  readonly commands: Readonly<Record<CommandName, () => Promise<Verdict | undefined>>>;
  /** Lets the helper do one action. Never rejects. */
  readonly apply: (action: ActionId) => Promise<HelperOutcome>;
  readonly limits: LimitRuns;
  readonly formatTime: (ms: number) => string;
  /** Milliseconds the page has to come up; default 12 s: a cold editor on a busy machine. */
  readonly deadlineMs?: number;
}

/** The least time between two readings that follow the daemon, milliseconds. */
const intervalMs = 3000;

/** How many states are kept for the history. */
const maxTransitions = 50;

/**
 * "Show diagnostics": reads facts, judges them, shows the page, fixes what can be fixed and says "fixed" only
 * after new facts have shown it. Built into an output file of its own, loaded on first use.
 */
export class Diagnostics {
  readonly #parts: DiagnosticsParts;
  #panel: Panel | undefined;
  #documents: ReportDocuments | undefined;
  #latest: { readonly facts: Facts; readonly diagnosis: Diagnosis } | undefined;
  #limits: LimitsStatus | undefined;
  #work: Work | undefined;
  #transitions: readonly StateTransition[] = [];
  readonly #factReads = new Throttle(
    () => this.#read().catch((error: unknown) => this.#failed('reading the facts', error)),
    intervalMs,
  );
  readonly #remedyRunner: RemedyRunner;
  #silent = false;
  #disposed = false;

  constructor(parts: DiagnosticsParts) {
    this.#parts = parts;
    const { host, state, commands, apply } = parts;
    this.#remedyRunner = new RemedyRunner({
      host,
      state,
      commands,
      apply,
      diagnosis: () => this.#latest?.diagnosis,
      refresh: () => this.#factReads.fresh(),
      working: (work) => this.#working(work),
      say: (text) => this.#panel?.post({ kind: 'said', text }),
    });
    this.#remember();
  }

  /** Shows the page, or the document where no page can be shown. */
  show(): void {
    if (this.#panel !== undefined) {
      this.#panel.reveal();
      return;
    }
    const { host, extensionPath, deadlineMs = 12_000 } = this.#parts;
    // Where it did not come up once it hardly will, and somebody waits.
    const patience = this.#silent ? deadlineMs / 4 : deadlineMs;
    this.#panel = new Panel({
      host,
      extensionPath,
      deadlineMs: patience,
      onMessage: (message) => this.#receive(message),
      onClosed: () => {
        this.#panel = undefined;
      },
      onSilent: () => {
        this.#silent = true;
        this.#guarded('the report', () => this.#showDocument());
      },
    });
    // Facts are read while the browser makes the page.
    this.#factReads.request();
  }

  /** To be told of every state and of other words for it: the page follows the daemon while somebody sees it. */
  observe(): void {
    this.#remember();
    if (this.#panel?.visible !== true) return;
    this.#render();
    this.#factReads.request();
  }

  /** To be told of every run of checks, whoever began it. */
  observeLimits(status: LimitsStatus): void {
    this.#limits = status;
    this.#renderLimits();
  }

  dispose(): void {
    this.#disposed = true;
    this.#factReads.dispose();
    this.#panel?.dispose();
    this.#documents?.dispose();
  }

  #receive(message: WebviewRequest): void {
    switch (message.kind) {
      case 'ready':
        this.#silent = false;
        this.#panel?.post({ kind: 'work', ...(this.#work !== undefined && { work: this.#work }) });
        this.#render();
        this.#factReads.request();
        this.#guarded('loading the limit checks', async () => this.observeLimits(await this.#parts.limits.status()));
        return;
      case 'refresh':
        this.#remedyRunner.forget();
        this.#guarded('reading the facts', () => this.#factReads.fresh());
        return;
      case 'run-remedy':
        this.#guarded('mending', async () => {
          await this.#remedyRunner.run(message.finding);
          this.#render();
        });
        return;
      case 'copy-remedy':
        this.#guarded('copying', () => this.#copy(this.#finding(message.finding)?.remedy.command, 'The command'));
        return;
      case 'paste-remedy':
        this.#type(this.#finding(message.finding));
        return;
      case 'command':
        this.#guarded('the command', () => this.#run(message.name));
        return;
      case 'report':
        this.#guarded('the report', () => this.#report(message.name));
        return;
      case 'run-checks':
        this.#guarded('proving limits', () => this.#parts.limits.prove(message.check));
        return;
      case 'cancel-checks':
        this.#parts.limits.cancel();
    }
  }

  async #read(): Promise<void> {
    const shown = this.#work;
    if (shown === undefined) this.#working({ text: 'Looking at the machine' });
    const facts = await this.#parts.takeFacts();
    if (this.#disposed) return;
    const diagnosis = this.#parts.diagnose(facts);
    this.#latest = { facts, diagnosis };
    this.#parts.onDiagnosis(diagnosis.findings);
    if (shown === undefined) this.#working(undefined);
    this.#render();
  }

  async #run(name: CommandName): Promise<void> {
    await this.#parts.commands[name]();
    if (name !== 'show-log') await this.#factReads.fresh();
  }

  async #report(name: ReportName): Promise<void> {
    const input = this.#input();
    if (input === undefined) return;
    if (name === 'copy-markdown') await this.#copy(pasteable(input), 'The diagnosis');
    else await this.#reports().open(name, input);
  }

  async #showDocument(): Promise<void> {
    this.#parts.log.info('The page did not come up; the report is shown as a document.');
    if (this.#latest === undefined) await this.#factReads.fresh();
    const input = this.#input();
    if (input !== undefined) await this.#reports().openInsteadOfPage(input);
  }

  async #copy(text: string | undefined, what: string): Promise<void> {
    if (text === undefined || text === '') return;
    await this.#parts.host.env.clipboard.writeText(text);
    this.#panel?.post({ kind: 'said', text: `${what} is on the clipboard.` });
  }

  #type(finding: Finding | undefined): void {
    if (finding === undefined || !canPaste(finding.remedy)) return;
    pasteIntoTerminal(this.#parts.host, finding.remedy.command);
    this.#panel?.post({ kind: 'said', text: 'The command is in the terminal; Enter runs it.' });
  }

  #reports(): ReportDocuments {
    this.#documents ??= new ReportDocuments(this.#parts.host);
    return this.#documents;
  }

  /** Keeps a state that has begun, with its words, which may come a moment later. */
  #remember(): void {
    const state = this.#parts.state();
    const { headline, explanation } = this.#parts.words(state);
    const others = this.#transitions.filter(({ at }) => at !== state.since);
    this.#transitions = [...others, { at: state.since, headline, explanation }].slice(-maxTransitions);
  }

  #finding(id: string): Finding | undefined {
    return this.#latest?.diagnosis.findings.find((finding) => finding.id === id);
  }

  #input(): PageInput | undefined {
    if (this.#latest === undefined) return undefined;
    const { verdict, formatTime } = this.#parts;
    const limits = this.#limits?.results ?? [];
    return {
      verdict: verdict(this.#latest.diagnosis.findings),
      ...this.#latest,
      ...this.#remedyRunner.told,
      transitions: this.#transitions,
      limits,
      formatTime,
    };
  }

  #render(): void {
    const input = this.#panel?.visible === true ? this.#input() : undefined;
    if (input === undefined) return;
    this.#panel?.post({ kind: 'page', page: pageOf(input) });
    // What explains a verdict may be found now, or gone.
    this.#renderLimits();
  }

  #renderLimits(): void {
    if (this.#limits === undefined || this.#panel?.visible !== true) return;
    const findings = this.#latest?.diagnosis.findings ?? [];
    this.#panel.post({ kind: 'limits', limits: limitsView(this.#limits, findings, this.#parts.formatTime) });
  }

  #working(work: Work | undefined): void {
    this.#work = work;
    this.#panel?.post({ kind: 'work', ...(work !== undefined && { work }) });
  }

  /** Nobody waits for what the page asked for: a failure is said there and logged. */
  #guarded(what: string, task: () => Promise<void>): void {
    task().catch((error: unknown) => this.#failed(what, error));
  }

  #failed(what: string, error: unknown): void {
    const message = errorMessage(error);
    this.#parts.log.error(`Diagnostics, ${what}: ${message}`);
    this.#panel?.post({ kind: 'said', text: `${what.charAt(0).toUpperCase()}${what.slice(1)} failed: ${message}` });
  }
}
