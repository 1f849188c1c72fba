import * as v from 'valibot';
import type { Group } from '../../util/unixGroups';
import type { FactsOf } from './schema';

const groupSchema = v.object({
  name: v.string(),
  gid: v.number(),
  members: v.array(v.string()),
}) satisfies v.GenericSchema<Group>;

/** This process, from `/proc/self/status` and `/etc/group`. */
export const identityFactsSchema = v.object({
  pid: v.number(),
  /** Effective ids. */
  uid: v.number(),
  gid: v.number(),
  /** Login name; empty when the uid has none. */
  userName: v.string(),
  /** Supplementary groups as the kernel holds them; see `groups` for what the file says. */
  groupIds: v.array(v.number()),
  /** Of `/etc/group`: `docker`, those that list the user, and that of the socket. */
  groups: v.array(groupSchema),
});
export type IdentityFacts = FactsOf<typeof identityFactsSchema>;

/** Capabilities of one process: the names without `CAP_`, such as `SYS_ADMIN`; an unknown bit is its number. */
export const capabilitySetsSchema = v.object({
  effective: v.array(v.string()),
  bounding: v.array(v.string()),
});
export type CapabilitySets = FactsOf<typeof capabilitySetsSchema>;

export const capabilityFactsSchema = v.object({
  own: capabilitySetsSchema,
  /** Of process 1, which tells what the container was given; absent when `/proc` hides it. */
  init: v.exactOptional(capabilitySetsSchema),
  /** Every capability this kernel has (`/proc/sys/kernel/cap_last_cap`), by number of the last. */
  last: v.exactOptional(v.number()),
});
export type CapabilityFacts = FactsOf<typeof capabilityFactsSchema>;

export const securityFactsSchema = v.object({
  /** `Seccomp:` of `/proc/self/status`; absent where the kernel has none. */
  seccomp: v.exactOptional(v.picklist(['disabled', 'strict', 'filter'])),
  /** Of process 1: the same. */
  initSeccomp: v.exactOptional(v.picklist(['disabled', 'strict', 'filter'])),
  /** True: sudo cannot make this process root. */
  noNewPrivileges: v.exactOptional(v.boolean()),
  /** `/proc/self/attr/current`, such as `docker-default (enforce)` or `unconfined`; absent without such a module. */
  label: v.exactOptional(v.string()),
  /** `/sys/kernel/security/lsm`; absent when securityfs is not mounted here. */
  modules: v.exactOptional(v.array(v.string())),
  /** `/sys/module/apparmor/parameters/enabled`; absent: no AppArmor in the kernel. */
  apparmorEnabled: v.exactOptional(v.boolean()),
  /** `apparmor_parser` is in a folder of the daemon's PATH. */
  apparmorParser: v.boolean(),
  /** `/sys/fs/selinux` is mounted. */
  selinux: v.boolean(),
});
export type SecurityFacts = FactsOf<typeof securityFactsSchema>;

export const idMappingSchema = v.object({
  inside: v.number(),
  outside: v.number(),
  count: v.number(),
});
export type IdMapping = FactsOf<typeof idMappingSchema>;

export const userNamespaceFactsSchema = v.object({
  /** `/proc/self/uid_map`. */
  uidMap: v.array(idMappingSchema),
  gidMap: v.array(idMappingSchema),
  /** The map is `0 0 4294967295`: the machine's own namespace, as far as a process can tell. */
  initial: v.boolean(),
  /** `/proc/self/setgroups` is `deny`. */
  setgroupsDenied: v.exactOptional(v.boolean()),
});
export type UserNamespaceFacts = FactsOf<typeof userNamespaceFactsSchema>;
