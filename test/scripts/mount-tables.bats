load support

# The mount tables that test/bed/mount-table makes, each in a sandbox of its own below this one: a daemon started by the helper
# runs containers there, by the kernel's own counters. One daemon a table.

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
# The commands of standard input, inside, each shown before it is run; the first that fails is the last.
script() { inner /bin/bash -eux -s; }

# sandbox TABLE [OPTION...]: a sandbox with that mount table, the helper, and what the checks need. bats waits for whoever
# keeps its descriptor 3.
sandbox() {
  local table=$1
  shift
  "$REPO/test/bed/bed" up inner --bind "$REPO" "$@" 3>&-
  inner sh -euc 'ln -sfn "$1" /bin/sh; useradd inner-coder; "$2/scripts/dind-helper" install inner-coder >/dev/null
    "$2/test/bed/mount-table" "$3"' sh "$(cat /tmp/outer-shell)" "$REPO" "$table"
  # Asked of this shell: to busybox's own, busybox is a builtin.
  inner sh -euc 'mkdir -p /tmp/image/bin; cp "$1" /tmp/image/bin/busybox
    for name in sh sleep dd cat; do ln -s busybox /tmp/image/bin/$name; done' sh "$(command -v busybox)"
}

# helper VERB: runs it inside and shows what it said.
helper() {
  run inner "$HELPER" "$@"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

# usable: what every table must leave possible.
usable() {
  script <<'END'
    tar -C /tmp/image -c . | docker import - busybox >/dev/null
    docker run --rm --network none --cgroupns=host busybox cat /proc/self/cgroup
    : The kernel ends what takes more than its limit, and the engine knows why, unless the exit outruns the event.
    for try in 1 2 3; do
      docker rm -f hog 2>/dev/null || :
      docker run --name hog --network none --memory 64m busybox dd if=/dev/zero of=/dev/null bs=200M count=1 || [ $? = 137 ]
      [ "$(docker inspect -f '{{.State.OOMKilled}}' hog)" = false ] || break
    done
    [ "$(docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' hog)" = '137 true' ]
    docker rm hog
    : Mounted on this machine after the start.
    mkdir -p /mnt/later; mount -t tmpfs later /mnt/later; echo seen >/mnt/later/file
    docker run -d --name kept --network none --memory 64m -v /mnt/later:/later busybox sleep 1000
    [ "$(docker exec kept cat /later/file)" = seen ]
    [ "$(docker exec kept cat /sys/fs/cgroup/memory/memory.limit_in_bytes)" = 67108864 ]
    docker stats --no-stream --format '{{.MemUsage}}' kept | grep '^[1-9].* / 64MiB'
END
}

# survives: a restart, and a death of both daemons, leave the container where it is, and the daemons in their namespace.
survives() {
  script <<END
    where() { docker inspect -f '{{.State.Pid}}' kept; readlink /proc/\$(pidof dockerd)/ns/mnt /proc/\$(pidof containerd)/ns/mnt; }
    where >/tmp/before
    $HELPER restart
    where | diff /tmp/before -
    kill -KILL \$(pidof dockerd) \$(pidof containerd)
    $HELPER start
    where | diff /tmp/before -
    docker run --rm --network none busybox cat /proc/self/cgroup
    [ "\$(docker exec kept cat /later/file)" = seen ]
    $HELPER status
    : After the last container and a stop nothing is left of the namespace.
    docker rm -f kept
    $HELPER stop
    [ ! -e /run/dind-station/mount-namespace ]
    [ ! -e /run/dind-station/propagation ]
END
}

@test "covered memory: containers run, are limited, and outlive their daemons; the machine's mounts stay" {
  sandbox covered
  inner grep ' - cgroup' /proc/self/mountinfo >/tmp/cgroups-before
  helper start
  [[ "$output" == *'"cgroup.covered","status":"changed"'*"memory"* ]]
  usable
  inner grep ' - cgroup' /proc/self/mountinfo | sed 's/ shared:[0-9]*//' | diff /tmp/cgroups-before -
  survives
}

@test "a cover in which the processes are not: containers run and are limited, in a sandbox with the machine's cgroups too" {
  sandbox foreign-bind --cgroups host
  helper start
  [[ "$output" == *'"cgroup.covered","status":"changed"'*"memory"* ]]
  usable
}

@test "a read-only cover: containers run and are limited" {
  sandbox read-only-cover
  helper start
  [[ "$output" == *'"cgroup.covered","status":"changed"'*"memory"* ]]
  usable
}

@test "a hierarchy at two places: containers run and are limited, without a namespace" {
  sandbox two-places
  helper start
  [[ "$output" == *'"cgroup.covered","status":"ok"'* ]]
  usable
}

@test "controllers behind links: containers run and are limited, without a namespace" {
  sandbox co-mounted
  helper start
  [[ "$output" == *'"cgroup.covered","status":"ok"'* ]]
  usable
}

@test "no mount namespace can be made: containers run in cgroup namespaces of their own, and a warning stays" {
  [ "$(cat /tmp/outer-shell)" != /bin/busybox ] || skip "busybox's shell has an unshare of its own"
  sandbox covered
  inner mount --bind /bin/false /usr/bin/unshare
  helper start
  [[ "$output" == *'"cgroup.covered","status":"failed"'*"default-cgroupns-mode=private"* ]]
  script <<END
    tar -C /tmp/image -c . | docker import - busybox >/dev/null
    docker run --rm --network none --memory 64m busybox cat /proc/self/cgroup
    jq -e '.warnings[] | select(contains("memory"))' /run/dind-station/state.json
END
}

@test "a record of a mount namespace that is not of our daemons proves nothing" {
  sandbox covered
  script <<END
    unshare -m sleep 100 & sleep 0.5
    mkdir -p /run/dind-station
    printf '%s\n' "\$(readlink /proc/\$!/ns/mnt)" '999999 1' >/run/dind-station/mount-namespace
    nsenter -t \$! -m dockerd --bridge none --iptables=false >/tmp/other.log 2>&1 &
    until docker version >/dev/null 2>&1; do sleep 0.1; done
    rm /var/run/docker.pid
    { $HELPER start || :; } | tail -n 1 | grep '"code":"conflict"'
END
}

@test "mounts of a machine are shared while a daemon is apart, and what they were before afterwards" {
  sandbox covered
  script <<END
    mount --make-rprivate /
    mkdir -p /mnt/a /mnt/b /mnt/c
    mount -t tmpfs a /mnt/a; mount --make-shared /mnt/a; mount --bind /mnt/a /mnt/b; mount --make-slave /mnt/b
    cp /proc/self/mountinfo /tmp/before
    cat >/tmp/lend <<'LEND'
      step() { :; }
      RUN_DIR=/run/dind-station CGROUPS=/sys/fs/cgroup data_root=/var/lib/docker exec_root=/var/run/docker
      . $REPO/scripts/lib/cgroup-mounts.sh
      . $REPO/scripts/lib/mount-namespace.sh
      "\$@"
LEND
    mkdir -p /run/dind-station
    sh -eu /tmp/lend propagation_lend
    grep ' /mnt/b ' /proc/self/mountinfo | grep 'shared:.*master:'
    grep ' / / ' /proc/self/mountinfo | grep ' shared:'
    ! grep ' /sys/fs/cgroup/pids ' /proc/self/mountinfo | grep ' shared:'
    mount -t tmpfs c /mnt/c
    grep ' /mnt/c ' /proc/self/mountinfo | grep ' shared:'
    sh -eu /tmp/lend propagation_return
    ! grep ' /mnt/c ' /proc/self/mountinfo | grep ' shared:'
    umount /mnt/c
    diff /tmp/before /proc/self/mountinfo
    [ ! -e /run/dind-station/propagation ]
END
}
