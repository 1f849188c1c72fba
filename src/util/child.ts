import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a child ended, as far as its parent can know. */
export interface Ended {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  /** It never began: no such program, no permission, no more processes. */
  readonly spawnError?: NodeJS.ErrnoException;
  /** It is not known to have ended: we stopped waiting. */
  readonly abandoned: boolean;
}

export interface Child {
  /** Resolves once, never rejects. */
  readonly ended: Promise<Ended>;
  /** The last characters of what it wrote to stderr. */
  readonly stderr: () => string;
  /** Stop waiting: `ended` resolves as abandoned. */
  readonly abandon: () => void;
  /** Kill it, with its process group if it leads one. Root's process refuses that of another user. */
  readonly kill: (wholeGroup: boolean) => void;
  /** Let go of it: its pipes are closed, so its next write fails, and it does not keep this process alive. */
  readonly release: () => void;
}

declare const judged: unique symbol;

/**
 * The path of a program that may be started. A plain string is none: `helper/trust.ts` alone makes one, after it has
 * looked who could have changed the file, so that nobody can start a program and forget to.
 */
export type JudgedProgram = string & { readonly [judged]: true };

/** What is started. */
export interface ChildCommand {
  readonly program: JudgedProgram;
  readonly args: readonly string[];
  /** What stands before the program in the argument list: sudo and its flags; empty where the program itself is started. */
  readonly prefix: readonly string[];
}

export interface ChildOptions {
  readonly environment: Record<string, string>;
  /** A group of its own keeps the terminal's Ctrl-C away from it, and can be killed as a whole. */
  readonly ownGroup: boolean;
  /** How much of the end of stderr is kept, in characters. */
  readonly stderrLimit: number;
  readonly onLine: (line: string) => void;
}

/** After exit, how long the pipes may stay open: a daemon that inherited them would hold them for its whole life. */
const drainMs = 300;

/**
 * Starts a program by its argument list; stdin is closed and the working folder is `/`, so that nothing of ours is held.
 * Throws only what `spawn` throws at once (out of file descriptors).
 */
export function startChild({ program, args, prefix }: ChildCommand, options: ChildOptions): Child {
  const [command = program, ...rest] = [...prefix, program, ...args];
  const child = spawn(command, rest, {
    cwd: '/',
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.ownGroup,
  });

  let abandon = (): void => undefined;
  const ended = new Promise<Ended>((resolve) => {
    abandon = () => {
      resolve({ status: undefined, signal: undefined, abandoned: true });
    };
    child.on('error', (error) => {
      resolve({ status: undefined, signal: undefined, spawnError: error, abandoned: false });
    });
    child.once('exit', (status, signal) => {
      const how = { status: status ?? undefined, signal: signal ?? undefined, abandoned: false };
      const timer = setTimeout(resolve, drainMs, how);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(how);
      });
    });
  });

  let tail = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-options.stderrLimit);
  });
  const lines = createInterface({ input: child.stdout, crlfDelay: Infinity });
  lines.on('line', options.onLine);

  return {
    ended,
    stderr: () => tail,
    abandon,
    kill: (wholeGroup) => {
      if (child.pid === undefined) return;
      try {
        process.kill(wholeGroup && options.ownGroup ? -child.pid : child.pid, 'SIGKILL');
      } catch {
        // ESRCH: gone meanwhile. EPERM: it is root's, and closing its pipes is all we may do.
      }
    },
    release: () => {
      lines.close();
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
    },
  };
}
