import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { Installed } from '../helper/installed';
import { LogFollower } from '../host/logFollower';
import { readLogTail } from '../host/logTail';
import { helperFolder } from '../helper/paths';
import type { Description } from '../diagnosis/describe';
import { loadDockerode } from '../engine/loadDockerode';
import type { EngineState } from '../engine/state';
import type { Button } from './notify';
import { Environment, explain } from '../app/explanation';
import { HelperRunner } from '../app/helperRunner';
import { overallVerdict, type OverallVerdict, type StandingFinding } from '../app/verdict';
import { daemonOwner, endpointMismatch, logPathOf } from '../app/managedDaemon';
import type { Diagnostics, LimitRuns } from './diagnostics/diagnostics';
import { EngineInstall } from './engineInstall';
import { HelperSetUp, watchFolder } from './helperSetup';
import type { LazyLog } from './lazyLog';
import { loadDiagnosis } from './lazyDiagnosis';
import type { LimitsStatus } from './limits/status';
import { Lifecycle } from './lifecycle';
import type { EngineSession } from './engineSession';
import { linesThroughHelper, LogView } from './logView';
import { showMenu } from './menu';
import { buttonsFor } from './nextStepButtons';
import { explainStart, type Verdict } from './lifecycleOutcome';
import type { IndicatorModel } from './indicatorModel';
import { isServed, loginName, readAccess, setUpObstacle } from '../app/privileges';
import { setUpLine } from '../helper/setUpCommand';
import { runningNames } from './stopQuestion';
import { stepWords, type LifecycleVerb } from '../app/lifecycle';

export { readSetup } from '../app/machineSetup';

export { EngineNotices } from './engineNotices';

/** What the actions need of the window's first part. */
export interface ActionParts {
  readonly host: typeof vscode;
  readonly engine: EngineSession;
  readonly extensionPath: string;
  readonly log: Pick<LazyLog, 'info' | 'error'>;
  /** The endpoint of the settings, empty ones excepted. */
  readonly dockerHost: () => string | undefined;
  /** What is shown now, for the menu. */
  readonly model: () => IndicatorModel;
  readonly limits: LimitRuns;
  /** Runs a container because somebody asked for it, and says what came of it. */
  readonly verify: () => Promise<void>;
  /** Whether containers are run unasked, to see that they run. */
  readonly verifies: () => boolean;
  /** The page has judged this machine. */
  readonly onDiagnosis: (findings: readonly StandingFinding[]) => void;
  /** The words or the helper are others than before. */
  readonly onChange: () => void;
  /** A command ended. */
  readonly onEnd: (verdict: Verdict) => void;
}

/**
 * Everything a window needs only when Docker is not well or somebody asks for something: explaining, the commands, the
 * log, the helper. Built into an output file of its own, which `lazyActions.ts` loads on first use.
 */
export class Actions {
  readonly #parts: ActionParts;
  readonly #helper: HelperRunner;
  readonly #environment: Environment;
  readonly #lifecycle: Lifecycle;
  readonly #setUp: HelperSetUp;
  readonly #install: EngineInstall;
  readonly #logView: LogView;
  #diagnostics: Promise<Diagnostics> | undefined;
  #disposed = false;

