# Nesting on cgroup v2: what a nested container may and may not do, by the kernel's own counters, before our preparation
# and after it.
load ../support

setup_file() { require_vm cgroup2fs; }
teardown() { remove_container; }

@test "a plain host is left alone" {
  run "$REPO/scripts/dind-helper" prepare
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
  [ "$(result code)" = not-container ]
  [ ! -e /sys/fs/cgroup/init ]
  [ -z "$(awk '$5 == "/" && /shared:/' /proc/self/mountinfo)" ]
}

@test "limits of nested containers are enforced after start, by the kernel's own counters" {
  container
  run_inside start
  [ "$(result code)" = started ]
  [[ "$output" == *'"cgroup.delegate","status":"changed"'* ]]
  busybox_image
  id=$(inside docker run -d --network none --memory 32m --cpus 0.2 --pids-limit 20 busybox yes)
  group=docker/${id//[$'\r\n']/}
  [ "$(cat "/sys/fs/cgroup/dind-station-bed-box/$group/memory.max")" = 33554432 ]
  [ "$(cat "/sys/fs/cgroup/dind-station-bed-box/$group/pids.max")" = 20 ]
  # A machine that shares its CPUs takes longer to use up a fifth of one.
  for _ in $(seq 300); do
    [ "$(counter "$group/cpu.stat" nr_throttled)" -eq 0 ] || break
    sleep 0.2
  done
  [ "$(counter "$group/cpu.stat" nr_throttled)" -gt 0 ]
  # Over the limit by one process in the same group, so that the counter is still there to read.
  run inside docker exec "$id" dd if=/dev/zero of=/dev/null bs=64M count=1
  [ "$status" -eq 137 ]
  [ "$(counter "$group/memory.events" oom_kill)" -ge 1 ]
  run nested --pids-limit 5 busybox sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
  grep "can't fork" /tmp/nested-error
}

@test "a second preparation finds everything so already, and /tmp is not covered" {
  container
  inside touch /tmp/alive
  run_inside prepare
  [ "$(result code)" = prepared ]
  run_inside prepare
  [ "$status" -eq 0 ]
  [ "$(result code)" = already-prepared ]
  [[ "$output" != *'"status":"changed"'* ]]
  [ "$(inside cat /proc/1/cgroup)" = 0::/init ]
  [ "$(inside cat /sys/fs/cgroup/cgroup.subtree_control)" = "$(inside cat /sys/fs/cgroup/cgroup.controllers)" ]
  inside test -e /tmp/alive
}

@test "without preparation memory limits fail and the group turns threaded; it is repaired, not under running containers" {
  container
  naive_daemon
  busybox_image
  nested busybox echo unlimited
  run nested --memory 32m busybox echo limited
  [ "$status" -ne 0 ]
  grep 'cannot enter cgroupv2' /tmp/nested-error
  [ "$(inside cat /sys/fs/cgroup/cgroup.type)" = 'domain threaded' ]

  id=$(inside docker run -d --network none busybox sleep 300)
  run_inside prepare
  [ "$(result code)" = not-prepared ]
  [[ "$(result message)" == *"while containers run"*"/docker/$id"* ]]
  [ "$(inside docker inspect --format '{{.State.Running}}' "$id")" = true ]

  inside docker rm -f "$id"
  run_inside prepare
  [ "$(result code)" = prepared ]
  [[ "$output" == *'"cgroup.repair","status":"changed"'* ]]
  [ "$(inside cat /sys/fs/cgroup/cgroup.type)" = domain ]
  [ "$(nested --memory 32m busybox echo limited)" = limited ]
  run nested --memory 32m busybox dd if=/dev/zero of=/dev/null bs=64M count=1
  [ "$status" -eq 137 ]
}

@test "read-only cgroups are made writable" {
  container --cgroups ro
  run_inside prepare
  [ "$(result code)" = prepared ]
  [[ "$output" == *"was read-only and is writable now"* ]]
}

@test "read-only cgroups that may not be changed are told apart, with the cure" {
  container --cgroups ro
  run inside setpriv --bounding-set=-sys_admin "$HELPER" prepare
  printf '%s\n' "$output"
  [ "$status" -eq 69 ]
  [ "$(result code)" = not-prepared ]
  [[ "$output" == *"is read-only and cannot be made writable"*"--privileged"* ]]
}

@test "cgroups of another owner are told apart" {
  container
  inside chown -R coder /sys/fs/cgroup
  run inside setpriv --bounding-set=-dac_override,-dac_read_search,-sys_admin "$HELPER" prepare
  printf '%s\n' "$output"
  [ "$(result code)" = not-prepared ]
  [[ "$output" == *"No group can be made in /sys/fs/cgroup (Permission denied)"* ]]
}

@test "processes that cannot be moved are named" {
  container
  inside mkdir /sys/fs/cgroup/init
  inside chown coder /sys/fs/cgroup/init/cgroup.procs
  run inside setpriv --bounding-set=-dac_override,-dac_read_search,-sys_admin "$HELPER" prepare
  printf '%s\n' "$output"
  [ "$(result code)" = not-prepared ]
  [[ "$output" == *"stay in /sys/fs/cgroup: 1 (sleep)"*"Permission denied"* ]]
}

@test "a process of another PID namespace is told apart, within a bound, and the next try heals" {
  container
  sleep 300 &
  stranger=$!
  echo $stranger >/sys/fs/cgroup/dind-station-bed-box/cgroup.procs
  run_inside prepare
  kill $stranger
  wait $stranger || :
  [ "$(result code)" = not-prepared ]
  [[ "$(result message)" == "1 process(es) of another PID namespace"* ]]
  [ "$(result ms)" -lt 60000 ]
  run_inside prepare
  [ "$(result code)" = prepared ]
}

# hog: asks for 400 MB, for real.
hog() { nested busybox dd if=/dev/zero of=/dev/null bs=400M count=1; }

@test "in the machine's cgroup namespace a nested hog escapes the container's limit without preparation" {
  container --cgroups host --memory 314572800
  naive_daemon
  busybox_image
  run hog
  [ "$status" -eq 0 ]
  [ "$(counter memory.events oom_kill)" -eq 0 ]
  [ -d /sys/fs/cgroup/docker ]
  remove_container
  # The last process of a container takes a moment to leave its group.
  for _ in $(seq 100); do
    ! find /sys/fs/cgroup/docker -depth -type d -exec rmdir {} + 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

@test "in the machine's cgroup namespace a nested hog dies inside the container's limit after start" {
  container --cgroups host --memory 314572800
  before=$(ls -d /sys/fs/cgroup/*/)
  run_inside start
  [ "$(result code)" = started ]
  [[ "$output" == *"Nothing is created outside it"* ]]
  busybox_image
  run hog
  [ "$status" -eq 137 ]
  [ "$(counter memory.events oom_kill)" -ge 1 ]
  # A little over the limit is the kernel's own; the hog asked for 419430400.
  [ "$(cat /sys/fs/cgroup/dind-station-bed-box/memory.peak)" -lt 330000000 ]
  [ "$(ls -d /sys/fs/cgroup/*/)" = "$before" ]
  # The daemon outlives it, and goes on enforcing smaller limits.
  run nested --memory 32m busybox dd if=/dev/zero of=/dev/null bs=64M count=1
  [ "$status" -eq 137 ]
  run_inside prepare
  [ "$(result code)" = already-prepared ]
}

@test "the machine's tree in a namespace of the container's own: its group is found by its processes" {
  container --cgroups host
  run inside unshare --cgroup "$HELPER" prepare
  printf '%s\n' "$output"
  [ "$(result code)" = prepared ]
  [[ "$output" == *"own group in it is /dind-station-bed-box"* ]]
  [ ! -e /sys/fs/cgroup/init ]
}
