import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareSnapshots, describeDifference } from '../../../tools/start/machine/compare.mjs';
import { fileTable, firewallTable, mountTable, nftTable } from '../../../tools/start/machine/parse.mjs';
import { daemonTraces, planRemoval, tracesAmong } from '../../../tools/start/machine/traces.mjs';
import { identityOf, killedRuns } from '../../../tools/start/record.mjs';
import { ownFolder } from './folders.mjs';

const empty = { mounts: {}, cgroups: {}, network: {}, firewall: {}, sysctls: {}, run: {} };

describe('tables of what the kernel says', () => {
  test('mounts without ids: peer groups by their first mount, mounts above each other apart', () => {
    const before = mountTable(
      '26 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    );
    const after = mountTable(
      '126 1 254:0 / / rw,relatime shared:7 - ext4 /dev/vda rw\n134 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n' +
        '135 134 0:31 /own /sys/fs/cgroup/memory rw shared:7 master:9 - cgroup cgroup rw,memory\n',
    );
    expect(after).toEqual({
      '/': '/ rw,relatime shared:/ ext4 /dev/vda',
      '/sys/fs/cgroup/memory': '/ rw private cgroup cgroup',
      '/sys/fs/cgroup/memory (2)': '/own rw shared:/ master:elsewhere cgroup cgroup',
    });
    expect(compareSnapshots({ ...empty, mounts: before }, { ...empty, mounts: after }).map(describeDifference)).toEqual(
      ['new /sys/fs/cgroup/memory (2) (/own rw shared:/ master:elsewhere cgroup cgroup)'],
    );
  });

  test('propagation is compared', () => {
    const line = (/** @type {string} */ how) => `26 1 254:0 / / rw ${how}- ext4 /dev/vda rw\n`;
    const [was, is] = [mountTable(line('')), mountTable(line('shared:4 '))];
    expect(compareSnapshots({ ...empty, mounts: was }, { ...empty, mounts: is }).map(describeDifference)).toEqual([
      '/: was "/ rw private ext4 /dev/vda", is "/ rw shared:/ ext4 /dev/vda"',
    ]);
  });

  test('firewall rules without counters; the same rule twice is two', () => {
    const text =
      '# Generated\n*filter\n:FORWARD DROP [12:34]\n:DOCKER - [0:0]\n-A FORWARD -o docker0 -j DOCKER\n-A FORWARD -o docker0 -j DOCKER\nCOMMIT\n';
    expect(firewallTable('iptables-nft', text)).toEqual({
      'iptables-nft filter :FORWARD': 'DROP',
      'iptables-nft filter :DOCKER': '-',
      'iptables-nft filter -A FORWARD -o docker0 -j DOCKER': 'rule',
      'iptables-nft filter -A FORWARD -o docker0 -j DOCKER (2)': 'rule',
    });
    expect(nftTable('table ip docker-bridges {\n\tchain x {\n\t\taccept counter packets 3 bytes 4\n\t}\n}\n')).toEqual({
      'nft ip docker-bridges': 'table',
      'nft ip docker-bridges chain x {': 'line',
      'nft ip docker-bridges accept counter': 'line',
    });
  });

  test('files by path', () => {
    expect(fileTable('/run/docker.sock\ts 0:999 660 \n/run/a b\tl 0:0 777 c\n')).toEqual({
      '/run/docker.sock': 's 0:999 660',
      '/run/a b': 'l 0:0 777 c',
    });
  });
});

describe('what a daemon leaves', () => {
  const before = {
    ...empty,
    network: { 'link eth0': 'mtu 1400' },
    firewall: { 'iptables-nft filter :FORWARD': 'ACCEPT', 'iptables-nft filter -A FORWARD -i tun0 -j DROP': 'rule' },
    sysctls: { 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.eth0.forwarding': '0' },
    run: { '/run/lock': 'd' },
  };
  const after = {
    mounts: { '/run/docker/netns/default': 'x', '/var/lib/docker/overlay2/1/merged': 'x', '/srv': 'x' },
    cgroups: {
      '/sys/fs/cgroup/cpu/docker': '',
      '/sys/fs/cgroup/cpu/docker/buildkit': '',
      '/sys/fs/cgroup/cpu/mine': '',
      '/sys/fs/cgroup/cpu/mine/docker': '',
    },
    network: { 'link eth0': 'mtu 1400', 'link docker0': 'mtu 1400', 'link br-0123456789ab': '', 'link br-home': '' },
    firewall: {
      'iptables-nft filter :FORWARD': 'DROP',
      'iptables-nft filter :DOCKER': '-',
      'iptables-nft filter :DOCKER-USER': '-',
      'iptables-nft filter -A FORWARD -i tun0 -j DROP': 'rule',
      'iptables-nft filter -A FORWARD -j DOCKER-USER': 'rule',
      'iptables-nft filter -A DOCKER-USER -j RETURN': 'rule',
      'iptables-nft filter -A INPUT -p tcp -m comment --comment "my docker0 host" -j ACCEPT': 'rule',
      'iptables-nft filter -A INPUT -s 10.0.0.0/8 -j ACCEPT': 'rule',
      'iptables-nft nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE': 'rule',
    },
    sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.eth0.forwarding': '1', 'vm.swappiness': '1' },
    run: {
      '/run/lock': 'd',
      '/run/docker': 'd',
      '/run/docker/plugins': 'd',
      '/run/dind-station': 'd',
      '/run/mine': 'f',
    },
  };
  const plan = planRemoval(tracesAmong(compareSnapshots(before, after)));

  const each = (/** @type {string} */ command) => `for path; do [ ! -e "$path" ] || ${command} "$path"; done`;

  test('is removed: what leads somewhere before where it leads to', () => {
    expect(plan.filter(({ input }) => input === undefined).map(({ argv }) => argv.join(' '))).toEqual([
      `sh -c ${each('umount')} sh /var/lib/docker/overlay2/1/merged /run/docker/netns/default`,
      'ip link delete br-0123456789ab',
      'ip link delete docker0',
      'sysctl -q -w net.ipv4.ip_forward=0 net.ipv4.conf.eth0.forwarding=0',
      `sh -c ${each('rmdir')} sh /sys/fs/cgroup/cpu/docker/buildkit /sys/fs/cgroup/cpu/docker`,
      'rm -rf --one-file-system -- /run/dind-station /run/docker',
    ]);
    const restore = plan.find(({ argv }) => argv[0] === 'iptables-nft-restore');
    expect(restore?.argv).toEqual(['iptables-nft-restore', '--noflush']);
    expect(restore?.input).toBe(
      '*filter\n:FORWARD ACCEPT [0:0]\n-F DOCKER\n-F DOCKER-USER\n-D FORWARD -j DOCKER-USER\n-X DOCKER\n-X DOCKER-USER\nCOMMIT\n' +
        '*nat\n-D POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\nCOMMIT\n',
    );
  });

  test("other people's rules, links, settings, mounts, groups and files are not touched", () => {
    const all = plan.map(({ argv, input }) => argv.join(' ') + (input ?? '')).join('\n');
    for (const theirs of [
      'tun0',
      '10.0.0.0/8',
      'my docker0 host',
      'br-home',
      'swappiness',
      '/srv',
      'cpu/mine',
      '/run/mine',
      'eth0 ',
    ]) {
      expect(all).not.toContain(theirs);
    }
  });

  test('what was there before the daemon is no trace of it', () => {
    expect(planRemoval(tracesAmong(compareSnapshots(after, after)))).toEqual([]);
    for (const { kind, area, name } of daemonTraces) {
      if (kind === 'new') expect(['mounts', 'cgroups', 'network', 'firewall', 'run'], String(name)).toContain(area);
    }
  });
});

describe('the record of a killed run', () => {
  test('is found when its run is gone and nobody else can have written it', () => {
    const folder = join(ownFolder(), 'records');
    const owner = process.getuid?.() ?? 0;
    mkdirSync(folder, { mode: 0o755 });
    const put = (/** @type {string} */ name, /** @type {object} */ content, mode = 0o644) => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      chmodSync(join(folder, name), mode);
    };
    const alive = identityOf(process.pid);
    put('1-1', { owner: { pid: process.pid, started: '1' } }); // another process has that number now
    put('2-1', { owner: alive });
    put('3-1', { owner: { pid: 4_000_000, started: '5' } });
    put('4-1', { owner: { pid: 4_000_000, started: '5' } }, 0o666);
    put('3-1.new', { owner: { pid: 4_000_000, started: '5' } });
    expect(killedRuns(folder, owner).map(({ path }) => path)).toEqual([join(folder, '1-1'), join(folder, '3-1')]);
    expect(killedRuns(folder, owner + 1)).toEqual([]);
    chmodSync(folder, 0o777);
    expect(killedRuns(folder, owner)).toEqual([]);
    expect(killedRuns(join(folder, 'absent'), owner)).toEqual([]);
  });
});
