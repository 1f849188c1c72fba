import { helperFolder } from '../../helper/paths';
import { setUpLine } from '../../helper/setUpCommand';
import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import { answers, isManaged } from '../factSelectors';
import { fix, requiresHost, rule, seen, type Rule } from '../rule';

/** The daemon that this program talks to is one that an installed helper would manage, as far as that is known. */
function isForHelper(facts: Facts): boolean {
  return isManaged(facts) && valueOf(facts.daemonConfig)?.programs.dockerd !== undefined;
}

/** Whether this user can have the helper act as root. */
export const helperRules: readonly Rule[] = [
  rule({
    id: 'helper.sudo-no-new-privs',
    needs: ['security', 'identity'],
    explains: ['helper.missing', 'helper.sudo-password-required', 'helper.sudo-nosuid'],
    judge: ({ security, identity }) => {
      if (security.noNewPrivileges !== true || identity.uid === 0) return undefined;
      return {
        severity: 'warning',
        title: 'This user cannot become root here, not even by sudo',
        cause: 'The container was started with no-new-privileges.',
        evidence: [seen('/proc/self/status NoNewPrivs', 1)],
        consequence: 'Docker cannot be started, stopped or mended from here.',
        remedy: requiresHost(
          'start it without that option, or start Docker in its entrypoint.',
          'docker run (without --security-opt no-new-privileges) ...',
        ),
      };
    },
  }),
  rule({
    id: 'helper.sudo-nosuid',
    needs: ['sudo', 'identity'],
    explains: ['helper.missing', 'helper.sudo-password-required'],
    judge: ({ sudo, identity }) => {
      if (identity.uid === 0 || sudo.path === undefined || (!sudo.nosuid && sudo.setuidRoot)) return undefined;
      return {
        severity: 'warning',
        title: 'sudo cannot make anybody root here',
        cause: sudo.nosuid
          ? 'It lies on a file system that is mounted nosuid.'
          : 'It has lost its owner root or its setuid bit.',
        evidence: [seen(sudo.path, `nosuid: ${String(sudo.nosuid)}, setuid root: ${String(sudo.setuidRoot)}`)],
        consequence: 'Docker cannot be started, stopped or mended from here.',
        remedy: requiresHost(
          'mount it without nosuid, or repair the image.',
          'chown root:root /usr/bin/sudo; chmod 4755 /usr/bin/sudo',
        ),
      };
    },
  }),
  rule({
    id: 'helper.sudo-password-required',
    needs: ['sudo', 'identity', 'helper'],
    judge: ({ sudo, identity, helper }) => {
      if (identity.uid === 0 || sudo.allowed !== 'no' || helper.installed === 'missing') return undefined;
      return {
        severity: 'warning',
        title: 'This user may not run the helper without a password',
        cause: sudo.refusal ?? 'There is no rule for it in sudoers.',
        evidence: [
          seen('sudo -n', sudo.refusal),
          seen('/etc/sudoers.d', sudo.dropIn ? 'has the drop-in' : 'has no drop-in'),
        ],
        consequence: 'Docker cannot be started, stopped or mended from the editor.',
        remedy: fix(
          'Set the helper up for this user.',
          `sudo /usr/local/lib/dind-station/dind-helper install ${identity.userName}`,
        ),
      };
    },
  }),
  rule({
    id: 'helper.missing',
    needs: ['helper', 'identity'],
    judge: ({ helper, identity }, facts) => {
      if (helper.installed !== 'missing' || !isForHelper(facts)) return undefined;
      const helperPath = helper.bundled ?? 'scripts/dind-helper';
      return {
        // An engine that answers is not in doubt for it.
        severity: answers(facts) ? 'info' : 'warning',
        title: 'The helper is not installed',
        cause: 'It starts, stops and restarts Docker as root, and has to be set up once.',
        evidence: [seen(helperFolder, 'does not exist')],
        consequence: 'Docker cannot be started, stopped or fixed from here.',
        remedy: fix(
          helper.bundled === undefined
            ? 'Set up the helper for this user, from the folder of DinD Station.'
            : 'Set up the helper for this user.',
          setUpLine({ helperPath, user: identity.userName || 'USER', root: identity.uid === 0 }),
        ),
      };
    },
  }),
  rule({
    id: 'helper.untrusted',
    needs: ['helper'],
    judge: ({ helper }) => {
      if (helper.installed !== 'untrusted') return undefined;
      return {
        severity: 'error',
        title: 'The installed helper can be changed by others than root, and is not used',
        cause: helper.why ?? "Its files or folders are not root's alone.",
        evidence: [seen('/usr/local/lib/dind-station', helper.why)],
        consequence: 'Docker cannot be started, stopped or mended from here.',
        // Never by giving root what is there: somebody may have changed it.
        remedy: fix('Remove it, and set up the helper again.', 'sudo rm -r /usr/local/lib/dind-station'),
      };
    },
  }),
];
