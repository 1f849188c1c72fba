import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import type { TableCounts } from '../../host/facts/network';
import { answers, engineMajor, isOff, lacksModule, option } from '../factSelectors';
import { fix, requiresHost, rule, seen, type Explained, type Rule } from '../rule';

/** What follows where the daemon cannot connect containers: it does not start, or its log is full of it. */
export const unanswered = ['start.*', 'socket.socket-absent', 'socket.socket-dead', 'log.*'] as const;

function ruleCount(counts: TableCounts | undefined): number {
  return Object.values(counts?.tables ?? {}).reduce((sum, rules) => sum + rules, 0);
}

/** A part of the kernel's netfilter or network that is missing: one shape for all of them. */
function missingModule(parts: {
  readonly id: Rule['id'];
  readonly option: string;
  readonly module: string;
  readonly severity: 'error' | 'warning';
  readonly title: string;
  readonly consequence: string;
  readonly applies?: (facts: Facts) => boolean;
  readonly explains?: readonly Explained[];
}): Rule {
  return rule({
    id: parts.id,
    needs: ['kernel', 'capabilities'],
    ...(parts.explains !== undefined && { explains: parts.explains }),
    judge: ({ kernel, capabilities }, facts) => {
      if (parts.applies?.(facts) === false) return undefined;
      const lacks = lacksModule(kernel, capabilities, parts.option, parts.module);
      // Most containers show neither; a daemon that answers has proven enough of its network.
      if (lacks === undefined)
        return answers(facts) ? undefined : { inconclusive: `whether the kernel has ${parts.module}` };
      if (!lacks) return undefined;
      return {
        severity: parts.severity,
        title: parts.title,
        cause: `The kernel of the host has not loaded ${parts.module}, and it cannot be loaded from here.`,
        evidence: [
          seen(
            'kernel configuration',
            `CONFIG_${parts.option}: ${valueOf(kernel.config)?.options[parts.option] ?? 'unknown'}`,
          ),
          seen('/proc/modules', `no ${parts.module}`),
        ],
        consequence: parts.consequence,
        remedy: requiresHost('load the module on the host.', `modprobe ${parts.module}`),
      };
    },
  });
}

const usesBackend =
  (backend: 'nft' | 'legacy') =>
  (facts: Facts): boolean =>
    valueOf(facts.network)?.iptables.backend === backend && !answers(facts);

