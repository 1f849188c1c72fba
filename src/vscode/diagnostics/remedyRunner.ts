import type * as vscode from 'vscode';
import type { HelperOutcome } from '../../helper/run';
import { undoOf, type ActionId } from '../../diagnosis/actions';
import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import type { Finding } from '../../diagnosis/finding';
import type { EngineState } from '../../engine/state';
import type { CommandName, Work } from '../../webview/protocol';
import type { Verdict } from '../lifecycleOutcome';
import { endsContainers } from '../stopQuestion';
import { judgeRemedy } from '../../diagnosis/remedyOutcome';
import { remedyActionOf, type RemedyAction } from './remedyAction';
import { riskDescriptions } from './descriptions';

/** The part of `vscode` that asks. */
export interface RemedyHost {
  readonly window: Pick<typeof vscode.window, 'showWarningMessage'>;
}

export interface RemedyRunnerParts {
  readonly host: RemedyHost;
  readonly state: () => EngineState;
  /** The lifecycle's verbs give their verdict; what opens something gives none. */
  readonly commands: Readonly<Record<CommandName, () => Promise<Verdict | undefined>>>;
  /** Lets the helper do one action. Never rejects. */
  readonly apply: (action: ActionId) => Promise<HelperOutcome>;
  /** Of the newest facts. */
  readonly diagnosis: () => Diagnosis | undefined;
  /** Resolves when facts were read that are newer than the call. */
  readonly refresh: () => Promise<void>;
  readonly working: (work: Work | undefined) => void;
  /** Says one sentence on the page. */
  readonly say: (text: string) => void;
}

/** How many are remembered as fixed. */
const maxFixed = 20;

/** Why the helper did not do it; undefined when it says that it did. */
function failureOf(outcome: HelperOutcome): string | undefined {
  switch (outcome.kind) {
    case 'result':
      return outcome.result.ok ? undefined : outcome.result.message;
    case 'refused':
      return `${outcome.refusal.message} ${outcome.refusal.nextStep}`;
    case 'not-installed':
      return `The privileged helper is not installed at ${outcome.path}. Set it up once.`;
    case 'broken':
      return outcome.message;
  }
}

/** Fixes one finding at a time, and believes that it is fixed only when facts read afterwards show it. */
export class RemedyRunner {
  readonly #parts: RemedyRunnerParts;
  #busy = false;
  #fixed: readonly string[] = [];
  readonly #attempts = new Map<string, string>();

  constructor(parts: RemedyRunnerParts) {
    this.#parts = parts;
  }

  /** What was fixed, newest first, and why other attempts did not help, by finding. */
  get told(): { readonly fixed: readonly string[]; readonly attempts: ReadonlyMap<string, string> } {
    return { fixed: this.#fixed, attempts: this.#attempts };
  }

  forget(): void {
    this.#fixed = [];
    this.#attempts.clear();
  }

  /** Does what the finding's button says. A button of a page that is older than the facts does nothing. */
  async run(id: string): Promise<void> {
    const finding = this.#parts.diagnosis()?.findings.find((candidate) => candidate.id === id);
    const remedyAction = finding && remedyActionOf(finding);
    if (finding === undefined || remedyAction === undefined || this.#busy) return;
    this.#busy = true;
    try {
      if (await this.#confirmed(finding, remedyAction)) await this.#perform(finding, remedyAction);
    } finally {
      this.#busy = false;
      this.#parts.working(undefined);
    }
  }

  async #perform(finding: Finding, remedyAction: RemedyAction): Promise<void> {
    const { working, refresh } = this.#parts;
    working({ text: remedyAction.label, finding: finding.id });
    const ended = await this.#attempt(remedyAction);
    if (ended === 'left') return;
    working({ text: 'Looking whether it is mended', finding: finding.id });
    await refresh();
    this.#judge(finding, ended.failure);
  }

  /** `left`: the person cancelled it, or goes on in a terminal whose end is not known here. */
  async #attempt(remedyAction: RemedyAction): Promise<'left' | { readonly failure: string | undefined }> {
    if (remedyAction.kind === 'apply') return { failure: failureOf(await this.#parts.apply(remedyAction.action)) };
    const verdict = await this.#parts.commands[remedyAction.name]();
    if (verdict === undefined || verdict.kind === 'cancelled') return 'left';
    return { failure: verdict.kind === 'failed' ? verdict.message : undefined };
  }

  /** Facts decide, whatever the command said of itself; its words say why where the facts show the fault. */
  #judge(finding: Finding, failure: string | undefined): void {
    const { id, title } = finding;
    const diagnosis = this.#parts.diagnosis();
    if (diagnosis === undefined) return;
    const outcome = judgeRemedy(finding, diagnosis);
    if (outcome.kind === 'fixed') {
      this.#attempts.delete(id);
      this.#fixed = [title, ...this.#fixed].slice(0, maxFixed);
      this.#parts.say(`Fixed: ${title}.${outcome.next === undefined ? '' : ` Next: ${outcome.next.title}.`}`);
      return;
    }
    const unclear = outcome.kind === 'inconclusive' ? "Couldn't verify the fix: " : '';
    const why = failure ?? `${unclear}${outcome.why}`;
    this.#attempts.set(id, why);
    this.#parts.say(`Couldn't fix: ${title}. ${why}`);
  }

  /** Asks before anything that costs something, once: a restart that would end containers asks itself, with their names. */
  async #confirmed({ remedy }: Finding, remedyAction: RemedyAction): Promise<boolean> {
    if (remedyAction.risk === 'none') return true;
    const { host, state } = this.#parts;
    if (remedyAction.kind === 'command' && remedyAction.name === 'restart' && endsContainers('restart', state()))
      return true;
    const undo = remedy.action === undefined ? '' : `To undo it: ${undoOf(remedy.action)}`;
    const detail = `${remedy.summary} ${riskDescriptions[remedyAction.risk]} ${undo}`.trim();
    const options = { modal: true, detail };
    return (
      (await host.window.showWarningMessage(`${remedyAction.label}?`, options, remedyAction.label)) ===
      remedyAction.label
    );
  }
}
