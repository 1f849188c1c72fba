import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import { judgeAccess, type AccessJudgement } from '../access';
import { engineInfo, livingDaemons } from '../factSelectors';
import { fix, requiresHost, rule, seen, type Rule } from '../rule';

/** This program asks the socket of this machine, not some host over TCP. */
function asksSocket(facts: Facts): boolean {
  const result = valueOf(facts.endpoint)?.clients[0]?.result;
  return result?.ok === true && result.endpoint.kind === 'unix';
}

/**
 * The engine is of this container, no daemon lives and nobody listens: a socket that is left over. A user who may not
 * use it is refused all the same, and would still have no Docker with the right to.
 */
function leftOver(facts: Facts): boolean {
  const socket = valueOf(facts.socket);
  const processes = valueOf(facts.processes);
  return (
    socket?.listening === false &&
    socket.mount === undefined &&
    processes !== undefined &&
    !processes.hidden &&
    livingDaemons(processes).length === 0 &&
    valueOf(facts.daemonConfig)?.programs.dockerd !== undefined
  );
}

/** Why the socket refuses this process; undefined where it does not. */
export function accessOf(facts: Facts): AccessJudgement | undefined {
  const engine = valueOf(facts.engine);
  const identity = valueOf(facts.identity);
  const socket = valueOf(facts.socket);
  if (engine?.ping.outcome !== 'denied' || identity === undefined || socket === undefined || leftOver(facts))
    return undefined;
  const { path, mode, uid, gid } = socket;
  return judgeAccess({
    socket:
      mode === undefined || uid === undefined || gid === undefined ? { path, hidden: true } : { path, mode, uid, gid },
    process: {
      uid: identity.uid,
      userName: identity.userName,
      groups: [identity.gid, ...identity.groupIds],
      kind: 'terminal',
    },
    groups: identity.groups,
    helperKnowsUser: valueOf(facts.helper)?.knowsUser === true,
  });
}

/** One finding of `judgeAccess`: which of its codes, and under which id. */
function denied(id: Rule['id'], codes: readonly AccessJudgement['code'][], title: string): Rule {
  return rule({
    id,
    needs: ['engine', 'identity', 'socket'],
    judge: ({ identity, socket }, facts) => {
      const access = accessOf(facts);
      if (access === undefined || !codes.includes(access.code)) return undefined;
      return {
        severity: 'error',
        title,
        cause: access.explanation,
        evidence: [
          seen(
            socket.path,
            `mode ${(socket.mode ?? 0).toString(8)}, owner ${String(socket.uid)}:${String(socket.gid)}`,
          ),
          seen('/proc/self/status Groups', identity.groupIds.join(' ')),
        ],
        consequence: `${identity.userName} cannot use Docker.`,
        remedy: fix(
          'Grant this user access with an ACL entry; it takes effect immediately.',
          `sudo setfacl -m u:${identity.userName}:rw ${socket.path}`,
          'none',
          'grant-socket-access',
        ),
      };
    },
  });
}

