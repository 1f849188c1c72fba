# A group mounted over the whole tree of cgroup v2, on a machine that is no container and whose mounts are private.
load ../support

setup_file() { require_vm cgroup2fs; }

@test "a plain machine under a v2 cover: containers are limited and counted, and stop gives the mounts back as they were" {
  id coder >/dev/null 2>&1 || useradd coder
  "$REPO/scripts/dind-helper" install coder >/dev/null
  "$REPO/test/bed/mount-table" v2-cover
  # The machine below may have an engine's data there, which an overlay cannot rename.
  mount -t tmpfs docker /var/lib/docker
  mount --make-rprivate /
  cp /proc/self/mountinfo /tmp/before
  # One CPU, and a kernel that is a program: a start takes a minute when the machine below is busy.
  echo start_timeout=240 >/etc/dind-station/helper.conf
  run "$HELPER" start
  printf '%s\n' "$output"
  [ "$(result code)" = started ]
  [[ "$output" == *'"cgroup.covered","status":"changed"'* ]]
  mkdir -p /tmp/image/bin /mnt/later
  cp "$(command -v busybox)" /tmp/image/bin/busybox
  for name in sh sleep dd cat; do ln -s busybox /tmp/image/bin/$name; done
  tar -C /tmp/image -c . | docker import - busybox >/dev/null
  docker run --rm --network none --cgroupns=host busybox cat /proc/self/cgroup
  # The limit by the kernel's counter, and a mount that was made after the start.
  mount -t tmpfs later /mnt/later
  echo seen >/mnt/later/file
  docker run -d --name kept --network none --memory 32m -v /mnt/later:/later busybox sleep 1000
  [ "$(docker exec kept cat /later/file)" = seen ]
  run docker exec kept dd if=/dev/zero of=/dev/null bs=64M count=1
  [ "$status" -eq 137 ]
  [ "$(docker exec kept cat /sys/fs/cgroup/memory.events | sed -n 's/^oom_kill //p')" -ge 1 ]
  [[ "$(docker stats --no-stream --format '{{.MemUsage}}' kept)" == [1-9]*" / 32MiB" ]]
  # With a container the namespace outlives its daemon, and the mounts stay shared.
  run "$HELPER" restart
  [ "$(result code)" = restarted ]
  docker exec kept cat /later/file
  docker rm -f kept
  umount /mnt/later
  run "$HELPER" stop
  [ "$(result code)" = stopped ]
  [ ! -e /run/dind-station/mount-namespace ]
  # A container in the machine's cgroup namespace mounts the tree without nsdelegate, which then is so for all (runc's doing).
  sed 's/,nsdelegate//' /tmp/before >/tmp/expected
  sed 's/,nsdelegate//' /proc/self/mountinfo | diff /tmp/expected -
}
