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

const noVerifyHelp = `don't run a test container (${verifyVariable}=off for all commands)`;

const exitHelp = `
Exit status:
  0  Docker is usable and has no problems, or the command succeeded
  1  stopped, failed, permission denied, or an active error; see the output
  2  usage: unknown command, option or value
  3  unknown
`;

const doctorHelp = `
Exit status:
  0  no errors
  1  errors
  2  usage: unknown option, or a file without facts
  3  unknown

The output of --json follows schemas/diagnosis.schema.json in this package and is stable while "schema" is 1.
`;

const examples = `
Examples:
  dind-station status                status, cause and next steps
  dind-station status --json | jq -r .state
  dind-station verify                run a small container to verify that containers run
  dind-station doctor                problems of this machine, their causes and fixes
  dind-station fix socket.socket-dead   apply the fix for that issue and check the result
  dind-station restart               with progress; Ctrl-C cancels
  dind-station logs --follow         follow the daemon log, across rotation
  dind-station limits --only cpu,memory   verify that these limits are enforced
  dind-station limits --container web     limits and usage of a running container
  dind-station status --host tcp://127.0.0.1:2375
  dind-station start --rootless      your own rootless daemon

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
  0  every limit is enforced, or not supported here (listed with the reason)
  1  a limit is not enforced
  2  usage: unknown option, check or value
  3  at least one is inconclusive: disturbed, canceled, or the engine did not respond
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
    .description('Manage and diagnose the Docker daemon of this container.')
    .version(text.version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .addOption(new Option('--json', 'print JSON: one object, or one event per line'))
    .addOption(new Option('--host <address>', 'engine to connect to, as in DOCKER_HOST'))
    .addOption(new Option('--rootless', "this user's rootless daemon").conflicts('host'))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: text.out, writeErr: text.err })
    .showSuggestionAfterError()
    .showHelpAfterError("See 'dind-station --help'.")
    .addHelpText('after', `${exitHelp}${examples}`)
    .exitOverride();

  const globals = (command: Command): EngineOptions => {
    const { json, host, rootless } = command.optsWithGlobals<GlobalOptions>();
    return { json: json === true, host, rootless: rootless === true };
  };

  program
    .command('status')
    .description('Show the status of Docker, the cause and next steps')
    .option('-q, --quick', 'only ping the engine; skip the diagnosis')
    .addHelpText('after', exitHelp)
    .action((options: { quick?: true }, command: Command) =>
      actions.status({ ...globals(command), quick: options.quick === true }),
    );

  program
    .command('verify')
    .description('Run a small container to verify that containers run')
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
    .description('Show the daemon log')
    .option('-f, --follow', 'keep printing new lines until Ctrl-C')
    .addOption(
      new Option('-n, --lines <number>', 'number of lines to show from the end').default(200).argParser(wholeNumber),
    )
    .addHelpText('after', exitHelp)
    .action((options: { follow?: true; lines: number }, command: Command) => {
      const { json, rootless } = globals(command);
      return actions.logs({ follow: options.follow === true, lines: options.lines, json, rootless });
    });

  program
    .command('limits')
    .description('Verify that resource limits are enforced')
    .addOption(new Option('--only <checks>', 'areas or ids, comma-separated: cpu,memory.limit').argParser(words))
    .addOption(new Option('--format <format>', 'output format').choices(['text', 'json', 'junit']))
    .option('--image <image>', 'test in this image, which needs sh and dd, instead of a generated one')
    .option('--container <name>', 'show the limits of a running container, its cgroup values and its usage')
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
    .description('Diagnose Docker on this machine and suggest fixes')
    .addOption(new Option('--format <format>', 'output format').choices(doctorFormats).default('text'))
    .option('--facts <file>', 'diagnose the facts in a file instead of this machine')
    .option('--facts-out <file>', 'write the facts to a file, with secrets redacted')
    .option('-w, --watch', 'print the report again whenever it changes, until Ctrl-C')
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
    .description('Apply the fix for an issue found by doctor')
    .addArgument(new Argument('<id>', 'ID of the issue, as doctor prints it'))
    .option('-y, --yes', 'skip the confirmation')
    .addHelpText('after', exitHelp)
    .action((id: string, options: { yes?: true }) => actions.fix(id, { yes: options.yes === true }));

  let yes = 0;
  program
    .command('reset-data')
    .description('Back up all Docker data and start with an empty data root')
    .option('--undo', 'restore the most recent backup')
    .option('-y, --yes', 'confirm one question; give it twice for both, once with --undo')
    // Said twice it counts twice, which commander does for no flag by itself.
    .on('option:yes', () => void (yes += 1))
    .addHelpText('after', exitHelp)
    .action((options: { undo?: true }, command: Command) =>
      actions.resetData({ ...globals(command), undo: options.undo === true, yes }),
    );

  program
    .command('report')
    .description('Write a support report with secrets redacted')
    .option('-o, --output <file>', 'output file', 'dind-station-report.md')
    .option('-y, --yes', 'save without asking')
    .addHelpText('after', exitHelp)
    .action((options: { output: string; yes?: true }) =>
      actions.report({ output: options.output, yes: options.yes === true }),
    );

  program
    .command('completion')
    .description('Print the completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => {
      actions.print(completionScript(shell, completable(program), [...longOptions(program), '--help']));
    });

  return program;
}
