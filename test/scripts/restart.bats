load support

@test "a container keeps running through a restart: same process, same start" {
  run_helper start
  keep_container
  local before
  before=$(docker inspect -f '{{.State.Pid}} {{.State.StartedAt}}' kept)
  run_helper restart
  [ "$(result code)" = restarted ]
  [ "$(docker inspect -f '{{.State.Pid}} {{.State.StartedAt}}' kept)" = "$before" ]
  docker exec kept cat /proc/1/cmdline | grep -q sleep
  docker rm -f kept
}

@test "restart after kill -9 where PID 1 does not reap: at once, containers kept" {
  run_helper start
  keep_container
  for _ in 1 2 3; do
    kill -KILL "$(daemon_pid)"
    run_helper restart
    [ "$status" -eq 0 ]
  done
  # The dead daemons stay as zombies: what the next start must not be misled by.
  [ "$(cat /proc/1/comm)" != sleep ] || pgrep --runstates Z dockerd
  kept_on
  docker rm -f kept
  quick 8000
}

@test "restart after daemon and containerd were both killed" {
  run_helper start
  keep_container
  kill -KILL "$(daemon_pid)"
  kill -KILL "$(cat /var/run/docker/containerd/containerd.pid)"
  run_helper restart
  [ "$status" -eq 0 ]
  docker ps --format '{{.Names}}' | grep -qx kept
  docker rm -f kept
}

@test "a frozen daemon is restarted" {
  run_helper start
  local pid
  pid=$(daemon_pid)
  kill -STOP "$pid"
  run_helper restart
  [ "$status" -eq 0 ]
  [ "$(daemon_pid)" != "$pid" ]
}

@test "a frozen containerd is replaced, and a container can be run again" {
  run_helper start
  local pid
  pid=$(pids containerd | head -n 1)
  kill -STOP "$pid"
  run_helper restart
  [ "$status" -eq 0 ]
  [ "$(cat /var/run/docker/containerd/containerd.pid)" != "$pid" ]
  busybox_image
  docker run --rm --network none busybox cat /proc/self/status
}

@test "two restarts at the same moment: one restarts, the other reports the same result" {
  fake_engine
  run_helper start
  "$HELPER" restart >/tmp/one &
  local first=$!
  "$HELPER" restart >/tmp/two
  wait $first
  tail -qn 1 /tmp/one /tmp/two | jq -s -e '
    (map(.joined) | sort) == [false, true] and (map(.code) | unique) == ["restarted"] and (map(.pid) | unique | length) == 1'
  [ "$(pids dockerd | wc -l)" -eq 1 ]
}

@test "a restart that comes later is a restart of its own" {
  fake_engine
  run_helper start
  run_helper restart
  local pid
  pid=$(result pid)
  run_helper restart
  [ "$(result joined)" = false ]
  [ "$(result pid)" != "$pid" ]
}

@test "restart of a stopped daemon starts it" {
  fake_engine
  run_helper restart
  [ "$status" -eq 0 ]
  docker ps
}

@test "a daemon.json that dockerd would refuse does not cost the running daemon" {
  run_helper start
  local pid
  pid=$(daemon_pid)
  json '{"debug": true,}'
  run_helper restart
  [ "$status" -eq 78 ]
  [ "$(result code)" = config-refused ]
  [[ "$(result cause)" == *"line 1, column 16"* ]]
  [ "$(daemon_pid)" = "$pid" ]
  [ "$(state state)" = running ]
  docker ps
  json '{"debug": true}'
  run_helper restart
  [ "$status" -eq 0 ]
}

@test "a restart that cannot start says why and leaves the state failed" {
  run_helper start
  json '{"bip": "300.1.1.1/8"}'
  run_helper restart
  [ "$status" -eq 69 ]
  [[ "$(result cause)" == *"300.1.1.1/8"* ]]
  [ "$(state state)" = failed ]
  [ -z "$(pids dockerd)" ]
}
