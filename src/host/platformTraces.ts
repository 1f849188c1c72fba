import { isUnreadable, exists, textOf, type ReadResult } from './readResult';
import type { Mount } from './facts/mount';
import { MountTree } from './mounts';

/** Everything a platform is told by, as it was read; absent: no such file, or no such variable. */
export interface PlatformTraces {
  /** `/proc/sys/kernel/osrelease`. */
  readonly release: string;
  /** `/proc/version`. */
  readonly version: string;
  /** `/proc/1/cgroup` and `/proc/self/cgroup` together. */
  readonly cgroup: string;
  /** Mount points, sources and types of what is not covered, one mount a line: `MOUNTPOINT FSTYPE SOURCE ROOT`. */
  readonly mounts: readonly string[];
  /** Names of variables of this process, with values where they tell something by themselves. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `container=` of process 1, where root told. */
  readonly containerVariable?: string;
  /** `/run/systemd/container`. */
  readonly systemdContainer?: string;
  /** Marker files that exist, absolute. */
  readonly files: ReadonlySet<string>;
  /** `/sys/class/dmi/id/sys_vendor` and `product_name`. */
  readonly dmi: string;
  /** `hypervisor` is among the flags in `/proc/cpuinfo`. */
  readonly hypervisor: boolean;
  readonly hostName: string;
  /** The user namespace is the machine's own; absent: not known. */
  readonly initialUserNamespace?: boolean;
  readonly osRelease?: string;
  /** The mount of `/` is an overlay, as runtimes make it. */
  readonly overlayRoot: boolean;
}

/** Files that only one platform makes; which it is says `platform.ts`. */
// prettier-ignore
const markers = [
  '/.dockerenv', '/run/.containerenv', '/run/host/container-manager', '/dev/.lxc', '/dev/lxd/sock', '/dev/incus/sock',
  '/run/secrets/kubernetes.io/serviceaccount', '/var/run/secrets/kubernetes.io/serviceaccount', '/run/kata-containers',
  '/proc/sys/fs/binfmt_misc/WSLInterop', '/workspaces/.codespaces', '/ide/bin/gitpod-code', '/usr/bin/gp',
  '/usr/local/etc/vscode-dev-containers', '/usr/lib/code-server',
];

/** Variables that are looked at; no other one of the environment leaves this process. */
// prettier-ignore
const variables = [
  'KUBERNETES_SERVICE_HOST', 'ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI', 'AWS_EXECUTION_ENV',
  'CODESPACES', 'CODESPACE_NAME', 'GITPOD_WORKSPACE_ID', 'CODER', 'CODER_WORKSPACE_NAME', 'CODER_AGENT_TOKEN',
  'CODER_AGENT_URL', 'REMOTE_CONTAINERS', 'CODE_SERVER_SESSION_SOCKET', 'GITHUB_ACTIONS', 'GITLAB_CI',
];

/** More than any machine's first page of flags. */
const cpuinfoBytes = 16_384;
/** Mounts that are looked at; those of the containers of an inner daemon come last. */
const maxMounts = 1000;

/** Everything a platform is told by. Never throws. */
export async function readPlatformTraces(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  mounts: ReadResult<readonly Mount[]>,
  initialUserNamespace: boolean | undefined,
): Promise<PlatformTraces> {
  const [
    release,
    version,
    init,
    own,
    initEnvironment,
    systemdContainer,
    vendor,
    product,
    cpuinfo,
    hostName,
    osRelease,
    found,
  ] = await Promise.all([
    textOf(root, '/proc/sys/kernel/osrelease', 256),
    textOf(root, '/proc/version', 4096),
    textOf(root, '/proc/1/cgroup', 65_536),
    textOf(root, '/proc/self/cgroup', 65_536),
    textOf(root, '/proc/1/environ', 262_144),
    textOf(root, '/run/systemd/container', 256),
    textOf(root, '/sys/class/dmi/id/sys_vendor', 256),
    textOf(root, '/sys/class/dmi/id/product_name', 256),
    textOf(root, '/proc/cpuinfo', cpuinfoBytes),
    textOf(root, '/proc/sys/kernel/hostname', 256),
    textOf(root, '/etc/os-release', 65_536),
    Promise.all(markers.map(async (path) => ((await exists(root, path)) ? [path] : []))),
  ]);
  const list = isUnreadable(mounts) ? [] : mounts;
  const tree = new MountTree(list);
  const container = initEnvironment
    ?.split('\0')
    .find((entry) => entry.startsWith('container='))
    ?.slice('container='.length);
  return {
    release: release?.trim() ?? '',
    version: version?.trim() ?? '',
    cgroup: `${init ?? ''}\n${own ?? ''}`,
    mounts: list
      .slice(0, maxMounts)
      // A group that was bound over names a platform around us no more than the one that is seen.
      .filter((mount) => !tree.isCovered(mount))
      .map(({ mountPoint, fsType, source, root: part }) => `${mountPoint} ${fsType} ${source} ${part}`),
    env: Object.fromEntries(variables.map((name) => [name, env[name]])),
    ...(container !== undefined && { containerVariable: container }),
    ...(systemdContainer !== undefined && { systemdContainer: systemdContainer.trim() }),
    files: new Set(found.flat()),
    dmi: `${vendor?.trim() ?? ''} ${product?.trim() ?? ''}`.trim(),
    hypervisor: /^flags\s*:.*\bhypervisor\b/mu.test(cpuinfo ?? ''),
    hostName: hostName?.trim() ?? '',
    ...(initialUserNamespace !== undefined && { initialUserNamespace }),
    ...(osRelease !== undefined && { osRelease }),
    overlayRoot: tree.over('/')?.fsType === 'overlay',
  };
}
