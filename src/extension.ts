import * as vscode from 'vscode';
import type { EngineState } from './engine/state';
import { commandIds, registerCommands } from './vscode/commands';
import { contextFor, ContextWriter } from './vscode/contextKeys';
import { DaemonJsonWatch } from './vscode/daemonJsonWatch';
import { connectTo, EngineSession } from './vscode/engineSession';
import { LazyActions, loadActions, readSetup } from './vscode/lazyActions';
import { LazyBackgroundDiagnosis, loadBackgroundDiagnosis } from './vscode/lazyBackgroundDiagnosis';
import { LazyLog } from './vscode/lazyLog';
import { LazyNotices } from './vscode/lazyNotices';
import { LazyStartup, loadStartup } from './vscode/lazyStartup';
import { LimitTests, loadLimits } from './vscode/limits/lazyLimits';
import { diagnoseButton } from './vscode/nextStepButtons';
import { LazyVerification, loadVerification } from './vscode/lazyVerification';
import { RunningWarning } from './vscode/runningWarning';
import { SettingsStore } from './vscode/settings';
import type { StationApi } from './vscode/stationApi';
import { StatusIndicator } from './vscode/statusIndicator';
import { TerminalEnvironment } from './vscode/terminalEnvironment';

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
  const log = new LazyLog(() => vscode.window.createOutputChannel('Docker-in-Docker Station', { log: true }));
  const settings = new SettingsStore(vscode);
  const dockerHost = (): string | undefined => settings.now.dockerHost;
  const onDoubt = (): void => verification.now?.doubt();
  const engine = new EngineSession((host) => connectTo(host, log, onDoubt, readSetup), Date.now());
  const contextWriter = new ContextWriter(vscode.commands.executeCommand);
  const indicator = new StatusIndicator({
    host: vscode,
    engine,
    actions: () => actions.now,
    warning: () => warning.current,
    verifies: () => settings.now.verify,
    formatTime: (ms) => new Date(ms).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'long' }),
  });
  const actions = new LazyActions(loadActions, {
    host: vscode,
    engine,
    extensionPath: context.extensionPath,
    log,
    dockerHost,
    model: () => indicator.model(),
    limits: {
      status: () => limitTests.status(),
      prove: (id) => limitTests.prove(id),
      cancel: () => limitTests.cancel(),
    },
    verify: () => verification.request(),
    verifies: () => settings.now.verify,
    onDiagnosis: (findings) => warning.learn(findings),
    onChange: () => indicator.render(),
    onEnd: (verdict) => {
      const { state } = engine;
      notices.tell((told) => told.commandEnded(verdict.kind === 'done', state));
      if (verdict.kind === 'done') indicator.flash(verdict.flash);
    },
  });
  const notices = new LazyNotices(loadActions, {
    host: vscode,
    wording: async (state) => (await actions.get()).wording(state),
    refresh: () => engine.refresh(),
    level: () => settings.now.notifications,
    setLevel: (level) => settings.setNotifications(level),
    busy: () => actions.now?.busy ?? false,
    now: Date.now,
    log,
  });
  const limitTests = new LimitTests(loadLimits, {
    host: vscode,
    engine,
    image: () => settings.now.limitsImage,
    wording: async (state) => (await actions.get()).wording(state),
    log,
    onStatus: (status) => actions.now?.observeLimits(status),
  });
  close = () => limitTests.close();
  const trial = { enabled: () => settings.now.verify, image: () => settings.now.limitsImage, load: loadLimits };
  const verification = new LazyVerification(loadVerification, { host: vscode, engine, log, ...trial });
  const background = new LazyBackgroundDiagnosis(loadBackgroundDiagnosis, {
    ...{ host: vscode, dockerHost, log },
    verified: () => engine.state.verified,
  });
  const warning = new RunningWarning({
    examine: async (known) => (await background.get()).standingFault(known),
    onChange: (fault) => {
      indicator.render();
      if (fault === undefined) return;
      notices.tell((told) => told.tellFault(fault, [diagnoseButton]));
    },
    now: () => performance.now(),
    log,
  });
  const follow = async (document: vscode.TextDocument): Promise<void> =>
    (await background.get()).followDaemonJson(document);
  const daemonJson = new DaemonJsonWatch(vscode, follow, log);

  const observe = (state: EngineState): void => {
    actions.observe(state);
    indicator.observe(state);
    contextWriter.write(contextFor(state));
    notices.observe(state);
    warning.observe(state, engine.endpoint);
    verification.observe();
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
      [commandIds.verifyContainers]: () => verification.request(),
      [commandIds.menu]: async () => (await actions.get()).showMenu(),
      [commandIds.setUpHelper]: async () => (await actions.get()).setUpHelper(),
      [commandIds.installEngine]: async () => (await actions.get()).installEngine(),
    },
    log,
  );
  const launcherFolder = `${context.globalStorageUri.fsPath}/bin`;
  const startup = new LazyStartup(loadStartup, { host: vscode, context, launcherFolder, engine, log });
  const terminals = new TerminalEnvironment(context.environmentVariableCollection, launcherFolder);
  const onVerify = (): void => {
    terminals.verifies(settings.now.verify);
    verification.observe();
    indicator.render();
  };
  onVerify();
  const configuration = [settings.onDockerHost((host) => engine.use(host)), settings.onVerify(onVerify)];
  // In the next turn of the event loop: other extensions wait for this call to return, and Docker does not.
  const opening = setImmediate(() => {
    engine.use(dockerHost());
    startup.begin();
  });

  context.subscriptions.push(
    { dispose: () => clearImmediate(opening) },
    ...configuration,
    ...registrations,
    changes,
    startup,
    daemonJson,
    warning,
    background,
    verification,
    notices,
    limitTests,
    actions,
    // The log goes last, so that what the others say at their end still has somewhere to go.
    engine,
    indicator,
    log,
  );
  return {
    state: () => engine.state,
    onDidChangeState: (listener) => engine.onChange(listener),
  };
}
