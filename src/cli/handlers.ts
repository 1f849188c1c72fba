import { setUpLine } from '../helper/setUpCommand';
import { join } from 'node:path';
import { doubtSince } from '../app/doubtSince';
import type { HelperRunner } from '../app/helperRunner';
import { daemonOwner, endpointFor, endpointMismatch, logPathOf, type DaemonOwner } from '../app/managedDaemon';
import { loginName } from '../app/privileges';
import { verifiesIn } from '../app/verifySwitch';
import { recallVerification, verifyNow, verifyOnce, type RunTrial } from '../app/verification';
import { clientFiles } from '../engine/dockerConfig';
import type { Endpoint } from '../engine/endpoint';
import { checkInstalled } from '../helper/installed';
import { rootlessSocket } from '../helper/rootless';
import type { Facts } from '../host/facts/facts';
import type { VerificationFacts } from '../host/facts/verification';
import type { ReadResult } from '../host/readResult';
import { LogFollower } from '../host/logFollower';
import { readLogTail } from '../host/logTail';
import { takeFacts } from '../host/takeFacts';
import { runDoctor } from './doctor';
import { exitStatus, type ExitStatus } from './exitStatus';
import { readStatus } from './readStatus';
import { appliedBy, runFix } from './fix';
import { runLifecycle, showVerification, verificationExit } from './lifecycle';
import { runLogs } from './logs';
import type { TerminalCommands } from './outcome';
import { UsageError, type ProgramActions } from './program';
import { runReport } from './report';
import { runResetData } from './resetData';
import { exitOf, statusJson, statusLines } from './statusReport';
import { printLine, type Terminal } from './terminal';

/** What the commands need of the helper. */
type Helper = Pick<HelperRunner, 'run' | 'apply' | 'installed' | 'forFacts'>;

export interface HandlerParts {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The `scripts` folder that this program brought along. */
  readonly bundledFolder: string;
  readonly version: string;
  /** The helper for root's daemon, or for this user's own. */
  readonly helperFor: (owner: DaemonOwner) => Helper;
  /** Effective user id of this process. */
  readonly uid: number;
  /** Asks a person yes or no; not called where nobody sits. */
  readonly ask: (question: string) => Promise<boolean>;
  /** Aborted by Ctrl-C; called once something is under way that has to end in order. */
  readonly interrupted: () => AbortSignal;
}

/** `status` ends within two seconds of its start; what is judged besides the engine may take what the engine left of them. */
const statusMs = 1750;
const minDiagnosisMs = 300;
/** What an engine gets that is elsewhere, silent or slow, and the diagnosis of it: it asks that engine, too. */
const patientMs = 3000;

type Command = Exclude<keyof ProgramActions, 'print'>;

/** What each command does. Resolves with the exit status; throws `UsageError` for what cannot be meant. */
export type Handlers = {
  readonly [name in Command]: (...args: Parameters<ProgramActions[name]>) => Promise<ExitStatus>;
};