/** The socket as it stands there, and who may use it. */
export const socketRules: readonly Rule[] = [
  rule({
    id: 'socket.socket-path-is-directory',
    needs: ['socket'],
    explains: ['start.*', 'socket.socket-absent', 'socket.socket-dead'],
    judge: ({ socket }) => {
      if (socket.kind !== 'directory') return undefined;
      return {
        severity: 'error',
        title: 'A directory is in the place of the Docker socket',
        cause: 'Container runtimes make one where a socket to mount does not exist.',
        evidence: [seen(socket.path, socket.mount === undefined ? 'directory' : 'directory, mounted from outside')],
        consequence: 'No daemon can listen there.',
        remedy:
          socket.mount === undefined
            ? fix(
                'Remove it when it is empty, then start Docker.',
                `sudo rmdir ${socket.path}`,
                'none',
                'remove-socket-directory',
              )
            : requiresHost(
                'do not mount it, or start the daemon there first.',
                'docker run (without -v /var/run/docker.sock) ...',
              ),
      };
    },
  }),
  rule({
    id: 'socket.socket-stale-bind-mount',
    needs: ['socket', 'engine'],
    explains: ['socket.socket-dead'],
    judge: ({ socket, engine }) => {
      if (socket.mount === undefined || engine.ping.outcome !== 'refused') return undefined;
      return {
        severity: 'error',
        title: 'The socket that was mounted from outside is dead',
        cause: 'The daemon outside was restarted and made a new socket; the mount keeps the old one.',
        evidence: [
          seen('/proc/self/mountinfo', `${socket.mount.root} on ${socket.mount.mountPoint}`),
          seen('connect', 'ECONNREFUSED'),
        ],
        consequence: 'Docker cannot be reached from this container.',
        remedy: requiresHost(
          'restart this container, and mount the folder instead of the file.',
          'docker run -v /var/run:/host/run ...',
        ),
      };
    },
  }),
  rule({
    id: 'socket.socket-dead',
    needs: ['socket', 'engine'],
    explains: [],
    judge: ({ socket, engine }, facts) => {
      const refused = engine.ping.outcome === 'refused';
      const unheard = engine.ping.outcome === 'denied' && leftOver(facts);
      if (socket.kind === 'absent' || (!refused && !unheard) || !asksSocket(facts)) return undefined;
      return {
        severity: 'error',
        title: 'Nobody listens at the Docker socket',
        cause: 'The daemon has ended without removing it.',
        evidence: [
          seen(socket.path, socket.kind),
          refused ? seen('connect', 'ECONNREFUSED') : seen('/proc/net/unix', 'nobody listens'),
        ],
        consequence: 'Docker is down.',
        remedy: fix('Start Docker.', 'dind-station start', 'none', 'start-daemon'),
      };
    },
  }),
  rule({
    id: 'socket.socket-absent',
    needs: ['socket', 'engine'],
    judge: ({ socket, engine }, facts) => {
      if (engine.ping.outcome !== 'absent' || !asksSocket(facts)) return undefined;
      const helper = valueOf(facts.helper)?.state;
      const others = socket.otherSockets.filter((path) => path.endsWith('docker.sock'));
      const onPurpose = helper?.state === 'stopped' || helper?.verb === 'stop';
      return {
        severity: onPurpose && others.length === 0 ? 'warning' : 'error',
        title: others.length > 0 ? `A daemon listens elsewhere: ${others.join(', ')}` : 'Docker is not running',
        cause:
          socket.varRun === 'directory'
            ? `There is no socket at ${socket.path}, and /var/run is not the same folder as /run here.`
            : `There is no socket at ${socket.path}.`,
        evidence: [seen(socket.path, 'absent'), ...others.map((path) => seen('/proc/net/unix', path))],
        consequence: 'No docker command works.',
        remedy:
          others[0] === undefined
            ? fix('Start Docker.', 'dind-station start', 'none', 'start-daemon')
            : fix('Let clients use that socket.', `export DOCKER_HOST=unix://${others[0]}`),
      };
    },
  }),
  denied(
    'socket.group-membership-not-effective',
    ['group-not-effective'],
    'This process began before the user was in the group of the socket',
  ),
  denied('socket.socket-group-missing', ['root-only'], 'The Docker socket belongs to root alone'),
  denied(
    'socket.socket-permission-denied',
    ['not-in-group', 'group-without-name', 'group-without-rights', 'folder-closed', 'refused-nevertheless'],
    'Permission denied on the Docker socket',
  ),
  rule({
    id: 'socket.socket-world-writable',
    needs: ['socket'],
    judge: ({ socket }) => {
      if (socket.kind !== 'socket' || socket.mode === undefined || (socket.mode & 0o002) === 0) return undefined;
      return {
        severity: 'warning',
        title: 'Every process can use the Docker socket',
        cause: `Its mode is 0${socket.mode.toString(8)}; somebody widened it.`,
        evidence: [seen(socket.path, `mode 0${socket.mode.toString(8)}`)],
        consequence: 'Whoever runs anything here is root on this machine.',
        remedy: fix(
          'Set it back; the group docker keeps its access.',
          `sudo chmod 0660 ${socket.path}`,
          'none',
          'close-socket',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.info-failed',
    needs: ['engine'],
    judge: ({ engine }, facts) => {
      if (engine.ping.outcome === 'status') {
        return {
          severity: 'error',
          title: `The daemon answers with status ${String(engine.ping.status)}`,
          cause: engine.ping.body.slice(0, 300),
          evidence: [seen('GET /_ping', engine.ping.body.slice(0, 300))],
          consequence: 'Docker cannot be used.',
          remedy: fix('Restart Docker.', 'dind-station restart', 'restarts-daemon', 'restart-daemon'),
        };
      }
      if (engine.ping.outcome !== 'ok' || engine.info.outcome !== 'failed' || engineInfo(facts) !== undefined)
        return undefined;
      return {
        severity: 'error',
        title: 'The daemon cannot describe itself',
        cause: engine.info.message,
        evidence: [seen('GET /info', engine.info.message)],
        consequence: 'It is not known whether containers can be run.',
        remedy: fix('Restart Docker.', 'dind-station restart', 'restarts-daemon', 'restart-daemon'),
      };
    },
  }),
];
