# A covered cgroup v1 hierarchy on a machine that is no container, and cpu and cpuacct in one hierarchy behind links.
load ../support

setup_file() { require_vm tmpfs; }

@test "a plain machine with covered pids and co-mounted controllers: containers are limited, and stop gives the mounts back" {
  id coder >/dev/null 2>&1 || useradd coder
  "$REPO/scripts/dind-helper" install coder >/dev/null
  "$REPO/test/bed/mount-table" co-mounted
  "$REPO/test/bed/mount-table" foreign-bind pids
  # The machine below may have an engine's data there, which an overlay cannot rename.
  mount -t tmpfs docker /var/lib/docker
  mount --make-rprivate /
  cp /proc/self/mountinfo /tmp/before
  # One CPU, and a kernel that is a program: a start takes a minute when the machine below is busy.
  echo start_timeout=240 >/etc/dind-station/helper.conf
  run "$HELPER" start
  printf '%s\n' "$output"
  [ "$(result code)" = started ]
  [[ "$output" == *'"cgroup.covered","status":"changed"'*"pids"* ]]
  mkdir -p /tmp/image/bin
  cp "$(command -v busybox)" /tmp/image/bin/busybox
  for name in sh sleep cat; do ln -s busybox /tmp/image/bin/$name; done
  tar -C /tmp/image -c . | docker import - busybox >/dev/null
  run docker run --rm --network none --cgroupns=host --pids-limit 5 --cpus 0.5 busybox \
    sh -c 'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us; for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
  printf '%s\n' "$output"
  [ "${lines[0]} ${lines[1]}" = '5 50000' ]
  [[ "$output" == *"can't fork"* ]]
  run "$HELPER" stop
  [ "$(result code)" = stopped ]
  diff /tmp/before /proc/self/mountinfo
}
