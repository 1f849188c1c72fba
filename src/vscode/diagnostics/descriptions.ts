import type { Risk } from '../../diagnosis/actions';
import type { Area } from '../../diagnosis/finding';

/** What an area is about, in two sentences, for somebody who has not met it yet. */
export const areaDescriptions: Readonly<Record<Area, string>> = {
  platform:
    'Docker runs inside of something: a container, a virtual machine, a cloud. Each leaves its own marks and takes some things away.',
  security:
    'Root in a container is not root on the machine: capabilities, seccomp and security modules decide what is left. Docker needs more of it than other programs.',
  kernel: 'Containers share the kernel of the machine outside. What it lacks or limits cannot be added from in here.',
  cgroup:
    'Control groups are how the kernel counts and limits memory, CPU and processes. Each level hands a part of it down to the next; limits of containers hold only where the chain reaches them.',
  storage:
    "Images, containers and volumes lie in the daemon's data root. What file system that is decides how fast Docker is and whether it can stack layers.",
  network:
    'Docker makes bridges and firewall rules for its containers. They need free addresses, the right backend of iptables, and forwarding.',
  daemon:
    'The daemon (dockerd) does the work, with containerd beside it. Its options come from daemon.json and its command line.',
  start:
    'When the daemon gives up, its last words say why. They are looked up in a list of what engines are known to say.',
  socket:
    'Clients reach the daemon through a socket, which is a file with an owner and a mode. Whoever may write to it is root by way of Docker.',
  client:
    'The docker command and other clients find the engine by variables, contexts and files of their own, each for itself.',
  helper:
    'The daemon needs root, and an editor is not root. The privileged helper is the one program that may act as root for it, by exact commands that sudo lists.',
  log: 'The daemon writes what it does into its log. Lines that are not recognised are shown as they are.',
};

/** What a remedy costs, in one sentence; empty where there is nothing to be careful of. */
export const riskDescriptions: Readonly<Record<Risk, string>> = {
  none: '',
  'restarts-daemon': 'The daemon is restarted.',
  'stops-containers': 'Running containers end.',
  'changes-data': "Something in the daemon's data root is changed; nothing is deleted.",
};
