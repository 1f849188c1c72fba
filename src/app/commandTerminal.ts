import { setUpArgv, type SetUpFacts } from '../helper/setUpCommand';

/** What a terminal is opened with. */
export interface CommandTerminal {
  readonly shellPath: string;
  readonly shellArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the terminal says around the command. Texts of our own: they become part of a script. */
interface TerminalText {
  readonly opening: string;
  readonly done: string;
  readonly failed: string;
}

/**
 * Runs its arguments as a command, says how it ended, and waits, so that the text can be read before the terminal
 * goes. The arguments reach the shell as positions and are never parsed by it: no path can become a command.
 */
const scriptOf = ({ opening, done, failed }: TerminalText): string =>
  [
    `printf '%s\\n' '${opening}'`,
    `printf 'This needs root: sudo may ask for your password.\\n\\n'`,
    `if "$@"; then printf '\\n%s\\n' '${done}'; status=0; else status=$?; printf '\\n%s (exit status %s).\\n' '${failed}' "$status"; fi`,
    `printf 'Press Enter to close this terminal. '`,
    `read -r _`,
    `exit "$status"`,
  ].join('\n');

/** The environment is written out: the editor's own has no sbin and too much else. */
function terminalFor(text: TerminalText, argv: readonly string[], home: string | undefined): CommandTerminal {
  return {
    shellPath: '/bin/sh',
    shellArgs: ['-c', scriptOf(text), 'in-terminal', ...argv],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      ...(home === undefined ? {} : { HOME: home }),
    },
  };
}

/** The terminal in which the helper is installed. */
export function setUpTerminal(facts: SetUpFacts, home: string | undefined): CommandTerminal {
  const text = {
    opening: 'Setting up the privileged helper of Docker-in-Docker Station.',
    done: 'The helper is set up.',
    failed: 'The helper is not set up',
  };
  return terminalFor(text, setUpArgv(facts), home);
}

/**
 * The terminal in which Docker Engine is installed.
 *
 * @param line a command of `installation.ts`, for a shell
 */
export function installTerminal(line: string, home: string | undefined): CommandTerminal {
  const text = {
    opening: `Installing Docker Engine: ${line}`,
    done: 'Docker Engine is installed.',
    failed: 'Docker Engine is not installed',
  };
  return terminalFor(text, ['/bin/sh', '-c', line], home);
}
