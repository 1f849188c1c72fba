// A daemon that runs, or ran, and is of no use. The steps use test/faults/prelude.sh.
/** @import { Fault } from '../../tools/labs/faultJudge.mjs' */

/** @type {readonly Fault[]} */
export const running = [
  { entry: 'socket-absent', make: ':', there: '! answers', remedy: 'fix socket.socket-absent' },
  {
    entry: 'socket-dead',
    make: `perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' /run/docker.sock`,
    there: '[ -S /run/docker.sock ] && ! answers',
    remedy: '$HELPER apply remove-dead-socket',
  },
  {
    entry: 'dockerd-killed-leftovers',
    make: '$HELPER start; kill -KILL "$(process dockerd)"; sleep 0.5',
    there: '! answers',
    remedy: 'fix daemon.dockerd-killed-leftovers',
  },
  {
    entry: 'start-in-progress-or-blocked',
    make: '$HELPER start; kill -STOP "$(process dockerd)"',
    there: '! answers',
    remedy: '$HELPER restart',
  },
  {
    entry: 'containerd-died',
    make: '$HELPER start; image; kill -KILL "$(process containerd)"; sleep 0.5',
    there: '! runs',
    remedy: 'fix daemon.containerd-died',
  },
  {
    entry: 'missing-runc',
    make: '$HELPER start; image; chmod 644 "$(command -v runc)"; ! runs',
    there: '! runs',
    remedy: 'chmod 755 /usr/sbin/runc',
  },
  {
    entry: 'socket-permission-denied',
    make: '$HELPER start; setfacl -b /run/docker.sock',
    there: '! su coder -c "docker ps" >/dev/null 2>&1',
    remedy: 'fix socket.socket-permission-denied',
  },
  {
    entry: 'socket-world-writable',
    make: '$HELPER start; chmod 0666 /run/docker.sock',
    there: '[ "$(stat -c %A /run/docker.sock)" = srw-rw-rw- ]',
    remedy: 'fix socket.socket-world-writable',
  },
  {
    entry: 'rules-flushed-after-start',
    make: '$HELPER start; iptables -t nat -F; iptables -t nat -X',
    there: '! iptables -t nat -S DOCKER >/dev/null 2>&1',
    remedy: 'fix network.rules-flushed-after-start',
  },
  {
    entry: 'iptables-disabled',
    make: `configure '{"iptables": false}'; $HELPER start`,
    there: '! iptables -t nat -S DOCKER >/dev/null 2>&1',
    remedy: 'unconfigure iptables; $HELPER restart',
  },
  {
    entry: 'ip-forward-disabled',
    make: '$HELPER start; echo 0 >/proc/sys/net/ipv4/ip_forward',
    there: '[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]',
    remedy: 'fix network.ip-forward-disabled',
  },
  {
    entry: 'local-pools-exhausted',
    make: `configure '{"default-address-pools": [{"base": "10.200.0.0/23", "size": 24}], "bip": "10.199.0.1/24"}'
      $HELPER start; docker network create a; docker network create b`,
    there: '! docker network create probe >/dev/null 2>&1',
    remedy: 'docker network prune --force',
  },
  {
    entry: 'mount-propagation-private',
    make: 'starts; image; mount --make-rprivate /; mkdir -p /x',
    there: '! runs -v /x:/x:rshared',
    remedy: 'fix storage.mount-propagation-private',
  },
  {
    entry: 'cgroup-mount-readonly',
    cgroups: 'v1',
    make: 'starts; image; for d in /sys/fs/cgroup/*/; do mount -o remount,bind,ro "$d"; done',
    there: '! runs',
    remedy: 'fix cgroup.cgroup-mount-readonly',
  },
  {
    entry: 'v1-memory-hierarchy-missing',
    cgroups: 'v1',
    make: '$HELPER start; umount /sys/fs/cgroup/memory',
    there: '[ ! -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]',
    remedy: 'fix cgroup.v1-memory-hierarchy-missing',
  },
  {
    entry: 'driver-systemd-without-systemd',
    make: `configure '{"exec-opts": ["native.cgroupdriver=systemd"]}'; starts && image`,
    there: '! runs',
    remedy: 'unconfigure exec-opts; $HELPER restart',
  },
  {
    entry: 'log-driver-unavailable',
    make: `configure '{"log-driver": "journald"}'; $HELPER start; image`,
    there: '! runs',
    remedy: 'unconfigure log-driver; $HELPER restart',
  },
  {
    entry: 'missing-docker-init',
    make: 'p=$(command -v docker-init); mv "$p" "$p.hidden"; $HELPER start; image',
    there: '! runs --init',
    remedy:
      'mv /usr/bin/docker-init.hidden /usr/bin/docker-init 2>/dev/null || mv /usr/libexec/docker/docker-init.hidden /usr/libexec/docker/docker-init',
  },
  {
    entry: 'data-root-full',
    make: `mount -t tmpfs -o size=40m small /var/lib/docker; $HELPER start
      dd if=/dev/zero of=/var/lib/docker/fill bs=1M 2>/dev/null || :`,
    there: '! image 2>/dev/null',
    // Less than 512 MiB is told as nearly full, and rightly so.
    remedy: 'rm /var/lib/docker/fill; mount -o remount,size=2g /var/lib/docker',
  },
  {
    entry: 'cli-config-broken',
    make: '$HELPER start; install -d -o coder /home/coder/.docker; echo "{" >/home/coder/.docker/config.json',
    there: 'su coder -c "docker ps" 2>&1 | grep -qi config.json',
    remedy: 'mv /home/coder/.docker/config.json /home/coder/.docker/config.json.aside',
  },
];
