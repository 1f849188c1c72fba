import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import { daemonJsonProblems } from '../../../src/diagnosis/daemonJsonProblems';
import type { Facts } from '../../../src/host/facts/facts';
import { DaemonJsonProblems, type ProblemsHost } from '../../../src/vscode/daemonJsonProblems';
import { DaemonJsonWatch, isDaemonJson } from '../../../src/vscode/daemonJsonWatch';
import { healthyFacts } from '../diagnosis/healthy';

const path = '/etc/docker/daemon.json';

type TextDocument = Parameters<DaemonJsonProblems['follow']>[0];

class FakeDocument {
  text: string;
  readonly uri: { readonly scheme: string; readonly path: string; readonly fsPath: string };
  isClosed = false;

  constructor(text: string, uri: { readonly scheme: string; readonly path: string; readonly fsPath: string }) {
    this.text = text;
    this.uri = uri;
  }
  getText(): string {
    return this.text;
  }
  positionAt(offset: number): number {
    return offset;
  }
}

function documentAt(at: string, text = '{}', scheme = 'file') {
  return new FakeDocument(text, { scheme, path: at, fsPath: at }) as FakeDocument & TextDocument;
}

/** The events of documents and the Problems view, kept in memory. */
function bench() {
  const listeners = new Map<string, (value: unknown) => void>();
  const on = (name: string) => (listener: (value: never) => void) => {
    listeners.set(name, listener as (value: unknown) => void);
    return { dispose: () => listeners.delete(name) };
  };
  const shown = new Map<unknown, readonly { message: string; severity: number; source: string; code: string }[]>();
  const host = {
    languages: {
      createDiagnosticCollection: () => ({
        set: shown.set.bind(shown),
        delete: shown.delete.bind(shown),
        dispose: () => shown.clear(),
      }),
    },
    workspace: {
      onDidChangeTextDocument: on('change'),
      onDidSaveTextDocument: on('save'),
      onDidCloseTextDocument: on('close'),
    },
    Diagnostic: class {
      readonly range: unknown;
      readonly message: string;
      readonly severity: number;
      constructor(range: unknown, message: string, severity: number) {
        this.range = range;
        this.message = message;
        this.severity = severity;
      }
    },
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2 },
    Range: class {
      readonly start: unknown;
      readonly end: unknown;
      constructor(start: unknown, end: unknown) {
        this.start = start;
        this.end = end;
      }
    },
  } as unknown as ProblemsHost;
  const knobs = { taken: 0, facts: (): Promise<Facts> => Promise.resolve(machine()) };
  const errors: string[] = [];
  const problems = new DaemonJsonProblems({
    host,
    judge: daemonJsonProblems,
    takeFacts: () => {
      knobs.taken += 1;
      return knobs.facts();
    },
    now: () => Date.now(),
    log: { error: (message) => errors.push(message) },
  });
  const fire = (name: string, value: unknown) => listeners.get(name)?.(value);
  const type = (document: FakeDocument, text: string) => {
    document.text = text;
    fire('change', { document });
  };
  return { problems, shown, fire, type, knobs, errors, listeners };
}

function machine(): Facts {
  return healthyFacts((facts) => {
    facts.daemonConfig.value.file = { state: 'absent', path };
  });
}

