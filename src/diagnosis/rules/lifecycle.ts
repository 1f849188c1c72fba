import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import { answers, engineInfo, engineVersion, livingDaemons, settings, startedBefore } from '../factSelectors';
import { rule, seen, type Rule, fix, requiresHost } from '../rule';
import { formatCount } from '../../util/format';
import { lastPanic } from '../startFailures/decisiveLine';

/** The share of all tasks from which zombies are in the way of what runs. */
const harmfulShare = 0.25;

/** What Linux allows where nothing else is known. */
const defaultTasks = 32_768;

/** How many tasks there can be here, and who says so. */
function taskLimit(facts: Facts): { readonly tasks: number; readonly source: string } {
  const sysctls = valueOf(facts.sysctls);
  const { value, folder = '' } = valueOf(facts.cgroup)?.effective.pids ?? { value: 'unknown' };
  return [
    ...(typeof value === 'number' ? [{ tasks: value, source: `${folder}/pids.max` }] : []),
    ...(sysctls?.threadsMax === undefined ? [] : [{ tasks: sysctls.threadsMax, source: 'kernel.threads-max' }]),
    { tasks: sysctls?.pidMax ?? defaultTasks, source: 'kernel.pid_max' },
  ].reduce((least, other) => (other.tasks < least.tasks ? other : least));
}

const restart = (summary: string) => fix(summary, 'dind-station restart', 'restarts-daemon', 'restart-daemon');

/** Where dockerd writes: as this user sees it, else as the helper does. */
function outputsOf(
  facts: Facts,
): { readonly pid: number; readonly outputs: readonly string[]; readonly wchan: string } | undefined {
  const daemon = valueOf(facts.processes)?.dockerd[0];
  if (daemon === undefined) return undefined;
  const told = valueOf(facts.root)?.processes.find(({ pid }) => pid === daemon.pid);
  const outputs = [daemon.stdout ?? told?.stdout, daemon.stderr ?? told?.stderr].filter((text) => text !== undefined);
  return outputs.length === 0 ? undefined : { pid: daemon.pid, outputs, wchan: daemon.wchan ?? told?.wchan ?? '' };
}