/** Netfilter and forwarding: what the daemon needs to connect containers at all. */
export const networkRules: readonly Rule[] = [
  missingModule({
    id: 'network.nft-not-in-kernel',
    option: 'NF_TABLES',
    module: 'nf_tables',
    severity: 'error',
    title: 'The kernel does not support nftables, and iptables is set to use it',
    consequence: 'The daemon cannot create its firewall rules and ends; iptables-legacy may work.',
    applies: usesBackend('nft'),
    explains: unanswered,
  }),
  missingModule({
    id: 'network.legacy-table-missing',
    option: 'IP_NF_NAT',
    module: 'iptable_nat',
    severity: 'error',
    title: 'The kernel has no legacy firewall tables, and iptables is set to use them',
    consequence: 'The daemon cannot create its firewall rules and ends; iptables-nft may work.',
    applies: usesBackend('legacy'),
    explains: unanswered,
  }),
  missingModule({
    id: 'network.addrtype-missing',
    option: 'NETFILTER_XT_MATCH_ADDRTYPE',
    module: 'xt_addrtype',
    severity: 'error',
    title: 'The kernel cannot match address types',
    consequence: 'The daemon cannot create its firewall rules and ends.',
    applies: (facts) => !answers(facts),
    explains: unanswered,
  }),
  missingModule({
    id: 'network.dnat-or-port-match-missing',
    option: 'NETFILTER_XT_NAT',
    module: 'xt_nat',
    severity: 'warning',
    title: 'The kernel cannot redirect ports',
    consequence: 'Containers run, but publishing a port fails.',
    explains: ['log.extension-missing'],
  }),
  missingModule({
    id: 'network.raw-table-missing',
    option: 'IP_NF_RAW',
    module: 'iptable_raw',
    severity: 'warning',
    title: 'The kernel has no raw table, which engines from 28 on use for published ports',
    consequence: 'Publishing a port fails with "Unable to enable DIRECT ACCESS FILTERING".',
    applies: (facts) => (engineMajor(facts) ?? 0) >= 28 && valueOf(facts.network)?.iptables.backend === 'legacy',
    explains: ['log.raw-table'],
  }),
  missingModule({
    id: 'network.veth-missing',
    option: 'VETH',
    module: 'veth',
    severity: 'error',
    title: 'The kernel has no virtual network pairs',
    consequence: 'No container with a network starts; --network host and none work.',
    explains: ['log.veth'],
  }),
  rule({
    id: 'network.br-netfilter-missing',
    needs: ['sysctls'],
    judge: ({ sysctls }) =>
      sysctls.bridgeNfCallIptables === undefined
        ? {
            severity: 'info',
            title: 'Traffic within a bridge is not filtered',
            cause: 'br_netfilter is not loaded in the kernel of the host.',
            evidence: [seen('/proc/sys/net/bridge/bridge-nf-call-iptables', 'does not exist')],
            consequence: 'Networks with inter-container communication switched off cannot be made.',
            remedy: requiresHost('load the module on the host.', 'modprobe br_netfilter'),
          }
        : undefined,
  }),
  rule({
    id: 'network.nft-legacy-mixed',
    needs: ['root'],
    judge: ({ root }) => {
      const counts = valueOf(root.iptables);
      if (counts === undefined)
        return { inconclusive: 'unreadable' in root.iptables ? root.iptables.unreadable : 'iptables' };
      const { nft, legacy } = counts;
      const mixed = ruleCount(nft) > 0 && ruleCount(legacy) > 0;
      const foreign = (nft?.dockerChain === true ? legacy : nft)?.forwardPolicy === 'DROP';
      if (!mixed && !foreign) return undefined;
      return {
        severity: 'warning',
        title: 'Firewall rules stand in both nftables and the legacy tables',
        cause: 'Programs with different iptables wrote them; a packet must pass both.',
        evidence: [
          seen('iptables-nft-save', `${String(ruleCount(nft))} rules, FORWARD ${nft?.forwardPolicy ?? 'none'}`),
          seen(
            'iptables-legacy-save',
            `${String(ruleCount(legacy))} rules, FORWARD ${legacy?.forwardPolicy ?? 'none'}`,
          ),
        ],
        consequence: 'Packets of containers may be dropped by the set that Docker does not manage.',
        remedy: fix(
          'Use the one that the rest of the machine uses, then restart Docker.',
          'sudo update-alternatives --config iptables',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'network.rules-flushed-after-start',
    needs: ['root', 'daemonConfig'],
    explains: ['log.no-chain'],
    judge: ({ root, daemonConfig }, facts) => {
      const counts = valueOf(root.iptables);
      if (!answers(facts) || isOff(option(daemonConfig, 'iptables'))) return undefined;
      if ((valueOf(facts.processes)?.dockerd.length ?? 0) === 0) return undefined;
      if (counts === undefined)
        return { inconclusive: 'unreadable' in root.iptables ? root.iptables.unreadable : 'iptables' };
      if (counts.nft?.dockerChain === true || counts.legacy?.dockerChain === true) return undefined;
      return {
        severity: 'error',
        title: 'The firewall rules of Docker are gone',
        cause: 'Something emptied the tables after the daemon had started (a firewall, iptables -F).',
        evidence: [seen('chain DOCKER of table nat', 'does not exist')],
        consequence: 'Containers reach nothing, and publishing a port fails.',
        remedy: fix(
          'Restart Docker; it writes them again.',
          'dind-station restart',
          'restarts-daemon',
          'restart-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'network.docker-user-or-forward-drop',
    needs: ['root'],
    judge: ({ root }) => {
      const counts = valueOf(root.iptables);
      const own = Math.max(counts?.nft?.dockerUserRules ?? 0, counts?.legacy?.dockerUserRules ?? 0);
      if (own === 0) return undefined;
      return {
        severity: 'info',
        title: 'There are rules of your own for traffic of containers',
        cause: 'The chain DOCKER-USER has rules that Docker did not write.',
        evidence: [seen('DOCKER-USER', `${String(own)} rules`)],
        consequence: 'A published port may answer from here and not from elsewhere.',
        remedy: fix('Read them.', 'sudo iptables -S DOCKER-USER'),
      };
    },
  }),
];
