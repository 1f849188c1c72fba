import type * as vscode from 'vscode';
import type { Finding } from '../diagnosis/finding';
import type { Facts } from '../host/facts/facts';
import { DaemonJsonProblems } from './daemonJsonProblems';
import type { LazyLog } from './lazyLog';
import type * as Diagnosis from './diagnosis';

/** What the background diagnosis needs of the window's first part. */
export interface BackgroundDiagnosisParts {
  readonly host: typeof vscode;
  /** The endpoint of the settings, empty ones excepted. */
  readonly dockerHost: () => string | undefined;
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

  /** The gravest finding of level error; undefined when there is none. */
  async standingError(): Promise<Finding | undefined> {
    const { findings } = this.#diagnosis.diagnose(await this.#facts());
    return findings.find(({ severity }) => severity === 'error');
  }

  /** Shows the problems of an open daemon.json until it is closed. */
  followDaemonJson(document: vscode.TextDocument): void {
    this.#daemonJson.follow(document);
  }

  /** Without the helper: nobody asked, and each call of sudo is a line in a log. */
  #facts(): Promise<Facts> {
    return this.#diagnosis.readFacts(this.#parts.dockerHost());
  }

  dispose(): void {
    this.#daemonJson.dispose();
  }
}
