import type { Facts } from '../../host/facts/facts';
import type { VerificationFacts } from '../../host/facts/verification';
import { option, verificationOf } from '../factSelectors';
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

/** What a trial of containers showed. */
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
    id: 'daemon.seccomp-profile-refuses',
    needs: ['daemonConfig'],
    explains: ['daemon.containers-fail', 'log.unable-to-apply-caps'],
    judge: ({ daemonConfig }, facts) => {
      const profile = option(daemonConfig, 'seccomp-profile');
      const found = verificationOf(facts);
      if (typeof profile !== 'string' || /^(?:builtin|unconfined)?$/u.test(profile)) return undefined;
      if (found?.verdict !== 'no' || !/operation not permitted/iu.test(found.message)) return undefined;
      return {
        severity: 'error',
        title: 'Containers fail under the seccomp profile of daemon.json',
        cause: `The daemon gives ${profile} to each container, and a system call was refused: ${found.message}`,
        evidence: [
          seenIn(daemonConfig, 'seccomp-profile', profile),
          seen('a container run by this program', found.message),
        ],
        consequence: 'No container starts.',
        remedy: fix(
          `Remove "seccomp-profile" to try without it. If containers run then, allow the system call that ${profile} refuses.`,
          editConfig(daemonConfig),
          'restarts-daemon',
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
];
