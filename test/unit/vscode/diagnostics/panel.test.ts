import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import { pageHtml, Panel, type PanelHost, type PanelParts } from '../../../../src/vscode/diagnostics/panel';
import { fakePanel } from './fakePanel';

function partsOf(host: PanelHost, more: Partial<PanelParts> = {}): PanelParts {
  const nothing = (): void => undefined;
  return {
    host,
    extensionPath: '/ext',
    onMessage: nothing,
    onClosed: nothing,
    onSilent: nothing,
    deadlineMs: 1000,
    ...more,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the document around the page', () => {
  const html = pageHtml({
    csp: 'https://e.test',
    script: 'https://e.test/s.js',
    charts: 'https://e.test/c.js',
    styles: ['https://e.test/c.css', 'https://e.test/s.css'],
    nonce: 'N',
  });

  test('lets one script run and no other, and loads nothing from elsewhere', () => {
    expect(html).toContain(
      `content="default-src 'none'; style-src https://e.test; script-src 'nonce-N'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html.match(/<script/gu)).toHaveLength(1);
    expect(html.match(/<link/gu)).toHaveLength(2);
    // Late, and only by the script that bears the nonce.
    expect(html).toContain('data-charts="https://e.test/c.js"');
    expect(html).not.toMatch(/unsafe|style="|<style|\son\w+=/u);
  });

  test('loads files that are there or are built, and are packed', () => {
    const { host, panel } = fakePanel();
    new Panel(partsOf(host)).dispose();
    const root = join(__dirname, '../../../..');
    const packed = readFileSync(join(root, '.vscodeignore'), 'utf8').split('\n');
    const loaded = [...panel.webview.html.matchAll(/https:\/\/editor\.test\/ext\/([^"]+)"/gu)].map(
      ([, path]) => path ?? '',
    );
    expect(loaded.length).toBeGreaterThan(5);
    for (const path of loaded) {
      expect(packed).toContain(`!${path}`);
      if (path.startsWith('media/')) expect(existsSync(join(root, path)), path).toBe(true);
    }
  });

  test('has a nonce of its own each time', () => {
    const nonces = [fakePanel(), fakePanel()].map(({ host, panel }) => {
      const made = new Panel(partsOf(host));
      made.dispose();
      return /nonce-([^']+)/u.exec(panel.webview.html)?.[1];
    });
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/u);
    expect(nonces[0]).not.toBe(nonces[1]);
  });
});

describe('the handshake', () => {
  test('holds messages back until the page is ready, and again after it was hidden', () => {
    const { host, posted, show, says } = fakePanel();
    const panel = new Panel(partsOf(host));
    panel.post({ kind: 'said', text: 'too early' });
    says({ kind: 'ready' });
    panel.post({ kind: 'said', text: 'heard' });
    show(false);
    panel.post({ kind: 'said', text: 'nobody there' });
    show(true);
    says({ kind: 'ready' });
    panel.post({ kind: 'said', text: 'heard again' });
    expect(posted).toEqual([
      { kind: 'said', text: 'heard' },
      { kind: 'said', text: 'heard again' },
    ]);
    panel.dispose();
  });

  test('takes what is a message and nothing else', () => {
    const { host, says } = fakePanel();
    const onMessage = vi.fn();
    const panel = new Panel(partsOf(host, { onMessage }));
    for (const message of [
      undefined,
      'ready',
      { kind: 'run-remedy' },
      { kind: 'run-remedy', finding: 7 },
      { kind: 'run-remedy', finding: 'x'.repeat(201) },
      { kind: 'command', name: 'rm' },
      { kind: 'report', name: '../x' },
      { kind: 'run-checks', check: 7 },
      { kind: 'run-checks', check: 'x'.repeat(201) },
      { kind: 'cancel' },
    ]) {
      says(message);
    }
    expect(onMessage).not.toHaveBeenCalled();
    says({ kind: 'run-remedy', finding: 'storage.full', more: 1 });
    expect(onMessage).toHaveBeenCalledExactlyOnceWith({ kind: 'run-remedy', finding: 'storage.full' });
    panel.dispose();
  });
});

describe('a page that does not come up', () => {
  test('is closed at the deadline and told of, once', () => {
    const { host, panel } = fakePanel();
    const [onSilent, onClosed] = [vi.fn(), vi.fn()];
    const made = new Panel(partsOf(host, { onSilent, onClosed }));
    vi.advanceTimersByTime(999);
    expect(onSilent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect([onSilent.mock.calls.length, onClosed.mock.calls.length, panel.disposed]).toEqual([1, 1, true]);
    expect(made.visible).toBe(false);
  });

  test('is not one that is ready, was closed, or is behind another tab', () => {
    const onSilent = vi.fn();
    const [ready, closed, hidden] = [fakePanel(), fakePanel(), fakePanel()];
    const panels = [ready, closed, hidden].map(({ host }) => new Panel(partsOf(host, { onSilent })));
    ready.says({ kind: 'ready' });
    panels[1]?.dispose();
    hidden.show(false);
    vi.advanceTimersByTime(10_000);
    expect(onSilent).not.toHaveBeenCalled();
    // Shown again, it has its time again.
    hidden.show(true);
    vi.advanceTimersByTime(1000);
    expect(onSilent).toHaveBeenCalledOnce();
    panels[0]?.dispose();
  });
});