describe('DaemonJsonProblems', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('shows what is wrong with a document that is opened', async () => {
    const { problems, shown } = bench();
    const document = documentAt(path, '{"storage-drvier": "x"}');
    problems.follow(document);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.get(document.uri)).toMatchObject([
      { source: 'Docker', code: 'daemon.daemon-json-unknown-key', severity: 1, range: { start: 1, end: 17 } },
    ]);
  });

  test('judges once per pause in typing, with the facts it has', async () => {
    const { problems, shown, type, knobs } = bench();
    const document = documentAt(path);
    problems.follow(document);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.get(document.uri)).toEqual([]);
    type(document, '{"x"');
    await vi.advanceTimersByTimeAsync(200);
    type(document, '{"x": 1}');
    await vi.advanceTimersByTimeAsync(200);
    expect(shown.get(document.uri)).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(shown.get(document.uri)).toMatchObject([{ code: 'daemon.daemon-json-unknown-key' }]);
    expect(knobs.taken).toBe(1);
    await vi.advanceTimersByTimeAsync(30_000);
    type(document, '{}');
    await vi.advanceTimersByTimeAsync(300);
    expect(shown.get(document.uri)).toEqual([]);
    expect(knobs.taken).toBe(2);
  });

  test('takes new facts after saving', async () => {
    const { problems, fire, knobs } = bench();
    const document = documentAt(path);
    problems.follow(document);
    await vi.advanceTimersByTimeAsync(0);
    fire('save', document);
    fire('save', documentAt('/elsewhere.txt'));
    await vi.advanceTimersByTimeAsync(0);
    expect(knobs.taken).toBe(2);
  });

  test('leaves nothing of a document that is closed, even while facts are taken', async () => {
    const { problems, shown, fire, knobs } = bench();
    const open = documentAt(path, '{"x": 1}');
    problems.follow(open);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.size).toBe(1);
    fire('close', open);
    expect(shown.size).toBe(0);

    let answer: (facts: Facts) => void = () => undefined;
    knobs.facts = () => new Promise((resolve) => (answer = resolve));
    await vi.advanceTimersByTimeAsync(31_000);
    problems.follow(open);
    await vi.advanceTimersByTimeAsync(0);
    fire('close', open);
    answer(machine());
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.size).toBe(0);
  });

  test('looks at no other document', async () => {
    const { type, knobs, shown } = bench();
    type(documentAt(path), '{"x": 1}');
    await vi.advanceTimersByTimeAsync(1000);
    expect([knobs.taken, shown.size]).toEqual([0, 0]);
  });

  test('tells in the log when it cannot look, and looks again', async () => {
    const { problems, knobs, errors, type, shown } = bench();
    knobs.facts = () => Promise.reject(new Error('no facts'));
    const document = documentAt(path);
    problems.follow(document);
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toEqual([`${path} cannot be checked: Error: no facts`]);
    knobs.facts = () => Promise.resolve(machine());
    type(document, '{"x": 1}');
    await vi.advanceTimersByTimeAsync(300);
    expect(shown.get(document.uri)).toHaveLength(1);
  });

  test('ends with the window', async () => {
    const { problems, listeners, shown } = bench();
    problems.follow(documentAt(path));
    problems.dispose();
    await vi.advanceTimersByTimeAsync(1000);
    expect([listeners.size, shown.size]).toEqual([0, 0]);
  });
});

describe('DaemonJsonWatch', () => {
  test.each([
    [path, 'file', true],
    ['/home/coder/.config/docker/daemon.json', 'file', true],
    ['/work/docker/daemon.json', 'file', true],
    ['/etc/docker/config.json', 'file', false],
    ['/work/mydocker/daemon.json', 'file', false],
    [path, 'git', false],
  ])('%s (%s): %s', (at, scheme, expected) => {
    expect(isDaemonJson(documentAt(at, '{}', scheme))).toBe(expected);
  });

  test('follows what is open and what is opened, and asks for nothing else', async () => {
    const followed: unknown[] = [];
    let open: (document: TextDocument) => void = () => undefined;
    const first = documentAt(path);
    const host = {
      workspace: {
        textDocuments: [first, documentAt('/a.json')],
        onDidOpenTextDocument: (listener: (document: TextDocument) => void) => {
          open = listener;
          return { dispose: () => (open = () => undefined) };
        },
      },
    };
    const errors: string[] = [];
    const follow = (document: TextDocument) => {
      followed.push(document);
      return Promise.reject(new Error('not there'));
    };
    const watch = new DaemonJsonWatch(host, follow, { error: (message) => errors.push(message) });
    const second = documentAt('/x/docker/daemon.json');
    open(second);
    open(documentAt('/b.json'));
    expect(followed).toEqual([first, second]);
    await Promise.resolve();
    expect(errors[0]).toBe(`${path} cannot be checked: Error: not there`);
    watch.dispose();
    open(first);
    expect(followed).toHaveLength(2);
  });
});
