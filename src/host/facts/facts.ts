import * as v from 'valibot';
import { cgroupFactsSchema } from './cgroup';
import { daemonConfigFactsSchema, daemonLogFactsSchema, pidFileFactsSchema } from './daemon';
import { endpointFactsSchema, engineFactsSchema, socketFactsSchema } from './engine';
import type { Fact } from './fact';
import { helperFactsSchema, rootFactsSchema, sudoFactsSchema } from './helper';
import { capabilityFactsSchema, identityFactsSchema, securityFactsSchema, userNamespaceFactsSchema } from './identity';
import { kernelFactsSchema, sysctlFactsSchema, timeFactsSchema } from './kernel';
import { networkFactsSchema } from './network';
import { platformFactsSchema } from './platform';
import { processesFactsSchema } from './processes';
import type { FactsOf } from './schema';
import { verificationFactsSchema } from './verification';
import { mountFactsSchema, storageFactsSchema } from './storage';

/** What each slice holds when it could be read. */
export const sliceSchemas = {
  /** Who reads: the extension host or the command. */
  identity: identityFactsSchema,
  capabilities: capabilityFactsSchema,
  security: securityFactsSchema,
  userNamespace: userNamespaceFactsSchema,
  sudo: sudoFactsSchema,

  kernel: kernelFactsSchema,
  sysctls: sysctlFactsSchema,
  time: timeFactsSchema,
  platform: platformFactsSchema,

  cgroup: cgroupFactsSchema,
  mounts: mountFactsSchema,
  storage: storageFactsSchema,
  network: networkFactsSchema,

  processes: processesFactsSchema,
  pidFiles: v.array(pidFileFactsSchema),
  daemonConfig: daemonConfigFactsSchema,
  daemonLog: daemonLogFactsSchema,

  endpoint: endpointFactsSchema,
  socket: socketFactsSchema,
  engine: engineFactsSchema,
  verification: verificationFactsSchema,

  helper: helperFactsSchema,
  /** What only root can read, from `dind-helper facts`; unreadable where the helper may not be used without a password. */
  root: rootFactsSchema,
};

/** The slices, which is everything but the head. */
export type SliceName = keyof typeof sliceSchemas;

interface Head {
  /** Raised when a slice changes its meaning; added properties do not raise it. */
  readonly schema: 1;
  /** UTC, ISO 8601, when the reading began. */
  readonly takenAt: string;
  /** Milliseconds the whole reading took. */
  readonly tookMs: number;
}

/**
 * One snapshot of the machine as this process sees it. Plain JSON: it survives `JSON.parse(JSON.stringify(facts))`, so
 * that a fixture, a support bundle and a live machine are the same thing to a rule. Nothing here judges. A property
 * that is absent was not there or is not known to this kernel; what there is and may not be read is `unreadable`.
 */
export type Facts = Head & { readonly [S in SliceName]: Fact<FactsOf<(typeof sliceSchemas)[S]>> };
