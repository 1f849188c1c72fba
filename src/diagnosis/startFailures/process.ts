import { steps } from '../nextStep';
import type { Signature } from './signature';

/** Leftovers of earlier daemons, containerd, programs that are missing, and rights and limits of the container. */
export const processFailures: readonly Signature[] = [
  {
    id: 'pid-file',
    pattern: /ensure docker is not running or delete ([^\s:]+)/,
    title: 'The process id in $1 is in use',
    nextStep:
      'Restart Docker: the file is removed when its process is no dockerd, and a living dockerd is stopped first.',
    step: steps.restart,
  },
  {
    id: 'containerd-pid-file',
    pattern: /strconv\.ParseUint: parsing .*invalid syntax/,
    title: 'The process id file of containerd is malformed',
    nextStep: 'Restart Docker: the helper removes leftovers of an earlier containerd.',
    step: steps.restart,
  },
  {
    id: 'containerd-missing',
    pattern: /exec: "containerd": executable file not found/,
    title: 'containerd is not installed where the daemon looks',
    nextStep: 'Install containerd as root (Debian and Ubuntu: apt-get install containerd), then start Docker.',
    step: { label: 'Install containerd', command: 'sudo apt-get install containerd' },
  },
  {
    id: 'containerd-timeout',
    pattern: /failed to start containerd: timeout waiting for containerd to start/,
    title: 'containerd did not start in time',
    nextStep:
      'Restart Docker: a leftover containerd.pid is removed; if it happens again, the log has lines of containerd itself.',
    step: steps.restart,
  },
  {
    id: 'containerd-socket-dead',
    pattern: /failed to dial "([^"]+)".*(?:context deadline exceeded|connection refused|no such file)/,
    title: 'Nobody answers on the containerd socket $1',
    nextStep: 'Restart Docker; if "containerd" is set in /etc/docker/daemon.json, start that containerd first.',
    step: steps.restart,
  },
  {
    id: 'runc-missing',
    pattern: /failed to find runc binary|exec: "runc": executable file not found/,
    title: 'runc is not installed where the daemon looks',
    nextStep: 'Install runc as root (Debian and Ubuntu: apt-get install runc), then start Docker.',
    step: { label: 'Install runc', command: 'sudo apt-get install runc' },
  },
  {
    id: 'process-limit',
    pattern: /resource temporarily unavailable|pthread_create failed|failed to create new OS thread/,
    title: 'The process limit of the container is reached',
    nextStep: 'Raise the limit (docker run --pids-limit; Kubernetes: podPidsLimit) to 200 or more, or end processes.',
    step: { label: 'Count processes', command: 'ps -eLf | wc -l' },
  },
  {
    id: 'open-files',
    pattern: /too many open files/,
    title: 'The limit of open files is reached',
    nextStep: 'Raise the limit of open files of the container (--ulimit nofile=1048576).',
    step: { label: 'Show the limit', command: 'ulimit -Hn' },
  },
  {
    id: 'cgroups-not-mounted',
    pattern: /Devices cgroup isn't mounted|cgroup mountpoint does not exist|no cgroup mount found/,
    title: 'The container shows no cgroups the daemon can use',
    nextStep: 'Start the container with --privileged, and use an engine that knows the cgroup version of the host.',
    step: { label: 'Show the mounts', command: 'findmnt -t cgroup,cgroup2' },
  },
  {
    id: 'apparmor',
    pattern: /docker-default profile could not be loaded/,
    title: 'AppArmor is on, but the container may not load a profile',
    nextStep: 'Start the container with --security-opt apparmor=unconfined, or set container=docker for the daemon.',
  },
  {
    id: 'not-privileged',
    pattern: /operation not permitted/i,
    title: 'The container is not privileged enough for a Docker daemon',
    nextStep: 'Start the container with --privileged, or with a runtime made for nested Docker, such as Sysbox.',
  },
  {
    id: 'daemon-panic',
    pattern: /^(?:panic|fatal error): /,
    title: 'dockerd crashed while it was starting',
    nextStep: 'Read the log; a damaged data root or a limit of the container is the usual cause.',
    step: steps.showLog,
  },
];
