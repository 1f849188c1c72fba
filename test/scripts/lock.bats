load support

# Who may change something, and when, is the subject, whatever daemon is started.
setup() {
  reset_engine
  fake_engine
}

@test "two starts at the same moment: one daemon, both succeed" {
  "$HELPER" start >/tmp/one &
  local first=$!
  "$HELPER" start >/tmp/two
  wait $first
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  tail -qn 1 /tmp/one /tmp/two | jq -se 'all(.ok)'
}

@test "a second caller waits with a bound, then says who holds the lock" {
  conf start_timeout=1 stop_timeout=1
  tune LOCK_SLACK_MS=1000
  mkdir -p /run/dind-station
  (
    flock 9
    exec sleep 1000 3>&-
  ) 9>>/run/dind-station/lock &
  while flock -n /run/dind-station/lock true; do sleep 0.02; done
  run_helper start
  kill %1
  [ "$status" -eq 75 ]
  [ "$(result code)" = locked ]
  # Twice what the settings allow a run, and a second: no sooner. That it ended at all is the bound.
  [ "$(result ms)" -ge 5000 ]
}

@test "cancel ends a start that is under way, and the daemon it was starting" {
  # Nothing makes a real one wait for ever.
  fake_engine mute
  "$HELPER" start >/tmp/one &
  local first=$!
  until_true '[ "$(state step)" = daemon.ready ]'
  [ "$(state state)" = starting ]
  run as_coder "sudo -n $HELPER cancel"
  [ "$status" -eq 0 ]
  wait $first || :
  # The daemon was given ten minutes to get ready.
  [ "$(tail -n 1 /tmp/one | jq .ms)" -lt 400000 ]
  [ "$(tail -n 1 /tmp/one | jq -r .code)" = cancelled ]
  [ -z "$(pids dockerd)" ]
  [ "$(state code)" = cancelled ]
}

@test "a user cannot take the lock and keep the helper waiting" {
  run_helper start
  run as_coder 'flock -n /run/dind-station/lock true'
  [ "$status" -ne 0 ]
  [[ "$output" == *"ermission denied"* ]]
}

@test "cancel with nothing under way says so" {
  run_helper cancel
  [ "$status" -eq 0 ]
  [ "$(result code)" = nothing-to-cancel ]
}

@test "a helper that was killed holds nobody up" {
  run_helper start
  "$HELPER" restart >/dev/null 3>&- &
  local pid=$!
  until_true '[ "$(cut -d " " -f 3 /run/dind-station/holder)" = restart ]'
  kill -KILL $pid
  run_helper restart
  [ "$status" -eq 0 ]
  [ "$(pids dockerd | wc -l)" -eq 1 ]
}

@test "cancel means the caller's own run, not that of whoever is at work" {
  run_helper start
  kill -STOP "$(daemon_pid)"
  "$HELPER" restart >/tmp/theirs 3>&- &
  local theirs=$!
  until_true 'grep -q restart /run/dind-station/holder'
  # One shell asks for a stop that has to wait, and cancels it.
  bash -c "$HELPER stop >/tmp/mine 3>&- & until [ -e /run/dind-station/waiting.\$! ]; do sleep 0.02; done; $HELPER cancel; wait"
  wait $theirs
  [ "$(tail -n 1 /tmp/mine | jq -r .code)" = cancelled ]
  [ "$(tail -n 1 /tmp/theirs | jq -r .code)" = restarted ]
  docker ps
}
