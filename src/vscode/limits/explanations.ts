import type { RuleId } from '../../diagnosis/ruleIds';
import type { LimitFinding } from '../../limits/verdict';

/** What a check's finding means, and the rules of the diagnosis that see the same fault from the machine's side. */
export interface Explanation {
  readonly text: string;
  /** Ids of rules; the first that found something is the one to read. */
  readonly rules: readonly RuleId[];
}

const handedDown = [
  'cgroup.v2-nesting-not-prepared',
  'cgroup.v2-foreign-process-in-root',
  'cgroup.v2-controllers-not-delegated',
  'cgroup.cgroup-mount-readonly',
] as const;

export const explanations: Readonly<Record<LimitFinding, Explanation>> = {
  'cgroup.controller-missing': {
    text: 'The controller does not reach the containers: the kernel has it not, or it is not delegated.',
    rules: [
      ...handedDown,
      'cgroup.memory-controller-disabled-at-boot',
      'cgroup.v1-memory-hierarchy-missing',
      'cgroup.cgroup-not-mounted',
      'kernel.synology-no-cfs',
    ],
  },
  'cgroup.not-delegated': {
    text: 'The controller is not delegated to the containers.',
    rules: handedDown,
  },
  'cgroup.escape': {
    text: 'The containers lie outside of the groups that limit this container.',
    rules: ['cgroup.cgroupns-host-escapes-outer-limit', 'platform.orbstack-cgroupns-host'],
  },
  'cgroup.outer-limit': {
    text: 'A smaller limit around the engine holds first.',
    rules: [
      'kernel.outer-limit-killed-inner',
      'cgroup.memory-thrash-under-outer-limit',
      'cgroup.outer-pids-limit',
      'kernel.throttling-is-counted-at-the-limiting-level',
    ],
  },
  'cgroup.v1-buffered-io': {
    text: "Control groups of version 1 cannot limit buffered writes: the kernel writes them later, in nobody's name.",
    rules: [],
  },
  'cgroup.swap': {
    text: 'Swap is not there, or the kernel does not count it for containers.',
    rules: ['kernel.swap-limit-unsupported'],
  },
  'engine.dropped-option': {
    text: 'The engine took the option and did not keep it.',
    rules: ['kernel.swap-limit-unsupported', 'kernel.synology-no-cfs', ...handedDown],
  },
  'engine.silent': {
    text: 'The engine did not answer, or did not do what it was asked to.',
    rules: ['socket.socket-dead', 'daemon.containerd-died', 'daemon.info-failed'],
  },
  'machine.busy': {
    text: "The machine was busy. Run it again when it's idle.",
    rules: ['kernel.throttling-is-counted-at-the-limiting-level'],
  },
  'machine.no-room': {
    text: 'There is not enough free memory to check this without harming other processes.',
    rules: ['cgroup.memory-thrash-under-outer-limit', 'storage.data-root-full'],
  },
  'machine.single-cpu': { text: 'There is one CPU only.', rules: [] },
  'runtime.dropped-limit': {
    text: 'The kernel was not told what the engine was asked for: the runtime forgot it or could not write it.',
    rules: handedDown,
  },
  'storage.no-block-device': {
    text: "The engine's data lies on no disk that can be limited.",
    rules: [],
  },
  'storage.no-quota': {
    text: "The storage driver cannot limit the size of a container's file system here.",
    rules: ['storage.vfs-fallback', 'storage.overlay-on-overlay', 'storage.fuse-overlayfs-without-device'],
  },
};
