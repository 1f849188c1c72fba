load support

setup_file() {
  require_bed
  install_helper
}
setup() { reset_engine; }
teardown_file() { reset_engine; }

@test "two starts at the same moment: one daemon, both succeed" {
  "$HELPER" start >/tmp/one &
  local first=$!
  "$HELPER" start >/tmp/two
  wait $first
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  tail -qn 1 /tmp/one /tmp/two | jq -se 'all(.ok)'
}

@test "a second caller waits with a bound, then says who holds the lock" {
  printf '%s\n' start_timeout=1 stop_timeout=1 >/etc/dind-station/helper.conf
  mkdir -p /run/dind-station
  (
    flock 9
    sleep 25 3>&-
  ) 9>>/run/dind-station/lock &
  while flock -n /run/dind-station/lock true; do sleep 0.02; done
  local began=$SECONDS
  run_helper start
  kill %1 || :
  [ "$status" -eq 75 ]
  [ "$(result code)" = locked ]
  [ $((SECONDS - began)) -le 20 ]
}

@test "cancel ends a start that is under way, and the daemon it was starting" {
  # A stand-in for a daemon that never gets ready: nothing makes a real one wait for ever.
  cp "$(command -v sleep)" /run/dockerd
  mkdir -p /run/fake
  cat >/run/fake/dockerd <<'END'
#!/bin/sh
exec /run/dockerd 600
END
  chmod +x /run/fake/dockerd
  mount --bind /run/fake/dockerd /usr/sbin/dockerd
  "$HELPER" start >/tmp/one &
  local first=$!
  for _ in $(seq 100); do
    [ "$(state step 2>/dev/null)" = daemon.ready ] && break
    sleep 0.05
  done
  [ "$(state state)" = starting ]
  run as_coder "sudo -n $HELPER cancel"
  [ "$status" -eq 0 ]
  local began=$SECONDS
  wait $first || :
  umount /usr/sbin/dockerd
  [ $((SECONDS - began)) -le 5 ]
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
  sleep 0.1
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
  until grep -q restart /run/dind-station/holder 2>/dev/null; do sleep 0.02; done
  # One shell asks for a stop that has to wait, and cancels it.
  bash -c "$HELPER stop >/tmp/mine 3>&- & until [ -e /run/dind-station/waiting.\$! ]; do sleep 0.02; done; $HELPER cancel; wait"
  wait $theirs
  [ "$(tail -n 1 /tmp/mine | jq -r .code)" = cancelled ]
  [ "$(tail -n 1 /tmp/theirs | jq -r .code)" = restarted ]
  docker ps
}
