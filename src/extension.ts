import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { clientFiles } from './engine/dockerConfig';
import { resolveEndpoint } from './engine/endpoint';
import { EngineMonitor } from './engine/monitor';
import type { EngineState } from './engine/state';
import { readSocketMount } from './host/socketPath';
import { commandIds } from './vscode/commandIds';
import { registerCommands } from './vscode/commands';
import { contextFor, ContextWriter } from './vscode/contextKeys';
import { keeperOf, stateFileOf } from './app/managedDaemon';
import { DaemonJsonWatch } from './vscode/daemonJsonWatch';
import { EngineNotices } from './vscode/engineNotices';
import { Flash, Indicator } from './vscode/statusBar';
import { LazyActions, loadActions } from './vscode/lazyActions';
import { LazyBackgroundDiagnosis, loadBackgroundDiagnosis } from './vscode/lazyBackgroundDiagnosis';
import { LateLog } from './vscode/lazyLog';
import { LimitTests, loadLimits } from './vscode/limits/lazyLimits';
import { LiveEngine } from './vscode/engineSession';
import { buttonsFor } from './vscode/commandLabels';
import { needsExplaining, plainWords } from './vscode/fallbackText';
import { present, type Scene } from './vscode/indicatorModel';
import { readSettings, settings, settingsSection, type Settings } from './vscode/settings';
import { SocketAge } from './vscode/daemonUptime';
import { StandingFault } from './vscode/runningWarning';

/** What the suite in the editor looks at, and any other extension may. */
export interface StationApi {
  /** The engine's state now. */
  state(): EngineState;
  onDidChangeState(listener: (state: EngineState) => void): { dispose(): void };
}

let close: () => Promise<void> = () => Promise.resolve();

/** The editor waits some seconds for it: a run of proofs removes its containers meanwhile. */
export async function deactivate(): Promise<void> {
  await close();
}

/**
 * Builds the parts, wires them and registers them; decides nothing. Nothing is awaited, no file is read that the first
 * look at the engine does not need, and what only a click or a trouble needs is loaded then.
 */
