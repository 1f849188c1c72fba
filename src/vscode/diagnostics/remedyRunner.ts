import type * as vscode from 'vscode';
import type { HelperOutcome } from '../../helper/run';
import { undoOf, type ActionId } from '../../diagnosis/actions';
import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import type { Finding } from '../../diagnosis/finding';
import type { EngineState } from '../../engine/state';
import type { CommandName, Work } from '../../webview/messages';
import type { Verdict } from '../lifecycleOutcome';
import { endsContainers } from '../stopQuestion';
import { riskWords } from './meanings';
import { mendingOf, proofOf, type Mending } from './remedyAction';

/** The part of `vscode` that asks. */
export interface MenderHost {
  readonly window: Pick<typeof vscode.window, 'showWarningMessage'>;
}

export interface MenderParts {
  readonly host: MenderHost;
  readonly state: () => EngineState;
  /** The lifecycle's verbs give their verdict; what opens something gives none. */
  readonly commands: Readonly<Record<CommandName, () => Promise<Verdict | undefined>>>;
  /** Lets the helper do one action. Never rejects. */
  readonly apply: (action: ActionId) => Promise<HelperOutcome>;
  /** Of the newest facts. */
  readonly diagnosis: () => Diagnosis | undefined;
  /** Resolves when facts were read that are newer than the call. */
  readonly readAnew: () => Promise<void>;
  readonly working: (work: Work | undefined) => void;
  /** Says one sentence on the page. */
  readonly say: (text: string) => void;
}

/** How many are remembered as mended. */
const mostMended = 20;

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

/** Mends one finding at a time, and believes that it is mended only when facts read afterwards show it. */
export class Mender {
  private busy = false;
  private mended: readonly string[] = [];
  private readonly attempts = new Map<string, string>();

  constructor(private readonly parts: MenderParts) {}

  /** What was mended, newest first, and why other attempts did not help, by finding. */
  get told(): { readonly mended: readonly string[]; readonly attempts: ReadonlyMap<string, string> } {
    return { mended: this.mended, attempts: this.attempts };
  }

  forget(): void {
    this.mended = [];
    this.attempts.clear();
  }

  /** Does what the finding's button says. A button of a page that is older than the facts does nothing. */
  async mend(id: string): Promise<void> {
    const finding = this.parts.diagnosis()?.findings.find((candidate) => candidate.id === id);
    const mending = finding && mendingOf(finding);
    if (finding === undefined || mending === undefined || this.busy) return;
    this.busy = true;
    try {
      if (await this.agreed(finding, mending)) await this.perform(finding, mending);
    } finally {
      this.busy = false;
      this.parts.working(undefined);
    }
  }

  private async perform(finding: Finding, mending: Mending): Promise<void> {
    const { working, readAnew } = this.parts;
    working({ text: mending.label, finding: finding.id });
    const ended = await this.attempt(mending);
    if (ended === 'left') return;
    working({ text: 'Looking whether it is mended', finding: finding.id });
    await readAnew();
    this.judge(finding, ended.failure);
  }

  /** `left`: the person cancelled it, or goes on in a terminal whose end is not known here. */
  private async attempt(mending: Mending): Promise<'left' | { readonly failure: string | undefined }> {
    if (mending.kind === 'apply') return { failure: failureOf(await this.parts.apply(mending.action)) };
    const verdict = await this.parts.commands[mending.name]();
    if (verdict === undefined || verdict.kind === 'cancelled') return 'left';
    return { failure: verdict.kind === 'failed' ? verdict.message : undefined };
  }

  /** Facts decide, whatever the command said of itself; its words say why where the facts show the fault. */
  private judge({ id, title }: Finding, failure: string | undefined): void {
    const diagnosis = this.parts.diagnosis();
    if (diagnosis === undefined) return;
    const proof = proofOf(id, diagnosis);
    if (proof.outcome === 'mended') {
      this.attempts.delete(id);
      this.mended = [title, ...this.mended].slice(0, mostMended);
      this.parts.say(`Mended: ${title}.`);
      return;
    }
    const why = failure ?? proof.why;
    this.attempts.set(id, why);
    this.parts.say(`Not mended: ${title}. ${why}`);
  }

  /** Asks before anything that costs something, once: a restart that would end containers asks itself, with their names. */
  private async agreed({ remedy }: Finding, mending: Mending): Promise<boolean> {
    if (mending.risk === 'none') return true;
    const { host, state } = this.parts;
    if (mending.kind === 'command' && mending.name === 'restart' && endsContainers('restart', state())) return true;
    const undo = remedy.action === undefined ? '' : `To undo it: ${undoOf(remedy.action)}`;
    const detail = `${remedy.summary} ${riskWords[mending.risk]} ${undo}`.trim();
    const options = { modal: true, detail };
    return (await host.window.showWarningMessage(`${mending.label}?`, options, mending.label)) === mending.label;
  }
}
