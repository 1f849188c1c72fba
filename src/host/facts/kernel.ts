import type { Fact } from './fact';

/** A kernel option: built in, a module, or not set. */
export type ConfigValue = 'y' | 'm' | 'n';

export interface KernelFacts {
  /** `/proc/sys/kernel/osrelease`. */
  readonly release: string;
  /** `/proc/version`, whole. */
  readonly version: string;
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string;
  /** `/proc/cmdline`, words that name cgroup, apparmor, security, systemd or swapaccount only. */
  readonly bootWords: readonly string[];
  readonly config: Fact<{
    /** `/proc/config.gz` or `/boot/config-RELEASE`. */
    readonly source: string;
    /** The options Docker asks for, without `CONFIG_`. One that the file does not name is `n`. */
    readonly options: Readonly<Record<string, ConfigValue>>;
  }>;
  /** `/proc/filesystems`, without those that need no device being told apart: `overlay`, `fuse`, `ext4`. */
  readonly filesystems: readonly string[];
  /** Names in `/proc/modules`. A driver built into the kernel is not among them. */
  readonly modules: Fact<readonly string[]>;
  /** `/lib/modules/RELEASE` exists, so that modprobe inside could find something. */
  readonly modulesFolder: boolean;
  /** `/proc/sys/kernel/modules_disabled` is 1. */
  readonly modulesDisabled?: boolean;
}

/** Numbers of `/proc/sys`; absent: this kernel or container has no such file. */
export interface SysctlFacts {
  readonly ipForward?: number;
  /** `net.ipv6.conf.all.disable_ipv6`. */
  readonly disableIpv6?: number;
  /** `net.bridge.bridge-nf-call-iptables`; absent: br_netfilter is not loaded. */
  readonly bridgeNfCallIptables?: number;
  readonly inotifyInstances?: number;
  readonly inotifyWatches?: number;
  /** `fs.file-max`. */
  readonly fileMax?: number;
  readonly pidMax?: number;
  readonly threadsMax?: number;
  /** `kernel.keys.maxkeys`, `maxbytes` (each user), `root_maxkeys`, `root_maxbytes`. */
  readonly keysMax?: number;
  readonly keysMaxBytes?: number;
  readonly keysRootMax?: number;
  readonly keysRootMaxBytes?: number;
  /** `user.max_*_namespaces` by kind: `user`, `net`, `mnt`, `pid`, `uts`, `ipc`, `cgroup`. */
  readonly maxNamespaces: Readonly<Record<string, number>>;
  /** `kernel.unprivileged_userns_clone` (Debian) and `kernel.apparmor_restrict_unprivileged_userns` (Ubuntu). */
  readonly unprivilegedUsernsClone?: number;
  readonly apparmorRestrictUserns?: number;
  /** `/proc/key-users`: keys in use by uid, as this user namespace numbers them. */
  readonly keyUsers: readonly {
    readonly uid: number;
    readonly keys: number;
    readonly maxKeys: number;
    readonly bytes: number;
    readonly maxBytes: number;
  }[];
}

export interface TimeFacts {
  /** UTC, ISO 8601, the wall clock. */
  readonly clock: string;
  /** Seconds since the machine booted, suspended time included (`/proc/uptime`). */
  readonly uptimeSeconds: number;
  /** Seconds since process 1 began: the container's age. */
  readonly initAgeSeconds?: number;
}
