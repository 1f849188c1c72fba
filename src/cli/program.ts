import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { completionScript, shells, type Completable, type Shell } from './completion';
import { lifecycleVerbs, type LifecycleVerb } from './lifecycle';
import type { LogsOptions } from './logs';

/** The command line is in order, and yet asks for what cannot be meant. */
export class UsageError extends Error {}

/** The options that every command has. */
export interface EngineOptions {
  readonly json: boolean;
  readonly host: string | undefined;
  /** The user's own daemon. */
  readonly rootless: boolean;
}

/** What the words on the command line mean. Each may set its exit status through what it resolves with. */
export interface ProgramActions {
  readonly status: (options: EngineOptions) => Promise<void>;
  readonly lifecycle: (verb: LifecycleVerb, options: EngineOptions) => Promise<void>;
  readonly logs: (options: LogsOptions) => Promise<void>;
  readonly print: (text: string) => void;
}

export interface ProgramText {
  readonly version: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface GlobalOptions {
  readonly json?: true;
  readonly host?: string;
  readonly rootless?: true;
}

const exitHelp = `
Exit status:
  0  fine: the engine can be used, or the command did what was asked
  1  not fine: stopped, failed, refused; the output says why
  2  usage: unknown command, option or value
  3  could not tell
`;

const examples = `
Examples:
  dind-station status                what state Docker is in, why, and what to do
  dind-station status --json | jq -r .state
  dind-station restart               with progress; Ctrl-C cancels it
  dind-station logs --follow         the daemon's log, through rotation
  dind-station status --host tcp://127.0.0.1:2375
  dind-station start --rootless      a daemon of your own, without root

Without --rootless, start, stop, restart and logs act on root's daemon, unless the endpoint of this environment is the
socket of your own ($XDG_RUNTIME_DIR/docker.sock).
`;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 1_000_000) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 1000000.');
  }
  return value;
}

const lifecycleTexts: Record<LifecycleVerb, string> = {
  start: 'start the Docker daemon of this machine and wait until it answers',
  stop: 'stop it and wait until it has ended',
  restart: 'stop it if it runs, start it, and wait until it answers',
};

function longOptions(command: Command): string[] {
  return command.options.flatMap(({ long }) => (long === undefined ? [] : [long]));
}

function completable(program: Command): Completable[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: longOptions(command),
  }));
}

/** The command line's grammar. Parsing throws `CommanderError` where commander itself would end the process. */
export function buildProgram(actions: ProgramActions, text: ProgramText): Command {
  const program = new Command('dind-station');
  program
    .description('Says what state the Docker daemon is in, and starts, stops and restarts it.')
    .version(text.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addOption(new Option('--json', 'print JSON: one object, or one event a line'))
    .addOption(new Option('--host <address>', 'the engine to ask, as in DOCKER_HOST'))
    .addOption(new Option('--rootless', 'the daemon of this user, without root').conflicts('host'))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: text.out, writeErr: text.err })
    .showSuggestionAfterError()
    .showHelpAfterError('Run dind-station --help for what there is.')
    .addHelpText('after', `${exitHelp}${examples}`)
    .exitOverride();

  const globals = (command: Command): EngineOptions => {
    const { json, host, rootless } = command.optsWithGlobals<GlobalOptions>();
    return { json: json === true, host, rootless: rootless === true };
  };

  program
    .command('status')
    .description('say what state Docker is in, why, and what to do about it')
    .addHelpText('after', exitHelp)
    .action((_options, command: Command) => actions.status(globals(command)));

  for (const verb of lifecycleVerbs) {
    program
      .command(verb)
      .description(lifecycleTexts[verb])
      .addHelpText('after', exitHelp)
      .action((_options, command: Command) => actions.lifecycle(verb, globals(command)));
  }

  program
    .command('logs')
    .description("print the end of the daemon's log")
    .option('-f, --follow', 'print what is appended, until Ctrl-C')
    .addOption(new Option('-n, --lines <number>', 'how many lines from the end').default(200).argParser(wholeNumber))
    .addHelpText('after', exitHelp)
    .action((options: { follow?: true; lines: number }, command: Command) => {
      const { json, rootless } = globals(command);
      return actions.logs({ follow: options.follow === true, lines: options.lines, json, rootless });
    });

  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => {
      actions.print(completionScript(shell, completable(program), [...longOptions(program), '--help']));
    });

  return program;
}
