import type { RunningCauseId } from '../../host/causeIds';

/** A fault that shows itself in a line of the daemon's log while it runs, as the answer to somebody's request. */
export interface LogLine {
  /** After `log.`. */
  readonly id: RunningCauseId;
  /** In the words of 20.10 to 29, and of the runc and crun beneath. */
  readonly pattern: RegExp;
  readonly title: string;
  readonly consequence: string;
  /** What to do, in one sentence, and what to type. */
  readonly remedy: string;
  readonly command: string;
}

/** The consequence most of them have. */
export const run = 'Containers cannot be started.';

/** What runc, its neighbours and the kernel refuse. */
export const runtimeLogLines: readonly LogLine[] = [
  {
    id: 'v2-threaded',
    pattern: /it is in (?:threaded mode|an invalid state)|cgroup\.type.*(?:for writing|not supported)/,
    title: 'Control groups are not prepared for memory limits',
    consequence: run,
    remedy: 'Restart Docker; the helper prepares them.',
    command: 'dind-station restart',
  },
  {
    id: 'cgroup-read-only',
    pattern: /mkdir \/sys\/fs\/cgroup\S*: (?:read-only file system|permission denied)/,
    title: 'No control group could be made for a container',
    consequence: run,
    remedy: 'Mount /sys/fs/cgroup writable.',
    command: 'sudo mount -o remount,rw /sys/fs/cgroup',
  },
  {
    id: 'dbus',
    pattern: /failed to connect to dbus|systemd not running on this host|systemd cgroup flag passed/,
    title: 'The daemon asked systemd for a control group, and there is none',
    consequence: run,
    remedy: 'Set native.cgroupdriver=cgroupfs in "exec-opts".',
    command: 'sudo editor /etc/docker/daemon.json',
  },
  {
    id: 'orbstack-kernel-thread-ioctl',
    pattern: /whether process \d+ is a kernel thread: [Ii]nappropriate ioctl/,
    title: 'This version of OrbStack breaks the systemd driver',
    consequence: run,
    remedy: 'Update OrbStack, or use native.cgroupdriver=cgroupfs.',
    command: 'sudo editor /etc/docker/daemon.json',
  },
  {
    id: 'bpf-device-controller-denied',
    pattern: /BPF_CGROUP_DEVICE|can't load program: operation not permitted/,
    title: 'The container may not load the programs that guard devices',
    consequence: run,
    remedy: 'Outside of this container: start it privileged, or update runc.',
    command: 'docker run --privileged ...',
  },
  {
    id: 'rt-runtime-without-parent-budget',
    pattern: /cpu\.rt_runtime_us.*invalid argument/,
    title: 'A real-time budget was asked for that the group above does not have',
    consequence: 'That container does not start.',
    remedy: 'Leave out --cpu-rt-runtime.',
    command: 'docker run (without --cpu-rt-runtime) ...',
  },
  {
    id: 'cpus-not-available',
    pattern: /Requested CPUs are not available/,
    title: 'CPUs were asked for that this container does not have',
    consequence: 'That container does not start.',
    remedy: 'Choose from the CPUs of this container.',
    command: 'cat /sys/fs/cgroup/cpuset.cpus.effective',
  },
  {
    id: 'session-keyring',
    pattern: /unable to (?:join|create) session key/,
    title: 'The quota of kernel keys was used up',
    consequence: run,
    remedy: 'Outside of this container: raise the quota on the host.',
    command: 'sysctl -w kernel.keys.maxkeys=20000 kernel.keys.maxbytes=2000000',
  },
  {
    id: 'childs-pid',
    pattern: /can't get final child's PID from pipe|waiting for our first child to exit/,
    title: 'runc could not make the namespaces of a container',
    consequence: run,
    remedy: 'Compare the quotas of namespaces (user.max_*_namespaces) and the capabilities of this container.',
    command: 'grep . /proc/sys/user/max_*_namespaces',
  },
  {
    id: 'lxc-sysctl-reopen',
    pattern: /open sysctl \S+ file: reopen fd \d+: permission denied/,
    title: 'The AppArmor rules of the LXC host break this version of runc',
    consequence: run,
    remedy: 'Outside of this container: update LXC, Proxmox or Incus.',
    command: 'pct set ID --features nesting=1',
  },
  {
    id: 'sysbox-procfs',
    pattern: /unsafe procfs detected|mount src=proc, dst=\/proc, dstFd/,
    title: 'This version of Sysbox does not go with this version of runc',
    consequence: run,
    remedy: 'Outside of this container: update Sysbox.',
    command: 'sysbox-runc --version',
  },
  {
    id: 'unable-to-apply-caps',
    pattern: /unable to apply caps: operation not permitted/,
    title: 'A container asked for capabilities that this container does not have',
    consequence: 'That container does not start.',
    remedy: 'Name single capabilities instead of --privileged.',
    command: 'docker run --cap-add NET_ADMIN ...',
  },
  {
    id: 'apparmor-load-denied',
    pattern:
      /Unable to replace "docker-default"|docker-default profile could not be loaded|Profile doesn't conform to protocol/,
    title: 'The AppArmor profile for containers could not be loaded',
    consequence: run,
    remedy: 'Outside of this container: start it with AppArmor unconfined.',
    command: 'docker run --security-opt apparmor=unconfined ...',
  },
  {
    id: 'apparmor-profile-unknown',
    pattern: /apparmor failed to apply profile/,
    title: 'A container asked for an AppArmor profile that is not loaded',
    consequence: 'That container does not start.',
    remedy: 'Load the profile, or leave out --security-opt apparmor.',
    command: 'sudo aa-status',
  },
  {
    id: 'seccomp-profile-bad-client',
    pattern: /(?:opening|compacting json for) seccomp profile \(/,
    title: 'A seccomp profile cannot be read',
    consequence: 'That container does not start.',
    remedy: 'Correct the file named in the message.',
    command: 'docker run --security-opt seccomp=FILE ...',
  },
  {
    id: 'userns-remap-limits',
    pattern:
      /privileged mode is incompatible with user namespaces|cannot share the host's \w+ namespace when user namespaces are enabled/,
    title: 'A container asked for what remapped users may not have',
    consequence: 'That container does not start.',
    remedy: 'Run that container in the namespace of the host.',
    command: 'docker run --userns=host ...',
  },
  {
    id: 'too-many-open-files',
    pattern: /too many open files/,
    title: 'The limit of open files was reached',
    consequence: 'Connections or containers are refused.',
    remedy: 'Restart Docker; the helper raises the limit as far as it may.',
    command: 'dind-station restart',
  },
  {
    id: 'inotify',
    pattern: /inotify/,
    title: 'inotify watches or instances are used up',
    consequence: 'Logs are polled, and a kill for want of memory is not noticed.',
    remedy: 'Outside of this container: raise the limits on the host.',
    command: 'sysctl -w fs.inotify.max_user_instances=512',
  },
  {
    id: 'no-space',
    pattern: /no space left on device|disk quota exceeded/,
    title: 'A disk was full',
    consequence: 'Images cannot be pulled, containers not be made.',
    remedy: 'Free space before Docker is restarted.',
    command: 'df -h /var/lib/docker; df -i /var/lib/docker',
  },
  {
    id: 'resource-temporarily-unavailable',
    pattern: /resource temporarily unavailable|pthread_create failed|runc did not terminate successfully/i,
    title: 'A limit of processes or control groups was reached',
    consequence: run,
    remedy: 'Outside of this container: raise the limit.',
    command: 'docker run --pids-limit 4096 ...',
  },
];
