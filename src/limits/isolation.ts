import { MiB } from '../util/format';
import { numberOf, valueOf, valuesOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { judging, type Judgement } from './verdict';

const cheap = {
  serialGroup: 'rest',
  together: true,
  cost: { cpuSeconds: 0.4, memory: 8 * MiB, seconds: 0.7 },
} as const;

function pair(script: string, limited: TestContainer['limits'], control: Partial<TestContainer> = {}): TestContainer[] {
  return [
    { name: 'limited', limits: limited, seconds: 20, script },
    { name: 'control', limits: {}, seconds: 20, script, ...control },
  ];
}

/** IFF_UP of netdevice(7). */
const up = 1;

interface NetworkInterface {
  readonly name: string;
  readonly down: boolean;
}

/** As the workload prints them: the name, and the flags where the kernel tells them. */
function interfacesOf(evidence: ContainerEvidence): NetworkInterface[] {
  return valuesOf(evidence, 'interface').map((line) => {
    const [name = '', flags] = line.split(' ');
    return { name, down: flags?.startsWith('0x') === true && (Number(flags) & up) === 0 };
  });
}

/**
 * Names of the interfaces that could lead out. One that is down cannot: where a tunnel module is loaded the kernel puts a
 * `tunl0` or `sit0` that is down into every new network namespace (sysctl `net.core.fb_tunnels_only_for_init_net`).
 */
function outward(evidence: ContainerEvidence): string[] {
  return interfacesOf(evidence).flatMap(({ name, down }) => (name === 'lo' || down ? [] : [name]));
}

/** Interfaces by the kernel's own list; whatever leads out has one. */
export function judgeNetwork(limited: ContainerEvidence, control: ContainerEvidence): Judgement {
  const [seen, free] = [outward(limited), outward(control)];
  const routes = valuesOf(limited, 'route').length;
  const names = interfacesOf(limited).map(({ name, down }) => (down ? `${name} (down)` : name));
  const kernel = `interfaces: ${names.join(', ')}`;
  const judge = judging(
    kernel,
    `${String(seen.length)} interfaces beside lo, ${String(routes)} routes; ${free.join(' ') || 'none'} without the limit`,
  );
  if (seen.length > 0 || routes > 0) {
    return judge.notEnforced(
      `The container has ${seen.join(', ') || 'routes'}, expected the loopback interface alone.`,
      { finding: 'runtime.dropped-limit' },
    );
  }
  if (free.length === 0) {
    return judge.inconclusive('This engine gives containers no network even where none is forbidden (bridge none).');
  }
  return judge.enforced(`Only lo is there and no route leads out; without the limit there is ${free.join(', ')}.`);
}

export const networkOff: LimitCheck = {
  ...cheap,
  id: 'isolation.network',
  area: 'isolation',
  title: 'No network',
  asked: '--network none',
  containers: () =>
    pair(
      `
while read -r n rest; do
  case $n in *:*) n=\${n%%:*} ;; *) continue ;; esac
  f=; [ ! -r /sys/class/net/$n/flags ] || read -r f </sys/class/net/$n/flags
  echo interface $n $f
done </proc/net/dev
while read -r n d g rest; do [ "$n" = Iface ] || echo route $d $g; done </proc/net/route`,
      {},
      { network: true },
    ),
  judge: (evidence) => judgeNetwork(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control')),
};

export function judgeReadOnly(limited: ContainerEvidence, control: ContainerEvidence): Judgement {
  const kernel = valueOf(limited, 'mount') ?? '-';
  const [wrote, free] = [numberOf(limited, 'write'), numberOf(control, 'write')];
  const judge = judging(kernel, `write to /: status ${String(wrote)}; ${String(free)} without the limit`);
  if (wrote === 0) return judge.notEnforced('A file could be made in /.', { finding: 'runtime.dropped-limit' });
  if (free !== 0) return judge.inconclusive('A file cannot be made in / even where that is allowed.');
  if (!kernel.split(',').includes('ro')) return judge.inconclusive(`The write failed, but / is mounted ${kernel}.`);
  return judge.enforced('/ is mounted read-only and takes no file; without the limit it does.');
}

export const readOnlyRoot: LimitCheck = {
  ...cheap,
  id: 'isolation.read-only',
  area: 'isolation',
  title: 'Read-only root file system',
  asked: '--read-only',
  containers: () =>
    pair(
      `
while read -r _ _ _ _ p o _; do [ "$p" = / ] && echo mount $o; done </proc/self/mountinfo
(echo x >/dind-station-write) 2>/dev/null; echo write $?`,
      { ReadonlyRootfs: true },
    ),
  judge: (evidence) => judgeReadOnly(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control')),
};

/** The kernel's log, which no container may write to unless told; opened and never written. */
const rule = 'c 1:11';

export function judgeDevice(limited: ContainerEvidence, control: ContainerEvidence): Judgement {
  const rules = valuesOf(limited, 'rule');
  // v2 has no file: the rules are a program that the kernel runs.
  const kernel = rules.find((line) => line.startsWith(rule)) ?? (rules.length > 1 ? `${rule} is not in the list` : '-');
  const [node, opened] = [numberOf(limited, 'node'), numberOf(limited, 'write')];
  const free = numberOf(control, 'write');
  const judge = judging(
    kernel,
    `opening it for writing: status ${String(opened)}; ${String(free)} where writing is allowed`,
  );
  if (node !== 0) {
    return judge.unsupported(
      'A container cannot make device nodes here, so there is none to open (user namespace, rootless).',
    );
  }
  if (opened === 0) {
    return judge.notEnforced('A device that may only be read could be opened for writing.', {
      finding: 'runtime.dropped-limit',
    });
  }
  if (free !== 0) return judge.inconclusive('The device cannot be opened for writing even where that is allowed.');
  return judge.enforced(
    'A device that may only be read cannot be opened for writing; where writing is allowed it can.',
  );
}

export const deviceAccess: LimitCheck = {
  ...cheap,
  id: 'isolation.device',
  area: 'isolation',
  title: 'Device access',
  asked: `--device-cgroup-rule '${rule} r'`,
  containers: () =>
    pair(
      `
show rule devices/devices.list -
mknod /dind-station-log c 1 11 2>/dev/null; echo node $?
(: >>/dind-station-log) 2>/dev/null; echo write $?`,
      { DeviceCgroupRules: [`${rule} r`] },
      { limits: { DeviceCgroupRules: [`${rule} rw`] } },
    ),
  judge: (evidence) => judgeDevice(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control')),
};
