import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { lifecycleVerbNames, lifecycleVerbs, type LifecycleVerb } from '../app/lifecycle';
import { completionScript, shells, type Completable, type Shell } from './completion';
import { doctorFormats, type DoctorFormat } from '../report/formats';
import { verifyVariable } from '../app/verifySwitch';
import type { DoctorOptions } from './doctor';
import type { LimitsOptions } from './limits';
import type { LogsOptions } from './logs';
import type { ReportOptions } from './report';
import type { ResetDataOptions } from './resetData';

/** The command line is in order, and yet asks for what cannot be meant. */
export class UsageError extends Error {}

/** The options that every command has. */
export interface EngineOptions {
  readonly json: boolean;
  readonly host: string | undefined;
  /** The user's own daemon. */
  readonly rootless: boolean;
}

/** False: no container is run to see whether containers run. */
export interface VerifyOptions {
  readonly verify: boolean;
}

/** What the words on the command line mean. Each may set its exit status through what it resolves with. */
export interface ProgramActions {
  /** `quick`: the engine alone, without judging the machine. */
  readonly status: (options: EngineOptions & { readonly quick: boolean }) => Promise<void>;
  /** Runs a container because it is asked for. */
  readonly verify: (options: EngineOptions) => Promise<void>;
  readonly lifecycle: (verb: LifecycleVerb, options: EngineOptions & VerifyOptions) => Promise<void>;
  readonly logs: (options: LogsOptions) => Promise<void>;
  readonly limits: (options: LimitsOptions & Pick<EngineOptions, 'rootless'>) => Promise<void>;
  readonly doctor: (options: DoctorOptions & VerifyOptions) => Promise<void>;
  readonly fix: (id: string, options: { yes: boolean }) => Promise<void>;
  readonly resetData: (options: ResetDataOptions & Pick<EngineOptions, 'host' | 'rootless'>) => Promise<void>;
  readonly report: (options: ReportOptions) => Promise<void>;
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

const noVerifyHelp = `run no container to see whether containers run; ${verifyVariable}=off holds for every command`;

const exitHelp = `
Exit status:
  0  fine: the engine can be used and nothing is wrong with it, or the command did what was asked
  1  not fine: stopped, failed, refused, or an error stands; the output says why
  2  usage: unknown command, option or value
  3  could not tell
`;

const doctorHelp = `
Exit status:
  0  nothing wrong, or warnings at most
  1  errors
  2  usage: unknown option, or a file that holds no facts
  3  could not tell

What --json prints is described by schemas/diagnosis.schema.json of this package; it stays so while "schema" is 1.
`;

const examples = `
Examples:
  dind-station status                what state Docker is in, why, and what to do
  dind-station status --json | jq -r .state
  dind-station verify                run a small container, and say whether it ran
  dind-station doctor                what is wrong with this machine, why, and how to mend it
  dind-station fix socket.socket-dead   apply the remedy of that finding, and look whether it helped
  dind-station restart               with progress; Ctrl-C cancels it
  dind-station logs --follow         the daemon's log, through rotation
  dind-station limits --only cpu,memory   prove that these limits hold
  dind-station limits --container web     what limits a running container has, and uses
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

const limitsExitHelp = `
Exit status:
  0  every limit is enforced, or not supported here (told which and why)
  1  a limit is not enforced
  2  usage: unknown option, proof or value
  3  at least one could not be told: disturbed, cancelled, or the engine did not answer
`;

function words(text: string): string[] {
  return text.split(',').filter((word) => word !== '');
}

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
    .description('Says what state the Docker daemon is in, starts, stops and restarts it, and proves its limits.')
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
    .option('-q, --quick', 'ask the engine alone, and judge nothing else')
    .addHelpText('after', exitHelp)
    .action((options: { quick?: true }, command: Command) =>
      actions.status({ ...globals(command), quick: options.quick === true }),
    );

  program
    .command('verify')
    .description('run a small container to see that containers run, on whatever engine it is, and remember it')
    .addHelpText('after', exitHelp)
    .action((_options, command: Command) => actions.verify(globals(command)));

  for (const verb of lifecycleVerbNames) {
    const lifecycle = program.command(verb).description(lifecycleVerbs[verb].help);
    // A stop runs nothing.
    if (verb !== 'stop') lifecycle.option('--no-verify', noVerifyHelp);
    lifecycle
      .addHelpText('after', exitHelp)
      .action((options: { verify?: boolean }, command: Command) =>
        actions.lifecycle(verb, { ...globals(command), verify: options.verify !== false }),
      );
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
    .command('limits')
    .description('prove that resource limits hold: each is asked for, run against, and run without')
    .addOption(new Option('--only <proofs>', 'areas or ids, with commas: cpu,memory.limit').argParser(words))
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'junit']))
    .option('--image <image>', 'an image that the engine has, with sh and dd, instead of one put together here')
    .option('--container <name>', 'compare the limits of a running container with its cgroup and its use')
    .addHelpText('after', limitsExitHelp)
    .action(
      (
        options: Omit<LimitsOptions, 'host' | 'only' | 'format'> & Partial<Pick<LimitsOptions, 'only' | 'format'>>,
        command: Command,
      ) => {
        const { json, host, rootless } = globals(command);
        return actions.limits({
          ...options,
          only: options.only ?? [],
          format: options.format ?? (json ? 'json' : 'text'),
          host,
          rootless,
        });
      },
    );

  program
    .command('doctor')
    .description('say what is wrong with Docker on this machine, why, and how to mend it')
    .addOption(new Option('--format <format>', 'how to print the report').choices(doctorFormats).default('text'))
    .option('--facts <file>', 'judge the facts in a file instead of this machine')
    .option('--facts-out <file>', 'write the facts to a file, without secrets')
    .option('-w, --watch', 'print the report again when it changes, until Ctrl-C')
    .option('--no-verify', noVerifyHelp)
    .addHelpText('after', doctorHelp)
    .action(
      (
        options: { format: DoctorFormat; facts?: string; factsOut?: string; watch?: true; verify: boolean },
        command: Command,
      ) => {
        const { format, watch, ...rest } = options;
        return actions.doctor({ ...rest, format: globals(command).json ? 'json' : format, watch: watch === true });
      },
    );

  program
    .command('fix')
    .description('apply the remedy of a finding of doctor, and look whether it helped')
    .addArgument(new Argument('<id>', 'of the finding'))
    .option('-y, --yes', 'do not ask, whatever it costs')
    .addHelpText('after', exitHelp)
    .action((id: string, options: { yes?: true }) => actions.fix(id, { yes: options.yes === true }));

  let yes = 0;
  program
    .command('reset-data')
    .description('begin with an empty data root: moves images, containers and volumes aside, and deletes nothing')
    .option('--undo', 'bring back what was moved aside last')
    .option('-y, --yes', 'answer one question with yes; there are two, and one with --undo')
    // Said twice it counts twice, which commander does for no flag by itself.
    .on('option:yes', () => void (yes += 1))
    .addHelpText('after', exitHelp)
    .action((options: { undo?: true }, command: Command) =>
      actions.resetData({ ...globals(command), undo: options.undo === true, yes }),
    );

  program
    .command('report')
    .description('write a report to attach to an issue, without secrets, shown before it is saved')
    .option('-o, --output <file>', 'where to', 'dind-station-report.md')
    .option('-y, --yes', 'save it without asking')
    .addHelpText('after', exitHelp)
    .action((options: { output: string; yes?: true }) =>
      actions.report({ output: options.output, yes: options.yes === true }),
    );

  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => {
      actions.print(completionScript(shell, completable(program), [...longOptions(program), '--help']));
    });

  return program;
}
