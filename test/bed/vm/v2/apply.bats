# The remedy for cgroups that nobody prepared, on v2, and its undo.
load ../support

setup_file() { require_vm cgroup2fs; }
teardown() { remove_container; }

@test "controllers are handed on by an action, and taken back by its undo" {
  container
  before=$(inside cat /sys/fs/cgroup/cgroup.subtree_control)
  [ -z "$before" ]
  run_inside apply delegate-cgroups
  [ "$(result code)" = applied ]
  [ "$(inside cat /sys/fs/cgroup/cgroup.subtree_control)" = "$(inside cat /sys/fs/cgroup/cgroup.controllers)" ]
  run_inside apply delegate-cgroups
  [ "$(result code)" = already-so ]
  run_inside apply undo-delegate-cgroups
  [ "$(result code)" = undone ]
  [ -z "$(inside cat /sys/fs/cgroup/cgroup.subtree_control)" ]
  [ "$(inside cat /proc/1/cgroup)" = 0::/ ]
}

@test "they are not taken back under containers that run" {
  container
  run_inside apply delegate-cgroups
  run_inside start
  busybox_image
  inside docker run -d --network none busybox sleep 60
  run_inside apply undo-delegate-cgroups
  [ "$(result code)" = not-undone ]
  [ "$(inside cat /sys/fs/cgroup/cgroup.subtree_control)" = "$(inside cat /sys/fs/cgroup/cgroup.controllers)" ]
}
