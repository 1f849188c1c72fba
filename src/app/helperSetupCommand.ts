import { setUpArgv, type SetUpFacts } from '../helper/setUpCommand';

/** What a terminal is opened with. */
export interface SetUpTerminal {
  readonly shellPath: string;
  readonly shellArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs its arguments as a command, says how it ended, and waits, so that the text can be read before the terminal
 * goes. The arguments reach the shell as positions and are never parsed by it: no path can become a command.
 */
const script = [
  `printf 'Setting up the privileged helper of Docker-in-Docker Station.\\n'`,
  `printf 'It is installed as root, so sudo may ask for your password.\\n\\n'`,
  `if "$@"; then printf '\\nThe helper is set up.\\n'; status=0; else status=$?; printf '\\nThe helper is not set up (exit status %s).\\n' "$status"; fi`,
  `printf 'Press Enter to close this terminal. '`,
  `read -r _`,
  `exit "$status"`,
].join('\n');

/** The terminal that runs it. The environment is written out: the editor's own has no sbin and too much else. */
export function setUpTerminal(facts: SetUpFacts, home: string | undefined): SetUpTerminal {
  return {
    shellPath: '/bin/sh',
    shellArgs: ['-c', script, 'set-up', ...setUpArgv(facts)],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      ...(home === undefined ? {} : { HOME: home }),
    },
  };
}
