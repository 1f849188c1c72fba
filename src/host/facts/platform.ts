/** From the hardware outwards to what a person would call the product. */
export type PlatformLayer = 'kernel' | 'machine' | 'runtime' | 'orchestrator' | 'product';

export const platformNames = [
  'orbstack',
  'docker-desktop',
  'wsl1',
  'wsl2',
  'firecracker',
  'virtual-machine',
  'kata',
  'gvisor',
  'sysbox',
  'lxc',
  'systemd-nspawn',
  'podman',
  'docker',
  'containerd',
  'rootless',
  'container',
  'kubernetes',
  'ecs',
  'fargate',
  'codespaces',
  'gitpod',
  'coder',
  'dev-container',
  'code-server',
  'github-actions',
  'gitlab-ci',
] as const;
export type PlatformName = (typeof platformNames)[number];

/**
 * `certain`: only this platform leaves that trace. `likely`: made by it, and forgeable or copied by images. `hint`:
 * consistent with it and no more; a `/.dockerenv` that an image carries along is one.
 */
export const confidences = ['certain', 'likely', 'hint'] as const;
export type Confidence = (typeof confidences)[number];

export interface PlatformLink {
  readonly layer: PlatformLayer;
  readonly name: PlatformName;
  /** Of the strongest piece of evidence. */
  readonly confidence: Confidence;
  readonly evidence: readonly { readonly source: string; readonly value: string; readonly confidence: Confidence }[];
}

/** What this machine is made of, outermost first. Empty: a plain machine, or one that leaves no trace. */
export interface PlatformFacts {
  readonly chain: readonly PlatformLink[];
  /** `ID` and `VERSION_ID` of `/etc/os-release`. */
  readonly distribution?: { readonly id: string; readonly version: string };
}
