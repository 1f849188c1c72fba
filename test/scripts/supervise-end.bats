load support
load supervise_support

# end_supervised: the supervisor is asked to end.
end_supervised() { end_and_measure "$SUPERVISOR" "$SUPERVISE_LOG"; }

in_container() {
  docker run -d --network none "$@" busybox sh -c 'trap "echo last words; exit 7" TERM; while :; do sleep 0.1; done'
}

@test "SIGTERM ends everything in order and at once when nothing holds on" {
  supervise
  end_supervised
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living dockerd)$(living containerd)" ]
  [ "$(state state)" = stopped ]
  [ ! -e /var/run/docker.pid ]
  tail -n 1 "$SUPERVISE_LOG" | jq -e '.event == "result" and .ok and .verb == "supervise"'
  jq -se '.[-1].what == "shutdown"' "$HISTORY"
  in_time "$ENDED_MS" 2000
}

@test "containers that listen end with their own status and their last words, and come back as their policy says" {
  supervise
  busybox_image
  local number
  for number in 1 2 3 4 5 6; do in_container --name plain$number; done
  in_container --name always --restart always
  in_container --name unless --restart unless-stopped
  end_supervised
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living containerd)" ]
  grep -q 'everything in it ended by itself' "$SUPERVISE_LOG"
  supervise
  # The last to end is the one whose end dockerd writes down while it is asked to end itself.
  for number in 1 2 3 4 5 6; do
    [ "$(docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' plain$number)" = "exited 7" ]
    docker logs plain$number | grep -q 'last words'
  done
  until_true '[ "$(docker inspect -f "{{.State.Running}}" always unless | xargs)" = "true true" ]'
  docker rm -f always unless
  end_supervisor
  in_time "$ENDED_MS" 6000
}

@test "what does not listen is killed inside the budget and named" {
  conf shutdown_budget=5
  supervise
  busybox_image
  docker run -d --network none --name deaf busybox sleep 1000
  docker run -d --network none --name deaf-too --restart unless-stopped busybox sleep 1000
  local pid
  pid=$(docker inspect -f '{{.State.Pid}}' deaf-too)
  end_supervised
  [ ! -e "/proc/$pid" ] || [ "$(cut -d ' ' -f 3 "/proc/$pid/stat")" = Z ]
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living dockerd)$(living containerd)" ]
  grep -q 'so killed: .*container deaf-too' "$SUPERVISE_LOG"
  in_time "$ENDED_MS" 5500
}

@test "without live-restore the budget holds as well" {
  # The daemon needs a moment of it to write down what was killed.
  conf live_restore=off shutdown_budget=8
  supervise
  busybox_image
  docker run -d --network none --name deaf --restart unless-stopped busybox sleep 1000
  end_supervised
  # The daemon itself ended in order, because what held it up was killed in time.
  grep -q 'so killed: container deaf\."' "$SUPERVISE_LOG"
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living dockerd)$(living containerd)" ]
  in_time "$ENDED_MS" 8500
}

@test "a frozen daemon does not stop the end" {
  fake_engine
  conf shutdown_budget=4
  supervise
  kill -STOP "$(daemon_pid)"
  end_supervised
  grep -q 'everything in it ended by itself' "$SUPERVISE_LOG"
  [ -z "$(living dockerd)$(living containerd)" ]
  in_time "$ENDED_MS" 4500
}

@test "SIGTERM during somebody's restart cancels the restart" {
  fake_engine
  supervise
  # A restart that takes long.
  kill -STOP "$(daemon_pid)"
  setsid "$HELPER" restart </dev/null >/tmp/restart.log 2>&1 3>&- &
  until_true '[ "$(state state)" = restarting ]'
  end_supervised
  [ "$(tail -n 1 /tmp/restart.log | jq -r .code)" = cancelled ]
  [ -z "$(living dockerd)$(living containerd)" ]
  [ "$(state state)" = stopped ]
  in_time "$ENDED_MS" 8500
}

@test "SIGTERM while nothing runs ends at once" {
  fake_engine
  supervise
  "$HELPER" stop
  end_supervised
  [ "$ENDED_STATUS" -eq 0 ]
  in_time "$ENDED_MS" 2000
}
