# cgroup v1 as many machines have it: cpu and cpuacct in one hierarchy, a named one, and an empty v2 tree beside them.
load ../support

setup_file() { require_vm tmpfs; }
teardown() { remove_container; }

@test "co-mounted and named hierarchies that are missing are mounted under every name that is looked for" {
  container
  inside umount /sys/fs/cgroup/cpu,cpuacct
  inside rmdir /sys/fs/cgroup/cpu,cpuacct
  run_inside prepare
  [ "$(result code)" = prepared ]
  [[ "$output" == *"Mounted what was missing: "*"name=systemd"* ]]
  [[ "$output" == *"Mounted what was missing: "*"cpu,cpuacct"* ]]
  inside test -e /sys/fs/cgroup/systemd/cgroup.procs
  inside test -e /sys/fs/cgroup/cpuacct/cpuacct.usage
  [ "$(inside readlink /sys/fs/cgroup/cpu)" = cpu,cpuacct ]
  run_inside prepare
  [ "$(result code)" = already-prepared ]
}

@test "nothing is mounted on the folder at all" {
  container
  inside umount --recursive /sys/fs/cgroup
  run_inside prepare
  [ "$(result code)" = prepared ]
  [[ "$output" == *"Mounted /sys/fs/cgroup, which was missing."* ]]
  inside test -e /sys/fs/cgroup/pids/cgroup.procs
}

@test "in the machine's namespace a missing hierarchy shows this container's own group only" {
  container --cgroups host
  inside umount /sys/fs/cgroup/pids
  run_inside start
  [ "$(result code)" = started ]
  [ "$(inside cat /sys/fs/cgroup/pids/cgroup.procs)" != "$(cat /sys/fs/cgroup/pids/cgroup.procs)" ]
  busybox_image
  id=$(inside docker run -d --network none --pids-limit 5 --cpu-shares 100 busybox sleep 60)
  [ "$(cat "/sys/fs/cgroup/pids/dind-station-bed-box/docker/$id/pids.max")" = 5 ]
  [ "$(cat "/sys/fs/cgroup/cpu,cpuacct/dind-station-bed-box/docker/$id/cpu.shares")" = 100 ]
  [ ! -e /sys/fs/cgroup/pids/docker ]
  [ ! -e /sys/fs/cgroup/cpu,cpuacct/docker ]
}