/** The commands with what they need of this machine. */
export function makeHandlers(parts: HandlerParts): Handlers {
  const { terminal, environment, bundledFolder, version, helperFor, uid, ask, interrupted } = parts;

  const bundledHelper = join(bundledFolder, 'dind-helper');
  const commandsFor = (rootless: boolean, host?: string): TerminalCommands => ({
    setUp: setUpLine({ helperPath: bundledHelper, user: loginName(), root: uid === 0 }),
    flags: rootless ? ['--rootless'] : [],
    engineFlags: rootless ? ['--rootless'] : host === undefined ? [] : ['--host', host],
  });
  const rootHelper = helperFor('helper');

  /** The address that is asked for: of the user's own daemon, as `--rootless` means it, which root has not got. */
  const named = (rootless: boolean, host: string | undefined): string | undefined => {
    if (!rootless) return host;
    if (uid === 0) throw new UsageError('--rootless is for a user without root; root has the daemon of this machine.');
    return `unix://${rootlessSocket(environment, uid)}`;
  };
  /** Which daemon a command acts on, and how. */
  const daemonOf = (rootless: boolean): { endpoint: Endpoint | undefined; own: boolean; helper: Helper } => {
    const resolved = endpointFor(environment, named(rootless, undefined));
    const endpoint = resolved.ok ? resolved.endpoint : undefined;
    const own = daemonOwner(endpoint) === 'user';
    return { endpoint, own, helper: own ? helperFor('user') : rootHelper };
  };
  const verifies = verifiesIn(environment);
  const runTrial: RunTrial = async (endpoint, identity, signal) => {
    // Loaded on use, as limits are.
    const { tryContainersAt } = await import('../app/containerTrial');
    return tryContainersAt(endpoint, identity, { signal });
  };
  /** Facts of this machine; root's only where the helper may be used without a password. */
  const facts = async (verify = verifies): Promise<Facts> =>
    takeFacts({ bundledHelper, helper: await rootHelper.forFacts(), verification: verificationFact(verify) });
  /** Containers are tried unasked on a daemon of this machine only, and not where that is turned off. */
  const verificationFact =
    (verify: boolean) =>
    async (endpoint: Endpoint): Promise<ReadResult<VerificationFacts>> => {
      if (!verify || daemonOwner(endpoint) === undefined) {
        const why = verify ? `no container is tried at ${endpoint.display}` : 'verification is off';
        const known = (await recallVerification(endpoint, environment)) ?? { unreadable: why };
        const ran = 'verdict' in known && known.verdict === 'yes' ? known.at : undefined;
        const doubt = ran === undefined ? undefined : await doubtSince(endpoint, environment, ran);
        return doubt === undefined ? known : { unreadable: doubt };
      }
      const found = await verifyOnce(endpoint, environment, new AbortController().signal, runTrial);
      return found.verdict === 'unknown' ? { unreadable: found.message } : found;
    };

  return {
    status: async ({ json, host, rootless, quick }) => {
      const commands = commandsFor(rootless, host);
      const setting = named(rootless, host);
      const status = await readStatus({
        environment,
        host: setting,
        installed: () => rootHelper.installed(),
        pingMs: 1000,
        infoMs: 800,
        patientMs,
        verifies,
        diagnose: quick
          ? undefined
          : async (verified) => {
              // Loaded on use: an engine that is not well needs none of it.
              const { standingFindings } = await import('./standingFindings');
              return standingFindings(bundledHelper, setting, verified);
            },
        diagnosisMs: (slow) => Math.max(slow ? patientMs : minDiagnosisMs, statusMs - performance.now()),
        now: Date.now,
      });
      const lines = json
        ? [JSON.stringify(statusJson(status, commands))]
        : statusLines(status, commands, terminal.paint.out);
      for (const line of lines) printLine(terminal.out, line);
      return exitOf(status);
    },

    verify: async ({ json, host, rootless }) => {
      const resolved = endpointFor(environment, named(rootless, host));
      if (!resolved.ok) {
        printLine(terminal.err, `error: ${resolved.message}`);
        return exitStatus.notFine;
      }
      const found = await verifyNow(resolved.endpoint, environment, interrupted(), runTrial);
      showVerification(found, json, terminal);
      return verificationExit(found);
    },

    lifecycle: async (verb, { json, host, rootless, verify }) => {
      if (host !== undefined) {
        printLine(terminal.err, `error: ${verb} acts on this machine's own daemon; --host ${host} cannot change that.`);
        return exitStatus.usage;
      }
      const { endpoint, own, helper } = daemonOf(rootless);
      const signal = interrupted();
      return runLifecycle(verb, json, {
        terminal,
        commands: commandsFor(rootless),
        run: (asked, options) => helper.run(asked, options),
        installed: () => (own ? Promise.resolve({ status: 'current', version }) : checkInstalled({ bundledFolder })),
        endpointMismatch: endpointMismatch(endpoint),
        verify:
          verify && verifies && endpoint !== undefined && daemonOwner(endpoint) !== undefined
            ? () => verifyOnce(endpoint, environment, signal, runTrial)
            : undefined,
        signal,
      });
    },

    logs: async (options) => {
      const { endpoint, helper } = daemonOf(options.rootless);
      return runLogs(options, {
        terminal,
        commands: commandsFor(options.rootless),
        path: logPathOf(endpoint, environment),
        readTail: readLogTail,
        follow: (following) => new LogFollower(following),
        throughHelper: (onText) => helper.run('logs', { onText }),
        signal: interrupted(),
      });
    },

    limits: async ({ rootless, ...options }) => {
      // Loaded on use: what it is made of would slow every other command down.
      const { runLimits } = await import('./limits');
      const host = named(rootless, options.host);
      return runLimits({ ...options, host }, { terminal, reader: clientFiles(environment), environment, interrupted });
    },

    doctor: ({ verify, ...options }) => {
      const on = verify && verifies;
      const judge = { commands: commandsFor(false), verifies: on };
      const doctor = { terminal, version, ...judge, takeFacts: () => facts(on) };
      return runDoctor(options, { ...doctor, signal: interrupted(), everyMs: 2000 });
    },

    fix: (id, options) =>
      runFix(id, options, {
        terminal,
        takeFacts: () => facts(),
        apply: async (action) => appliedBy(await rootHelper.apply(action)),
        ask,
      }),

    resetData: async ({ host, rootless, ...options }) => {
      if (host !== undefined || rootless) {
        throw new UsageError(
          "reset-data moves the data of root's daemon on this machine; --host and --rootless mean another.",
        );
      }
      return runResetData(options, {
        terminal,
        commands: commandsFor(false),
        run: (verb, call) => rootHelper.run(verb, call),
        ask,
        signal: interrupted(),
      });
    },

    report: (options) => runReport(options, { terminal, version, takeFacts: () => facts(), ask }),
  };
}
