import type * as vscode from 'vscode';
import { budgetOf, budgetWords } from '../../limits/budget';
import { comparisons, historyPath, keepReport, listeningSince } from '../../limits/history';
import type { LimitCheck } from '../../limits/limitCheck';
import { limitsReport } from '../../report/limitsModel';
import type { LimitsEvent, LimitsRunResult, LimitCheckResult } from '../../limits/runResult';
import { runChecks } from '../../limits/run';
import type { EngineState } from '../../engine/state';
import { isUsable } from '../../engine/stateTable';
import { notify, type NotificationHost } from '../notify';
import type { EngineNoticeParts } from '../engineNotices';
import { eventLines, reportLines, terminalLine } from './outputLines';
import { treeRows, checksOf, type CheckRow } from './tree';
import { begun, concluded, ended, eventSeen, noRunYet, refused, type LimitsStatus } from './status';
import { testOutcome } from './testOutcome';
import type { EngineSession } from '../engineSession';

/** Of the same output: it is made of what containers are made with. */
export { tryContainersAt } from '../../app/containerTrial';

/** The parts of `vscode` a run of checks needs. */
export interface LimitsHost extends NotificationHost {
  readonly TestMessage: typeof vscode.TestMessage;
}

export interface LimitsParts {
  readonly host: LimitsHost;
  readonly engine: Pick<EngineSession, 'endpoint' | 'refresh'>;
  /** An image that the engine has, instead of one that is put together. */
  readonly image: () => string | undefined;
  /** The words and the buttons for a state. */
  readonly wording: EngineNoticeParts['wording'];
  readonly log: { info(message: string): void; error(message: string): void };
  /** What the window knows of its checks is other than before. */
  readonly onStatus: (status: LimitsStatus) => void;
}

/**
 * The checks of resource limits as tests: the tree, and what runs it. Built into an output file of its own, which
 * `lazyLimits.ts` loads when the Test Explorer is opened or a check is to be run.
 */
export class Limits {
  readonly #controller: vscode.TestController;
  readonly #parts: LimitsParts;
  readonly #items = new Map<string, vscode.TestItem>();
  readonly #closing = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #known = noRunYet;
  /** Of the run that is under way. */
  #cancelling: AbortController | undefined;

  constructor(controller: vscode.TestController, parts: LimitsParts) {
    this.#controller = controller;
    this.#parts = parts;
    let place = 0;
    const itemOf = ({ id, label }: CheckRow) => {
      const item = controller.createTestItem(id, label);
      // The catalogue's order, not the alphabet's.
      item.sortText = String((place += 1)).padStart(3, '0');
      return item;
    };
    controller.items.replace(
      treeRows().map((area) => {
        const parent = itemOf(area);
        for (const row of area.checks) {
          const item = itemOf(row);
          parent.children.add(item);
          this.#items.set(row.id, item);
        }
        return parent;
      }),
    );
  }

