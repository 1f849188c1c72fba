load support

ROOT=/var/lib/docker/fresh

setup_file() {
  require_bed
  install_helper
  # Whether this machine has it must not matter; one test puts it back.
  ! [ -e /usr/bin/fuse-overlayfs ] || mv /usr/bin/fuse-overlayfs /root/fuse-overlayfs
}
setup() {
  reset_engine
  umount $ROOT/.overlay-probe/all 2>/dev/null || :
  json "{\"data-root\": \"$ROOT\"}"
  rm -rf $ROOT
}
# A stand-in for the daemon where what is told or handed down to it is the subject; the real one where its driver is.
teardown() {
  reset_engine
  umount /usr/bin/fuse-overlayfs 2>/dev/null || :
  umount $ROOT 2>/dev/null || :
  environ_own
}

driver() { docker info --format '{{.Driver}}'; }

# A data root inside this container's own overlay: what people have without a volume.
root_on_overlay() {
  mkdir -p /root/layer $ROOT
  mount --bind /root/layer $ROOT
  find $ROOT -mindepth 1 -delete
}

@test "where an overlay mount works nothing is chosen, and nothing of the experiment is left" {
  run_helper start
  [[ "$(step storage.driver)" == "ok An overlay mount works on $ROOT." ]]
  [ "$(driver)" = overlay2 ]
  [ ! -e $ROOT/.overlay-probe ]
  run grep -c overlay-probe /proc/mounts
  [ "$output" = 0 ]
}

# unmount DIR: a thread of a process that has ended may hold a file there for a moment.
unmount() {
  until_true "umount $1"
}

@test "a data root without room, or without inodes, is told at the start and by status" {
  fake_engine
  mkdir -p $ROOT
  mount -t tmpfs -o size=100m small $ROOT
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step storage.room)" == "failed $ROOT has "*" MiB left. docker system df"* ]]
  run_helper status
  [[ "$(step storage.room)" == failed* ]]
  # Whoever makes room is not told of the room that was.
  mount -o remount,size=2g $ROOT
  run_helper status
  [ -z "$(step storage.room)" ]
  run_helper stop
  unmount $ROOT
  mount -t tmpfs -o size=2g,nr_inodes=2000 small $ROOT
  run_helper start
  [[ "$(step storage.room)" == "failed $ROOT has "*" inodes left"* ]]
  run_helper stop
  unmount $ROOT
  mount -t tmpfs -o size=2g small $ROOT
  run_helper start
  [ -z "$(step storage.room)" ]
}

@test "a second start finds the driver's data and leaves it" {
  run_helper start
  run_helper restart
  [[ "$(step storage.driver)" == "ok $ROOT holds data of overlay2, which stays." ]]
}

@test "on an overlay it is vfs, told at the start, by status, and in the state file, again after a restart" {
  root_on_overlay
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(driver)" = vfs ]
  [[ "$(step storage.driver)" == "failed The storage driver is vfs, because no overlay mount works on $ROOT (its file system, overlay, cannot carry one), nor does fuse-overlayfs (not installed)"*"full copy"* ]]
  run_helper status
  [ "$status" -eq 0 ]
  [[ "$(step storage.driver)" == "failed The storage driver is vfs"* ]]
  [[ "$(jq -r '.warnings[0]' /run/dind-station/state.json)" == "The storage driver is vfs"* ]]
  run_helper restart
  [[ "$(step storage.driver)" == "failed The storage driver is vfs, because $ROOT holds its data"* ]]
  # A container runs on it.
  busybox_image
  [ "$(docker run --rm busybox busybox echo works)" = works ]
}

@test "a fuse-overlayfs that is installed but does not work is not believed" {
  root_on_overlay
  printf '#!/bin/sh\necho fuse-overlayfs: cannot mount: Operation not permitted >&2\nexit 1\n' >/usr/bin/fuse-overlayfs
  chmod +x /usr/bin/fuse-overlayfs
  run_helper start
  rm /usr/bin/fuse-overlayfs
  [ "$(driver)" = vfs ]
  [[ "$(step storage.driver)" == *"nor does fuse-overlayfs ("* ]]
}

