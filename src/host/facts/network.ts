import type { Fact } from './fact';

export interface Route {
  readonly family: 4 | 6;
  /** CIDR; the default route is `0.0.0.0/0` or `::/0`. */
  readonly destination: string;
  /** Absent: directly attached. */
  readonly gateway?: string;
  readonly device: string;
  readonly metric: number;
}

export interface NetworkDevice {
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  /** `up`, `down`, `unknown` (`operstate`). */
  readonly state: string;
  /** It is a bridge (docker0, br-...). */
  readonly bridge: boolean;
  /** IPv4 and IPv6 with prefix length. */
  readonly addresses: readonly string[];
}

/** A TCP socket in state LISTEN, from `/proc/net/tcp` and `tcp6`. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: number;
}

/** `iptables` as the daemon would find it. */
export interface IptablesFacts {
  /** Absent: there is none in the daemon's PATH. */
  readonly program?: string;
  /** What its links end at: `xtables-nft-multi` or `xtables-legacy-multi`. */
  readonly backend?: 'nft' | 'legacy' | 'unknown';
  /** Which of `iptables-nft`, `iptables-legacy`, `nft`, `ip6tables` are there. */
  readonly programs: readonly string[];
  /** Legacy tables the kernel has in use (`/proc/net/ip_tables_names`); unreadable without root. */
  readonly legacyTables: Fact<readonly string[]>;
}

export interface NetworkFacts {
  readonly routes: readonly Route[];
  readonly resolvers: {
    /** `/etc/resolv.conf` as links lead there. */
    readonly path: string;
    readonly nameservers: readonly string[];
    readonly search: readonly string[];
    /** Bytes; 0 is an empty file, with which Go asks [::1]:53. Absent: no such file. */
    readonly sizeBytes?: number;
  };
  readonly devices: readonly NetworkDevice[];
  /** At most 500. */
  readonly listeners: readonly Listener[];
  readonly iptables: IptablesFacts;
  readonly hostName: string;
}

/** How many rules each backend holds, and whether Docker's chain is there; from `iptables-nft-save` and `-legacy-save`. */
export interface IptablesRuleCounts {
  readonly nft?: TableCounts;
  readonly legacy?: TableCounts;
}

export interface TableCounts {
  /** Rules by table: `nat`, `filter`. Policies are not counted. */
  readonly tables: Readonly<Record<string, number>>;
  /** Chain `DOCKER` of table nat is there. */
  readonly dockerChain: boolean;
  /** Policy of FORWARD: `ACCEPT`, `DROP`; absent: no such table. */
  readonly forwardPolicy?: string;
  /** Rules of `DOCKER-USER` besides the `RETURN` that Docker writes itself. */
  readonly dockerUserRules: number;
}
