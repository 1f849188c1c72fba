load support

@test "stop ends the daemon and its containerd, and leaves no file behind" {
  run_helper start
  run_helper stop
  [ "$status" -eq 0 ]
  [ "$(result code)" = stopped ]
  [ -z "$(pids dockerd)$(pids containerd)" ]
  [ ! -e "$SOCKET" ]
  [ ! -e /var/run/docker.pid ]
  [ ! -e /var/run/docker/containerd/containerd.pid ]
}

@test "the state file names who stopped it" {
  fake_engine
  run_helper start
  as_coder "sudo -n $HELPER stop"
  [ "$(state state)" = stopped ]
  [ "$(state by)" = coder ]
}

@test "stop of a stopped daemon is a no-op that says so" {
  run_helper stop
  [ "$status" -eq 0 ]
  [ "$(result code)" = already-stopped ]
}

@test "stop with live-restore leaves containers and their containerd, and says so" {
  run_helper start
  keep_container
  run_helper stop
  [[ "$(result message)" == *"1 container(s) keep running"* ]]
  [ -n "$(pids containerd)" ]
  kill -0 "$KEPT"
  run_helper start
  kept_on
  docker rm -f kept
}

@test "a daemon that ignores SIGTERM is killed after the budget" {
  fake_engine
  conf stop_timeout=1
  run_helper start
  # A stand-in: a real dockerd cannot be made to ignore SIGTERM. Same name, same place in the PID file.
  kill -KILL "$(daemon_pid)"
  cp "$(command -v bash)" /run/dockerd
  rm -f "$SOCKET" /var/run/docker.pid
  setsid /run/dockerd -c 'trap "" TERM; while :; do read -rt 1 <> <(:); done' </dev/null >/dev/null 2>&1 3>&- &
  printf '%d' $! >/var/run/docker.pid
  # Until it does not hear TERM (signal 15).
  until_true '[ $((0x$(awk "/^SigIgn:/ { print \$2 }" /proc/$!/status) >> 14 & 1)) -eq 1 ]'
  run_helper stop
  [ "$status" -eq 0 ]
  [[ "$output" == *"was killed"* ]]
  [ -z "$(pids dockerd)" ]
}
