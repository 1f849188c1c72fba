import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { CommanderError } from 'commander';
import { version } from '../package.json';
import { exitStatus, statusExit, type ExitStatus } from './cli/exitStatus';
import { readFindings } from './cli/findings';
import { runDoctor } from './cli/doctor';
import { appliedBy, runFix, type Applied } from './cli/fix';
import { runLifecycle, type LifecycleVerb } from './cli/lifecycle';
import { runLogs, type LogsOptions } from './cli/logs';
import type { LimitsOptions } from './cli/limits';
import type { TerminalCommands } from './cli/nextStepLines';
import { buildProgram, UsageError, type EngineOptions } from './cli/program';
import { runReport } from './cli/report';
import { runResetData, type ResetDataOptions } from './cli/resetData';
import { statusJson, statusLines } from './cli/statusReport';
import { paintFor, printLine, wantsColour, type Terminal } from './cli/terminal';
import { checkInstalled } from './helper/installed';
import { LogFollower } from './host/logFollower';
import { readLogTail } from './host/logTail';
import { daemonLog, stateFile, usersFile } from './helper/paths';
import type { HelperVerb } from './helper/protocol';
import { rootlessLog, rootlessSocket } from './helper/rootless';
import { runHelper, type HelperOutcome, type HelperRun } from './helper/run';
import { clientFiles } from './engine/dockerConfig';
import { resolveEndpoint, type Endpoint } from './engine/endpoint';
import { readHelperFile } from './helper/stateFile';
import { verbOf, type ActionId } from './diagnosis/actions';
import type { Facts } from './host/facts/facts';
import { takeFacts } from './host/takeFacts';
import { elsewhere, keeperOf, stateFileOf } from './app/managedDaemon';
import { loginName, readPrivileges } from './app/privileges';
import { setUpLine } from './app/helperSetupCommand';
import { errorMessage } from './util/format';

/** The composition root of the terminal: builds the parts, decides nothing but where they look. */

const environment = process.env;
const reader = clientFiles(environment);
/** The scripts stand beside `dist/`, where this file is bundled to. */
const bundledFolder = join(__dirname, '..', 'scripts');

const terminal: Terminal = {
  out: process.stdout,
  err: process.stderr,
  paint: {
    out: paintFor(wantsColour(process.stdout.isTTY, environment)),
    err: paintFor(wantsColour(process.stderr.isTTY, environment)),
  },
  interactive: process.stdin.isTTY && process.stderr.isTTY,
};

function commandsFor(rootless: boolean): TerminalCommands {
  const setUp = setUpLine({
    helperPath: join(bundledFolder, 'dind-helper'),
    user: loginName(),
    root: process.geteuid?.() === 0,
  });
  return { setUp, flags: rootless ? ['--rootless'] : [] };
}

/** Aborted by the first Ctrl-C, SIGTERM or a terminal that was closed; the second leaves at once. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitStatus.unclear);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return controller.signal;
}

type CallOptions = Pick<HelperRun, 'onEvent' | 'onText' | 'signal'>;

/** Runs a verb of root's helper, or of this user's own. */
async function call(rootless: boolean, verb: HelperVerb, options: CallOptions): Promise<HelperOutcome> {
  const facts = await readPrivileges();
  const rootlessFolder = rootless ? bundledFolder : undefined;
  return runHelper(verb, { facts, environment, rootlessFolder, terminal: terminal.interactive, ...options });
}

/** The socket of this user's own daemon, as `--rootless` means it. Root has none. */
function ownSocket(): string {
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0) throw new UsageError('--rootless is for a user without root; root has the daemon of this machine.');
  return rootlessSocket(environment, uid);
}

/** Which daemon a command acts on, and whether it is the user's own. */
function chooseDaemon(rootless: boolean): { endpoint: Endpoint | undefined; own: boolean } {
  const resolved = resolveEndpoint(reader, rootless ? `unix://${ownSocket()}` : undefined);
  const endpoint = resolved.ok ? resolved.endpoint : undefined;
  return { endpoint, own: keeperOf(endpoint) === 'user' };
}

async function status({ json, host, rootless }: EngineOptions): Promise<ExitStatus> {
  const commands = commandsFor(rootless);
  const findings = await readFindings({
    reader,
    host: rootless ? `unix://${ownSocket()}` : host,
    usersFile,
    bundledFolder,
    stateFileOf,
    isOwn: (endpoint) => keeperOf(endpoint) === 'user',
    userName: loginName(),
    pingMs: 1000,
    infoMs: 800,
    now: Date.now,
  });
  const lines = json
    ? [JSON.stringify(statusJson(findings, commands))]
    : statusLines(findings, commands, terminal.paint.out);
  for (const line of lines) printLine(terminal.out, line);
  return statusExit(findings.state.kind);
}

