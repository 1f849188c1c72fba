import type { PidFileFacts } from '../../host/facts/daemon';
import { seenIn, fix, rule, seen, type Rule } from '../rule';
import { answers, engineInfo, engineVersion, livingDaemons, option, settings } from '../factSelectors';
import { errorsOf } from '../logErrors';
import { daemonJsonRules, editConfig, severityOf, unanswered } from './daemonJson';

function pidEvidence({ path, content, process }: PidFileFacts) {
  return [
    seen(path, content?.trim()),
    ...(process === undefined ? [] : [seen('/proc', `that process is ${process.comm}`)]),
  ];
}

/** Files left over, and the configuration. */
export const daemonRules: readonly Rule[] = [
  rule({
    id: 'daemon.daemon-pidfile-live-pid',
    needs: ['pidFiles', 'processes'],
    explains: ['start.pid-file', ...unanswered],
    judge: ({ pidFiles, processes }, facts) => {
      const file = pidFiles.find(({ role, process }) => role === 'dockerd' && process !== undefined);
      if (file?.process === undefined || file.process.comm === 'dockerd' || livingDaemons(processes).length > 0)
        return undefined;
      if (answers(facts)) return undefined;
      return {
        severity: 'error',
        title: `${file.path} names a process that is no daemon`,
        cause: `It is left over from an earlier daemon, and its number ${String(file.pid)} now belongs to ${file.process.comm}.`,
        evidence: pidEvidence(file),
        consequence: 'dockerd takes itself for running already and does not start.',
        remedy: fix(
          'Move the file aside, then start Docker.',
          `sudo mv ${file.path} ${file.path}.old`,
          'none',
          'remove-stale-pid-file',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.containerd-pidfile-live-pid',
    needs: ['pidFiles', 'processes'],
    explains: ['start.containerd-timeout', 'start.containerd-pid-file', ...unanswered],
    judge: ({ pidFiles, processes }, facts) => {
      const file = pidFiles.find(({ role }) => role === 'managed containerd');
      if (file?.state !== 'read' || answers(facts)) return undefined;
      const stranger = file.process !== undefined && !file.process.comm.startsWith('containerd');
      const malformed =
        livingDaemons(processes).length === 0 && (file.content ?? '') !== '' && !/^\d+$/.test(file.content ?? '');
      if (!stranger && !malformed) return undefined;
      return {
        severity: 'error',
        title: `${file.path} names a process that is not containerd`,
        cause: stranger
          ? `It is left over, and its number ${String(file.pid)} now belongs to ${file.process.comm}.`
          : 'It is left over, and its content is not a number alone.',
        evidence: pidEvidence(file),
        consequence: 'dockerd waits 15 seconds for a containerd that is not there, then ends.',
        remedy: fix(
          'Move the file aside, then start Docker.',
          `sudo mv ${file.path} ${file.path}.old`,
          'none',
          'remove-stale-containerd-pid-file',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.stale-system-containerd-socket',
    needs: ['socket', 'daemonConfig'],
    explains: ['start.containerd-socket-dead', 'log.containerd-refused', 'daemon.containerd-died', ...unanswered],
    judge: ({ socket, daemonConfig }, facts) => {
      const { containerd } = socket;
      if (containerd.kind === 'absent' || containerd.listening === true) return undefined;
      // Behind a folder that is closed to this user; a daemon that answers has found its containerd.
      if (containerd.kind === 'other' && answers(facts)) return undefined;
      if (containerd.listening === undefined || containerd.kind === 'other')
        return { inconclusive: `whether anybody listens at ${containerd.path}` };
      if (option(daemonConfig, 'containerd') !== undefined) return undefined;
      const works = engineVersion(facts)?.components.some(({ name }) => name === 'containerd') === true;
      return {
        severity: works ? 'warning' : 'error',
        title: 'Nobody listens at the socket of a containerd that dockerd would use',
        cause: `${containerd.path} is left over; dockerd prefers it whenever the path exists.`,
        evidence: [seen(containerd.path, `${containerd.kind}, nobody listens`)],
        consequence: 'The daemon waits for it and ends after a minute, or starts and cannot run containers.',
        remedy: fix(
          'Move it aside, then restart Docker, which starts a containerd of its own.',
          `sudo mv ${containerd.path} ${containerd.path}.old`,
          'restarts-daemon',
          'remove-dead-containerd-socket',
        ),
      };
    },
  }),
  ...daemonJsonRules,
  rule({
    id: 'daemon.fd-listener-without-systemd',
    needs: ['daemonConfig', 'processes'],
    explains: ['start.*', ...unanswered],
    judge: ({ daemonConfig, processes }, facts) => {
      const { hosts } = daemonConfig;
      if (!hosts.some((host) => host.startsWith('fd://')) || processes.systemdFolder) return undefined;
      return {
        severity: severityOf(facts),
        title: 'The daemon is told to take its socket from systemd, and there is none',
        cause: '"hosts" has fd://, copied from a unit file.',
        evidence: [seenIn(daemonConfig, 'hosts', hosts.join(' ')), seen('/run/systemd/system', 'does not exist')],
        consequence: 'The daemon ends with "no sockets found via socket activation".',
        remedy: fix('Use unix:///var/run/docker.sock.', editConfig(daemonConfig), 'restarts-daemon'),
      };
    },
  }),
  rule({
    id: 'daemon.missing-docker-init',
    needs: ['daemonConfig'],
    explains: ['log.docker-init'],
    judge: ({ daemonConfig }, facts) => {
      if (daemonConfig.programs['docker-init'] !== undefined) return undefined;
      const always = option(daemonConfig, 'init') === true;
      const wanted = errorsOf(facts, 'docker-init').length > 0;
      return {
        severity: always ? 'error' : wanted ? 'warning' : 'info',
        title: 'docker-init is not installed where the daemon looks',
        cause: 'The package that holds it (tini) is not installed.',
        evidence: [seen('docker-init', 'not found')],
        consequence: always ? 'No container starts, because "init" is set.' : 'docker run --init fails with 127.',
        remedy: fix(
          'Install tini as docker-init.',
          'sudo apt-get install tini && sudo ln -s /usr/bin/tini-static /usr/local/bin/docker-init',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.log-driver-unavailable',
    needs: ['daemonConfig', 'processes'],
    explains: ['daemon.containers-fail', 'log.logging-driver'],
    judge: ({ daemonConfig, processes }, facts) => {
      if (option(daemonConfig, 'log-driver') !== 'journald' || processes.systemdFolder) return undefined;
      return {
        // The daemon that runs may have begun before the file said so.
        severity: engineInfo(facts)?.loggingDriver === 'journald' ? 'error' : severityOf(facts),
        title: 'Containers log to journald, and there is none',
        cause: '"log-driver" is journald.',
        evidence: [seenIn(daemonConfig, 'log-driver', 'journald'), seen('/run/systemd/system', 'does not exist')],
        consequence: 'No container starts: "journald is not enabled on this host".',
        remedy: fix('Use "local" or "json-file".', editConfig(daemonConfig), 'restarts-daemon'),
      };
    },
  }),
  rule({
    id: 'daemon.runtime-not-registered',
    needs: ['daemonConfig'],
    explains: ['daemon.containers-fail', 'start.runtime-unknown', 'log.runtime', ...unanswered],
    judge: ({ daemonConfig }, facts) => {
      const wanted = option(daemonConfig, 'default-runtime');
      const declared = settings(daemonConfig)['runtimes'];
      if (typeof wanted !== 'string' || ['', 'runc', 'io.containerd.runc.v2'].includes(wanted)) return undefined;
      if (typeof declared === 'object' && declared !== null && wanted in declared) return undefined;
      if (daemonConfig.flags?.['add-runtime']?.some((text) => text.startsWith(`${wanted}=`)) === true) return undefined;
      return {
        severity: severityOf(facts),
        title: `The default runtime ${wanted} is not declared`,
        cause: '"default-runtime" names it, and "runtimes" does not.',
        evidence: [seenIn(daemonConfig, 'default-runtime', wanted)],
        consequence: 'The daemon does not start.',
        remedy: fix(
          'Declare it under "runtimes", or remove "default-runtime".',
          editConfig(daemonConfig),
          'restarts-daemon',
        ),
      };
    },
  }),
];
