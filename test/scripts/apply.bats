load support

setup_file() {
  require_bed
  install_helper
}
setup() {
  reset_engine
  rm -rf /var/lib/dind-station/undo /run/docker* /run/containerd /run/systemd
  find /var/lib/docker -mindepth 1 -maxdepth 1 -exec rm -rf {} +
}
teardown() {
  [ -z "${helper_pid:-}" ] || kill -KILL "$helper_pid" 2>/dev/null || :
  docker ps --all --quiet 2>/dev/null | xargs --no-run-if-empty docker rm --force >/dev/null || :
}
teardown_file() { reset_engine; }

# code CODE: the run ended with it, and with 0 where that is a success.
code() {
  [ "$(result code)" = "$1" ]
  case $1 in
    applied | already-so | undone | nothing-to-undo) [ "$status" -eq 0 ] ;;
    *) [ "$status" -eq 69 ] ;;
  esac
}

apply() { run_helper apply "$1"; }

# snapshot PATH...: prints everything about them that an action could change.
snapshot() { find "$@" -printf '%p %y %m %U %G %i %s %T@\n' | sort; }

listen_and_die() {
  mkdir -p "${1%/*}"
  perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' "$1"
}

# mended_and_back ACTION PATH: applied, gone, so already, undone, as before.
mended_and_back() {
  local before
  before=$(snapshot "$2")
  apply "$1"
  code applied
  [ ! -e "$2" ]
  apply "$1"
  code already-so
  apply "undo-$1"
  code undone
  [ "$(snapshot "$2")" = "$before" ]
  apply "undo-$1"
  code nothing-to-undo
}

# not_touched ACTION PATH...: it is not this action's fault, and nothing of it changed.
not_touched() {
  local action=$1 before
  shift
  mkdir -p /var/lib/dind-station/undo
  before=$(snapshot "$@" && find /var/lib/dind-station/undo -name steps)
  apply "$action"
  code not-applicable
  [ "$(snapshot "$@" && find /var/lib/dind-station/undo -name steps)" = "$before" ]
}

@test "a stale docker.pid is moved aside and comes back, its inode the same" {
  echo 1 >/var/run/docker.pid
  mended_and_back remove-stale-pid-file /run/docker.pid
}

@test "a docker.pid of a living daemon is not touched" {
  run_helper start
  not_touched remove-stale-pid-file /run/docker.pid
}

@test "a file that daemon.json calls the PID file and that is none is not touched" {
  mkdir -p /etc/docker
  echo '{"pidfile": "/root/precious"}' >/etc/docker/daemon.json
  printf 'far more than a number, and not to be lost\n' >/root/precious
  not_touched remove-stale-pid-file /root/precious
}

@test "nothing is moved in a folder that a user can write, whatever daemon.json says" {
  mkdir -p /etc/docker
  install -d -o coder /home/coder/run
  echo '{"pidfile": "/home/coder/run/docker.pid"}' >/etc/docker/daemon.json
  echo 1 >/home/coder/run/docker.pid
  apply remove-stale-pid-file
  [ "$status" -eq 77 ]
  [ "$(result code)" = not-trusted ]
  [ -e /home/coder/run/docker.pid ]
}

@test "a stale containerd.pid is moved aside and comes back; that of a living one is not touched" {
  mkdir -p /run/docker/containerd
  printf 1 >/run/docker/containerd/containerd.pid
  mended_and_back remove-stale-containerd-pid-file /run/docker/containerd/containerd.pid
  rm /run/docker/containerd/containerd.pid
  run_helper start
  not_touched remove-stale-containerd-pid-file /run/docker/containerd/containerd.pid
}

@test "a dead socket is moved aside and comes back; a living one is not touched" {
  listen_and_die "$SOCKET"
  mended_and_back remove-dead-socket /run/docker.sock
  rm "$SOCKET"
  perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1); sleep 600' "$SOCKET" &
  helper_pid=$!
  until [ -S "$SOCKET" ]; do sleep 0.05; done
  not_touched remove-dead-socket /run/docker.sock
}

