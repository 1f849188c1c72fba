import * as v from 'valibot';
import type * as vscode from 'vscode';
import type { WebviewRequest, WebviewUpdate } from '../../webview/protocol';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const finding = v.pipe(v.string(), v.maxLength(200));
const Message = v.variant('kind', [
  v.object({ kind: v.literal('ready') }),
  v.object({ kind: v.literal('refresh') }),
  v.object({ kind: v.literal('run-remedy'), finding }),
  v.object({ kind: v.literal('copy-remedy'), finding }),
  v.object({ kind: v.literal('paste-remedy'), finding }),
  v.object({
    kind: v.literal('command'),
    name: v.picklist(['start', 'restart', 'stop', 'verify', 'show-log', 'set-up-helper']),
  }),
  v.object({ kind: v.literal('report'), name: v.picklist(['copy-markdown', 'save-report', 'raw-json']) }),
  v.object({ kind: v.literal('run-checks'), check: v.exactOptional(v.pipe(v.string(), v.maxLength(200))) }),
  v.object({ kind: v.literal('cancel-checks') }),
]) satisfies v.GenericSchema<unknown, WebviewRequest>;

/** A message of the page, or undefined for what is none: the page shows text of others and is not believed blindly. */
export function parseRequest(message: unknown): WebviewRequest | undefined {
  const parsed = v.safeParse(Message, message);
  return parsed.success ? parsed.output : undefined;
}

/** The parts of `vscode` a panel is made of. */
export interface PanelHost {
  readonly window: Pick<typeof vscode.window, 'createWebviewPanel'>;
  readonly Uri: Pick<typeof vscode.Uri, 'file'>;
  readonly ViewColumn: Pick<typeof vscode.ViewColumn, 'Active'>;
}

export interface PanelParts {
  readonly host: PanelHost;
  readonly extensionPath: string;
  readonly onMessage: (message: WebviewRequest) => void;
  readonly onClosed: () => void;
  /** The page did not come up within the deadline; the panel is closed then. */
  readonly onSilent: () => void;
  /** Milliseconds the page has to say that it is ready. */
  readonly deadlineMs: number;
}

/**
 * The document around the page: nothing is loaded but what is named here, and nothing runs that does not bear the nonce or
 * is imported by what does.
 */
export function pageHtml(source: {
  readonly csp: string;
  readonly script: string;
  /** What the script loads when there is a chart to draw. */
  readonly charts: string;
  readonly styles: readonly string[];
  readonly nonce: string;
}): string {
  const { csp, script, charts, styles, nonce } = source;
  const links = styles.map((style) => `<link rel="stylesheet" href="${style}">`);
  const policy = `default-src 'none'; style-src ${csp}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${links.join('\n')}
<title>Docker diagnostics</title>
</head>
<body>
<main>
<div id="page" aria-busy="true">
<h1>Docker diagnostics</h1>
<p>Running checks...</p>
</div>
<p id="said" role="status"></p>
</main>
<script nonce="${nonce}" src="${script}" data-charts="${charts}"></script>
</body>
</html>
`;
}

/** The tab with the page. A hidden page is thrown away by the editor; it says that it is ready again when it is shown. */
export class Panel {
  readonly #parts: PanelParts;
  readonly #panel: vscode.WebviewPanel;
  #deadline: NodeJS.Timeout | undefined;
  #ready = false;
  #closed = false;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    const { host, extensionPath } = parts;
    const [dist, media] = [host.Uri.file(join(extensionPath, 'dist')), host.Uri.file(join(extensionPath, 'media'))];
    this.#panel = host.window.createWebviewPanel(
      'dindStation.diagnostics',
      'Docker diagnostics',
      host.ViewColumn.Active,
      {
        enableScripts: true,
        enableForms: false,
        localResourceRoots: [dist, media],
      },
    );
    const { webview } = this.#panel;
    const uri = (folder: string, name: string): string =>
      webview.asWebviewUri(host.Uri.file(join(extensionPath, folder, name))).toString();
    webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    this.#panel.onDidDispose(() => this.#end());
    this.#panel.onDidChangeViewState(() => {
      // A page behind another tab is not there; it is loaded anew when it is shown, and has its time again.
      if (!this.#panel.visible) this.#await(false);
      else if (!this.#ready) this.#await(true);
    });
    webview.html = pageHtml({
      csp: webview.cspSource,
      script: uri('dist', 'webview.js'),
      charts: uri('dist', 'charts.js'),
      styles: [
        uri('dist', 'charts.css'),
        ...['diagnostics.css', 'cgroups.css', 'limits.css', 'log.css'].map((name) => uri('media', name)),
      ],
      nonce: randomBytes(16).toString('base64'),
    });
    this.#await(true);
  }

  /** Whether somebody sees it, so that it is worth reading facts for. */
  get visible(): boolean {
    return !this.#closed && this.#panel.visible;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Nothing is sent to a page that is not there: it asks for everything when it comes up. */
  post(message: WebviewUpdate): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the editor's own, which knows its target
    if (this.#ready && !this.#closed) void this.#panel.webview.postMessage(message);
  }

  dispose(): void {
    if (!this.#closed) this.#panel.dispose();
  }

  #receive(message: unknown): void {
    const parsed = parseRequest(message);
    if (parsed === undefined || this.#closed) return;
    if (parsed.kind === 'ready') {
      this.#ready = true;
      clearTimeout(this.#deadline);
    }
    this.#parts.onMessage(parsed);
  }

  /** Begins to wait for the page to say that it is ready, or leaves off. */
  #await(waiting: boolean): void {
    this.#ready = false;
    clearTimeout(this.#deadline);
    if (!waiting) return;
    this.#deadline = setTimeout(() => {
      this.#panel.dispose();
      this.#parts.onSilent();
    }, this.#parts.deadlineMs);
  }

  #end(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#parts.onClosed();
  }
}