async function lifecycle(verb: LifecycleVerb, { json, host, rootless }: EngineOptions): Promise<ExitStatus> {
  if (host !== undefined) {
    printLine(terminal.err, `error: ${verb} acts on this machine's own daemon; --host ${host} cannot change that.`);
    return exitStatus.usage;
  }
  const { endpoint, own } = chooseDaemon(rootless);
  return runLifecycle(verb, json, {
    terminal,
    commands: commandsFor(rootless),
    run: (asked, options) => call(own, asked, options),
    installed: () => (own ? Promise.resolve({ status: 'current', version }) : checkInstalled({ bundledFolder })),
    elsewhere: elsewhere(endpoint),
    signal: untilInterrupted(),
  });
}

async function logs(options: LogsOptions): Promise<ExitStatus> {
  const { endpoint, own } = chooseDaemon(options.rootless);
  const said = endpoint === undefined ? undefined : stateFileOf(endpoint);
  return runLogs(options, {
    terminal,
    commands: commandsFor(options.rootless),
    path: readHelperFile(said ?? stateFile)?.log ?? (own ? rootlessLog(environment) : daemonLog),
    readTail: readLogTail,
    follow: (following) => new LogFollower(following),
    throughHelper: (onText) => call(own, 'logs', { onText }),
    signal: untilInterrupted(),
  });
}

async function limits({ rootless, ...options }: LimitsOptions & { rootless: boolean }): Promise<ExitStatus> {
  // Loaded on use: what it is made of would slow every other command down.
  const { runLimits } = await import('./cli/limits');
  const host = rootless ? `unix://${ownSocket()}` : options.host;
  return runLimits({ ...options, host }, { terminal, reader, environment, interrupted: untilInterrupted });
}

/** Facts of this machine; root's only where the helper may be used without a password. */
async function facts(): Promise<Facts> {
  return takeFacts({ helper: { terminal: false, facts: await readPrivileges(), environment } });
}

async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

async function applyAction(action: ActionId): Promise<Applied> {
  return appliedBy(await call(false, verbOf(action), {}));
}

async function resetData({ host, rootless, ...options }: ResetDataOptions & EngineOptions): Promise<ExitStatus> {
  if (host !== undefined || rootless) {
    throw new UsageError(
      "reset-data moves the data of root's daemon on this machine; --host and --rootless mean another.",
    );
  }
  return runResetData(options, {
    terminal,
    commands: commandsFor(false),
    run: (verb, callOptions) => call(false, verb, callOptions),
    ask,
    signal: untilInterrupted(),
  });
}

function fail(error: unknown): void {
  const reason = errorMessage(error);
  process.stderr.write(`dind-station: ${reason}\n`);
  process.exit(exitStatus.unclear);
}

async function main(): Promise<void> {
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // A reader that has seen enough (head, less) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitStatus.fine);
    fail(error);
  });
  // Nobody reads what is told on the way any more (`2>&1 | head`, a closed terminal): what is under way has to end in order.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') fail(error);
  });

  const ending = async (work: Promise<ExitStatus>): Promise<void> => {
    process.exitCode = await work;
  };
  const program = buildProgram(
    {
      status: (options) => ending(status(options)),
      lifecycle: (verb, options) => ending(lifecycle(verb, options)),
      logs: (options) => ending(logs(options)),
      limits: (options) => ending(limits(options)),
      doctor: (options) =>
        ending(runDoctor(options, { terminal, version, takeFacts: facts, signal: untilInterrupted(), everyMs: 2000 })),
      fix: (id, options) => ending(runFix(id, options, { terminal, takeFacts: facts, apply: applyAction, ask })),
      resetData: (options) => ending(resetData(options)),
      report: (options) => ending(runReport(options, { terminal, version, takeFacts: facts, ask })),
      print: (text) => void process.stdout.write(text),
    },
    {
      version,
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    },
  );
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof UsageError) {
      printLine(terminal.err, `error: ${error.message}`);
      process.exitCode = exitStatus.usage;
      return;
    }
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitStatus.fine : exitStatus.usage;
  }
}

void main().catch(fail);