@test "a socket that is mounted from outside is not touched, dead or not" {
  listen_and_die /run/theirs
  : >"$SOCKET"
  mount --bind /run/theirs "$SOCKET"
  not_touched remove-dead-socket /run/theirs
  umount "$SOCKET"
}

@test "an empty folder in the socket's place is removed and made again, mode and owner the same" {
  mkdir -m 0750 "$SOCKET"
  chown coder "$SOCKET"
  apply remove-socket-directory
  code applied
  [ ! -e "$SOCKET" ]
  apply remove-socket-directory
  code already-so
  apply undo-remove-socket-directory
  code undone
  [ "$(stat -c '%F %a %U' "$SOCKET")" = 'directory 750 coder' ]
}

@test "a folder with content, and a link to a folder, in the socket's place are not touched" {
  mkdir "$SOCKET"
  touch "$SOCKET/mine"
  not_touched remove-socket-directory /run/docker.sock
  rm -r "$SOCKET"
  mkdir -p /run/empty
  ln -s /run/empty "$SOCKET"
  apply remove-socket-directory
  code already-so
  [ -d /run/empty ]
}

@test "a dead socket of a system containerd is moved aside and comes back; beside a living one it is not touched" {
  listen_and_die /run/containerd/containerd.sock
  mended_and_back remove-dead-containerd-socket /run/containerd/containerd.sock
  mkdir -p /run/empty
  containerd --address /run/containerd/other.sock --root /run/empty --state /run/empty/state >/dev/null 2>&1 &
  helper_pid=$!
  until [ "$(cat "/proc/$helper_pid/comm")" = containerd ]; do sleep 0.05; done
  not_touched remove-dead-containerd-socket /run/containerd/containerd.sock
}

@test "a folder that pretends systemd is moved aside and comes back; where one runs it is not touched" {
  mkdir -p /run/systemd/system
  mended_and_back remove-leaked-systemd-folder /run/systemd/system
  cp "$(command -v sleep)" /run/systemd/systemd
  /run/systemd/systemd 600 &
  helper_pid=$!
  until [ "$(cat "/proc/$helper_pid/comm")" = systemd ]; do sleep 0.05; done
  not_touched remove-leaked-systemd-folder /run/systemd/system
}

# broken_database ACTION FILE: what the daemon does not start with, what it says, and with what it starts.
broken_database() {
  local file=/var/lib/docker/$2 good
  run_helper start
  run_helper stop
  good=$(sha256sum <"$file")
  apply "$1"
  code already-so
  [ "$(sha256sum <"$file")" = "$good" ]
  cp -p "$file" /root/good.db
  head -c 65536 /dev/urandom >"$file"
  run_helper start
  [ "$status" -ne 0 ]
  grep -q "invalid database" "$LOG"
  mended_and_back "$1" "$file"
  apply "$1"
  code applied
  run_helper start
  [ "$status" -eq 0 ]
  not_touched "$1" "$file"
  run_helper stop
  # What took its place is kept when the old one comes back.
  apply "undo-$1"
  code undone
  [ "$(stat -c %s "$file")" -eq 65536 ]
  [ -e "$(echo "$file".dind-station-later-*)" ]
}

@test "a broken network database: without it the daemon starts" {
  broken_database move-network-database-aside network/files/local-kv.db
}

@test "a broken volume database: without it the daemon starts, and volumes keep what is in them" {
  run_helper start
  docker volume create kept >/dev/null
  echo mine >/var/lib/docker/volumes/kept/_data/file
  broken_database move-volume-database-aside volumes/metadata.db
  [ "$(cat /var/lib/docker/volumes/kept/_data/file)" = mine ]
}

@test "a broken build cache: without it the daemon starts" {
  broken_database move-build-cache-aside buildkit/cache.db
}

