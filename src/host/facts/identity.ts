/** This process, from `/proc/self/status` and `/etc/group`. */
export interface IdentityFacts {
  readonly pid: number;
  /** Effective ids. */
  readonly uid: number;
  readonly gid: number;
  /** Login name; empty when the uid has none. */
  readonly userName: string;
  /** Supplementary groups as the kernel holds them; see `groups` for what the file says. */
  readonly groupIds: readonly number[];
  /** Of `/etc/group`: `docker`, those that list the user, and that of the socket. */
  readonly groups: readonly Group[];
}

/** Capabilities of one process: the names without `CAP_`, such as `SYS_ADMIN`; an unknown bit is its number. */
export interface CapabilitySets {
  readonly effective: readonly string[];
  readonly bounding: readonly string[];
}

export interface CapabilityFacts {
  readonly own: CapabilitySets;
  /** Of process 1, which tells what the container was given; absent when `/proc` hides it. */
  readonly init?: CapabilitySets;
  /** Every capability this kernel has (`/proc/sys/kernel/cap_last_cap`), by number of the last. */
  readonly last?: number;
}

export interface SecurityFacts {
  /** `Seccomp:` of `/proc/self/status`; absent where the kernel has none. */
  readonly seccomp?: 'disabled' | 'strict' | 'filter';
  /** Of process 1: the same. */
  readonly initSeccomp?: 'disabled' | 'strict' | 'filter';
  /** True: sudo cannot make this process root. */
  readonly noNewPrivileges?: boolean;
  /** `/proc/self/attr/current`, such as `docker-default (enforce)` or `unconfined`; absent without such a module. */
  readonly label?: string;
  /** `/sys/kernel/security/lsm`; absent when securityfs is not mounted here. */
  readonly modules?: readonly string[];
  /** `/sys/module/apparmor/parameters/enabled`; absent: no AppArmor in the kernel. */
  readonly apparmorEnabled?: boolean;
  /** `apparmor_parser` is in a folder of the daemon's PATH. */
  readonly apparmorParser: boolean;
  /** `/sys/fs/selinux` is mounted. */
  readonly selinux: boolean;
}

export interface IdMapping {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

export interface UserNamespaceFacts {
  /** `/proc/self/uid_map`. */
  readonly uidMap: readonly IdMapping[];
  readonly gidMap: readonly IdMapping[];
  /** The map is `0 0 4294967295`: the machine's own namespace, as far as a process can tell. */
  readonly initial: boolean;
  /** `/proc/self/setgroups` is `deny`. */
  readonly setgroupsDenied?: boolean;
}

/** A line of `/etc/group` (group(5)). */
export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Login names listed in the file; whoever has this as primary group is not among them. */
  readonly members: readonly string[];
}
