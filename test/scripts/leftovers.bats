load support

# What a start removes is the subject: that the real dockerd then starts, and in which time, is seen in bad-states.bats.
setup() {
  reset_engine
  fake_engine
  mkdir -p /var/run/docker/containerd
}

# starts_after_removing TEXT: start heals, says what it removed and why, and is quick.
starts_after_removing() {
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$output" == *"$1"* ]]
  docker ps
  quick 8000
}

@test "docker.pid that names a living stranger" {
  echo 1 >/var/run/docker.pid
  starts_after_removing "process 1 is not dockerd"
}

@test "docker.pid that names nobody" {
  echo 4194000 >/var/run/docker.pid
  starts_after_removing "process 4194000 is gone"
}

@test "docker.pid that holds no number" {
  echo nonsense >/var/run/docker.pid
  starts_after_removing "it holds no process id"
}

@test "containerd.pid that names a living stranger, which dockerd alone waits 15 s for" {
  printf 1 >/var/run/docker/containerd/containerd.pid
  starts_after_removing "process 1 is not containerd"
}

@test "containerd.pid with a newline, which dockerd 20.10 cannot parse" {
  echo 1 >/var/run/docker/containerd/containerd.pid
  starts_after_removing "process 1 is not containerd"
}

@test "containerd.pid of a zombie" {
  [ "$(cat /proc/1/comm)" = sleep ] || skip "PID 1 reaps here"
  (
    sleep 0.2 &
    echo $! >/tmp/zombie
  )
  read -r pid </tmp/zombie
  # Z, or ZN where the tests run with less priority.
  until_true '[[ "$(ps -o stat= -p '"$pid"')" == Z* ]]'
  printf %d "$pid" >/var/run/docker/containerd/containerd.pid
  starts_after_removing "process $pid is a zombie"
}

@test "a dead socket" {
  listen_and_die "$SOCKET"
  [ -S "$SOCKET" ]
  starts_after_removing "on which nobody answers"
}

@test "an empty folder in the socket's place" {
  mkdir "$SOCKET"
  starts_after_removing "empty folder"
}

@test "a folder with content in the socket's place is not touched" {
  mkdir "$SOCKET"
  touch "$SOCKET/mine"
  run_helper start
  [ "$status" -eq 78 ]
  [ "$(result code)" = socket-path ]
  [ -e "$SOCKET/mine" ]
}

@test "a file in the socket's place is not touched" {
  echo mine >"$SOCKET"
  run_helper start
  [ "$status" -eq 78 ]
  [ "$(cat "$SOCKET")" = mine ]
}

@test "a dead socket of a system containerd does not hold the daemon up for 60 s" {
  mkdir -p /run/containerd
  listen_and_die /run/containerd/containerd.sock
  run_helper start
  rm -r /run/containerd
  [ "$status" -eq 0 ]
  # It is told its own containerd's socket, and never looks at that one.
  daemon_args | grep -qx -e --containerd=/var/run/docker/containerd/containerd.sock
  quick 8000
}

@test "a PID file of a living daemon is never removed" {
  run_helper start
  local before
  before=$(cat /var/run/docker.pid)
  run_helper start
  [[ "$output" != *leftovers* ]]
  [ "$(cat /var/run/docker.pid)" = "$before" ]
}

@test "a step of the clock does not make living processes look like strangers" {
  run_helper start
  local daemon containerd
  daemon=$(daemon_pid)
  containerd=$(cat /var/run/docker/containerd/containerd.pid)
  touch -d '1 hour ago' /var/run/docker.pid /var/run/docker/containerd/containerd.pid
  run_helper start
  [ "$(result code)" = already-running ]
  run_helper restart
  [ "$status" -eq 0 ]
  [ "$(cat /var/run/docker/containerd/containerd.pid)" = "$containerd" ]
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  [ "$(daemon_pid)" != "$daemon" ]
}

@test "a file that daemon.json calls the PID file but is none is not removed" {
  json '{"pidfile": "/tmp/precious"}'
  printf 'far more than a number, and not to be lost\n' >/tmp/precious
  run_helper stop
  grep -q precious /etc/docker/daemon.json
  grep -q 'not to be lost' /tmp/precious
}
