load support

# The mount tables that test/bed/mount-table makes, each in a sandbox of its own below this one: a daemon started by the helper
# runs containers there, by the kernel's own counters. One daemon a table.

bats_require_minimum_version 1.5.0

setup_file() {
  require_bed
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has cgroup v2: npm test -- v2"
  # The sandbox's own program needs Debian's unshare and nsenter, which busybox's shell would replace by its own: the shell
  # under test is the one inside.
  readlink /bin/sh >/tmp/outer-shell
  ln -sfn /bin/dash /bin/sh
}
teardown() { "$REPO/test/bed/bed" down inner 2>/dev/null || :; }
teardown_file() { [ ! -e /tmp/outer-shell ] || ln -sfn "$(cat /tmp/outer-shell)" /bin/sh; }

inner() { "$REPO/test/bed/bed" run inner "$@"; }

# sandbox TABLE [OPTION...]: a sandbox with that mount table, the helper and what the checks need. bats waits for whoever
# keeps its descriptor 3.
sandbox() {
  local table=$1
  shift
  "$REPO/test/bed/bed" up inner --bind "$REPO" "$@" 3>&-
  inner ln -sfn "$(cat /tmp/outer-shell)" /bin/sh
  inner useradd inner-coder
  inner "$REPO/scripts/dind-helper" install inner-coder >/dev/null
  inner "$REPO/test/bed/mount-table" "$table"
}

# helper VERB: runs it inside and shows what it said.
helper() {
  run inner "$HELPER" "$@"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

image() {
  # Asked of this shell: to busybox's own, busybox is a builtin.
  inner sh -c 'mkdir -p /tmp/image/bin; cp "$1" /tmp/image/bin/busybox
    for name in sh sleep dd cat ls; do ln -sf busybox /tmp/image/bin/$name; done
    tar -C /tmp/image -c . | docker import - busybox >/dev/null' sh "$(command -v busybox)"
}

# usable: what every table must leave possible.
usable() {
  image
  inner docker run --rm --network none busybox cat /proc/self/cgroup >/dev/null
  inner docker run --rm --network none --cgroupns=host busybox cat /proc/self/cgroup >/dev/null
  # More than its limit, for real: the kernel ends it, and the engine knows why.
  run inner docker run --name hog --network none --memory 64m busybox dd if=/dev/zero of=/dev/null bs=200M count=1
  [ "$status" -eq 137 ]
  [ "$(inner docker inspect -f '{{.State.OOMKilled}}' hog)" = true ]
  inner docker rm hog >/dev/null
  # Mounted on this machine after the start.
  inner sh -c 'mkdir -p /mnt/later && mount -t tmpfs later /mnt/later && echo seen >/mnt/later/file'
  inner docker run -d --name kept --network none --memory 64m -v /mnt/later:/later busybox sleep 1000 >/dev/null
  [ "$(inner docker exec kept cat /later/file)" = seen ]
  [ "$(inner docker exec kept cat /sys/fs/cgroup/memory/memory.limit_in_bytes)" = 67108864 ]
  [[ "$(inner docker stats --no-stream --format '{{.MemUsage}}' kept)" == [1-9]*" / 64MiB" ]]
}

# kept_pid: the process of the container that must live on.
kept_pid() { inner docker inspect -f '{{.State.Pid}}' kept; }

daemon_of() { inner sh -c 'pidof dockerd'; }

# survives: a restart, and a death of both daemons, leave the container and the namespace.
survives() {
  local before namespace
  before=$(kept_pid)
  namespace=$(inner sh -c 'readlink /proc/$(pidof dockerd)/ns/mnt')
  helper restart
  [ "$(kept_pid)" = "$before" ]
  [ "$(inner sh -c 'readlink /proc/$(pidof dockerd)/ns/mnt')" = "$namespace" ]
  inner sh -c 'kill -KILL $(pidof dockerd) $(pidof containerd)'
  helper start
  [ "$(kept_pid)" = "$before" ]
  [ "$(inner sh -c 'readlink /proc/$(pidof dockerd)/ns/mnt')" = "$namespace" ]
  inner docker run --rm --network none busybox cat /proc/self/cgroup >/dev/null
  [ "$(inner docker exec kept cat /later/file)" = seen ]
  helper status
}

# ended: after the last container and a stop nothing is left of the namespace.
ended() {
  inner docker rm -f kept >/dev/null
  helper stop
  inner sh -c '[ ! -e /run/dind-station/mount-namespace ] && [ ! -e /run/dind-station/propagation ]'
}

@test "covered memory: containers run, are limited, and outlive their daemons" {
  sandbox covered
  inner cat /proc/self/mountinfo >/tmp/mounts-before
  helper start
  [[ "$output" == *'"cgroup.covered","status":"changed"'*"memory"* ]]
  [[ "$output" != *"annot open"* ]]
  usable
  # The machine's table is left as it is, and only the cgroups are apart from it.
  grep ' - cgroup' /tmp/mounts-before >/tmp/cgroups-before
  inner cat /proc/self/mountinfo | grep ' - cgroup' | sed 's/ shared:[0-9]*//' | diff /tmp/cgroups-before -
  survives
  ended
}

@test "a cover in which the processes are not: containers run, are limited, and outlive their daemons" {
  sandbox foreign-bind
  helper start
  [[ "$output" == *'"cgroup.covered","status":"changed"'*"memory"* ]]
  usable
  survives
  ended
}
