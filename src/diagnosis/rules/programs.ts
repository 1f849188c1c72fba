import type { DaemonConfigFacts } from '../../host/facts/daemon';
import type { Facts } from '../../host/facts/facts';
import { daemonPath, packageManagers, type ClosedProgram } from '../../host/programs';
import { answers, daemonRuns, isManaged, isOff, option } from '../factSelectors';
import { installLine, type EngineProgram } from '../installation';
import { fix, rule, seen, type Draft, type Explained, type Rule } from '../rule';
import type { RuleId } from '../ruleIds';
import { hasRun } from './containers';
import { unanswered } from './daemonJson';

/** A daemon runs, so it has found what it needs to start. */
function runs(facts: Facts): boolean {
  return daemonRuns(facts) || answers(facts);
}

interface Needed {
  readonly id: RuleId;
  readonly program: EngineProgram;
  readonly title?: string;
  readonly explains: readonly Explained[];
  /** Whether it is needed here and now. */
  readonly needed: (facts: Facts, config: DaemonConfigFacts) => boolean;
  /** What it is for, and what does not work without it. */
  readonly cause: string;
  readonly consequence: (running: boolean) => string;
  /** What else helps than to install it. */
  readonly instead?: string;
}

const noStart = (running: boolean): string => (running ? 'No container starts.' : 'The daemon does not start.');

/** Programs that a daemon needs, by the PATH that it has. Without dockerd there is none to miss the others. */
const table: readonly Needed[] = [
  {
    id: 'daemon.missing-dockerd',
    program: 'dockerd',
    title: 'Docker is not installed: dockerd was not found',
    explains: ['start.*', ...unanswered],
    // An engine that answers is somebody else's, or installed elsewhere.
    needed: (facts) => !runs(facts) && isManaged(facts),
    cause: 'It is the Docker daemon.',
    consequence: () => 'Docker cannot be started.',
  },
  {
    id: 'daemon.missing-containerd',
    program: 'containerd',
    explains: ['start.containerd-missing', 'start.containerd-ended', 'daemon.containers-fail', ...unanswered],
    needed: (facts, config) => !runs(facts) && option(config, 'containerd') === undefined,
    cause: 'The daemon runs containers through it.',
    consequence: noStart,
  },
  {
    id: 'daemon.missing-runc',
    program: 'runc',
    explains: ['start.runc-missing', 'daemon.containers-fail', ...unanswered],
    // It is looked for with each container.
    needed: (facts) => !runs(facts) || !hasRun(facts),
    cause: 'containerd starts it for each container.',
    consequence: noStart,
  },
  {
    id: 'daemon.missing-iptables',
    program: 'iptables',
    explains: ['start.nat-chain', 'start.iptables-missing', 'daemon.containers-fail', ...unanswered],
    needed: (facts, config) =>
      !runs(facts) && !isOff(option(config, 'iptables')) && option(config, 'firewall-backend') !== 'nftables',
    cause: 'The daemon makes the networks of containers with it.',
    consequence: noStart,
  },
  {
    id: 'daemon.missing-shim',
    program: 'containerd-shim-runc-v2',
    explains: ['daemon.containers-fail'],
    needed: (facts) => !hasRun(facts),
    cause: 'containerd starts one for each container.',
    consequence: () => 'No container starts.',
  },
  {
    id: 'daemon.missing-docker-proxy',
    program: 'docker-proxy',
    explains: [],
    needed: (_facts, config) =>
      !isOff(option(config, 'userland-proxy')) && option(config, 'userland-proxy-path') === undefined,
    cause: 'The daemon starts one for each published port.',
    consequence: () => 'docker run -p fails: the port cannot be published.',
    instead: 'set "userland-proxy": false in daemon.json',
  },
];

/** For a program that is there. */
function notExecutable({ path, mode }: ClosedProgram, running: boolean): Omit<Draft, 'severity' | 'consequence'> {
  const then = running ? '' : ', then start Docker';
  const permitted = /[1357]/u.test(mode.slice(-3));
  return {
    title: `${path} cannot be executed`,
    cause: permitted
      ? `Its mode, ${mode}, permits it; perhaps the file system it is on is mounted noexec.`
      : `Its mode is ${mode}: nobody may execute it.`,
    evidence: [seen(path, `mode ${mode}, not executable`)],
    remedy: permitted
      ? fix(`Look at the options of its mount, and remove noexec${then}.`, `findmnt --target ${path}`)
      : fix(`Make it executable${then}.`, `sudo chmod 755 ${path}`),
  };
}

export const programRules: readonly Rule[] = table.map(
  ({ id, program, title, explains, needed, cause, consequence, instead }) =>
    rule({
      id,
      needs: ['daemonConfig'],
      explains,
      judge: ({ daemonConfig }, facts) => {
        const { programs } = daemonConfig;
        if (programs[program] !== undefined || !needed(facts, daemonConfig)) return undefined;
        if (program !== 'dockerd' && programs.dockerd === undefined) return undefined;
        // Without dockerd the others are not told of: they are installed with it.
        const all = program === 'dockerd' ? table.map((row) => row.program) : [program];
        const absent = all.filter((name) => programs[name] === undefined);
        const manager = packageManagers.find((name) => programs[name] !== undefined) ?? 'apt-get';
        // A port may never be published.
        const severity = program === 'docker-proxy' && !answers(facts) ? 'warning' : 'error';
        const closed = daemonConfig.closedPrograms?.find(({ path }) => path.endsWith(`/${program}`));
        if (closed !== undefined) {
          return { severity, ...notExecutable(closed, runs(facts)), consequence: consequence(runs(facts)) };
        }
        const what = instead === undefined ? `Install ${program}` : `Install ${program}, or ${instead}`;
        return {
          severity,
          title: title ?? `${program} is not installed where the daemon looks`,
          cause: `${cause} The daemon looks in ${daemonPath.join(', ')}.`,
          evidence: [seen(program, 'not found')],
          consequence: consequence(runs(facts)),
          remedy: fix(runs(facts) ? `${what}.` : `${what}, then start Docker.`, installLine(manager, absent)),
        };
      },
    }),
);
