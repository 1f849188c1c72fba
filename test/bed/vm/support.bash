# What the tests in the machine that `vm` starts share. Each makes a bed (a container) of its own.

REPO=$(cd "$BATS_TEST_DIRNAME/../../../.." && pwd)
BED=$REPO/test/bed/bed
HELPER=/usr/local/lib/dind-station/dind-helper

# require_vm TYPE: of the file system that cgroups are in.
require_vm() {
  [ "$(stat -f -c %T /sys/fs/cgroup)" = "$1" ] && [ "$(hostname)" = vm ] || {
    echo "these tests run in a machine of their own: npm test -- v2" >&2
    return 1
  }
}

# container OPTION...: a fresh one with the helper installed. DIND_TEST_SHELL is the shell it has.
container() {
  "$BED" up box --bind "$REPO" "$@"
  inside ln -sfn "/bin/${DIND_TEST_SHELL:-dash}" /bin/sh
  inside id coder >/dev/null 2>&1 || inside useradd coder
  inside "$REPO/scripts/dind-helper" install coder >/dev/null
}

inside() { "$BED" run box "$@"; }

remove_container() { "$BED" down box; }

# The last event of a run is its result; field NAME of it.
# shellcheck disable=SC2154 # bats sets output
result() { printf '%s\n' "$output" | tail -n 1 | jq -r ".$1"; }

# run_inside VERB: runs the helper in the container and shows what it said.
run_inside() {
  run inside "$HELPER" "$@"
  printf '%s\n' "$output"
}

# A dockerd as somebody starts it who has not read about cgroups.
naive_daemon() {
  inside sh -c 'dockerd >/tmp/naive.log 2>&1 &'
  for _ in $(seq 100); do
    ! inside docker version >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  return 1
}

# A static busybox as an image: no registry is needed.
busybox_image() {
  # Asked of this shell: to busybox's own, busybox is a builtin.
  inside sh -c 'mkdir -p /tmp/image/bin; cp "$1" /tmp/image/bin/busybox
    for name in sh sleep dd yes echo; do ln -sf busybox /tmp/image/bin/$name; done
    tar -C /tmp/image -c . | docker import - busybox >/dev/null' sh "$(command -v busybox)"
}

# nested OPTION... -- COMMAND...: a container in the container. What it says on standard error (no swap here) is kept apart.
nested() { inside docker run --rm --network none "$@" 2>/tmp/nested-error; }

# counter FILE NAME: one of the kernel's counters in the container, which is the machine's to read.
counter() { sed -n "s/^$2 //p" "/sys/fs/cgroup/dind-station-bed-box/$1"; }
