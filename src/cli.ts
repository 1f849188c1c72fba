import { join } from 'node:path';
import { CommanderError } from 'commander';
import { version } from '../package.json';
import { exitStatus, type ExitStatus } from './cli/exitStatus';
import { printLine, askAt, terminalOf, untilInterrupted } from './cli/terminal';
import { HelperRunner } from './app/helperRunner';
import { makeHandlers } from './cli/handlers';
import { buildProgram, UsageError } from './cli/program';
import { errorMessage } from './util/format';

/** The composition root of the terminal: ties the program to this process, decides nothing. */

const terminal = terminalOf(process, process.env);

function fail(error: unknown): void {
  const reason = errorMessage(error);
  process.stderr.write(`dind-station: ${reason}\n`);
  process.exit(exitStatus.unclear);
}

/** What escapes, and readers that go away. */
function watchProcess(): void {
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
}

/** A handler whose exit status becomes that of the process. */
function ending<Args extends unknown[]>(
  handler: (...args: Args) => Promise<ExitStatus>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    process.exitCode = await handler(...args);
  };
}

/** One that ends the process as well: what is still being read of a slow machine must not hold up what was printed. */
function leaving<Args extends unknown[]>(
  handler: (...args: Args) => Promise<ExitStatus>,
): (...args: Args) => Promise<void> {
  return async (...args) => process.exit(await handler(...args));
}

async function main(): Promise<void> {
  watchProcess();
  const environment = process.env;
  // The scripts stand beside `dist/`, where this file is bundled to.
  const bundledFolder = join(__dirname, '..', 'scripts');
  const handlers = makeHandlers({
    terminal,
    environment,
    bundledFolder,
    version,
    helperFor: (owner) =>
      new HelperRunner({
        bundledFolder,
        environment,
        terminal: terminal.interactive,
        rootless: () => owner === 'user',
      }),
    uid: process.geteuid?.() ?? 0,
    ask: (question) => askAt(process, question),
    interrupted: () => untilInterrupted(process, exitStatus.unclear),
  });
  const program = buildProgram(
    {
      status: leaving(handlers.status),
      verify: ending(handlers.verify),
      lifecycle: ending(handlers.lifecycle),
      logs: ending(handlers.logs),
      limits: ending(handlers.limits),
      doctor: ending(handlers.doctor),
      fix: ending(handlers.fix),
      resetData: ending(handlers.resetData),
      report: ending(handlers.report),
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
