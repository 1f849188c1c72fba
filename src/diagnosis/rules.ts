import type { Rule } from './rule';
import { addressRules } from './rules/addresses';
import { cgroupRules } from './rules/cgroup';
import { cgroupMountRules } from './rules/cgroupMounts';
import { cgroup2Rules } from './rules/cgroup2';
import { clientRules } from './rules/client';
import { daemonRules } from './rules/daemon';
import { dataRootRules } from './rules/dataRoot';
import { forwardingRules } from './rules/forwarding';
import { helperRules } from './rules/helper';
import { kernelRules } from './rules/kernel';
import { lifecycleRules } from './rules/lifecycle';
import { logRules } from './rules/log';
import { networkRules } from './rules/network';
import { securityRules } from './rules/security';
import { socketRules } from './rules/socket';
import { storageRules } from './rules/storage';

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
  ...daemonRules,
  ...lifecycleRules,
  ...clientRules,
  ...helperRules,
  ...socketRules,
  ...logRules,
];
