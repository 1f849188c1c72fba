import * as v from 'valibot';
import type { FactsOf } from './schema';

/** From the hardware outwards to what a person would call the product. */
export const platformLayerSchema = v.picklist(['kernel', 'machine', 'runtime', 'orchestrator', 'product']);
export type PlatformLayer = FactsOf<typeof platformLayerSchema>;

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

export const platformLinkSchema = v.object({
  layer: platformLayerSchema,
  name: v.picklist(platformNames),
  /** Of the strongest piece of evidence. */
  confidence: v.picklist(confidences),
  evidence: v.array(
    v.object({
      source: v.string(),
      value: v.string(),
      confidence: v.picklist(confidences),
    }),
  ),
});
export type PlatformLink = FactsOf<typeof platformLinkSchema>;

/** What this machine is made of, outermost first. Empty: a plain machine, or one that leaves no trace. */
export const platformFactsSchema = v.object({
  chain: v.array(platformLinkSchema),
  /** `ID` and `VERSION_ID` of `/etc/os-release`. */
  distribution: v.exactOptional(
    v.object({
      id: v.string(),
      version: v.string(),
    }),
  ),
});
export type PlatformFacts = FactsOf<typeof platformFactsSchema>;