  constructor(parts: ActionParts) {
    this.#parts = parts;
    const { host, engine, log } = parts;
    const bundledFolder = join(parts.extensionPath, 'scripts');
    const rootless = (): boolean => daemonOwner(engine.endpoint) === 'user';
    this.#helper = new HelperRunner({ bundledFolder, environment: process.env, terminal: false, log, rootless });
    const readers = {
      helper: async () => {
        const { status } = await this.#helper.installed();
        return status === 'unknown' ? undefined : status;
      },
      access: (path: string) => readAccess(path, 'code-server'),
    };
    this.#environment = new Environment(readers, () => {
      parts.onChange();
      this.#tellDiagnostics();
    });
    const facts = {
      helperPath: join(bundledFolder, 'dind-helper'),
      user: loginName(),
      root: process.geteuid?.() === 0,
    };
    this.#lifecycle = new Lifecycle({
      host,
      engine,
      run: (verb, options) => this.#helper.run(verb, options),
      endpointMismatch: () => endpointMismatch(engine.endpoint),
      runningContainers: () => runningNames(engine.endpoint, loadDockerode, log),
      explain: explainStart,
      setUpLine: () => setUpLine(facts),
      onEnd: (verdict) => {
        parts.onEnd(verdict);
        void this.#environment.checkHelper();
      },
    });
    this.#setUp = new HelperSetUp({
      host,
      facts,
      home: process.env['HOME'],
      obstacle: setUpObstacle,
      check: async () => {
        // What is offered afterwards is by the state with this helper, not the one without.
        await engine.refresh();
        const status = (await this.#environment.checkHelper()) ?? 'missing';
        // The copy is everybody's; the right to run it is one's own.
        return status === 'current' && !facts.root && !(await isServed(facts.user)) ? 'missing' : status;
      },
      watchInstalled: (onChange) => watchFolder(helperFolder, onChange),
      // A daemon that runs needs nothing now.
      nextButtons: () => (engine.state.kind === 'running' ? [] : this.wording(engine.state).buttons),
    });
    this.#install = new EngineInstall({
      host,
      home: process.env['HOME'],
      root: facts.root,
      refresh: () => engine.refresh(),
      obstacle: setUpObstacle,
      buttons: (state) => (state.kind === 'running' ? [] : this.wording(state).buttons),
    });
    this.#logView = new LogView({
      createChannel: () => host.window.createOutputChannel('Docker daemon log', 'log'),
      path: () => Promise.resolve(logPathOf(engine.endpoint, process.env)),
      readTail: readLogTail,
      follow: (following) => new LogFollower(following),
      viaHelper: () => linesThroughHelper(this.#helper),
    });
    void this.#environment.checkHelper();
  }

  /** Whether a command of this window is at work. */
  get busy(): boolean {
    return this.#lifecycle.busy;
  }

  /** The installed helper against ours; undefined while nobody has looked yet. */
  get installed(): Installed['status'] | undefined {
    return this.#environment.helper;
  }

  /** To be told of every state: some are looked into. */
  observe(state: EngineState): void {
    void this.#environment.observe(state, this.#parts.engine.endpoint);
    this.#tellDiagnostics();
  }

  /** To be told of every run of proofs, whoever began it. */
  observeLimits(status: LimitsStatus): void {
    this.#tellDiagnostics((diagnostics) => diagnostics.observeLimits(status));
  }

  words(state: EngineState): Description {
    return explain(state, this.#parts.engine.endpoint, this.#environment);
  }

  /** A state as a notification. */
  wording(state: EngineState): { readonly message: string; readonly buttons: readonly Button[] } {
    const { headline, explanation, nextSteps } = this.words(state);
    const { engine } = this.#parts;
    const step = state.step === undefined ? '' : ` Now: ${stepWords(state.step)}.`;
    return {
      message: `${headline}. ${explanation}${step}`.trim(),
      buttons: buttonsFor(nextSteps, () => engine.refresh()),
    };
  }

  run(verb: LifecycleVerb): Promise<Verdict> {
    return this.#lifecycle.run(verb);
  }

  showLog(): Promise<void> {
    return this.#logView.show();
  }

  /** Loads the page's own part on the first call; a failed load is tried again by the next. */
  async showDiagnostics(): Promise<void> {
    this.#diagnostics ??= this.#makeDiagnostics().catch((error: unknown) => {
      this.#diagnostics = undefined;
      throw error;
    });
    (await this.#diagnostics).show();
  }

  async #makeDiagnostics(): Promise<Diagnostics> {
    const [{ Diagnostics }, { diagnose, readFacts }] = await Promise.all([
      import('./diagnostics/diagnostics'),
      loadDiagnosis(),
    ]);
    if (this.#disposed) throw new Error('The window is closing.');
    const { host, engine, extensionPath, log, model, dockerHost, limits, verify, onDiagnosis } = this.#parts;
    return new Diagnostics({
      host,
      extensionPath,
      log,
      state: () => engine.state,
      words: (state) => this.words(state),
      verdict: (findings) => this.#verdict(findings),
      takeFacts: async () => {
        const helper = await this.#helper.forFacts();
        const bundledHelper = join(extensionPath, 'scripts', 'dind-helper');
        return readFacts(dockerHost(), () => engine.state.verified, { bundledHelper, helper });
      },
      diagnose,
      onDiagnosis,
      commands: {
        start: () => this.run('start'),
        restart: () => this.run('restart'),
        stop: () => this.run('stop'),
        verify: () => verify().then(() => undefined),
        'show-log': () => this.showLog().then(() => undefined),
        'set-up-helper': () => this.setUpHelper().then(() => undefined),
      },
      apply: (action) => this.#helper.apply(action),
      limits,
      formatTime: model().formatTime,
    });
  }

  #verdict(findings: readonly StandingFinding[]): OverallVerdict {
    const { state, endpoint } = this.#parts.engine;
    const verifies = this.#parts.verifies();
    return overallVerdict({ state, words: this.words(state), endpoint, verifies, findings, now: Date.now() });
  }

  /** A page that could not be loaded has told so already. */
  #tellDiagnostics(tell: (diagnostics: Diagnostics) => void = (diagnostics) => diagnostics.observe()): void {
    this.#diagnostics?.then(tell, () => undefined);
  }

  showMenu(): Promise<void> {
    return showMenu(this.#parts.host, this.#parts.model(), () => this.#parts.engine.refresh());
  }

  setUpHelper(): Promise<void> {
    return this.#setUp.open();
  }

  installEngine(): Promise<void> {
    return this.#install.open();
  }

  dispose(): void {
    this.#disposed = true;
    this.#diagnostics?.then(
      (diagnostics) => diagnostics.dispose(),
      () => undefined,
    );
    this.#setUp.dispose();
    this.#install.dispose();
    this.#environment.dispose();
    this.#logView.dispose();
  }
}
