import type { Rule } from '../rule';
import { addressRules } from './addresses';
import { cgroupRules } from './cgroup';
import { cgroupMountRules } from './cgroupMounts';
import { cgroup2Rules } from './cgroup2';
import { clientRules } from './client';
import { containerRules } from './containers';
import { daemonRules } from './daemon';
import { dataRootRules } from './dataRoot';
import { forwardingRules } from './forwarding';
import { helperRules } from './helper';
import { kernelRules } from './kernel';
import { lifecycleRules } from './lifecycle';
import { logRules } from './log';
import { networkRules } from './network';
import { programRules } from './programs';
import { securityRules } from './security';
import { socketRules } from './socket';
import { storageRules } from './storage';

/** All rules, roots of other faults first: what a container was given, then the machine, then the daemon, then clients. */
export const rules: readonly Rule[] = [
  ...securityRules,
  ...cgroup2Rules,
  ...cgroupRules,
  ...cgroupMountRules,
  ...kernelRules,
  ...storageRules,
  ...dataRootRules,
  ...networkRules,
  ...forwardingRules,
  ...addressRules,
  ...programRules,
  ...daemonRules,
  ...lifecycleRules,
  ...containerRules,
  ...clientRules,
  ...helperRules,
  ...socketRules,
  ...logRules,
];
