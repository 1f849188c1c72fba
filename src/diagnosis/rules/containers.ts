import type { Facts } from '../../host/facts/facts';
import type { VerificationFacts } from '../../host/facts/verification';
import { answers, isOff, option, verificationOf } from '../factSelectors';
import { fix, rule, seen, seenIn, type Rule } from '../rule';
import { editConfig } from './daemonJson';

/** A container has run on the daemon that runs now. */
export function hasRun(facts: Facts): boolean {
  return verificationOf(facts)?.verdict === 'yes';
}

/** What was being done, as the engine's API calls it. */
const stepWords: Readonly<Record<Extract<VerificationFacts, { readonly verdict: 'no' }>['step'], string>> = {
  image: 'Importing an image failed',
  create: 'A container could not be created',
  start: 'A container could not be started',
  run: 'A container started, but its process did not do what it was told',
  network: 'A container with a network could not be run, one without could',
};

/** What a trial of containers showed, and programs without which none runs. */
export const containerRules: readonly Rule[] = [
  rule({
    id: 'daemon.containers-fail',
    needs: [],
    judge: (_none, facts) => {
      const found = verificationOf(facts);
      if (found?.verdict !== 'no') return undefined;
      return {
        severity: 'error',
        title: "Docker can't run containers",
        cause: `${stepWords[found.step]}: ${found.message}`,
        evidence: [seen('a container run by this program', found.message)],
        consequence: 'The engine responds, but docker run, build and compose fail.',
        remedy: fix(
          'Remove what the message names, then restart Docker; the log of the daemon has more.',
          'dind-station restart',
          'restarts-daemon',
          'restart-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.default-ulimits-refused',
    needs: ['daemonConfig'],
    explains: ['daemon.containers-fail', 'log.rlimit-refused'],
    judge: ({ daemonConfig }, facts) => {
      const limits = option(daemonConfig, 'default-ulimit', 'default-ulimits');
      const found = verificationOf(facts);
      if (limits === undefined || found?.verdict !== 'no' || !/rlimit|ulimit/iu.test(found.message)) return undefined;
      return {
        severity: 'error',
        title: 'The default ulimits of daemon.json cannot be set',
        cause: `runc sets them in each container: ${found.message}`,
        evidence: [
          seenIn(daemonConfig, 'default-ulimits', limits),
          seen('a container run by this program', found.message),
        ],
        consequence: 'No container starts.',
        remedy: fix(
          'Ask for no more than this container has itself (ulimit -Ha), the soft value not above the hard one, then restart Docker.',
          editConfig(daemonConfig),
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.missing-shim',
    needs: ['daemonConfig'],
    explains: ['daemon.containers-fail'],
    judge: ({ daemonConfig }, facts) => {
      const { programs } = daemonConfig;
      // Without dockerd there is nothing to miss it; a container that has run has found one.
      if (programs['containerd-shim-runc-v2'] !== undefined || programs.dockerd === undefined) return undefined;
      if (hasRun(facts)) return undefined;
      return {
        severity: 'error',
        title: 'containerd-shim-runc-v2 is not installed where the daemon looks',
        cause: 'containerd starts one for each container. It comes with the package of containerd.',
        evidence: [seen('containerd-shim-runc-v2', 'not found')],
        consequence: 'No container starts.',
        remedy: fix('Install containerd again.', 'sudo apt-get install --reinstall containerd'),
      };
    },
  }),
  rule({
    id: 'daemon.missing-docker-proxy',
    needs: ['daemonConfig'],
    judge: ({ daemonConfig }, facts) => {
      const { programs } = daemonConfig;
      if (programs['docker-proxy'] !== undefined || programs.dockerd === undefined) return undefined;
      if (isOff(option(daemonConfig, 'userland-proxy'))) return undefined;
      if (option(daemonConfig, 'userland-proxy-path') !== undefined) return undefined;
      return {
        severity: answers(facts) ? 'error' : 'warning',
        title: 'docker-proxy is not installed where the daemon looks',
        cause: 'The daemon starts one for each published port. It comes with the package of dockerd.',
        evidence: [seen('docker-proxy', 'not found')],
        consequence: 'docker run -p fails: the port cannot be published.',
        remedy: fix(
          'Install the package of dockerd again, or set "userland-proxy": false in daemon.json.',
          'sudo apt-get install --reinstall docker.io',
        ),
      };
    },
  }),
];