export function activate(context: vscode.ExtensionContext): StationApi {
  const log = new LateLog(() => vscode.window.createOutputChannel('Docker-in-Docker Station', { log: true }));
  const readNow = (): Settings => readSettings(vscode.workspace.getConfiguration(settingsSection));
  const setLevel = (level: Settings['notifications']): Thenable<void> =>
    vscode.workspace
      .getConfiguration(settingsSection)
      .update(settings.notifications.key, level, vscode.ConfigurationTarget.Global);

  const engine = new LiveEngine((dockerHost) => {
    const endpoint = resolveEndpoint(clientFiles(process.env), dockerHost);
    if (endpoint.ok && endpoint.warning !== undefined) log.error(endpoint.warning);
    const line = (text: string): void => log.info(text);
    // What the helper says is about its own daemon and would be mistaken for another's.
    const helperStatePath = endpoint.ok ? stateFileOf(endpoint.endpoint) : undefined;
    const monitor = new EngineMonitor({ endpoint, helperStatePath, socketMount: readSocketMount, log: line });
    return { endpoint, monitor };
  }, Date.now());

  const indicator = new Indicator(vscode);
  const contextWriter = new ContextWriter(vscode.commands.executeCommand);
  const formatTime = (ms: number): string =>
    new Date(ms).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'long' });
  const scene = (): Scene => {
    const { state, endpoint } = engine;
    const keeper = keeperOf(endpoint);
    const helper = keeper === 'helper' ? actions.now?.installed : undefined;
    return {
      state,
      words: actions.now?.words(state) ?? plainWords(state, keeper !== undefined),
      formatTime,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(age.since === undefined ? {} : { upSince: age.since }),
      ...(helper === undefined ? {} : { helper }),
      ...(fault.current === undefined ? {} : { fault: fault.current }),
      ...(flash.current === undefined ? {} : { flash: flash.current }),
    };
  };
  const render = (): void => indicator.show(present(scene()));
  const flash = new Flash(render);
  const modified = async (path: string): Promise<number | undefined> =>
    (await stat(path).catch(() => undefined))?.mtimeMs;
  const age = new SocketAge(modified, render);
  const actions = new LazyActions(loadActions, {
    host: vscode,
    engine,
    extensionPath: context.extensionPath,
    log,
    dockerHost: () => readNow().dockerHost,
    scene,
    limits: {
      status: () => limitTests.status(),
      prove: (id) => limitTests.prove(id),
      cancel: () => limitTests.cancel(),
    },
    onChange: render,
    onEnd: (verdict) => {
      notices.commandEnded(verdict.kind === 'done', engine.state);
      if (verdict.kind === 'done') flash.show(verdict.flash);
    },
  });
  const notices = new EngineNotices({
    host: vscode,
    wording: async (state) => (await actions.get()).wording(state),
    refresh: () => engine.refresh(),
    level: () => readNow().notifications,
    setLevel,
    busy: () => actions.now?.busy ?? false,
    now: Date.now,
    log,
  });

  const limitTests = new LimitTests(loadLimits, {
    host: vscode,
    engine,
    image: () => readNow().limitsImage,
    wording: async (state) => (await actions.get()).wording(state),
    log,
    onStatus: (status) => actions.now?.observeLimits(status),
  });
  close = () => limitTests.close();
  const background = new LazyBackgroundDiagnosis(loadBackgroundDiagnosis, {
    host: vscode,
    dockerHost: () => readNow().dockerHost,
    log,
  });
  const fault = new StandingFault({
    examine: async () => (await background.get()).standingError(),
    onChange: (standing) => {
      render();
      if (standing === undefined) return;
      notices
        .tellFault(
          standing,
          buttonsFor([], () => engine.refresh()),
        )
        .catch((error: unknown) => log.error(`notification about ${standing.id}: ${String(error)}`));
    },
    now: () => performance.now(),
    log,
  });
  const daemonJson = new DaemonJsonWatch(
    vscode,
    async (document) => (await background.get()).followDaemonJson(document),
    log,
  );

  const observe = (state: EngineState): void => {
    actions.now?.observe(state);
    void age.observe(state, engine.endpoint);
    render();
    contextWriter.write(contextFor(state));
    notices.observe(state);
    fault.observe(state);
    if (actions.now === undefined && needsExplaining(state)) {
      actions.get().then(render, (error: unknown) => log.error(`The explanations cannot be loaded: ${String(error)}`));
    }
  };
  const changes = engine.onChange(observe);
  observe(engine.state);

  const registrations = registerCommands(
    vscode,
    {
      [commandIds.restart]: async () => (await actions.get()).run('restart'),
      [commandIds.start]: async () => (await actions.get()).run('start'),
      [commandIds.stop]: async () => (await actions.get()).run('stop'),
      [commandIds.showLog]: async () => (await actions.get()).showLog(),
      [commandIds.showDiagnostics]: async () => (await actions.get()).showDiagnostics(),
      [commandIds.proveLimits]: () => limitTests.proveAll(),
      [commandIds.menu]: async () => (await actions.get()).showMenu(),
      [commandIds.setUpHelper]: async () => (await actions.get()).setUpHelper(),
    },
    log,
  );
  const configuration = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${settingsSection}.${settings.dockerHost.key}`)) engine.use(readNow().dockerHost);
  });

  // In the next turn of the event loop: other extensions wait for this call to return, and Docker does not.
  const opening = setImmediate(() => engine.use(readNow().dockerHost));

  // The log goes last, so that what the others say at their end still has somewhere to go.
  context.subscriptions.push(
    { dispose: () => clearImmediate(opening) },
    configuration,
    ...registrations,
    changes,
    daemonJson,
    fault,
    background,
    notices,
    limitTests,
    actions,
    flash,
    engine,
    indicator,
    log,
  );
  return {
    state: () => engine.state,
    onDidChangeState: (listener) => engine.onChange(listener),
  };
}
