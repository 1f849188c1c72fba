// oxlint-disable-next-line no-restricted-imports -- types only: this stands in for the editor
import type * as vscode from 'vscode';

/** What a run told the Test Explorer, in order. */
export class FakeRun {
  readonly request: unknown;
  readonly told: {
    readonly id: string;
    readonly what: string;
    readonly message?: FakeMessage;
    readonly ms?: number;
  }[] = [];
  output = '';

  constructor(request: unknown) {
    this.request = request;
  }

  ended = false;
  readonly #listeners = new Set<() => void>();
  readonly token = {
    isCancellationRequested: false,
    onCancellationRequested: (listener: () => void) => {
      this.#listeners.add(listener);
      return { dispose: () => this.#listeners.delete(listener) };
    },
  };

  cancel(): void {
    this.token.isCancellationRequested = true;
    for (const listener of this.#listeners) listener();
  }

  /** How many wait to be told of a cancel. */
  get listening(): number {
    return this.#listeners.size;
  }

  /** The last that was told of each test. */
  get outcomes(): Record<string, string> {
    return Object.fromEntries(this.told.map(({ id, what }) => [id, what]));
  }

  readonly enqueued = ({ id }: vscode.TestItem): unknown => this.told.push({ id, what: 'enqueued' });
  readonly started = ({ id }: vscode.TestItem): unknown => this.told.push({ id, what: 'started' });
  readonly skipped = ({ id }: vscode.TestItem): unknown => this.told.push({ id, what: 'skipped' });
  readonly passed = ({ id }: vscode.TestItem, ms: number): unknown => this.told.push({ id, what: 'passed', ms });
  readonly failed = ({ id }: vscode.TestItem, message: FakeMessage, ms: number): unknown =>
    this.told.push({ id, what: 'failed', message, ms });
  readonly errored = ({ id }: vscode.TestItem, message: FakeMessage, ms: number): unknown =>
    this.told.push({ id, what: 'errored', message, ms });
  readonly appendOutput = (text: string): void => {
    this.output += text;
  };
  readonly end = (): void => {
    this.ended = true;
  };
}

export class FakeMessage {
  readonly message: string;
  expectedOutput: string | undefined;
  actualOutput: string | undefined;

  constructor(message: string) {
    this.message = message;
  }

  static diff(message: string, expected: string, actual: string): FakeMessage {
    return Object.assign(new FakeMessage(message), { expectedOutput: expected, actualOutput: actual });
  }
}

class FakeItems extends Map<string, FakeItem> {
  replace(items: readonly FakeItem[]): void {
    this.clear();
    for (const item of items) this.add(item);
  }
  add(item: FakeItem): void {
    this.set(item.id, item);
  }
}

export class FakeItem {
  readonly id: string;
  readonly label: string;
  readonly children = new FakeItems();
  description: string | undefined;
  sortText: string | undefined;

  constructor(id: string, label: string) {
    this.id = id;
    this.label = label;
  }
}

type Run = (request: {
  readonly include?: readonly FakeItem[];
  readonly exclude?: readonly FakeItem[];
}) => Promise<void>;

/** As much of the editor's testing API as the proofs touch. */
export class FakeTesting {
  readonly items = new FakeItems();
  readonly runs: FakeRun[] = [];
  resolveHandler: ((item: unknown) => Promise<void>) | undefined;
  run: Run = () => Promise.reject(new Error('there is no run profile'));
  disposed = false;

  /** The parts of `vscode` beside those of `FakeEditor`. */
  get api(): Pick<typeof vscode, 'tests' | 'TestMessage' | 'TestRunProfileKind' | 'TestRunRequest'> {
    return {
      tests: { createTestController: () => this },
      TestMessage: FakeMessage,
      TestRunProfileKind: { Run: 1 },
      TestRunRequest: class {
        readonly include: unknown;
        readonly exclude: unknown;
        readonly profile: unknown;
        readonly continuous: unknown;
        readonly preserveFocus: unknown;
        constructor(include: unknown, exclude: unknown, profile: unknown, continuous: unknown, preserveFocus: unknown) {
          this.include = include;
          this.exclude = exclude;
          this.profile = profile;
          this.continuous = continuous;
          this.preserveFocus = preserveFocus;
        }
      },
    } as unknown as typeof vscode;
  }

  createTestItem(id: string, label: string): FakeItem {
    return new FakeItem(id, label);
  }
  createRunProfile(_label: string, _kind: number, run: Run): object {
    this.run = run;
    return {};
  }
  createTestRun(request: unknown): FakeRun {
    const run = new FakeRun(request);
    this.runs.push(run);
    return run;
  }
  dispose(): void {
    this.disposed = true;
  }
}
