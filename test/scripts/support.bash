# What every test of the helper shares. The tests run inside a bed (test/bed/bed): they start, kill and freeze real
# daemons and edit /etc, and nothing of it reaches the machine.

DIR=/usr/local/lib/dind-station
HELPER=$DIR/dind-helper
SOCKET=/var/run/docker.sock
LOG=/var/log/dockerd.log
REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# A bed, or another place that may be broken: never the machine a developer works on.
require_bed() {
  [ -e /run/bed-ready ] || {
    echo "these tests run inside a bed: npm test -- scripts" >&2
    return 1
  }
}

install_helper() {
  id coder >/dev/null 2>&1 || useradd --create-home --shell /bin/bash coder
  "$REPO/scripts/dind-helper" install coder >/dev/null
}

# Back to a machine on which nothing runs and nothing is configured.
reset_engine() {
  local name pid
  for name in dockerd containerd containerd-shim; do
    for pid in $(pids "$name"); do
      kill -CONT "$pid" 2>/dev/null || :
      kill -KILL "$pid" 2>/dev/null || :
    done
  done
  # A dying daemon is still there for the next start to find.
  for pid in $(seq 100); do
    [ -n "$(pids dockerd)$(pids containerd)" ] || break
    sleep 0.05
  done
  umount "$SOCKET" 2>/dev/null || :
  # Of containers that a failed test left behind.
  umount /var/run/docker/netns/* /var/lib/docker/overlay2/*/merged 2>/dev/null || :
  # Bridges of networks outlive their daemon.
  for name in /sys/class/net/br-*; do
    [ ! -e "$name" ] || ip link delete "${name##*/}"
  done
  rm -rf "$SOCKET" /var/run/docker.pid /var/run/docker /etc/docker /run/dind-station "$LOG"*
  rm -f /etc/dind-station/helper.conf
}

# pids NAME: the living (not zombie) processes with that name.
pids() {
  local dir comm stat
  for dir in /proc/[0-9]*; do
    read -r comm <"$dir/comm" || continue
    case $comm in "$1"*) ;; *) continue ;; esac
    read -r stat <"$dir/stat" || continue
    stat=${stat##*) }
    [ "${stat%% *}" = Z ] || echo "${dir#/proc/}"
  done 2>/dev/null
}

daemon_pid() { pids dockerd | head -n 1; }

as_coder() { su coder -c "$1"; }

# The last event of a run is its result; field NAME of it.
# shellcheck disable=SC2154 # bats sets output
result() { printf '%s\n' "$output" | tail -n 1 | jq -r ".$1"; }

# run_helper VERB...: runs it and checks that every line is an event and the last one a result.
run_helper() {
  run "$HELPER" "$@"
  printf '%s\n' "$output"
  printf '%s\n' "$output" | jq -se 'all(.event == "step" or .event == "result") and .[-1].event == "result"' >/dev/null
}

state() { jq -r ".$1" /run/dind-station/state.json; }

# A static busybox as an image: no registry is needed.
busybox_image() {
  docker image inspect busybox >/dev/null 2>&1 && return 0
  local root=/tmp/busybox-image
  mkdir -p $root/bin
  cp "$(command -v busybox)" $root/bin/busybox
  ln -sf busybox $root/bin/sh
  ln -sf busybox $root/bin/sleep
  ln -sf busybox $root/bin/cat
  tar -C $root -c . | docker import - busybox >/dev/null
}
