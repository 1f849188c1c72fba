load support

# A stand-in for the daemon where the preparation is the subject; the real one where a container runs.
# What is left of the machine's cgroups is the same in every test: each puts back what it took away.
teardown() {
  "$REPO/test/bed/bed" down inner 2>/dev/null || :
  [ -z "${outer_shell:-}" ] || ln -sfn "$outer_shell" /bin/sh
  no_containers
  umount /tmp/shared/later /tmp/shared /var/lib/docker/private 2>/dev/null || :
}

need_v1() { [ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has cgroup v2: npm test -- v2"; }

# has_changed STEP: the run changed something in that step.
has_changed() { [[ "$output" == *"\"step\":\"$1\",\"status\":\"changed\""* ]]; }

@test "start prepares the container before anything is launched, and says that it is one" {
  fake_engine
  mount --make-rprivate /
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$output" == *"This is a container: it has a PID namespace of its own"* ]]
  has_changed nesting.propagation
  [ "$(printf '%s\n' "$output" | grep -n '"nesting.propagation"' | cut -d: -f1)" -lt "$(printf '%s\n' "$output" | grep -n '"containerd.launch"' | head -n 1 | cut -d: -f1)" ]
  tr '\000' '\n' <"/proc/$(daemon_pid)/environ" | grep -x container=docker
  tr '\000' '\n' <"/proc/$(pids containerd | head -n 1)/environ" | grep -x container=docker
}

@test "a volume with rshared sees what is mounted later" {
  mount --make-rprivate /
  run_helper start
  busybox_image
  mkdir -p /tmp/shared/later
  id=$(docker run -d --network none -v /tmp/shared:/shared:rshared busybox sleep 600)
  mount -t tmpfs later /tmp/shared/later
  echo seen >/tmp/shared/later/file
  [ "$(docker exec "$id" cat /shared/later/file)" = seen ]
}

@test "a second preparation finds everything so already, also beside a running daemon" {
  fake_engine
  run_helper start
  run_helper prepare
  [ "$status" -eq 0 ]
  [ "$(result code)" = already-prepared ]
  [[ "$output" != *'"status":"changed"'* ]]
  run_helper restart
  [[ "$output" != *'"nesting.'*'"status":"changed"'*'"limits.'* ]]
}

@test "only what is private is made shared, and the daemon's own mounts stay as it made them" {
  fake_engine
  run_helper start
  mkdir -p /tmp/shared /var/lib/docker/private
  for dir in /tmp/shared /var/lib/docker/private; do
    mount -t tmpfs private $dir
    mount --make-private $dir
  done
  run_helper prepare
  has_changed nesting.propagation
  [[ "$output" == *"1 mount(s) were not"* ]]
  awk '$5 == "/tmp/shared" && / shared:/ { found = 1 } END { exit !found }' /proc/self/mountinfo
  awk '$5 == "/var/lib/docker/private" && !/ shared:/ { found = 1 } END { exit !found }' /proc/self/mountinfo
  run_helper prepare
  [ "$(result code)" = already-prepared ]
}

@test "a live /tmp is not covered" {
  touch /tmp/editor.sock
  device=$(stat -c %d /tmp)
  run_helper prepare
  [ -e /tmp/editor.sock ]
  [ "$(stat -c %d /tmp)" = "$device" ]
}

@test "AppArmor and securityfs are found and said" {
  umount /sys/kernel/security 2>/dev/null || :
  run_helper prepare
  [[ "$output" == *'"nesting.apparmor","status":"ok"'* ]]
  has_changed nesting.securityfs
  [ "$(stat -f -c %T /sys/kernel/security)" = securityfs ]
}

@test "v1: a hierarchy that is missing is mounted, and its limits hold" {
  need_v1
  umount /sys/fs/cgroup/pids
  run_helper start
  [[ "$output" == *"Mounted what was missing: pids."* ]] || [[ "$output" == *"Mounted what was missing: name=systemd pids."* ]]
  busybox_image
  run docker run --rm --network none --pids-limit 5 busybox sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
  [[ "$output" == *"can't fork"* ]]
}

@test "v1: read-only hierarchies are made writable, without which no container starts" {
  need_v1
  run_helper prepare
  for dir in /sys/fs/cgroup/*/; do mount -o remount,bind,ro "$dir"; done
  mount -o remount,bind,ro /sys/fs/cgroup
  run_helper start
  [[ "$output" == *"Made writable: "*memory* ]]
  busybox_image
  [ "$(docker run --rm --network none --memory 32m busybox cat /sys/fs/cgroup/memory/memory.limit_in_bytes)" = 33554432 ]
  mount -o remount,bind,rw /sys/fs/cgroup
}

@test "v1: what may not be changed is named, with the cure, and told again by status until it is so no more" {
  need_v1
  mount -o remount,bind,ro /sys/fs/cgroup/memory
  run setpriv --bounding-set=-sys_admin "$HELPER" prepare
  printf '%s\n' "$output"
  [ "$status" -eq 69 ]
  [ "$(result code)" = not-prepared ]
  [[ "$output" == *"Read-only and not allowed to be changed: memory ("*"--privileged"* ]]
  grep '^cgroup.v1 Read-only' /run/dind-station/warnings
  run_helper prepare
  [[ "$output" == *"Made writable: memory."* ]]
  ! grep '^cgroup.v1' /run/dind-station/warnings
}

@test "hybrid: the empty v2 tree beside v1 is noticed" {
  need_v1
  mkdir -p /sys/fs/cgroup/unified
  mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
  run_helper prepare
  umount /sys/fs/cgroup/unified
  rmdir /sys/fs/cgroup/unified
  [ "$status" -eq 0 ]
  [[ "$output" == *"This container has cgroup hybrid"* ]]
}

# In the container below the machine's root is this bed's; hog asks for 400 MB, for real.
# The bed's own program needs Debian's unshare and nsenter, which busybox's shell would replace by its own: the shell under
# test is the one inside. bats waits for whoever keeps its descriptor 3.
inner_up() {
  outer_shell=$(readlink /bin/sh)
  ln -sfn /bin/dash /bin/sh
  "$REPO/test/bed/bed" up inner --bind "$REPO" --cgroups host --memory 314572800 3>&-
  inner ln -sfn "$outer_shell" /bin/sh
}
inner() { "$REPO/test/bed/bed" run inner "$@"; }
hog() { inner docker run --rm --network none busybox dd if=/dev/zero of=/dev/null bs=400M count=1; }
inner_image() {
  # Asked of this shell: to busybox's own, busybox is a builtin.
  inner sh -c 'mkdir -p /tmp/image/bin; cp "$1" /tmp/image/bin/; ln -s busybox /tmp/image/bin/dd
    tar -C /tmp/image -c . | docker import - busybox >/dev/null' sh "$(command -v busybox)"
}

@test "v1: where the machine's root is shown, a nested hog escapes the container's limit without preparation" {
  need_v1
  inner_up
  inner sh -c 'dockerd >/tmp/naive.log 2>&1 & until docker version; do sleep 0.1; done' >/dev/null 2>&1
  inner_image
  run hog
  [ "$status" -eq 0 ]
  "$REPO/test/bed/bed" down inner
  # The last process of a container takes a moment to leave its group.
  until_true 'find /sys/fs/cgroup/*/docker -depth -type d -exec rmdir {} +; [ -z "$(ls -d /sys/fs/cgroup/*/docker)" ]'
}

@test "v1: where the machine's root is shown, a nested hog dies inside the container's limit after start" {
  need_v1
  inner_up
  inner useradd inner-coder
  inner "$REPO/scripts/dind-helper" install inner-coder
  run inner "$HELPER" start
  printf '%s\n' "$output"
  [[ "$output" == *"Of these only this container's own group is shown now"*memory* ]]
  inner_image
  run hog
  [ "$status" -eq 137 ]
  [ "$(cat /sys/fs/cgroup/memory/dind-station-bed-inner/memory.failcnt)" -gt 0 ]
  [ -z "$(ls -d /sys/fs/cgroup/*/docker 2>/dev/null)" ]
  run inner "$HELPER" prepare
  [ "$(result code)" = already-prepared ]
}
