import type { Confidence, PlatformFacts, PlatformLayer, PlatformLink, PlatformName } from './facts/platform';
import type { PlatformTraces } from './platformTraces';

type Evidence = PlatformLink['evidence'][number];

/** One platform and everything that can speak for it; what does not hold is undefined. */
interface Candidate {
  readonly layer: PlatformLayer;
  readonly name: PlatformName;
  readonly evidence: readonly (Evidence | undefined)[];
}

const rank: Readonly<Record<Confidence, number>> = { hint: 0, likely: 1, certain: 2 };

/** Evidence of a pattern in a text; the value is what matched. */
function match(
  confidence: Confidence,
  source: string,
  text: string | undefined,
  pattern: RegExp,
): Evidence | undefined {
  const found = pattern.exec(text ?? '')?.[0];
  return found === undefined ? undefined : { source, value: found, confidence };
}

function candidates(traces: PlatformTraces): Candidate[] {
  const { release, version, cgroup, env, dmi } = traces;
  const osrelease = '/proc/sys/kernel/osrelease';
  const mounts = traces.mounts.join('\n');
  const ofRelease = (confidence: Confidence, pattern: RegExp): Evidence | undefined =>
    match(confidence, osrelease, release, pattern);
  const ofMounts = (confidence: Confidence, pattern: RegExp): Evidence | undefined =>
    match(confidence, '/proc/self/mountinfo', mounts, pattern);
  const ofCgroup = (confidence: Confidence, pattern: RegExp): Evidence | undefined =>
    match(confidence, '/proc/1/cgroup', cgroup, pattern) ??
    match(
      confidence,
      '/proc/self/mountinfo',
      traces.mounts.filter((line) => / cgroup2? /u.test(line)).join('\n'),
      pattern,
    );
  const ofFile = (confidence: Confidence, path: string): Evidence | undefined =>
    traces.files.has(path) ? { source: path, value: 'exists', confidence } : undefined;
  /** The name alone: values of such variables may be tokens. */
  const ofVariable = (confidence: Confidence, name: string): Evidence | undefined =>
    (env[name] ?? '') === '' ? undefined : { source: `environment ${name}`, value: 'is set', confidence };
  const container = traces.containerVariable ?? traces.systemdContainer;
  const containerSource = traces.containerVariable === undefined ? '/run/systemd/container' : 'container= of process 1';
  const ofContainer = (pattern: RegExp): Evidence | undefined => match('certain', containerSource, container, pattern);
  const wsl2 = /microsoft-standard-WSL2|WSL2/iu;

  return [
    { layer: 'kernel', name: 'orbstack', evidence: [ofRelease('certain', /[\d.]+-orbstack\S*/u)] },
    {
      layer: 'kernel',
      name: 'docker-desktop',
      evidence: [
        ofRelease('likely', /\S+-linuxkit\S*/u),
        ofMounts('likely', /\/host_mnt\/|grpcfuse|fakeowner/u),
        // On WSL its engine lives in a distribution of that name.
        ofMounts('likely', /docker-desktop-bind-mounts|\/mnt\/wsl\/docker-desktop/u),
      ],
    },
    {
      layer: 'kernel',
      name: 'wsl2',
      evidence: [ofRelease('certain', wsl2), ofFile('likely', '/proc/sys/fs/binfmt_misc/WSLInterop')],
    },
    {
      layer: 'kernel',
      name: 'wsl1',
      evidence: [wsl2.test(release) ? undefined : ofRelease('certain', /\S+-Microsoft\b/u)],
    },
    {
      layer: 'kernel',
      name: 'gvisor',
      evidence: [
        ofRelease('certain', /\S*-gvisor\S*/u),
        // Its kernel never changes this date, whatever version it claims.
        match('certain', '/proc/version', version, /Sun Jan 10 15:06:54 PST 2016/u),
      ],
    },
    {
      layer: 'machine',
      name: 'firecracker',
      evidence: [
        match('certain', '/sys/class/dmi/id', dmi, /Firecracker/iu),
        ofMounts('hint', /firecracker/iu),
        traces.hypervisor && dmi === '' && /firecracker|-fc$/iu.test(release)
          ? { source: osrelease, value: release, confidence: 'hint' }
          : undefined,
      ],
    },
    {
      layer: 'machine',
      name: 'kata',
      evidence: [
        ofMounts('certain', /kataShared/u),
        ofFile('likely', '/run/kata-containers'),
        ofRelease('likely', /\S*kata\S*/u),
      ],
    },
    {
      layer: 'machine',
      name: 'virtual-machine',
      evidence: [
        match(
          'certain',
          '/sys/class/dmi/id',
          dmi,
          /QEMU|KVM|VMware|VirtualBox|Hyper-V|Virtual Machine|Xen|Amazon EC2|Google Compute Engine|Parallels|Bochs/u,
        ),
        traces.hypervisor ? { source: '/proc/cpuinfo', value: 'hypervisor', confidence: 'likely' } : undefined,
      ],
    },
    {
      layer: 'runtime',
      name: 'sysbox',
      evidence: [ofMounts('certain', /sysboxfs/u), ofMounts('likely', /\/var\/lib\/sysbox(?:fs)?/u)],
    },
    {
      layer: 'runtime',
      name: 'lxc',
      evidence: [
        ofContainer(/^lxc(?:-libvirt)?$/u),
        ofCgroup('certain', /\/lxc(?:\.payload|\.monitor)?[./][^\s/]*/u),
        ofMounts('likely', /\S+ fuse\.lxcfs/u),
        ofFile('likely', '/dev/.lxc'),
        ofFile('likely', '/dev/lxd/sock'),
        ofFile('likely', '/dev/incus/sock'),
      ],
    },
    {
      layer: 'runtime',
      name: 'systemd-nspawn',
      evidence: [ofContainer(/^systemd-nspawn$/u), ofFile('likely', '/run/host/container-manager')],
    },
    {
      layer: 'runtime',
      name: 'podman',
      evidence: [
        ofContainer(/^podman$/u),
        ofCgroup('certain', /libpod-[\da-f]{8,}|libpod_parent/u),
        ofFile('likely', '/run/.containerenv'),
      ],
    },
    {
      layer: 'runtime',
      name: 'docker',
      evidence: [
        ofContainer(/^docker$/u),
        ofCgroup('certain', /\/docker\/[\da-f]{12,64}|docker-[\da-f]{64}\.scope/u),
        // What dockerd mounts into every container of its own.
        ofMounts('likely', /\/containers\/[\da-f]{64}\/(?:resolv\.conf|hostname|hosts)/u),
        // Copied into images by whoever exports a container; an editor's image builder leaves one on plain machines.
        ofFile('hint', '/.dockerenv'),
      ],
    },
    {
      layer: 'runtime',
      name: 'containerd',
      evidence: [
        ofCgroup('certain', /cri-containerd[-:][\da-f]{12,}/u),
        ofMounts('likely', /\/io\.containerd\.grpc\.v1\.cri\/sandboxes\//u),
        ofMounts('hint', /io\.containerd\.snapshotter\.v1\.\w+/u),
      ],
    },
    {
      layer: 'runtime',
      name: 'rootless',
      evidence: [
        traces.initialUserNamespace === false && container === undefined
          ? { source: '/proc/self/uid_map', value: 'ids are mapped', confidence: 'likely' }
          : undefined,
        traces.initialUserNamespace === false && container !== undefined
          ? { source: '/proc/self/uid_map', value: 'ids are mapped', confidence: 'hint' }
          : undefined,
      ],
    },
    {
      layer: 'runtime',
      name: 'container',
      evidence: [
        container === undefined || container === ''
          ? undefined
          : { source: containerSource, value: container, confidence: 'certain' },
        traces.overlayRoot
          ? { source: '/proc/self/mountinfo', value: '/ is an overlay', confidence: 'likely' }
          : undefined,
      ],
    },
    {
      layer: 'orchestrator',
      name: 'kubernetes',
      evidence: [
        ofFile('certain', '/run/secrets/kubernetes.io/serviceaccount'),
        ofFile('certain', '/var/run/secrets/kubernetes.io/serviceaccount'),
        ofCgroup('certain', /kubepods[.\w/-]*/u),
        ofMounts('certain', /\/var\/lib\/kubelet\/pods\/[\da-f-]{36}/u),
        ofVariable('likely', 'KUBERNETES_SERVICE_HOST'),
      ],
    },
    {
      layer: 'orchestrator',
      name: 'ecs',
      evidence: [
        ofVariable('certain', 'ECS_CONTAINER_METADATA_URI_V4'),
        ofVariable('likely', 'ECS_CONTAINER_METADATA_URI'),
        ofCgroup('certain', /\/ecs\/[\da-f-]{8,}/u),
      ],
    },
    {
      layer: 'orchestrator',
      name: 'fargate',
      evidence: [match('certain', 'environment AWS_EXECUTION_ENV', env['AWS_EXECUTION_ENV'], /^AWS_ECS_FARGATE$/u)],
    },
    {
      layer: 'product',
      name: 'codespaces',
      evidence: [
        ofVariable('likely', 'CODESPACES'),
        ofVariable('likely', 'CODESPACE_NAME'),
        ofFile('likely', '/workspaces/.codespaces'),
        match('hint', 'host name', traces.hostName, /^codespaces-[\da-f]{6}/u),
      ],
    },
    {
      layer: 'product',
      name: 'gitpod',
      evidence: [
        ofVariable('likely', 'GITPOD_WORKSPACE_ID'),
        ofFile('likely', '/ide/bin/gitpod-code'),
        ofFile('likely', '/usr/bin/gp'),
      ],
    },
    {
      layer: 'product',
      name: 'coder',
      evidence: [
        ofVariable('likely', 'CODER_WORKSPACE_NAME'),
        ofVariable('likely', 'CODER_AGENT_TOKEN'),
        ofVariable('likely', 'CODER_AGENT_URL'),
        ofVariable('hint', 'CODER'),
      ],
    },
    {
      layer: 'product',
      name: 'dev-container',
      evidence: [ofVariable('likely', 'REMOTE_CONTAINERS'), ofFile('hint', '/usr/local/etc/vscode-dev-containers')],
    },
    {
      layer: 'product',
      name: 'code-server',
      evidence: [ofVariable('likely', 'CODE_SERVER_SESSION_SOCKET'), ofFile('hint', '/usr/lib/code-server')],
    },
    {
      layer: 'product',
      name: 'github-actions',
      evidence: [match('likely', 'environment GITHUB_ACTIONS', env['GITHUB_ACTIONS'], /^true$/u)],
    },
    { layer: 'product', name: 'gitlab-ci', evidence: [ofVariable('likely', 'GITLAB_CI')] },
  ];
}

/** A general name adds nothing beside a particular one of its layer. */
const general: readonly (readonly [PlatformName, PlatformLayer])[] = [
  ['container', 'runtime'],
  ['virtual-machine', 'machine'],
];

function osReleaseOf(text: string): PlatformFacts['distribution'] | undefined {
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)"?\\s*$`, 'mu').exec(text)?.[1] ?? '';
  const id = field('ID');
  return id === '' ? undefined : { id, version: field('VERSION_ID') };
}

/** What the machine is made of, from its traces, outermost layer first. */
export function platformOf(traces: PlatformTraces): PlatformFacts {
  const found = candidates(traces).flatMap(({ layer, name, evidence }): PlatformLink[] => {
    const held = evidence.filter((piece) => piece !== undefined);
    const sorted = held.sort((one, other) => rank[other.confidence] - rank[one.confidence]);
    return sorted[0] === undefined ? [] : [{ layer, name, confidence: sorted[0].confidence, evidence: sorted }];
  });
  const chain = found.filter(
    (link) =>
      !general.some(
        ([name, layer]) =>
          link.name === name &&
          found.some((other) => other.layer === layer && other !== link && other.confidence !== 'hint'),
      ),
  );
  const distribution = osReleaseOf(traces.osRelease ?? '');
  return { chain, ...(distribution !== undefined && { distribution }) };
}
