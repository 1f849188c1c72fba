load support

setup_file() {
  require_bed
  install_helper
}

setup() {
  reset_engine
  mkdir -p /var/lib/containerd /run/containerd
  # containerd cannot keep layers on the overlay that a bed is.
  mountpoint -q /var/lib/containerd || mount -t tmpfs containerd /var/lib/containerd
}

teardown() {
  reset_engine
  umount /var/lib/containerd
  rm -rf /run/containerd /var/lib/docker/containerd /var/lib/docker/containers/*
}

# A daemon as dev containers with their docker-in-docker feature have it, with a container.
launcher() {
  setsid containerd >/tmp/containerd.log 2>&1 </dev/null 3>&- &
  until [ -S /run/containerd/containerd.sock ]; do sleep 0.05; done
  setsid dockerd --containerd /run/containerd/containerd.sock --live-restore >/tmp/dockerd.log 2>&1 </dev/null 3>&- &
  until docker info >/dev/null 2>&1; do sleep 0.1; done
  busybox_image
  live=$(docker run --detach busybox sleep 1234)
  kill -KILL "$(daemon_pid)"
  while [ -n "$(daemon_pid)" ]; do sleep 0.05; done
}

@test "a start uses the living containerd of a launcher again: one containerd, and the container is known" {
  launcher
  local first
  first=$(pgrep -xo containerd)
  run_helper start
  [ "$(result code)" = started ]
  [[ "$output" == *"containerd with process id $first, at /run/containerd/containerd.sock, is used again"* ]]
  [ ! -e /var/run/docker/containerd/containerd.pid ]
  [ "$(docker inspect --format '{{.State.Running}}' "$live")" = true ]
  # A restart and a start after the next death find it, too, and nothing of a flag of their own is in their way.
  run_helper restart
  [ "$(result code)" = restarted ]
  [ "$(docker inspect --format '{{.State.Running}}' "$live")" = true ]
  [ ! -e /var/run/docker/containerd/containerd.pid ]
  docker rm --force "$live"
  run_helper stop
  [ "$(result code)" = stopped ]
  # It is its launcher's to end.
  process_lives "$first"
}

@test "it is used again without containers, too: the images may be in it" {
  launcher
  docker_gone=$live
  kill -KILL "$(pids containerd-shim)" "$(pgrep -f 'sleep 1234')"
  run_helper start
  [ "$(result code)" = started ]
  [[ "$output" == *"is used again"* ]]
  docker rm --force "$docker_gone"
}

@test "a frozen one is not passed over, and neither is one that died beside its containers" {
  launcher
  local first
  first=$(pgrep -xo containerd)
  kill -STOP "$first"
  run_helper start
  [ "$status" -ne 0 ]
  [[ "$(result message)" == *"is stopped by a signal: kill -CONT $first,"* ]]
  [ ! -e /var/run/docker/containerd/containerd.pid ]
  kill -KILL "$first"
  while process_lives "$first"; do sleep 0.05; done
  run_helper start
  [ "$(result code)" = containers-running ]
  [[ "$(result message)" == "1 container(s) of /var/lib/docker run under the containerd at /run/containerd/containerd.sock, which does not run any more."* ]]
  [ ! -e /var/run/docker/containerd/containerd.pid ]
}

@test "a containerd that no daemon used is left alone" {
  setsid containerd >/tmp/containerd.log 2>&1 </dev/null 3>&- &
  until [ -S /run/containerd/containerd.sock ]; do sleep 0.05; done
  run_helper start
  [ "$(result code)" = started ]
  [[ "$output" != *"is used again"* ]]
  [ -e /var/run/docker/containerd/containerd.pid ]
}

# process_lives PID: and is no zombie.
process_lives() { [[ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)" == [RSDTt]* ]]; }
