import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { CommanderError } from 'commander';
import { version } from '../package.json';
import { exitStatus, statusExit, type ExitStatus } from './cli/exitStatus';
import { readFindings } from './cli/findings';
import { runDoctor } from './cli/doctor';
import { runFix, type Applied } from './cli/fix';
import { runLifecycle, tell, type LifecycleVerb } from './cli/lifecycle';
import { runLogs, type LogsOptions } from './cli/logs';
import type { TerminalCommands } from './cli/nextStepLines';
import { buildProgram } from './cli/program';
import { runReport } from './cli/report';
import { statusJson, statusLines } from './cli/statusReport';
import { paintFor, printLine, wantsColour, type Terminal } from './cli/terminal';
import { elevationFor } from './daemon/elevation';
import { checkInstalled } from './daemon/installed';
import { LogFollower } from './daemon/logFile';
import { readLogTail } from './daemon/logTail';
import { daemonLog, stateFile, usersFile } from './daemon/places';
import type { HelperVerb } from './daemon/protocol';
import { runHelper, type HelperOutcome, type HelperRun } from './daemon/run';
import { clientFiles } from './engine/clientFiles';
import { resolveEndpoint } from './engine/endpoint';
import { readHelperFile } from './engine/helperFile';
import type { ActionId } from './diagnosis/actions';
import type { Facts } from './machine/facts';
import { takeFacts } from './machine/takeFacts';
import { elsewhere, isManaged } from './ui/endpointWords';
import { loginName, readPrivileges } from './ui/privileges';
import { setUpLine } from './ui/setUpCommand';

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

const commands: TerminalCommands = {
  setUp: setUpLine({
    helperPath: join(bundledFolder, 'dind-helper'),
    user: loginName(),
    root: process.geteuid?.() === 0,
  }),
};

/** Aborted by the first Ctrl-C or SIGTERM; the second Ctrl-C leaves at once. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitStatus.unclear);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}

async function callHelper(
  verb: HelperVerb,
  options: Pick<HelperRun, 'onEvent' | 'onText' | 'signal'>,
): Promise<HelperOutcome> {
  const facts = await readPrivileges();
  const elevation = elevationFor(facts.uid, terminal.interactive);
  return runHelper(verb, { elevation, facts, environment, ...options });
}

async function status({ json, host }: { json: boolean; host: string | undefined }): Promise<ExitStatus> {
  const findings = await readFindings({
    reader,
    host,
    stateFile,
    usersFile,
    bundledFolder,
    isManaged,
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

async function lifecycle(
  verb: LifecycleVerb,
  { json, host }: { json: boolean; host: string | undefined },
): Promise<ExitStatus> {
  if (host !== undefined) {
    printLine(terminal.err, `error: ${verb} acts on this machine's own daemon; --host ${host} cannot change that.`);
    return exitStatus.usage;
  }
  const resolved = resolveEndpoint(reader);
  return runLifecycle(verb, json, {
    terminal,
    commands,
    run: callHelper,
    installed: () => checkInstalled({ bundledFolder }),
    elsewhere: resolved.ok ? elsewhere(resolved.endpoint) : undefined,
    signal: untilInterrupted(),
  });
}

async function logs(options: LogsOptions): Promise<ExitStatus> {
  return runLogs(options, {
    terminal,
    commands,
    path: readHelperFile(stateFile)?.log ?? daemonLog,
    readTail: readLogTail,
    follow: (following) => new LogFollower(following),
    throughHelper: (onText) => callHelper('logs', { onText }),
    signal: untilInterrupted(),
  });
}

/** Facts of this machine; root's only where the helper may be used without a password. */
async function facts(): Promise<Facts> {
  const privileges = await readPrivileges();
  return takeFacts({ helper: { elevation: elevationFor(privileges.uid, false), facts: privileges, environment } });
}

async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/** Starting and restarting are verbs of the helper; other actions are for a shell until it has `apply`. */
async function applyAction(action: ActionId): Promise<Applied> {
  if (action !== 'start-daemon' && action !== 'restart-daemon') {
    return { ok: false, message: `The installed helper has no action ${action}.` };
  }
  const outcome = await callHelper(action === 'start-daemon' ? 'start' : 'restart', {});
  return { ok: outcome.kind === 'result' && outcome.result.ok, message: tell(outcome).message };
}

function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
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

  const ending = async (work: Promise<ExitStatus>): Promise<void> => {
    process.exitCode = await work;
  };
  const program = buildProgram(
    {
      status: (options) => ending(status(options)),
      lifecycle: (verb, options) => ending(lifecycle(verb, options)),
      logs: (options) => ending(logs(options)),
      doctor: (options) =>
        ending(runDoctor(options, { terminal, version, takeFacts: facts, signal: untilInterrupted(), everyMs: 2000 })),
      fix: (id, options) => ending(runFix(id, options, { terminal, takeFacts: facts, apply: applyAction, ask })),
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
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitStatus.fine : exitStatus.usage;
  }
}

void main().catch(fail);
