import { afterEach, beforeAll, beforeEach, describe, expect, vi, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import type { Facts } from '../../../../src/host/facts/facts';
import {
  Diagnostics,
  type DiagnosticsHost,
  type DiagnosticsParts,
} from '../../../../src/vscode/diagnostics/diagnostics';
import { noRunYet } from '../../../../src/vscode/limits/status';
import type { WebviewUpdate } from '../../../../src/webview/protocol';
import { FakeEditor } from '../../../mocks/editor';
import { stateOf, verdictOf } from '../states';
import { fakePanel } from './fakePanel';
import { canPaste } from '../../../../src/vscode/diagnostics/terminalPaste';
import { down, healthyFacts as factsOfDaemon } from '../../diagnosis/healthy';
import { healthyFacts } from './pageInputs';
import { shownOf } from './proven';

let facts: Facts;

beforeAll(async () => {
  facts = await healthyFacts();
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function stage(more: Partial<DiagnosticsParts> = {}) {
  const editor = new FakeEditor();
  const fake = fakePanel();
  const documents: { readonly text: string; readonly name: string }[] = [];
  let provide: (uri: { path: string }) => string = () => '';
  const host = {
    ...editor.api,
    ...fake.host,
    window: {
      ...editor.api.window,
      ...fake.host.window,
      showTextDocument: () => Promise.resolve(undefined),
    },
    workspace: {
      registerTextDocumentContentProvider: (_: string, provider: { provideTextDocumentContent: typeof provide }) => {
        provide = provider.provideTextDocumentContent;
        return { dispose: () => undefined };
      },
      openTextDocument: (what: { path: string } | { content: string }) => {
        const made =
          'content' in what
            ? { name: '', text: what.content }
            : { name: what.path, text: provide({ path: what.path }) };
        documents.push(made);
        return Promise.resolve(made);
      },
    },
    Uri: { ...fake.host.Uri, from: (parts: { path: string }) => parts },
    EventEmitter: class {
      readonly event = () => undefined;
      fire = () => undefined;
      dispose = () => undefined;
    },
  } as unknown as DiagnosticsHost;
  const takeFacts = vi.fn(() => Promise.resolve(facts));
  const nothing = (): Promise<undefined> => Promise.resolve(undefined);
  const log = { info: vi.fn(), error: vi.fn() };
  const limits = { status: () => Promise.resolve(noRunYet), prove: vi.fn(nothing), cancel: vi.fn() };
  const diagnostics = new Diagnostics({
    host,
    extensionPath: '/ext',
    log,
    state: () => stateOf('running'),
    words: () => ({ headline: 'Docker is running', explanation: '', nextSteps: [] }),
    verdict: () => verdictOf(),
    onDiagnosis: () => undefined,
    takeFacts,
    diagnose,
    commands: {
      start: nothing,
      restart: nothing,
      stop: nothing,
      verify: nothing,
      'show-log': nothing,
      'set-up-helper': nothing,
    },
    apply: () => Promise.reject(new Error('not asked for')),
    limits,
    formatTime: String,
    deadlineMs: 1000,
    ...more,
  });
  const sent = (kind: WebviewUpdate['kind']): readonly WebviewUpdate[] =>
    (fake.posted as WebviewUpdate[]).filter((message) => message.kind === kind);
  return { ...fake, editor, diagnostics, documents, takeFacts, log, limits, sent };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(10);

describe('the page', () => {
  test('gets what was read while the browser made it, when it is ready', async () => {
    const { diagnostics, says, sent, takeFacts } = stage();
    diagnostics.show();
    await settle();
    expect([takeFacts.mock.calls.length, sent('page').length]).toEqual([1, 0]);
    says({ kind: 'ready' });
    expect(sent('page')).toMatchObject([{ page: { banner: { headline: 'Docker is running' } } }]);
    diagnostics.dispose();
  });

  test('follows the daemon at a pace, and only while somebody sees it', async () => {
    const { diagnostics, says, show, takeFacts } = stage();
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    const before = takeFacts.mock.calls.length;
    for (let i = 0; i < 20; i += 1) diagnostics.observe();
    await vi.advanceTimersByTimeAsync(3000);
    expect(takeFacts.mock.calls.length).toBe(before + 1);
    show(false);
    diagnostics.observe();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(takeFacts.mock.calls.length).toBe(before + 1);
    diagnostics.dispose();
  });

  test('reads at once when it is asked to', async () => {
    const { diagnostics, says, takeFacts } = stage();
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    const before = takeFacts.mock.calls.length;
    says({ kind: 'refresh' });
    await settle();
    expect(takeFacts.mock.calls.length).toBeGreaterThan(before);
    diagnostics.dispose();
  });

  test('tells the states this window saw', async () => {
    let state = stateOf('running');
    const { diagnostics, says, sent } = stage({ state: () => state });
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    state = stateOf('failed', 'crashed', { since: state.since + 1000 });
    diagnostics.observe();
    diagnostics.observe();
    expect(sent('page').at(-1)).toMatchObject({ page: { history: [{ at: String(state.since) }, {}] } });
    diagnostics.dispose();
  });
});

describe('the checks of limits', () => {
  test('are told of when the page is ready, and whenever a run of anybody tells something', async () => {
    const { diagnostics, says, sent } = stage();
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    expect(sent('limits').at(-1)).toMatchObject({ limits: { sum: '', checks: [] } });
    diagnostics.observeLimits({ ...noRunYet, results: [shownOf('cpu.quota')] });
    expect(sent('limits').at(-1)).toMatchObject({ limits: { sum: '1 enforced.', checks: [{ id: 'cpu.quota' }] } });
    diagnostics.dispose();
  });

  test('are run and cancelled by the page, all or one', async () => {
    const { diagnostics, limits, says } = stage();
    diagnostics.show();
    says({ kind: 'ready' });
    says({ kind: 'run-checks' });
    says({ kind: 'run-checks', check: 'cpu.quota' });
    says({ kind: 'cancel-checks' });
    await settle();
    expect(limits.prove.mock.calls).toEqual([[undefined], ['cpu.quota']]);
    expect(limits.cancel).toHaveBeenCalledOnce();
    diagnostics.dispose();
  });

  test('are in every report once there are any', async () => {
    const { diagnostics, documents, editor, says } = stage();
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    diagnostics.observeLimits({ ...noRunYet, results: [shownOf('cpu.quota')] });
    for (const name of ['copy-markdown', 'save-report', 'raw-json']) says({ kind: 'report', name });
    await settle();
    expect(editor.copied[0]).toMatch(/\n## Limits\n- \*\*enforced: CPU time, one thread\*\*/u);
    expect(documents[0]?.text).toMatch(/\n## Limits\n\n- \*\*enforced: CPU time, one thread\*\*/u);
    expect(JSON.parse(documents[1]?.text ?? '')).toMatchObject({ limits: [{ result: { id: 'cpu.quota' } }] });
    diagnostics.dispose();
  });
});

describe('reports', () => {
  test('are copied, opened to be saved, and opened as JSON', async () => {
    const { diagnostics, documents, editor, says, sent } = stage();
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    for (const name of ['copy-markdown', 'save-report', 'raw-json']) says({ kind: 'report', name });
    await settle();
    expect(editor.copied[0]).toContain('# Docker diagnosis');
    expect(sent('said')).toContainEqual({ kind: 'said', text: 'The diagnosis is on the clipboard.' });
    expect(documents.map(({ name }) => name)).toEqual(['', '/Docker diagnostics.json']);
    expect(documents[0]?.text).toContain('## Control groups');
    expect(JSON.parse(documents[1]?.text ?? '')).toHaveProperty('diagnosis.schema', 1);
    diagnostics.dispose();
  });

  test('are a document where the page does not come up, with the reason first; sooner the second time', async () => {
    const { diagnostics, documents, panel } = stage();
    diagnostics.show();
    await vi.advanceTimersByTimeAsync(1100);
    expect(panel.disposed).toBe(true);
    expect(documents.map(({ name }) => name)).toEqual(['/Docker diagnostics.md']);
    expect(documents[0]?.text).toMatch(/^The browser does not let the editor show its page here: that takes https/u);
    expect(documents[0]?.text).toContain('# Docker diagnosis');
    diagnostics.show();
    await vi.advanceTimersByTimeAsync(300);
    expect(documents).toHaveLength(2);
    diagnostics.dispose();
  });
});

describe('the command of a remedy', () => {
  test('is typed into a terminal and not run', async () => {
    const { diagnostics, editor, says, sent } = stage({ takeFacts: () => Promise.resolve(factsOfDaemon(down)) });
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    says({ kind: 'paste-remedy', finding: 'socket.socket-absent' });
    says({ kind: 'paste-remedy', finding: 'socket.of-nobody' });
    expect(editor.terminals.map(({ typed }) => typed)).toEqual([['dind-station start']]);
    expect(sent('said')).toContainEqual({ kind: 'said', text: 'The command is in the terminal; Enter runs it.' });
    diagnostics.dispose();
  });

  test.each([
    ['is for whoever starts this container', { command: 'docker run', outside: true as const }],
    ['would run before anybody read it', { command: 'ls\nreboot' }],
    ['would act on the terminal', { command: 'ls \u001b[2K' }],
    ['reads as another', { command: 'ls \u202e' }],
    ['has a part to fill in', { command: 'docker run --cap-add NET_ADMIN ...' }],
    ['is none', { command: '' }],
  ])('is not, when it %s', (_, remedy) => {
    expect(canPaste(remedy)).toBe(false);
    expect(canPaste({ command: 'ls' })).toBe(true);
  });
});

describe('a failure behind the page', () => {
  test('is said there and logged', async () => {
    const show = (): Promise<undefined> => Promise.reject(new Error('no channel'));
    const nothing = (): Promise<undefined> => Promise.resolve(undefined);
    const commands = {
      start: nothing,
      restart: nothing,
      stop: nothing,
      verify: nothing,
      'show-log': show,
      'set-up-helper': nothing,
    };
    const { diagnostics, says, sent, log } = stage({ commands });
    diagnostics.show();
    says({ kind: 'ready' });
    await settle();
    says({ kind: 'command', name: 'show-log' });
    await settle();
    expect(sent('said')).toEqual([{ kind: 'said', text: 'The command failed: no channel' }]);
    expect(log.error).toHaveBeenCalledWith('Diagnostics, the command: no channel');
    diagnostics.dispose();
  });
});
