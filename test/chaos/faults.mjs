/**
 * What befalls a station. The steps are shell with what test/chaos/prelude.sh has, run as root; DELAY is a random part of
 * a second.
 * @typedef {object} ChaosFault
 * @property {string} name
 * @property {string} make must end with 0, whatever another fault has done before it
 * @property {string} [person] what only a person can do about it; it is done, and then all must be well
 * @property {true} [alone] never together with another fault: it is the end of everything that runs
 */

/** @type {readonly ChaosFault[]} */
export const chaosFaults = [
  { name: 'dockerd-killed', make: 'send KILL dockerd' },
  { name: 'dockerd-ended', make: 'send TERM dockerd' },
  { name: 'dockerd-frozen', make: 'send STOP dockerd' },
  { name: 'containerd-killed', make: 'send KILL containerd' },
  { name: 'containerd-frozen', make: 'send STOP containerd' },
  { name: 'both-killed', make: 'send KILL dockerd; send KILL containerd' },
  { name: 'shims-killed', make: 'send KILL containerd-shim' },
  { name: 'supervisor-killed', make: 'kill_supervisor' },
  { name: 'supervisor-and-dockerd-killed', make: 'kill_supervisor; send KILL dockerd' },
  { name: 'socket-removed', make: 'rm -rf /run/docker.sock' },
  { name: 'socket-a-folder', make: 'rm -rf /run/docker.sock; mkdir /run/docker.sock' },
  { name: 'socket-closed-to-all', make: 'close_socket', person: 'fix socket.socket-permission-denied || :' },
  { name: 'pid-files-garbage', make: 'pid_files "x y"; send KILL dockerd' },
  { name: 'pid-files-of-others', make: 'pid_files "$(bystander)"; send KILL dockerd; send KILL containerd' },
  { name: 'pid-files-gone', make: 'rm -f /run/docker.pid /run/docker/containerd/containerd.pid' },
  // What docker did not start for want of room, nobody starts but a person.
  {
    name: 'disk-full',
    make: 'fill; send KILL dockerd; sleep "$DELAY"',
    person: 'rm -f /var/lib/docker/fill; docker start keeper || :',
  },
  {
    name: 'two-restarts',
    make: 'helper restart & one=$!; sleep "$DELAY"; helper restart || told $?; wait $one || told $?',
  },
  { name: 'restart-killed', make: 'cut_short restart' },
  { name: 'stop-killed', make: 'cut_short stop', person: 'helper start || told $?' },
  { name: 'state-files-broken', make: 'break_state; send KILL dockerd' },
  { name: 'state-folder-gone', make: 'rm -rf /run/dind-station; sleep "$DELAY"; send KILL dockerd' },
  { name: 'rules-flushed', make: 'iptables -t nat -F', person: 'helper restart || told $?' },
  { name: 'container-restarted', make: 'entry_stop; life_end; entry_start', alone: true },
  { name: 'container-killed', make: 'life_end; entry_start', alone: true },
];
