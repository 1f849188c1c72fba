import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import type { NetworkFacts } from '../../host/facts/network';
import { seenIn, fix, rule, seen, type Rule } from '../rule';
import { unanswered } from './network';
import { engineInfo, engineMajor, isOff, option } from '../factSelectors';

/** The device of the best default route; undefined: none. */
function defaultDevice(network: NetworkFacts): NetworkFacts['devices'][number] | undefined {
  const routes = network.routes.filter(({ destination }) => destination === '0.0.0.0/0' || destination === '::/0');
  const best = routes.toSorted((a, b) => a.family - b.family || a.metric - b.metric)[0];
  return network.devices.find(({ name }) => name === best?.device);
}

/** `/proc/sys` as a mount of its own that is read-only. */
function procSysReadOnly(facts: Facts): boolean {
  const last = valueOf(facts.mounts)?.relevant.findLast(({ mountPoint }) => mountPoint === '/proc/sys');
  return last?.options.includes('ro') === true;
}

/** Forwarding between containers and the way out. */
export const forwardingRules: readonly Rule[] = [
  rule({
    id: 'network.ip-forward-readonly',
    needs: ['sysctls', 'mounts'],
    explains: [...unanswered, 'network.ip-forward-disabled', 'network.proc-sys-readonly-run-fails'],
    judge: ({ sysctls }, facts) => {
      if (sysctls.ipForward !== 0 || !procSysReadOnly(facts)) return undefined;
      return {
        severity: 'error',
        title: 'IP forwarding is off and cannot be switched on',
        cause: '/proc/sys is mounted read-only in this container.',
        evidence: [seen('/proc/sys/net/ipv4/ip_forward', 0), seen('/proc/self/mountinfo', '/proc/sys ro')],
        consequence: 'The daemon ends with "Enabling IP forwarding failed".',
        remedy: fix('Mount /proc/sys writable.', 'sudo mount -o remount,rw /proc/sys', 'none', 'remount-proc-sys'),
      };
    },
  }),
  rule({
    id: 'network.proc-sys-readonly-run-fails',
    needs: ['engine', 'mounts'],
    judge: (_slices, facts) => {
      if ((engineMajor(facts) ?? 0) < 28 || !procSysReadOnly(facts)) return undefined;
      return {
        severity: 'error',
        title: '/proc/sys is read-only, and this engine writes there for every container',
        cause: 'This container was started so; engines before 28 did not mind.',
        evidence: [seen('/proc/self/mountinfo', '/proc/sys ro')],
        consequence: 'docker run fails with "failed to disable IPv6 on container\'s interface".',
        remedy: fix('Mount /proc/sys writable.', 'sudo mount -o remount,rw /proc/sys', 'none', 'remount-proc-sys'),
      };
    },
  }),
  rule({
    id: 'network.ip-forward-disabled',
    needs: ['sysctls', 'engine'],
    judge: ({ sysctls }, facts) => {
      if (sysctls.ipForward !== 0 || engineInfo(facts) === undefined) return undefined;
      return {
        severity: 'warning',
        title: 'IP forwarding is off',
        cause: 'The daemon was told not to switch it on, or something switched it off later.',
        evidence: [
          seen('/proc/sys/net/ipv4/ip_forward', 0),
          seen('GET /info IPv4Forwarding', engineInfo(facts)?.ipv4Forwarding),
        ],
        consequence: 'Containers reach nothing outside of their bridge.',
        remedy: fix('Switch it on.', 'sudo sysctl -w net.ipv4.ip_forward=1', 'none', 'set-ip-forward'),
      };
    },
  }),
  rule({
    id: 'network.iptables-disabled',
    needs: ['daemonConfig'],
    judge: ({ daemonConfig }) => {
      if (!isOff(option(daemonConfig, 'iptables'))) return undefined;
      return {
        severity: 'warning',
        title: 'The daemon was told to write no firewall rules',
        cause: '"iptables" is false.',
        evidence: [seenIn(daemonConfig, 'iptables', false)],
        consequence: 'Containers have no way out, and published ports cannot be reached.',
        remedy: fix('Remove "iptables": false.', `sudo editor ${daemonConfig.file.path}`, 'restarts-daemon'),
      };
    },
  }),
  rule({
    id: 'network.mtu-mismatch',
    needs: ['network'],
    judge: ({ network }, facts) => {
      const outer = defaultDevice(network);
      const inner = network.devices.filter(({ bridge, name }) => bridge && /^(?:docker0|br-[0-9a-f]{12})$/.test(name));
      const larger = inner.filter(({ mtu, state }) => outer !== undefined && mtu > outer.mtu && state === 'up');
      // A bridge without containers shows 1500 whatever the daemon was told.
      const told = (valueOf(facts.engine)?.networks ?? { outcome: 'skipped' as const }).outcome;
      if (outer === undefined || larger.length === 0) return undefined;
      return {
        severity: 'warning',
        title: 'Packets of containers are too large for the way out',
        cause: `${larger.map(({ name, mtu }) => `${name} has an MTU of ${String(mtu)}`).join(', ')}; ${outer.name} takes ${String(outer.mtu)}.`,
        evidence: [outer, ...larger]
          .map(({ name, mtu }) => seen(`/sys/class/net/${name}/mtu`, mtu))
          .concat(seen('networks asked', told)),
        consequence: 'Small packets pass; TLS handshakes and downloads hang.',
        remedy: fix(
          `Set "mtu": ${String(outer.mtu)}, for own networks com.docker.network.driver.mtu.`,
          'sudo editor /etc/docker/daemon.json',
          'restarts-daemon',
        ),
      };
    },
  }),
];
