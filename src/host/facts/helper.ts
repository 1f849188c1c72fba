import type { Fact } from './fact';
import type { HelperStateFile } from '../../helper/helperState';
import type { IptablesRuleCounts } from './network';
import type { ProcessFacts } from './processes';
import type { StorageRoot } from './storage';

/** A line of the helper's `history.jsonl`. */
export interface HistoryEntry {
  /** UTC, ISO 8601, seconds. */
  readonly at: string;
  readonly what: string;
  readonly why: string;
  readonly ms: number;
}

export interface HelperFacts {
  /** The installed copy: there, and root's alone. Whether it is the version of this program is for `daemon/installed`. */
  readonly installed: 'missing' | 'trusted' | 'untrusted';
  /** Why it is not trusted. */
  readonly why?: string;
  readonly version?: string;
  /** This user stands in the helper's list. */
  readonly knowsUser: boolean;
  readonly users: readonly string[];
  /** `helper.conf`, as it stands; empty: none. */
  readonly config: Readonly<Record<string, string>>;
  readonly state?: HelperStateFile;
  /** The last 50, oldest first. */
  readonly history: readonly HistoryEntry[];
  /** Lines of `/run/dind-station/warnings`, what the last preparation could not do. */
  readonly warnings: readonly string[];
}

export interface SudoFacts {
  /** Absent: not installed at `/usr/bin/sudo`. */
  readonly path?: string;
  readonly setuidRoot: boolean;
  /** What covers it is mounted nosuid. */
  readonly nosuid: boolean;
  /** `/etc/sudoers.d/` has a drop-in of the helper; its content is root's. */
  readonly dropIn: boolean;
  /** Whether the helper may be run without a password; `unknown`: it was not tried. */
  readonly allowed: 'yes' | 'no' | 'unknown';
  /** What sudo said when it refused. */
  readonly refusal?: string;
}

/** What `dind-helper facts` tells as root. */
export interface RootFacts {
  readonly helperVersion: string;
  /** dockerd, containerd and process 1, with what only root sees: exe, stdout, stderr, wchan, openFiles. */
  readonly processes: readonly Pick<
    ProcessFacts,
    'pid' | 'comm' | 'exe' | 'stdout' | 'stderr' | 'wchan' | 'openFiles'
  >[];
  readonly iptables: Fact<IptablesRuleCounts>;
  /** `container=` of process 1. */
  readonly containerVariable?: string;
  /** Folders of storage drivers in the data root: `overlay2`, `vfs`. */
  readonly drivers: readonly string[];
  /** Containers known on disk. */
  readonly containers?: number;
  /** statfs where the user may not pass: the data root and containerd's. */
  readonly roots: readonly Pick<StorageRoot, 'role' | 'path' | 'space'>[];
  /** `daemon.json` where a user may not read it: the text, at most 64 KiB. */
  readonly daemonJson?: string;
  /** Files of the data root by their state: `network/files/local-kv.db`, `volumes/metadata.db`, `image/D/repositories.json`. */
  readonly databases: readonly {
    readonly path: string;
    readonly sizeBytes: number;
    /** `ok`: begins as such a file must. `empty`: 0 bytes. */
    readonly state: 'ok' | 'empty' | 'damaged';
  }[];
  /** `getfacl` of the socket, entries that name somebody. */
  readonly socketAcl: readonly string[];
  /** Lines of the kernel's log about memory kills, overlayfs and file systems that were remounted, at most 20. */
  readonly kernelLog: readonly string[];
}
