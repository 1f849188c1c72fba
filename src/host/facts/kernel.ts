import * as v from 'valibot';
import { factSchema, type FactsOf } from './schema';

/** A kernel option: built in, a module, or not set. */
export const configValueSchema = v.picklist(['y', 'm', 'n']);
export type ConfigValue = FactsOf<typeof configValueSchema>;

export const kernelFactsSchema = v.object({
  /** `/proc/sys/kernel/osrelease`. */
  release: v.string(),
  /** `/proc/version`, whole. */
  version: v.string(),
  /** As Node names it: `x64`, `arm64`. */
  architecture: v.string(),
  /** `/proc/cmdline`, words that name cgroup, apparmor, security, systemd or swapaccount only. */
  bootWords: v.array(v.string()),
  config: factSchema(
    v.object({
      /** `/proc/config.gz` or `/boot/config-RELEASE`. */
      source: v.string(),
      /** The options Docker asks for, without `CONFIG_`. One that the file does not name is `n`. */
      options: v.record(v.string(), configValueSchema),
    }),
  ),
  /** `/proc/filesystems`, without those that need no device being told apart: `overlay`, `fuse`, `ext4`. */
  filesystems: v.array(v.string()),
  /** Names in `/proc/modules`. A driver built into the kernel is not among them. */
  modules: factSchema(v.array(v.string())),
  /** `/lib/modules/RELEASE` exists, so that modprobe inside could find something. */
  modulesFolder: v.boolean(),
  /** `/proc/sys/kernel/modules_disabled` is 1. */
  modulesDisabled: v.exactOptional(v.boolean()),
});
export type KernelFacts = FactsOf<typeof kernelFactsSchema>;

/** Numbers of `/proc/sys`; absent: this kernel or container has no such file. */
export const sysctlFactsSchema = v.object({
  ipForward: v.exactOptional(v.number()),
  /** `net.ipv6.conf.all.disable_ipv6`. */
  disableIpv6: v.exactOptional(v.number()),
  /** `net.bridge.bridge-nf-call-iptables`; absent: br_netfilter is not loaded. */
  bridgeNfCallIptables: v.exactOptional(v.number()),
  inotifyInstances: v.exactOptional(v.number()),
  inotifyWatches: v.exactOptional(v.number()),
  /** `fs.file-max`. */
  fileMax: v.exactOptional(v.number()),
  pidMax: v.exactOptional(v.number()),
  threadsMax: v.exactOptional(v.number()),
  /** `kernel.keys.maxkeys`, `maxbytes` (each user), `root_maxkeys`, `root_maxbytes`. */
  keysMax: v.exactOptional(v.number()),
  keysMaxBytes: v.exactOptional(v.number()),
  keysRootMax: v.exactOptional(v.number()),
  keysRootMaxBytes: v.exactOptional(v.number()),
  /** `user.max_*_namespaces` by kind: `user`, `net`, `mnt`, `pid`, `uts`, `ipc`, `cgroup`. */
  maxNamespaces: v.record(v.string(), v.number()),
  /** `kernel.unprivileged_userns_clone` (Debian) and `kernel.apparmor_restrict_unprivileged_userns` (Ubuntu). */
  unprivilegedUsernsClone: v.exactOptional(v.number()),
  apparmorRestrictUserns: v.exactOptional(v.number()),
  /** `/proc/key-users`: keys in use by uid, as this user namespace numbers them. */
  keyUsers: v.array(
    v.object({
      uid: v.number(),
      keys: v.number(),
      maxKeys: v.number(),
      bytes: v.number(),
      maxBytes: v.number(),
    }),
  ),
});
export type SysctlFacts = FactsOf<typeof sysctlFactsSchema>;

export const timeFactsSchema = v.object({
  /** UTC, ISO 8601, the wall clock. */
  clock: v.string(),
  /** Seconds since the machine booted, suspended time included (`/proc/uptime`). */
  uptimeSeconds: v.number(),
  /** Seconds since process 1 began: the container's age. */
  initAgeSeconds: v.exactOptional(v.number()),
});
export type TimeFacts = FactsOf<typeof timeFactsSchema>;
