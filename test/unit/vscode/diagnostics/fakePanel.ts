import type { PanelHost } from '../../../../src/vscode/diagnostics/panel';

/** As much of a webview panel as is used, with the page's side of it in the test's hands. */
export function fakePanel() {
  const posted: unknown[] = [];
  const listeners = {
    message: (message: unknown): void => void message,
    disposed: (): void => undefined,
    view: (): void => undefined,
  };
  const panel = {
    visible: true,
    disposed: false,
    webview: {
      html: '',
      cspSource: 'https://editor.test',
      asWebviewUri: (uri: { path: string }) => `https://editor.test${uri.path}`,
      onDidReceiveMessage: (listener: (message: unknown) => void) => {
        listeners.message = listener;
      },
      postMessage: (message: unknown) => {
        posted.push(message);
        return Promise.resolve(true);
      },
    },
    onDidDispose: (listener: () => void) => {
      listeners.disposed = listener;
    },
    onDidChangeViewState: (listener: () => void) => {
      listeners.view = listener;
    },
    reveal: () => undefined,
    dispose: () => {
      panel.disposed = true;
      listeners.disposed();
    },
  };
  const host = {
    window: { createWebviewPanel: (): unknown => panel },
    Uri: { file: (path: string): unknown => ({ path }) },
    ViewColumn: { Active: -1 },
  } as unknown as PanelHost;
  const show = (visible: boolean): void => {
    panel.visible = visible;
    listeners.view();
  };
  return { host, panel, posted, show, says: (message: unknown) => listeners.message(message) };
}
