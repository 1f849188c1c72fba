import { steps } from '../nextStep';
import type { Signature } from './signature';

const validate = {
  label: 'Check daemon.json',
  command: 'sudo dockerd --validate --config-file /etc/docker/daemon.json',
} as const;

/** daemon.json, flags and what they name; last what is only known to stand in that file. */
export const configurationFailures: readonly Signature[] = [
  {
    id: 'daemon-json-syntax',
    pattern:
      /unable to configure the Docker daemon with file (\S+): (?:invalid JSON: )?(?:invalid character|unexpected end of JSON input|unexpected EOF|EOF$)/,
    title: '$1 is not valid JSON',
    nextStep: 'Correct $1; the daemon names the character it stumbled over.',
    step: validate,
  },
  {
    id: 'daemon-json-type',
    pattern: /unable to configure the Docker daemon with file (\S+): (?:invalid JSON: )?json: cannot unmarshal/,
    title: '$1 has a value of the wrong type',
    nextStep: 'Correct the value named in the message in $1 (a list in brackets, a number without quotes).',
    step: validate,
  },
  {
    id: 'daemon-json-unknown-key',
    pattern: /the following directives don't match any configuration option: (.+)/,
    title: 'daemon.json has a key this engine does not know: $1',
    nextStep: 'Remove or rename $1 in /etc/docker/daemon.json; it is misspelt or of another engine version.',
    step: validate,
  },
  {
    id: 'flag-file-conflict',
    pattern: /specified both as a flag and in the configuration file: ([\w-]+)/,
    title: '$1 is given twice: as a flag and in daemon.json',
    nextStep: 'Remove $1 from /etc/docker/daemon.json, or from the flags where an init system starts the daemon.',
  },
  {
    id: 'socket-group-unknown',
    pattern: /failed to load listeners: group (\S+) not found/,
    title: 'There is no group $1 for the socket',
    nextStep: 'Create the group, or remove "group" from /etc/docker/daemon.json.',
    step: { label: 'Show the groups', command: 'getent group' },
  },
  {
    id: 'runtime-unknown',
    pattern: /specified default runtime '([^']+)' does not exist/,
    title: 'The default runtime $1 is not declared',
    nextStep: 'Declare $1 under "runtimes" in /etc/docker/daemon.json, or remove "default-runtime".',
  },
  {
    id: 'seccomp-profile-file-missing',
    pattern: /opening seccomp profile \((.+?)\) failed/,
    title: 'The seccomp profile $1 cannot be opened',
    nextStep: 'Put the profile back at $1, or remove "seccomp-profile" from /etc/docker/daemon.json.',
  },
  {
    id: 'live-restore-swarm',
    pattern: /--live-restore daemon configuration is incompatible with swarm mode/,
    title: 'live-restore and swarm mode exclude each other',
    nextStep: 'Remove "live-restore" from /etc/docker/daemon.json, or leave the swarm.',
  },
  {
    id: 'cgroup-parent-not-slice',
    pattern: /cgroup-parent for systemd cgroup should be a valid slice/,
    title: 'cgroup-parent is not a systemd slice',
    nextStep:
      'With the systemd cgroup driver, name a slice ("docker.slice") as "cgroup-parent" in /etc/docker/daemon.json.',
  },
  {
    id: 'not-root',
    pattern: /dockerd needs to be started with root/,
    title: 'dockerd was not started as root',
    nextStep: 'Start it through the privileged helper.',
    step: steps.start,
  },
  {
    id: 'fd-listener',
    pattern: /no sockets found via socket activation/,
    title: 'The daemon waits for a socket from systemd, which is not there',
    nextStep: "Replace fd:// by unix:///var/run/docker.sock in the daemon's hosts.",
  },
  {
    id: 'daemon-json-unusable',
    pattern: /unable to configure the Docker daemon with file ([^\s:]+)/,
    title: '$1 cannot be used',
    nextStep: 'Correct $1 as the message says.',
    step: validate,
  },
];

/** The addresses the daemon listens on. */
export const listenerFailures: readonly Signature[] = [
  {
    id: 'socket-path-directory',
    pattern: /can't create unix socket (\S+): is a directory/,
    title: 'A directory is in the place of the socket $1',
    nextStep: 'Restart Docker: an empty directory there is removed; one with content is yours to move away.',
    step: steps.restart,
  },
  {
    id: 'socket-path-busy',
    pattern: /can't create unix socket (\S+): device or resource busy/,
    title: 'Something is mounted on the socket $1',
    nextStep:
      'Start the container without mounting a socket from outside at $1, or give the daemon another path under "hosts".',
  },
  {
    id: 'port-in-use',
    pattern: /listen tcp (\S+): bind: address already in use/,
    title: 'Another program listens on $1',
    nextStep: "End that program or remove the tcp:// address from the daemon's hosts; the socket alone is enough here.",
    step: { label: 'Show who listens', command: 'sudo ss -ltnp' },
  },
  {
    id: 'address-not-here',
    pattern: /listen tcp (\S+): bind: cannot assign requested address/,
    title: '$1 is not an address of this container',
    nextStep: "Remove or correct that tcp:// address in the daemon's hosts.",
  },
  {
    id: 'host-unknown',
    pattern: /failed to load listeners: .*lookup (\S+) /,
    title: 'The name $1 cannot be looked up',
    nextStep: "Write an address instead of $1, or only the unix socket, into the daemon's hosts.",
  },
  {
    id: 'tls-key-mismatch',
    pattern: /tls: private key does not match public key/,
    title: 'The TLS key does not belong to the TLS certificate',
    nextStep: 'Make a new pair, or name the right files as tlscert and tlskey.',
  },
  {
    id: 'tls-files',
    pattern:
      /Could not load X509 key pair|invalid TLS configuration|[Cc]ould not read CA certificate|failed to append certificates from PEM|failed to find any PEM data/,
    title: 'The TLS certificate files are missing or damaged',
    nextStep:
      'Give tlscacert, tlscert and tlskey files that exist, or remove every tls option: "tlsverify": false still turns TLS on.',
  },
];
