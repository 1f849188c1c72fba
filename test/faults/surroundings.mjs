// What lies around the daemon: networks, resolvers, proxies, file systems, limits. The steps use test/faults/prelude.sh.
/** @import { Fault } from '../../tools/labs/faultJudge.mjs' */

/** @type {readonly Fault[]} */
export const surroundings = [
  {
    entry: 'two-daemons-one-data-root',
    make: `$HELPER start
      setsid dockerd -H unix:///tmp/b.sock --pidfile /tmp/b.pid --exec-root /tmp/b >/tmp/b.log 2>&1 </dev/null &
      sleep 2`,
    there: 'kill -0 "$(cat /tmp/b.pid)"',
    remedy: 'kill -KILL "$(cat /tmp/b.pid)"; rm /tmp/b.pid; $HELPER restart',
  },
  {
    entry: 'runtime-not-registered',
    make: `configure '{"default-runtime": "runsc"}'; ! starts`,
    there: '! starts',
    remedy: 'unconfigure default-runtime',
  },
  {
    entry: 'docker-user-or-forward-drop',
    make: '$HELPER start; iptables -I DOCKER-USER -j DROP',
    there: 'iptables -C DOCKER-USER -j DROP',
    remedy: 'iptables -D DOCKER-USER -j DROP',
  },
  {
    entry: 'bridge-collides-with-outer-network',
    // As a VPN does that comes up later: the daemon goes round the resolvers that it sees when it starts.
    make: '$HELPER start; echo nameserver 172.17.0.53 >/etc/resolv.conf',
    there: 'ip route get 172.17.0.53 | grep -q docker0',
    remedy: `configure '{"bip": "10.123.0.1/24"}'; $HELPER restart`,
  },
  {
    entry: 'dns-of-daemon-missing',
    make: ': >/etc/resolv.conf; $HELPER start',
    there: '! grep -q nameserver /etc/resolv.conf',
    remedy: 'echo nameserver 192.0.2.53 >/etc/resolv.conf',
  },
  {
    entry: 'proxy-unreachable',
    make: 'mount --make-rshared /; export HTTPS_PROXY=http://127.0.0.1:3128; starts',
    there: 'docker info 2>/dev/null | grep -q 3128',
    remedy: '$HELPER restart',
  },
  {
    entry: 'nofile-too-low',
    make: 'mount --make-rshared /; ulimit -n 512; starts',
    there: 'grep -q "^Max open files  *512 " "/proc/$(process dockerd)/limits"',
    remedy: 'fix daemon.nofile-too-low',
  },
  {
    entry: 'images-vanished-driver-changed',
    make: `$HELPER start; image; $HELPER stop; configure '{"storage-driver": "vfs"}'; $HELPER start`,
    there: '[ -z "$(docker images --quiet)" ]',
    remedy: 'unconfigure storage-driver; $HELPER restart',
  },
  {
    entry: 'overlay-on-overlay',
    make: `mkdir /t; mount -t tmpfs t /t; mkdir /t/l /t/u /t/w
      mount -t overlay -o lowerdir=/t/l,upperdir=/t/u,workdir=/t/w overlay /var/lib/docker
      ! p=$(command -v fuse-overlayfs) || mv "$p" "$p.hidden"; starts`,
    there: '[ "$(docker info --format "{{.Driver}}")" = vfs ]',
    remedy: '$HELPER stop; umount /var/lib/docker; $HELPER start',
  },
];