  /** Runs what a request means. Runs wait for each other: side by side they would disturb what the other measures. */
  async prove(request: vscode.TestRunRequest): Promise<void> {
    const ids = (items: readonly vscode.TestItem[] | undefined) => items?.map(({ id }) => id);
    const checks = checksOf(ids(request.include), ids(request.exclude) ?? []);
    const run = this.#controller.createTestRun(request);
    for (const { id } of checks) run.enqueued(this.item(id));
    const mine = this.#last.then(() => this.#run(run, checks)).finally(() => run.end());
    // Whoever asked for it is told of its failure; the next one only waits for its end.
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  get status(): LimitsStatus {
    return this.#known;
  }

  /** Ends the run that is under way, if any; it removes its containers. */
  cancel(): void {
    this.#cancelling?.abort();
  }

  /** Ends a run that is under way, and the ones that wait for it; resolves when its containers are removed. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  #become(status: LimitsStatus): void {
    this.#known = status;
    this.#parts.onStatus(status);
  }

  /** The row of a check. Throws for an id that the tree has not. */
  item(id: string): vscode.TestItem {
    const item = this.#items.get(id);
    if (item === undefined) throw new Error(`the tree has no check ${id}`);
    return item;
  }

  async #run(run: vscode.TestRun, checks: readonly LimitCheck[]): Promise<void> {
    const cancelled = new AbortController();
    const cancelling = run.token.onCancellationRequested(() => cancelled.abort());
    if (run.token.isCancellationRequested) cancelled.abort();
    const signal = AbortSignal.any([cancelled.signal, this.#closing.signal]);
    try {
      if (signal.aborted) return;
      this.#cancelling = cancelled;
      this.#become(begun(this.#known, checks));
      const say = (text: string, item?: vscode.TestItem): void => run.appendOutput(terminalLine(text), undefined, item);
      say(`${checks.length === 1 ? '1 check' : `${String(checks.length)} checks`}: ${budgetWords(budgetOf(checks))}`);
      const state = await this.#parts.engine.refresh();
      const { endpoint } = this.#parts.engine;
      if (endpoint === undefined || !isUsable(state)) {
        await this.#refuse(run, checks, state);
        return;
      }
      const onEvent = (event: LimitsEvent): void => this.#show(run, event, signal.aborted, say);
      const report = await runChecks({ endpoint, checks, image: this.#parts.image(), signal, onEvent });
      await this.#conclude(report, await listeningSince(endpoint), say);
    } finally {
      cancelling.dispose();
      this.#cancelling = undefined;
      if (this.#known.running !== undefined) this.#become(ended(this.#known));
    }
  }

  #show(
    run: vscode.TestRun,
    event: LimitsEvent,
    cancelled: boolean,
    say: (text: string, item?: vscode.TestItem) => void,
  ): void {
    const id = event.event === 'judged' ? event.result.id : 'check' in event ? event.check : undefined;
    const item = id === undefined ? undefined : this.item(id);
    for (const line of eventLines(event)) say(line, item);
    // What a cancel cut off takes no earlier result away.
    const cutOff = cancelled && event.event === 'judged' && event.result.verdict === 'error';
    if (event.event !== 'sample' && !cutOff) this.#become(eventSeen(this.#known, event, new Date().toISOString()));
    if (item === undefined) return;
    if (event.event === 'started' && event.attempt === 1) run.started(item);
    if (event.event === 'judged') this.#tell(run, item, event.result, cancelled);
  }

  #tell(run: vscode.TestRun, item: vscode.TestItem, result: LimitCheckResult, cancelled: boolean): void {
    const { TestMessage } = this.#parts.host;
    const outcome = testOutcome(result, cancelled);
    switch (outcome.kind) {
      case 'passed':
        run.passed(item, result.ms);
        return;
      case 'skipped':
        run.skipped(item);
        return;
      case 'failed':
        run.failed(item, TestMessage.diff(outcome.message, outcome.expected, outcome.actual), result.ms);
        return;
      case 'errored':
        run.errored(item, new TestMessage(outcome.message), result.ms);
        return;
    }
  }

  /** Keeps the results beside those of the command line, and says what is different from before. */
  async #conclude(report: LimitsRunResult, since: string | undefined, say: (text: string) => void): Promise<void> {
    const kept = await keepReport(historyPath(process.env), report, since);
    if (!kept.ok) say(kept.message);
    const compared = comparisons(kept.before, report, since);
    for (const line of reportLines(limitsReport(report, compared))) say(line);
    this.#become(concluded(this.#known, report, compared));
  }

  /** Without an engine nothing is proven: each test says so, and a notification has the buttons that help. */
  async #refuse(run: vscode.TestRun, checks: readonly LimitCheck[], state: EngineState): Promise<void> {
    const { host, log, wording } = this.#parts;
    const { message, buttons } = await wording(state);
    const text = `${message} No limit was verified: run it again when Docker is running.`;
    run.appendOutput(terminalLine(text));
    this.#become(refused(this.#known, text));
    for (const { id } of checks) run.errored(this.item(id), new host.TestMessage(text));
    // The run ends now, not when somebody answers.
    notify(host, 'error', text, buttons).catch((error: unknown) =>
      log.error(`refusal of limit checks: ${String(error)}`),
    );
  }
}