/** How a daemon lives, hangs and dies. */
export const lifecycleRules: readonly Rule[] = [
  rule({
    id: 'daemon.log-pipe-not-drained',
    needs: ['engine', 'processes'],
    explains: ['daemon.start-in-progress-or-blocked'],
    judge: ({ engine, processes }, facts) => {
      if (engine.ping.outcome !== 'timeout' || livingDaemons(processes).length === 0) return undefined;
      const daemon = outputsOf(facts);
      if (daemon === undefined) return { inconclusive: 'where the daemon writes its log (root sees it)' };
      if (!daemon.outputs.some((text) => text.startsWith('pipe:'))) return undefined;
      if (!daemon.wchan.includes('pipe') && daemon.wchan !== '' && daemon.wchan !== '0') return undefined;
      return {
        severity: 'error',
        title: 'The daemon hangs because nobody reads its log',
        cause: 'Whoever started it took its output through a pipe and stopped reading; a full pipe stops the writer.',
        evidence: [
          seen(`/proc/${String(daemon.pid)}/fd/1,2`, daemon.outputs.join(' ')),
          seen('GET /_ping', engine.ping),
        ],
        consequence: 'Every request hangs.',
        remedy: restart('Restart Docker; the helper lets it write into a file.'),
      };
    },
  }),
  rule({
    id: 'daemon.start-in-progress-or-blocked',
    needs: ['engine', 'processes'],
    judge: ({ engine, processes }, facts) => {
      const daemon = livingDaemons(processes)[0];
      if (engine.ping.outcome !== 'timeout' || daemon === undefined) return undefined;
      const age = (Date.parse(facts.takenAt) - Date.parse(daemon.startedAt)) / 1000;
      const young = age < 90;
      return {
        severity: young ? 'warning' : 'error',
        title: young ? 'The daemon is starting' : 'The daemon takes connections, but does not answer',
        cause: young
          ? `It was started ${age.toFixed(0)} seconds ago and listens before it works.`
          : 'It waits for something: a child, its disk, or containerd.',
        evidence: [
          seen('GET /_ping', engine.ping),
          ...processes.daemonChildren.map(({ pid, comm, state }) => seen(`child ${String(pid)}`, `${comm} ${state}`)),
        ],
        consequence: 'Every docker command hangs until it answers.',
        remedy: young ? fix('Wait.', 'dind-station status') : restart('Restart Docker.'),
      };
    },
  }),
  rule({
    id: 'daemon.log-pipe-closed',
    needs: ['helper', 'processes'],
    explains: ['socket.socket-dead', 'daemon.dockerd-killed-leftovers'],
    judge: ({ helper, processes }) => {
      const last = helper.history.at(-1);
      if (livingDaemons(processes).length > 0 || last === undefined || !/\b141\b|SIGPIPE|signal 13\b/.test(last.why))
        return undefined;
      return {
        severity: 'error',
        title: 'The daemon ended because whoever read its log went away',
        cause: 'Writing to a closed pipe ends a dockerd of 20.10 without a word (SIGPIPE).',
        evidence: [seen(`history ${last.at}`, `${last.what}: ${last.why}`)],
        consequence: 'Docker is down.',
        remedy: fix(
          'Start Docker; the helper lets it write into a file.',
          'dind-station start',
          'none',
          'start-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.dockerd-killed-leftovers',
    needs: ['pidFiles', 'processes'],
    explains: ['socket.socket-dead', 'socket.socket-absent'],
    judge: ({ pidFiles, processes }, facts) => {
      const file = pidFiles.find(({ role, state, pid }) => role === 'dockerd' && state === 'read' && pid !== undefined);
      if (
        livingDaemons(processes).length > 0 ||
        processes.hidden ||
        file === undefined ||
        (file.process !== undefined && file.process.state !== 'Z')
      )
        return undefined;
      if (answers(facts)) return undefined;
      // Of another process the kernel's log says nothing about this one.
      const kills = (valueOf(facts.root)?.kernelLog ?? []).filter((line) => /\(dockerd\)|task=dockerd\b/.test(line));
      const panic = lastPanic(valueOf(facts.daemonLog)?.lastStart ?? [], startedBefore(facts));
      return {
        severity: 'error',
        title: panic === undefined ? 'The daemon was killed' : 'The daemon crashed',
        cause:
          panic === undefined
            ? 'Its files are still there, and a daemon that ends on its own removes them.'
            : `Its last words: ${panic}`,
        evidence: [
          seen(file.path, `${String(file.pid)}, ${file.process === undefined ? 'no such process' : 'a zombie'}`),
          seen('containerd-shim', `${String(processes.shimCount)} left`),
          ...kills.slice(-3).map((line) => seen('kernel log', line)),
        ],
        consequence:
          processes.shimCount > 0
            ? `Docker is down; its ${String(processes.shimCount)} containers go on, and are stopped by the next start unless live-restore is on.`
            : 'Docker is down.',
        remedy: fix(
          'Start Docker.',
          'dind-station start',
          processes.shimCount > 0 && fileSettings(facts)['live-restore'] !== true ? 'stops-containers' : 'none',
          'start-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.daemon-stop-kills-containers',
    needs: ['engine'],
    judge: (_slices, facts) => {
      const info = engineInfo(facts);
      if (info === undefined || info.liveRestore || info.containersRunning === 0) return undefined;
      return {
        severity: 'info',
        title: `Stopping Docker stops ${String(info.containersRunning)} containers`,
        cause: 'live-restore is off.',
        evidence: [
          seen('GET /info LiveRestoreEnabled', false),
          seen('GET /info ContainersRunning', info.containersRunning),
        ],
        consequence: 'A restart of the daemon ends what runs.',
        remedy: fix(
          'Set "live-restore": true, and containers outlive the daemon.',
          'sudo editor /etc/docker/daemon.json',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.live-restore-dropped',
    needs: ['processes', 'daemonConfig'],
    judge: ({ processes, daemonConfig }) => {
      if (livingDaemons(processes).length > 0 || processes.shimCount === 0) return undefined;
      if (daemonConfig.file.state !== 'parsed' && daemonConfig.file.state !== 'absent') return undefined;
      if (daemonConfig.file.state === 'parsed' && daemonConfig.file.content['live-restore'] === true) return undefined;
      return {
        severity: 'warning',
        title: `${String(processes.shimCount)} containers run without a daemon, and the next start ends them`,
        cause: 'live-restore is not set in daemon.json.',
        evidence: [seen('containerd-shim', processes.shimCount), seen(daemonConfig.file.path, 'no live-restore')],
        consequence: 'What runs in them is lost when Docker is started.',
        remedy: fix('Set "live-restore": true before starting Docker.', `sudo editor ${daemonConfig.file.path}`),
      };
    },
  }),
  rule({
    id: 'daemon.containerd-died',
    needs: ['engine', 'processes'],
    explains: ['daemon.containers-fail', 'log.containerd-refused'],
    judge: ({ engine, processes }, facts) => {
      const version = engineVersion(facts);
      if (engine.ping.outcome !== 'ok' || livingDaemons(processes).length === 0) return undefined;
      const infoHangs = engine.info.outcome === 'timeout';
      const gone = version !== undefined && !version.components.some(({ name }) => name === 'containerd');
      if (!infoHangs && !gone) return undefined;
      return {
        severity: 'error',
        title: 'The daemon answers, but containerd does not',
        cause:
          processes.containerd.length === 0
            ? 'There is no containerd; dockerd starts one of its own again within 13 seconds.'
            : 'containerd runs, and does not answer.',
        evidence: [
          seen('containerd', `${String(processes.containerd.length)} processes`),
          seen('GET /info', engine.info.outcome),
          seen('GET /version', version?.components.map(({ name }) => name).join(' ')),
        ],
        consequence: 'Lists work; nothing can be run.',
        remedy: restart('Wait 20 seconds; if it does not come back, restart Docker.'),
      };
    },
  }),
  rule({
    id: 'daemon.zombie-shims',
    needs: ['processes'],
    judge: ({ processes }, facts) => {
      const { zombies, init } = processes;
      if (zombies.shims < 3 || (init?.oldestZombieSeconds ?? 60) < 30) return undefined;
      const worst = zombies.parents[0];
      const limit = taskLimit(facts);
      const harmful = zombies.count >= limit.tasks * harmfulShare;
      const parent = `PID ${String(worst?.pid ?? 1)} (${worst?.comm ?? init?.comm ?? 'init'})`;
      return {
        // Each container leaves one, our own checks included: that is so wherever nothing reaps, and harms only in numbers.
        severity: harmful ? 'warning' : 'info',
        title: `${parent} reaps nothing: ${formatCount(zombies.count, 'zombie')} so far`,
        cause:
          'containerd leaves the shim of each container that exited to PID 1, which does not wait for its children.',
        evidence: [
          ...zombies.parents.map(({ pid, comm, count }) =>
            seen(`children of ${String(pid)} (${comm})`, formatCount(count, 'zombie')),
          ),
          seen(limit.source, limit.tasks),
        ],
        consequence: `Each takes one of ${String(limit.tasks)} tasks; when all are taken, nothing can be started.`,
        remedy: requiresHost('give it an init that reaps.', 'docker run --init ...'),
      };
    },
  }),
  rule({
    id: 'daemon.nofile-too-low',
    needs: ['processes'],
    explains: ['start.open-files', 'log.too-many-open-files'],
    judge: ({ processes }) => {
      const low = [...livingDaemons(processes), ...processes.containerd].find(
        ({ nofile, openFiles }) =>
          nofile !== undefined &&
          nofile.soft !== 'unlimited' &&
          (nofile.soft < 1024 || (openFiles ?? 0) > nofile.soft * 0.9),
      );
      if (low?.nofile === undefined) return undefined;
      return {
        severity: 'warning',
        title: `${low.comm} may open few files`,
        cause: `Its limit is ${String(low.nofile.soft)}.`,
        evidence: [
          seen(
            `/proc/${String(low.pid)}/limits`,
            `Max open files ${String(low.nofile.soft)} ${String(low.nofile.hard)}`,
          ),
          seen('open', low.openFiles),
        ],
        consequence: 'It takes no more connections, or starts no more containers: "too many open files".',
        remedy: restart('Restart Docker; the helper raises the limit as far as it may.'),
      };
    },
  }),
];

function fileSettings(facts: Facts): Readonly<Record<string, unknown>> {
  const config = valueOf(facts.daemonConfig);
  return config === undefined ? {} : settings(config);
}
