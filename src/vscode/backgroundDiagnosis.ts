import { homedir } from 'node:os';
import type * as vscode from 'vscode';
import { diagnose } from '../diagnosis/diagnose';
import type { Finding } from '../diagnosis/finding';
import type { Facts } from '../host/facts/facts';
import { takeFacts } from '../host/takeFacts';
import { DaemonJsonProblems } from './daemonJsonProblems';
import type { LazyLog } from './lazyLog';

/** What the examiner needs of the window's first part. */
export interface ExaminerParts {
  readonly host: typeof vscode;
  /** The endpoint of the settings, empty ones excepted. */
  readonly dockerHost: () => string | undefined;
  readonly log: Pick<LazyLog, 'info' | 'error'>;
}

/**
 * What looks at the machine without being asked: an open daemon.json, and faults that stand while the engine runs. Built
 * into an output file of its own, which `lateExaminer.ts` loads on first use.
 */
export class Examiner {
  private readonly daemonJson: DaemonJsonProblems;

  constructor(private readonly parts: ExaminerParts) {
    const { host, log } = parts;
    this.daemonJson = new DaemonJsonProblems({ host, log, takeFacts: () => this.facts(), now: Date.now });
  }

  /** The gravest finding of level error; undefined when there is none. */
  async standingError(): Promise<Finding | undefined> {
    const { findings } = diagnose(await this.facts());
    return findings.find(({ severity }) => severity === 'error');
  }

  /** Shows the problems of an open daemon.json until it is closed. */
  followDaemonJson(document: vscode.TextDocument): void {
    this.daemonJson.follow(document);
  }

  /** Without the helper: nobody asked, and each call of sudo is a line in a log. */
  private facts(): Promise<Facts> {
    const setting = this.parts.dockerHost();
    return takeFacts({
      clients: [{ name: 'code-server', env: process.env, homedir: homedir() }],
      ...(setting !== undefined && { setting }),
    });
  }

  dispose(): void {
    this.daemonJson.dispose();
  }
}