@test "the real fuse-overlayfs is used where the kernel's overlay cannot be, and containers run on it" {
  [ -e /root/fuse-overlayfs ] || skip "fuse-overlayfs is not installed on this machine"
  [ -c /dev/fuse ] || skip "this machine has no /dev/fuse"
  root_on_overlay
  cp /root/fuse-overlayfs /usr/bin/fuse-overlayfs
  run_helper start
  [ "$(driver)" = fuse-overlayfs ]
  [[ "$(step storage.driver)" == "changed No overlay mount works on $ROOT ("*"but fuse-overlayfs does"* ]]
  busybox_image
  [ "$(docker run --rm --network none busybox sh -c 'echo written >/file && cat /file')" = written ]
  run_helper stop
  rm /usr/bin/fuse-overlayfs
}

@test "existing vfs data on a file system where overlay works is kept, and warned of" {
  mkdir -p $ROOT/vfs/dir/some
  run_helper start
  [ "$(driver)" = vfs ]
  [[ "$(step storage.driver)" == "failed The storage driver is vfs, because $ROOT holds its data: "* ]]
  [ -d $ROOT/vfs/dir/some ]
}

@test "data of two drivers is named; the daemon refuses and nothing is deleted" {
  mkdir -p $ROOT/fuse-overlayfs/l $ROOT/overlay2/l
  run_helper start
  [ "$status" -eq 69 ]
  [[ "$(step storage.driver)" == "failed $ROOT holds data of several storage drivers (overlay2 fuse-overlayfs)"* ]]
  [ -d $ROOT/fuse-overlayfs/l ]
  [ -d $ROOT/overlay2/l ]
}

@test "a driver in daemon.json is left alone; vfs there is warned of too" {
  fake_engine
  json "{\"data-root\": \"$ROOT\", \"storage-driver\": \"overlay2\"}"
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step storage.driver)" == "skipped /etc/docker/daemon.json decides: it holds storage-driver." ]]
  reset_engine
  rm -rf $ROOT
  json "{\"data-root\": \"$ROOT\", \"storage-driver\": \"vfs\"}"
  run_helper start
  [ "$(driver)" = vfs ]
  [[ "$(step storage.driver)" == "failed The storage driver is vfs, because /etc/docker/daemon.json says so."* ]]
}

@test "what a killed experiment left is cleared away" {
  fake_engine
  local probe=$ROOT/.overlay-probe
  mkdir -p $probe/a $probe/upper $probe/work $probe/all
  mount -t overlay -o lowerdir=$probe/a,upperdir=$probe/upper,workdir=$probe/work overlay $probe/all
  run_helper start
  [[ "$(step storage.driver)" == "ok An overlay mount works"* ]]
  [ ! -e $probe ]
}

@test "the daemon gets the hard limit of open files, whatever the caller had" {
  fake_engine
  run bash -c "ulimit -S -n 256; $HELPER start"
  [ "$status" -eq 0 ]
  [[ "$(step limits.nofile)" == "changed Open files: "*" instead of 256; "* ]]
  local most
  most=$(ulimit -H -n)
  grep -E "^Max open files +$most " "/proc/$(daemon_pid)/limits"
  grep -E "^Max open files +$most " "/proc/$(pids containerd | head -n 1)/limits"
}

@test "proxies of helper.conf reach the daemon; a password in one is not printed" {
  fake_engine
  conf proxy_http=http://me:secret@proxy.example.org:3128 'no_proxy=localhost,*.example.org,[::1]'
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$output" != *secret* ]]
  [ "$(docker info --format '{{.NoProxy}}')" = 'localhost,*.example.org,[::1]' ]
  tr '\000' '\n' <"/proc/$(daemon_pid)/environ" | grep -qx HTTP_PROXY=http://me:secret@proxy.example.org:3128
}

@test "a caller's variables do not reach the daemon; root's PID 1's proxies and locale do, the rest does not" {
  fake_engine
  environ_one https_proxy=http://outer.example.org:1 LANG=de_DE.UTF-8 DOCKER_DRIVER=vfs 'LC_ALL=$(id)'
  run env HTTP_PROXY=http://evil.example.org DOCKER_TLS_CERTDIR=/tmp/evil LANG=xx "$HELPER" start
  environ_own
  [ "$status" -eq 0 ]
  run tr '\000' '\n' <"/proc/$(daemon_pid)/environ"
  [[ "$output" == *"HTTPS_PROXY=http://outer.example.org:1"* ]]
  [[ "$output" == *"LANG=de_DE.UTF-8"* ]]
  [[ "$output" != *evil* ]]
  [[ "$output" != *DOCKER_* ]]
  [[ "$output" != *LC_ALL* ]]
}

@test "a proxy that is no address is refused" {
  conf 'proxy_http=http://a b'
  run_helper start
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"proxy_http holds a blank"* ]]
}
