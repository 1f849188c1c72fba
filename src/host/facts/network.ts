import * as v from 'valibot';
import { factSchema, type FactsOf } from './schema';

export const routeSchema = v.object({
  family: v.picklist([4, 6]),
  /** CIDR; the default route is `0.0.0.0/0` or `::/0`. */
  destination: v.string(),
  /** Absent: directly attached. */
  gateway: v.exactOptional(v.string()),
  device: v.string(),
  metric: v.number(),
});
export type Route = FactsOf<typeof routeSchema>;

export const networkDeviceSchema = v.object({
  name: v.string(),
  /** Bytes. */
  mtu: v.number(),
  /** `up`, `down`, `unknown` (`operstate`). */
  state: v.string(),
  /** It is a bridge (docker0, br-...). */
  bridge: v.boolean(),
  /** IPv4 and IPv6 with prefix length. */
  addresses: v.array(v.string()),
});
export type NetworkDevice = FactsOf<typeof networkDeviceSchema>;

/** A TCP socket in state LISTEN, from `/proc/net/tcp` and `tcp6`. */
export const listenerSchema = v.object({
  address: v.string(),
  port: v.number(),
  uid: v.number(),
  inode: v.number(),
});
export type Listener = FactsOf<typeof listenerSchema>;

/** `iptables` as the daemon would find it. */
export const iptablesFactsSchema = v.object({
  /** Absent: there is none in the daemon's PATH. */
  program: v.exactOptional(v.string()),
  /** What its links end at: `xtables-nft-multi` or `xtables-legacy-multi`. */
  backend: v.exactOptional(v.picklist(['nft', 'legacy', 'unknown'])),
  /** Which of `iptables-nft`, `iptables-legacy`, `nft`, `ip6tables` are there. */
  programs: v.array(v.string()),
  /** Legacy tables the kernel has in use (`/proc/net/ip_tables_names`); unreadable without root. */
  legacyTables: factSchema(v.array(v.string())),
});
export type IptablesFacts = FactsOf<typeof iptablesFactsSchema>;

export const networkFactsSchema = v.object({
  routes: v.array(routeSchema),
  resolvers: v.object({
    /** `/etc/resolv.conf` as links lead there. */
    path: v.string(),
    nameservers: v.array(v.string()),
    search: v.array(v.string()),
    /** Bytes; 0 is an empty file, with which Go asks [::1]:53. Absent: no such file. */
    sizeBytes: v.exactOptional(v.number()),
  }),
  devices: v.array(networkDeviceSchema),
  /** At most 500. */
  listeners: v.array(listenerSchema),
  iptables: iptablesFactsSchema,
  hostName: v.string(),
});
export type NetworkFacts = FactsOf<typeof networkFactsSchema>;

export const tableCountsSchema = v.object({
  /** Rules by table: `nat`, `filter`. Policies are not counted. */
  tables: v.record(v.string(), v.number()),
  /** Chain `DOCKER` of table nat is there. */
  dockerChain: v.boolean(),
  /** Policy of FORWARD: `ACCEPT`, `DROP`; absent: no such table. */
  forwardPolicy: v.exactOptional(v.string()),
  /** Rules of `DOCKER-USER` besides the `RETURN` that Docker writes itself. */
  dockerUserRules: v.number(),
});
export type TableCounts = FactsOf<typeof tableCountsSchema>;

/** How many rules each backend holds, and whether Docker's chain is there; from `iptables-nft-save` and `-legacy-save`. */
export const iptablesRuleCountsSchema = v.object({
  nft: v.exactOptional(tableCountsSchema),
  legacy: v.exactOptional(tableCountsSchema),
});
export type IptablesRuleCounts = FactsOf<typeof iptablesRuleCountsSchema>;
