import type * as vscode from 'vscode';
import type { StandingFinding } from '../app/verdict';
import type { TimedVerification } from '../engine/verification';
import type { Facts } from '../host/facts/facts';
import { DaemonJsonProblems } from './daemonJsonProblems';
import type { LazyLog } from './lazyLog';
import { worthTelling } from './runningWarning';
import type * as Diagnosis from './diagnosis';

/** What the background diagnosis needs of the window's first part. */
export interface BackgroundDiagnosisParts {
  readonly host: typeof vscode;
  /** The endpoint of the settings, empty ones excepted. */
  readonly dockerHost: () => string | undefined;
  /** What is known of containers on the engine that is watched. */
  readonly verified: () => TimedVerification | undefined;
  readonly log: Pick<LazyLog, 'info' | 'error'>;
}

/**
 * What looks at the machine without being asked: an open daemon.json, and faults that stand while the engine runs. Built
 * into an output file of its own, which `lazyBackgroundDiagnosis.ts` loads on first use.
 */
export class BackgroundDiagnosis {
  readonly #parts: BackgroundDiagnosisParts;
  readonly #diagnosis: typeof Diagnosis;
  readonly #daemonJson: DaemonJsonProblems;

  constructor(parts: BackgroundDiagnosisParts, diagnosis: typeof Diagnosis) {
    this.#parts = parts;
    this.#diagnosis = diagnosis;
    const { host, log } = parts;
    const { daemonJsonProblems } = diagnosis;
    this.#daemonJson = new DaemonJsonProblems({
      host,
      log,
      judge: daemonJsonProblems,
      takeFacts: () => this.#facts(),
      now: Date.now,
    });
  }

  /**
   * What is worth telling; undefined when nothing is. `known` stands on where it cannot be judged from here: the page,
   * which found it, reads more.
   */
  async standingFault(known: StandingFinding | undefined): Promise<StandingFinding | undefined> {
    const { findings, undecided } = this.#diagnosis.diagnose(await this.#facts());
    const found = worthTelling(findings);
    return found ?? (undecided.some(({ id }) => id === known?.id) ? known : undefined);
  }

  /** Shows the problems of an open daemon.json until it is closed. */
  followDaemonJson(document: vscode.TextDocument): void {
    this.#daemonJson.follow(document);
  }

  /** Without the helper: nobody asked, and each call of sudo is a line in a log. */
  #facts(): Promise<Facts> {
    const { dockerHost, verified } = this.#parts;
    return this.#diagnosis.readFacts(dockerHost(), verified);
  }

  dispose(): void {
    this.#daemonJson.dispose();
  }
}