@test "a database that was cut short is broken, although its first pages are good" {
  run_helper start
  docker network create mine >/dev/null
  run_helper stop
  file=/var/lib/docker/network/files/local-kv.db
  truncate -s 8192 "$file"
  apply move-network-database-aside
  code applied
  [[ "$(result message)" == *"bytes are only 2"* ]]
}

@test "a link in a database's place is not followed" {
  mkdir -p /var/lib/docker/network/files
  head -c 9000 /dev/urandom >/root/precious
  ln -s /root/precious /var/lib/docker/network/files/local-kv.db
  not_touched move-network-database-aside /root/precious /var/lib/docker/network/files
}

@test "a broken list of image names: without it the daemon starts, and the images are there" {
  run_helper start
  busybox_image
  images=$(docker images --quiet --no-trunc)
  apply move-repositories-aside
  code not-applicable
  run_helper stop
  apply move-repositories-aside
  code already-so
  file=$(echo /var/lib/docker/image/*/repositories.json)
  cp "$file" /root/tags
  truncate -s 20 "$file"
  run_helper start
  [ "$status" -ne 0 ]
  mended_and_back move-repositories-aside "$file"
  apply move-repositories-aside
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(docker images --quiet --no-trunc)" = "$images" ]
}

@test "a daemon.json that is no JSON is moved aside and comes back" {
  mkdir -p /etc/docker
  echo '{"debug": true,}' >/etc/docker/daemon.json
  run_helper start
  [ "$status" -ne 0 ]
  mended_and_back move-daemon-json-aside /etc/docker/daemon.json
  apply move-daemon-json-aside
  run_helper start
  [ "$status" -eq 0 ]
}

@test "a daemon.json that is valid, or names a data root, is its owner's to mend" {
  mkdir -p /etc/docker
  echo '{"debgu": true}' >/etc/docker/daemon.json
  not_touched move-daemon-json-aside /etc/docker/daemon.json
  echo '{"data-root": "/data",}' >/etc/docker/daemon.json
  not_touched move-daemon-json-aside /etc/docker/daemon.json
}

@test "private mounts are shared, and the same ones are private again" {
  mount --make-rshared /
  mkdir -p /run/private
  mount -t tmpfs private /run/private
  mount --make-private /run/private
  apply share-root-mount
  code applied
  grep -q ' /run/private .* shared:' /proc/self/mountinfo
  apply share-root-mount
  code already-so
  apply undo-share-root-mount
  code undone
  run grep ' /run/private .* shared:' /proc/self/mountinfo
  [ "$status" -ne 0 ]
  grep -q ' / / .* shared:' /proc/self/mountinfo
  umount /run/private
}

@test "read-only cgroups are made writable, and read-only again" {
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has cgroup v2: npm test -- v2"
  run_helper prepare
  mount -o remount,bind,ro /sys/fs/cgroup/memory
  before=$(grep ' /sys/fs/cgroup' /proc/self/mountinfo | cut -d' ' -f5,6 | sort)
  apply remount-cgroup-writable
  code applied
  mkdir /sys/fs/cgroup/memory/probe
  rmdir /sys/fs/cgroup/memory/probe
  apply remount-cgroup-writable
  code already-so
  apply undo-remount-cgroup-writable
  code undone
  [ "$(grep ' /sys/fs/cgroup' /proc/self/mountinfo | cut -d' ' -f5,6 | sort)" = "$before" ]
  mount -o remount,bind,rw /sys/fs/cgroup/memory
}

@test "a hierarchy that is missing is mounted, and taken off again" {
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has cgroup v2: npm test -- v2"
  run_helper prepare
  umount /sys/fs/cgroup/memory
  apply mount-cgroup
  code applied
  [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]
  apply undo-mount-cgroup
  code undone
  [ ! -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]
  run_helper prepare
}

@test "forwarding that was switched off is on again, and off by undo; daemon.json may say no" {
  echo 0 >/proc/sys/net/ipv4/ip_forward
  apply set-ip-forward
  code not-applicable
  run_helper start
  apply set-ip-forward
  code already-so
  echo 0 >/proc/sys/net/ipv4/ip_forward
  apply set-ip-forward
  code applied
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
  apply undo-set-ip-forward
  code undone
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
  mkdir -p /etc/docker
  echo '{"ip-forward": false}' >/etc/docker/daemon.json
  apply set-ip-forward
  code not-applicable
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
}

@test "a user who lost the socket gets it back, and a socket open to everybody is closed; undone it is as it was" {
  run_helper start
  apply close-socket
  code already-so
  setfacl -b "$SOCKET"
  chmod 0666 "$SOCKET"
  apply close-socket
  code applied
  as_coder 'docker ps'
  run setpriv --reuid 65534 --regid 65534 --clear-groups docker ps
  [ "$status" -ne 0 ]
  apply undo-close-socket
  code undone
  [ "$(stat -c %a "$SOCKET")" = 666 ]
  [ "$(getfacl -cp "$SOCKET" | grep -c coder)" -eq 0 ]
}

@test "a user whose entry is gone gets it back, and loses it by undo" {
  run_helper start
  setfacl -x u:coder "$SOCKET"
  apply grant-socket-access
  code applied
  as_coder 'docker ps'
  apply undo-grant-socket-access
  run as_coder 'docker ps'
  [ "$status" -ne 0 ]
}

@test "a read-only /proc/sys is made writable, and read-only again" {
  apply remount-proc-sys
  code already-so
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  apply remount-proc-sys
  code applied
  echo 1 >/proc/sys/net/ipv4/ip_forward
  apply undo-remount-proc-sys
  code undone
  run sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  umount /proc/sys
  [ "$status" -ne 0 ]
}

@test "securityfs is mounted, and taken off again" {
  [ -d /sys/kernel/security ] || skip "this kernel has no securityfs"
  umount /sys/kernel/security 2>/dev/null || :
  apply mount-securityfs
  code applied
  apply mount-securityfs
  code already-so
  apply undo-mount-securityfs
  code undone
  ! grep ' /sys/kernel/security ' /proc/self/mountinfo
}

@test "a broken database of containerd: without it the daemon starts, and the images are there" {
  run_helper start
  busybox_image
  images=$(docker images --quiet --no-trunc)
  apply move-containerd-metadata-aside
  code not-applicable
  broken_database move-containerd-metadata-aside containerd/daemon/io.containerd.metadata.v1.bolt/meta.db
  apply move-containerd-metadata-aside
  run_helper start
  [ "$(docker images --quiet --no-trunc)" = "$images" ]
}

@test "a program that takes no more connections lives: its socket is not touched, by an action or by a start" {
  # Five clients in a queue for two: curl calls that a refusal, as of a socket on which nobody listens.
  perl -MIO::Socket::UNIX -e '
    $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1);
    for (1 .. 5) { push @c, IO::Socket::UNIX->new(Peer => $ARGV[0], Blocking => 0) }
    sleep 600' "$SOCKET" 3>&- &
  helper_pid=$!
  until [ -S "$SOCKET" ]; do sleep 0.05; done
  sleep 0.5
  not_touched remove-dead-socket /run/docker.sock
  run_helper start
  [ "$(result code)" = foreign ]
  [ -S "$SOCKET" ]
}

@test "a whole database of a machine with other pages is in order" {
  run_helper start
  docker network create mine >/dev/null
  run_helper stop
  # A machine with pages of 64 KiB, which are sixteen times what the database has.
  printf '#!/bin/sh\necho 65536\n' >/usr/local/sbin/getconf
  chmod +x /usr/local/sbin/getconf
  apply move-network-database-aside
  rm /usr/local/sbin/getconf
  code already-so
}

@test "a database that a daemon out of sight holds is not touched" {
  mkdir -p /var/lib/docker/volumes /var/lib/docker/network/files
  : >/var/lib/docker/volumes/metadata.db
  head -c 65536 /dev/urandom >/var/lib/docker/network/files/local-kv.db
  flock /var/lib/docker/volumes/metadata.db sleep 600 3>&- &
  helper_pid=$!
  until ! flock -n /var/lib/docker/volumes/metadata.db true; do sleep 0.05; done
  not_touched move-network-database-aside /var/lib/docker/network
  not_touched move-repositories-aside /var/lib/docker/network
}

@test "a daemon.json whose very data root is what is broken stays" {
  mkdir -p /etc/docker
  echo '{"data-root: "/data"}' >/etc/docker/daemon.json
  not_touched move-daemon-json-aside /etc/docker/daemon.json
  printf '{\0"\0d\0a\0t\0a\0-\0r\0o\0o\0t\0"\0:\0"\0/\0d\0"\0}\0' >/etc/docker/daemon.json
  not_touched move-daemon-json-aside /etc/docker/daemon.json
}

@test "undo replaces nothing: what took the place twice within a second is kept both times" {
  [[ "$(readlink -f /bin/sh)" != *busybox* ]] || skip "its date is built in, and cannot be made to stand still"
  mkdir -p /run/docker/containerd /usr/local/sbin
  # A clock that stands still, so that every name is of one second.
  printf '#!/bin/sh\necho 20260101T000000Z\n' >/usr/local/sbin/date
  chmod +x /usr/local/sbin/date
  echo 1 >/run/docker.pid
  apply remove-stale-pid-file
  echo 2 >/run/docker.pid
  apply undo-remove-stale-pid-file
  apply remove-stale-pid-file
  echo 3 >/run/docker.pid
  apply undo-remove-stale-pid-file
  rm /usr/local/sbin/date
  code not-undone
  [ "$(cat /run/docker.pid /run/docker.pid.dind-station-* | sort | tr '\n' ' ')" = '1 2 3 ' ]
  sleep 1.1
  apply undo-remove-stale-pid-file
  code undone
  [ "$(cat /run/docker.pid)" = 1 ]
  rm -f /run/docker.pid.dind-station-*
}

@test "undo does not take a database from under a living containerd" {
  run_helper start
  run_helper stop
  file=/var/lib/docker/containerd/daemon/io.containerd.metadata.v1.bolt/meta.db
  head -c 65536 /dev/urandom >"$file"
  apply move-containerd-metadata-aside
  code applied
  run_helper start
  busybox_image
  docker run --detach --network none busybox sleep 600
  run_helper stop
  [ -n "$(pids containerd)" ]
  apply undo-move-containerd-metadata-aside
  code not-applicable
  [ ! -e "$(echo "$file".dind-station-later-*)" ]
  run_helper start
}

@test "undo does not give back an access that was taken since" {
  run_helper start
  setfacl -m u:65534:rw "$SOCKET"
  setfacl -x u:coder "$SOCKET"
  apply grant-socket-access
  code applied
  setfacl -x u:65534 "$SOCKET"
  apply undo-grant-socket-access
  code not-undone
  [ "$(getfacl -cpn "$SOCKET" | grep -c 65534)" -eq 0 ]
}

@test "no access is given through a link, which may lead to a file of anybody" {
  run_helper start
  install -d -o coder /home/coder/run
  listen_and_die /home/coder/run/docker.sock
  ln -sfn /home/coder/run/docker.sock "$SOCKET"
  not_touched close-socket /home/coder/run/docker.sock
  run_helper install coder
  [ "$(getfacl -cp /home/coder/run/docker.sock | grep -c user:coder)" -eq 0 ]
}

@test "undo takes off no mount that was there before, whatever its name" {
  [ -e /sys/fs/cgroup/memory/tasks ] || skip "no cgroup v1 here"
  mkdir -p "/sys/fs/cgroup/memory/a\\x2db" /sys/fs/cgroup/memory/c /var/lib/dind-station/undo/mount-cgroup/20260101T000000Z
  mount --bind "/sys/fs/cgroup/memory/a\\x2db" /sys/fs/cgroup/memory/c
  record=/var/lib/dind-station/undo/mount-cgroup/20260101T000000Z
  echo cgroups >"$record/steps"
  awk '$5 ~ "^/sys/fs/cgroup(/|$)" { print $5, ("," $6 ",") ~ /,ro,/ ? "ro" : "rw", $4 }' /proc/self/mountinfo >"$record/mounts"
  apply undo-mount-cgroup
  code undone
  mountpoint /sys/fs/cgroup/memory/c
  umount /sys/fs/cgroup/memory/c
  rmdir "/sys/fs/cgroup/memory/a\\x2db" /sys/fs/cgroup/memory/c
}

@test "undo makes no mount private that a user put a link to in the place of theirs" {
  mkdir -p /root/shared /var/lib/dind-station/undo/share-root-mount/20260101T000000Z
  mount -t tmpfs none /root/shared
  mount --make-shared /root/shared
  ln -sfn /root/shared /home/coder/mine
  echo 'private /home/coder/mine' >/var/lib/dind-station/undo/share-root-mount/20260101T000000Z/steps
  apply undo-share-root-mount
  code undone
  propagation=$(findmnt --noheadings --output PROPAGATION /root/shared)
  umount /root/shared
  [ "$propagation" = shared ]
}

@test "killed before it mounted: there is nothing to take off" {
  umount /sys/kernel/security 2>/dev/null || :
  mkdir -p /var/lib/dind-station/undo/mount-securityfs/20260101T000000Z
  echo 'mounted /sys/kernel/security' >/var/lib/dind-station/undo/mount-securityfs/20260101T000000Z/steps
  apply undo-mount-securityfs
  code undone
}

@test "killed before it noted anything: there is nothing to put back" {
  mkdir -p /var/lib/dind-station/undo/remove-dead-socket/20260101T000000Z
  : >/var/lib/dind-station/undo/remove-dead-socket/20260101T000000Z/steps
  apply undo-remove-dead-socket
  code undone
  [[ "$output" != *"not found"* ]]
}

@test "the records are root's alone" {
  echo 1 >/var/run/docker.pid
  apply remove-stale-pid-file
  [ "$(stat -c '%a %U' /var/lib/dind-station/undo)" = '700 root' ]
  run find /var/lib/dind-station/undo -perm /077
  [ -z "$output" ]
}

@test "a folder of records that a user could write is refused" {
  mkdir -p /var/lib/dind-station
  chown coder /var/lib/dind-station
  echo 1 >/var/run/docker.pid
  apply remove-stale-pid-file
  chown root /var/lib/dind-station
  [ "$status" -eq 77 ]
  [ -e /var/run/docker.pid ]
}

@test "sudo allows each action by its exact name, and no other word" {
  as_coder "sudo -n $HELPER apply remove-stale-pid-file"
  for words in 'apply' 'apply x' 'apply --list' 'apply remove-stale-pid-file x' 'apply undo' 'prepare'; do
    run as_coder "sudo -n $HELPER $words"
    [[ "$output" == *"password is required"* ]]
  done
  run as_coder 'sudo -n -l'
  [[ "$output" != *'*'* ]]
}

@test "a word that is no action is refused, above all one that names a function of the helper" {
  for word in x undo undo-undo '../x' '$(id)' 'known' 'remove_stale_pid_file' ''; do
    run_helper apply "$word"
    [ "$status" -eq 64 ]
  done
}

@test "the list is the one that the editor and the command line know" {
  run "$HELPER" apply --list
  [ "$(printf '%s\n' "$output" | grep -v '^undo-')" = "$(sed -n "/helperActions = \[/,/\]/s/^  '\(.*\)',$/\1/p" "$REPO/src/daemon/protocol.ts")" ]
}
