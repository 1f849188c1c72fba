// What keeps the daemon from starting. The steps use test/faults/prelude.sh.
/** @import { Fault } from '../../tools/labs/faultJudge.mjs' */

/** daemon.json that the daemon refuses. @type {(entry: string, json: string, remedy: string) => Fault} */
const config = (entry, json, remedy) => ({
  entry,
  make: `configure '${json}'; ! starts`,
  there: '! starts',
  remedy,
});

/** A program that is not installed. @type {(entry: string, program: string) => Fault} */
const missing = (entry, program) => ({
  entry,
  make: `p=$(command -v ${program}); mv "$p" "$p.hidden"; ! starts`,
  there: '! starts',
  remedy: `for p in /usr/bin/${program}.hidden /usr/sbin/${program}.hidden; do [ ! -e "$p" ] || mv "$p" "\${p%.hidden}"; done`,
});

/** A database of the data root that is no longer one. @type {(entry: string, file: string) => Fault} */
const database = (entry, file) => ({
  entry,
  make: `$HELPER start; $HELPER stop; head -c 65536 /dev/urandom >/var/lib/docker/${file}; ! starts`,
  there: '! starts',
  remedy: `fix storage.${entry}`,
});

/** @type {readonly Fault[]} */
export const start = [
  {
    entry: 'daemon-pidfile-live-pid',
    make: 'sleep 999 & echo $! >/run/docker.pid; ! starts',
    there: '! starts',
    remedy: 'fix daemon.daemon-pidfile-live-pid',
  },
  {
    entry: 'containerd-pidfile-live-pid',
    make: 'sleep 999 & mkdir -p /run/docker/containerd; printf %d $! >/run/docker/containerd/containerd.pid; ! starts',
    there: '! starts',
    remedy: 'fix daemon.containerd-pidfile-live-pid',
  },
  {
    entry: 'socket-path-is-directory',
    make: 'mkdir /run/docker.sock; ! starts',
    there: '! starts',
    remedy: 'fix socket.socket-path-is-directory',
  },
  {
    entry: 'stale-system-containerd-socket',
    make: `mkdir -p /run/containerd
      perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' /run/containerd/containerd.sock
      ! starts`,
    there: '! starts',
    remedy: 'fix daemon.stale-system-containerd-socket',
  },
  config('daemon-json-syntax', '{"debug": true,}', 'fix daemon.daemon-json-syntax'),
  config('daemon-json-unknown-key', '{"debgu": true}', 'unconfigure debgu'),
  config('socket-group-unknown', '{"group": "nosuchgroup"}', 'unconfigure group'),
  config('fd-listener-without-systemd', '{"hosts": ["fd://"]}', 'unconfigure hosts'),
  config('ipv6-without-subnet', '{"ipv6": true}', 'unconfigure ipv6'),
  config('bip-is-network-address', '{"bip": "172.17.0.0/16"}', 'unconfigure bip'),
  config('seccomp-profile-file-missing', '{"seccomp-profile": "/nowhere.json"}', 'unconfigure seccomp-profile'),
  config('configured-driver-unsupported', '{"storage-driver": "btrfs"}', 'unconfigure storage-driver'),
  {
    entry: 'flag-file-conflict',
    make: `configure '{"hosts": ["unix:///var/run/docker.sock"]}'; ! starts -H unix:///var/run/docker.sock`,
    there: '! starts -H unix:///var/run/docker.sock',
    remedy: '$HELPER start',
  },
  {
    entry: 'tcp-listen-failed',
    make: `busybox nc -ll -p 2375 -e /bin/true >/dev/null 2>&1 &
      configure '{"hosts": ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"]}'; sleep 0.3; ! starts`,
    there: '! starts',
    remedy: 'unconfigure hosts',
  },
  missing('missing-containerd', 'containerd'),
  missing('missing-iptables', 'iptables'),
  missing('missing-runc', 'runc'),
  {
    entry: 'missing-containerd',
    make: 'chmod 644 /usr/bin/containerd; ! starts',
    there: '! starts',
    remedy: 'chmod 755 /usr/bin/containerd',
  },
  {
    entry: 'data-root-readonly',
    make: 'mount -o remount,ro /var/lib/docker; ! starts',
    there: '! starts',
    remedy: 'mount -o remount,rw /var/lib/docker',
  },
  {
    entry: 'ip-forward-readonly',
    make: `echo 0 >/proc/sys/net/ipv4/ip_forward; mount --bind /proc/sys /proc/sys
      mount -o remount,bind,ro /proc/sys; ! starts`,
    there: '! starts',
    remedy: 'fix network.ip-forward-readonly',
  },
  database('network-db-corrupt', 'network/files/local-kv.db'),
  database('volume-db-corrupt', 'volumes/metadata.db'),
  database('buildkit-cache-corrupt', 'buildkit/cache.db'),
  database('containerd-metadata-corrupt', 'containerd/daemon/io.containerd.metadata.v1.bolt/meta.db'),
  {
    entry: 'repositories-json-corrupt',
    make: '$HELPER start; image; $HELPER stop; truncate -s 20 /var/lib/docker/image/*/repositories.json; ! starts',
    there: '! starts',
    remedy: 'fix storage.repositories-json-corrupt',
  },
];
