import type { LogFollower, LogFollowing, LogNotice } from '../host/logFollower';
import type { LogTail } from '../host/logTail';
import type { HelperOutcome } from '../helper/run';
import { exitStatus, type ExitStatus } from './exitStatus';
import { nextStepLines, outcomeExit, tell, type TerminalCommands } from './outcome';
import { harmless, printLine, type Terminal } from './terminal';

export interface LogsOptions {
  readonly follow: boolean;
  /** How many lines from the end. */
  readonly lines: number;
  readonly json: boolean;
  /** The user's own daemon, whatever the endpoint of this environment is. */
  readonly rootless: boolean;
}

export interface LogsParts {
  readonly terminal: Terminal;
  readonly commands: TerminalCommands;
  /** The log's path; empty when an init system keeps the log in its journal. */
  readonly path: string;
  readonly readTail: (path: string, maxBytes: number) => Promise<LogTail>;
  readonly follow: (following: LogFollowing) => Pick<LogFollower, 'dispose'>;
  /** Reads the log as root: for a file this user may not open, and for a journal. */
  readonly throughHelper: (onText: (line: string) => void) => Promise<HelperOutcome>;
  readonly signal: AbortSignal;
}

/** How far from the end is read at most, whatever number of lines was asked for. */
const maxBytes = 64 * 1024 * 1024;

async function lastLines(parts: LogsParts, count: number): Promise<LogTail> {
  // Lines of dockerd are 100 to 300 bytes long; a log of longer ones is read again from further up.
  let bytes = Math.max(64 * 1024, Math.min(count * 512, maxBytes));
  for (;;) {
    const tail = await parts.readTail(parts.path, bytes);
    if (!tail.cut || tail.lines.length >= count || bytes >= maxBytes) return tail;
    bytes *= 4;
  }
}

function noticeWords(path: string, notice: LogNotice): string {
  switch (notice.kind) {
    case 'absent':
      return `${path} does not exist yet; it is created when Docker is started through the helper.`;
    case 'rotated':
      return `${path} was rotated.`;
    case 'truncated':
      return `${path} was emptied.`;
    case 'unreadable':
      return `${path} cannot be read: ${notice.message}`;
  }
}

async function helperLines(options: LogsOptions, parts: LogsParts, print: (line: string) => void): Promise<ExitStatus> {
  const { terminal } = parts;
  const kept: string[] = [];
  const outcome = await parts.throughHelper((line) => {
    kept.push(line);
    if (kept.length > options.lines) kept.shift();
  });
  kept.forEach(print);
  if (outcome.kind !== 'result' || !outcome.result.ok) {
    const { message, lines, nextSteps } = tell(outcome);
    printLine(terminal.err, terminal.paint.err.bad(harmless(message)));
    for (const line of [...lines.map(harmless), ...nextStepLines(nextSteps, parts.commands)])
      printLine(terminal.err, line);
    return outcomeExit(outcome);
  }
  if (!options.follow) return exitStatus.fine;
  const why = parts.path === '' ? 'The init system keeps this log' : `This user may not open ${parts.path}`;
  const instead = parts.path === '' ? 'sudo journalctl --unit docker --follow' : `sudo tail -F ${parts.path}`;
  printLine(terminal.err, `${why}, so it is not followed. Follow it with: ${instead}`);
  return exitStatus.notFine;
}

/** `logs`: the last lines of the daemon's log, and with `--follow` what is appended until the signal aborts. */
export async function runLogs(options: LogsOptions, parts: LogsParts): Promise<ExitStatus> {
  const { terminal, path, signal } = parts;
  const print = (line: string): void => {
    printLine(terminal.out, options.json ? JSON.stringify({ line }) : line);
  };
  if (path === '') return helperLines(options, parts, print);

  let from: LogFollowing['from'] = 'start';
  try {
    const tail = await lastLines(parts, options.lines);
    const unfinished = tail.unfinished === undefined || options.follow ? [] : [tail.unfinished];
    const all = [...tail.lines, ...unfinished];
    all.slice(Math.max(0, all.length - options.lines)).forEach(print);
    from = tail.position;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return helperLines(options, parts, print);
    if (code !== 'ENOENT') {
      printLine(terminal.err, terminal.paint.err.bad(`${path} cannot be read: ${message}`));
      return exitStatus.unclear;
    }
    if (!options.follow) {
      printLine(terminal.err, noticeWords(path, { kind: 'absent' }));
      return exitStatus.notFine;
    }
  }
  if (!options.follow || signal.aborted) return exitStatus.fine;

  await new Promise<void>((resolve) => {
    const follower = parts.follow({
      path,
      from,
      onLines: (lines) => {
        lines.forEach(print);
      },
      onNotice: (notice) => {
        printLine(terminal.err, terminal.paint.err.dim(noticeWords(path, notice)));
      },
    });
    signal.addEventListener(
      'abort',
      () => {
        follower.dispose();
        resolve();
      },
      { once: true },
    );
  });
  return exitStatus.fine;
}
