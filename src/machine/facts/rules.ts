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
