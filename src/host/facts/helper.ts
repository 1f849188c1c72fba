import { HelperStateFile } from '../../helper/helperState';
import * as v from 'valibot';
import { iptablesRuleCountsSchema } from './network';
import { processFactsSchema } from './processes';
import { storageRootSchema } from './storage';
import { factSchema, type FactsOf } from './schema';

/** A line of the helper's `history.jsonl`. */
export const historyEntrySchema = v.object({
  /** UTC, ISO 8601, seconds. */
  at: v.string(),
  what: v.string(),
  why: v.string(),
  ms: v.number(),
});
export type HistoryEntry = FactsOf<typeof historyEntrySchema>;

export const helperFactsSchema = v.object({
  /** The installed copy: there, and root's alone. Whether it is the version of this program is for `daemon/installed`. */
  installed: v.picklist(['missing', 'trusted', 'untrusted']),
  /** Why it is not trusted. */
  why: v.exactOptional(v.string()),
  version: v.exactOptional(v.string()),
  /** The copy that comes with the program that read this, which can be installed; absent: it was not told. */
  bundled: v.exactOptional(v.string()),
  /** This user stands in the helper's list. */
  knowsUser: v.boolean(),
  users: v.array(v.string()),
  /** `helper.conf`, as it stands; empty: none. */
  config: v.record(v.string(), v.string()),
  state: v.exactOptional(HelperStateFile),
  /** The last 50, oldest first. */
  history: v.array(historyEntrySchema),
  /** Lines of `/run/dind-station/warnings`, what the last preparation could not do. */
  warnings: v.array(v.string()),
});
export type HelperFacts = FactsOf<typeof helperFactsSchema>;

export const sudoFactsSchema = v.object({
  /** Absent: not installed at `/usr/bin/sudo`. */
  path: v.exactOptional(v.string()),
  setuidRoot: v.boolean(),
  /** What covers it is mounted nosuid. */
  nosuid: v.boolean(),
  /** `/etc/sudoers.d/` has a drop-in of the helper; its content is root's. */
  dropIn: v.boolean(),
  /** Whether the helper may be run without a password; `unknown`: it was not tried. */
  allowed: v.picklist(['yes', 'no', 'unknown']),
  /** What sudo said when it refused. */
  refusal: v.exactOptional(v.string()),
});
export type SudoFacts = FactsOf<typeof sudoFactsSchema>;

/** What `dind-helper facts` tells as root. */
export const rootFactsSchema = v.object({
  helperVersion: v.string(),
  /** dockerd, containerd and process 1, with what only root sees: exe, stdout, stderr, wchan, openFiles. */
  processes: v.array(v.pick(processFactsSchema, ['pid', 'comm', 'exe', 'stdout', 'stderr', 'wchan', 'openFiles'])),
  iptables: factSchema(iptablesRuleCountsSchema),
  /** `container=` of process 1. */
  containerVariable: v.exactOptional(v.string()),
  /** Folders of storage drivers in the data root: `overlay2`, `vfs`. */
  drivers: v.array(v.string()),
  /** Containers known on disk. */
  containers: v.exactOptional(v.number()),
  /** statfs where the user may not pass: the data root and containerd's. */
  roots: v.array(v.pick(storageRootSchema, ['role', 'path', 'space'])),
  /** `daemon.json` where a user may not read it: the text, at most 64 KiB. */
  daemonJson: v.exactOptional(v.string()),
  /** Files of the data root by their state: `network/files/local-kv.db`, `volumes/metadata.db`, `image/D/repositories.json`. */
  databases: v.array(
    v.object({
      path: v.string(),
      sizeBytes: v.number(),
      /** `ok`: begins as such a file must. `empty`: 0 bytes. */
      state: v.picklist(['ok', 'empty', 'damaged']),
    }),
  ),
  /** `getfacl` of the socket, entries that name somebody. */
  socketAcl: v.array(v.string()),
  /** Lines of the kernel's log about memory kills, overlayfs and file systems that were remounted, at most 20. */
  kernelLog: v.array(v.string()),
});
export type RootFacts = FactsOf<typeof rootFactsSchema>;
