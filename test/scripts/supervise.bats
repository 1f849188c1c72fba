load support
load supervise_support

@test "supervise starts the daemon, and its history may be read by everybody" {
  supervise
  [ "$(state state)" = running ]
  [ "$(state by)" = supervisor ]
  [ "$(history_what)" = started ]
  as_coder "cat $HISTORY"
}

# killed: kills the daemon, waits until the supervisor has said so and another one runs. Prints how long the first took, in ms.
killed() {
  local pid began said
  pid=$(daemon_pid)
  said=$(grep -c supervise.death "$SUPERVISE_LOG" || :)
  began=$(date +%s%N)
  kill -KILL "$pid"
  until_true '[ "$(grep -c supervise.death "$SUPERVISE_LOG")" -gt '"$said"' ]'
  echo $((($(date +%s%N) - began) / 1000000))
  until_true '[ "$(state pid)" != '"$pid"' ] && [ "$(state state)" = running ]'
}

@test "a daemon that is killed is back within seconds, and the history says so" {
  supervise
  local began before
  before=$(zombies dockerd)
  began=$(date +%s%N)
  killed
  local took=$((($(date +%s%N) - began) / 1000000))
  until_true '[ "$(history_what)" = "started died back" ]'
  jq -se '.[1].why | contains("killed from outside")' "$HISTORY"
  # After a pause of a second, and with a start that takes as long as the first.
  jq -se '.[2].ms > 900 and .[2].ms < 6000 + 4 * .[0].ms' "$HISTORY"
  # Ended daemons are collected, whatever PID 1 does.
  [ "$(zombies dockerd)" -eq "$before" ]
  end_supervisor
  in_time "$took" 6000
}

@test "a death is noticed by the end of a connection that is held, and not at the next look" {
  # The next look would be in ten minutes.
  tune LOOK_SECONDS=600 PAUSE_FIRST_MS=100
  supervise
  until_true 'pgrep -f "GET /_ping HTTP/1.1" >/dev/null'
  local noticed
  noticed=$(killed)
  echo "$noticed ms"
  [ "$noticed" -lt 400000 ]
}

@test "a death while the supervisor looks at something else is noticed when it has looked, and not a nap later" {
  # As long as no other sleep is, so that it can be told from them; the nap would be ten minutes.
  tune_with 's/^supervise_chores() {$/&\n  sleep 3.31/' supervise-chores.sh
  tune LOOK_SECONDS=600 PAUSE_FIRST_MS=100
  supervise
  local noticed
  until_true 'pgrep -f "GET /_ping HTTP/1.1" >/dev/null'
  until_true 'pgrep -fx "sleep 3.31" >/dev/null'
  noticed=$(killed)
  echo "$noticed ms"
  [ "$noticed" -lt 400000 ]
}

@test "a daemon that was asked to end behind the helper's back is told from one that was killed" {
  hasty
  supervise
  kill -TERM "$(daemon_pid)"
  until_true 'history_what | grep -q back'
  jq -se '.[1].why | contains("asked to end by a signal")' "$HISTORY"
}

@test "a stop through the helper is not fought, and a start is taken over" {
  fake_engine
  hasty
  supervise
  as_coder "sudo -n $HELPER stop"
  until_true 'grep -q "\"supervise.watch\",\"status\":\"skipped\",\"detail\":\"The daemon was stopped by coder" "$SUPERVISE_LOG"'
  looked
  [ -z "$(daemon_pid)" ]
  [ "$(state state)" = stopped ]
  as_coder "sudo -n $HELPER start"
  until_true 'history_what | grep -q taken-over'
  kill -KILL "$(daemon_pid)"
  until_true 'history_what | grep -q back'
}

@test "a restart through the helper is no death" {
  fake_engine
  hasty
  supervise
  as_coder "sudo -n $HELPER restart"
  until_true 'history_what | grep -q taken-over'
  [ "$(history_what)" = "started taken-over" ]
}

@test "a start that fails for somebody else is left to them" {
  fake_engine
  hasty
  supervise
  "$HELPER" stop
  until_true 'history_what | grep -q stopped'
  json '{"no-such-option": 1}'
  run_helper start
  looked
  [ "$(history_what)" = "started stopped" ]
  [ "$(state code)" = daemon-exited ]
}

@test "a restart that fails for somebody else is left to them, too" {
  fake_engine
  hasty
  supervise
  json '{"no-such-option": 1}'
  run_helper restart
  [ "$(result code)" = daemon-exited ]
  until_true '[ "$(history_what)" = "started failed" ]'
  looked
  [ "$(history_what)" = "started failed" ]
  [ "$(state code)" = daemon-exited ]
}

@test "a setting that came to be wrong meanwhile is told in the history and to the windows; once mended, a start is taken over" {
  fake_engine
  hasty
  supervise
  conf 'tcp=maybe'
  kill -KILL "$(daemon_pid)"
  until_true 'history_what | grep -q gave-up'
  jq -se '.[-1].why | contains("tcp is maybe, expected one of")' "$HISTORY"
  until_true '[ "$(state code)" = bad-config ]'
  [ "$(state state)" = failed ]
  [[ "$(state message)" == *"tcp is maybe, expected one of"* ]]
  rm /etc/dind-station/helper.conf
  "$HELPER" start >/dev/null
  until_true 'history_what | grep -q taken-over'
}

@test "a crash loop is told and ended; whoever mends the cause starts it and it is watched again" {
  fake_engine
  tune LOOK_SECONDS=0.2 PAUSE_FIRST_MS=250
  supervise
  json '{"no-such-option": 1}'
  kill -KILL "$(daemon_pid)"
  until_true '[ "$(state code)" = crash-loop ]'
  [ "$(state state)" = failed ]
  [[ "$(state message)" == *"5 times within 5 minutes"* ]]
  [[ "$(state cause)" == *no-such-option* ]]
  # The pauses grew: 0.25, 0.5, 1 and 2 s.
  [ "$(grep -c supervise.pause "$SUPERVISE_LOG")" -eq 4 ]
  [ "$(grep -o 'again in [0-9]* s' "$SUPERVISE_LOG" | tr -dc '0-9')" = 0012 ]
  local starts
  starts=$(grep -c daemon.launch "$SUPERVISE_LOG")
  looked
  [ "$(grep -c daemon.launch "$SUPERVISE_LOG")" -eq "$starts" ]
  rm /etc/docker/daemon.json
  run_helper start
  until_true 'history_what | grep -q taken-over'
  kill -KILL "$(daemon_pid)"
  until_true 'history_what | grep -q back'
}

@test "one supervisor at a time" {
  fake_engine
  hasty
  supervise
  run timeout 10 "$HELPER" supervise
  [ "$status" -eq 75 ]
  [ "$(result code)" = locked ]
}

@test "the user may not supervise" {
  run as_coder "sudo -n $HELPER supervise"
  [ "$status" -ne 0 ]
  run as_coder "$HELPER supervise"
  [ "$status" -eq 77 ]
}

@test "a foreign socket is nothing to supervise" {
  fake_engine
  hasty
  mkdir -p /run/foreign
  touch /run/foreign/sock "$SOCKET"
  mount --bind /run/foreign/sock "$SOCKET"
  run timeout 10 "$HELPER" supervise
  umount "$SOCKET"
  [ "$status" -eq 69 ]
  [ "$(result code)" = foreign ]
}

@test "the log is rotated while the daemon runs" {
  fake_engine
  hasty
  conf log_max_bytes=65536
  tune LOG_EVERY_MS=200
  supervise
  head -c 70000 /dev/zero | tr '\0' x >>"$LOG"
  # It is copied first and emptied then.
  until_true '[ -e "$LOG.1" ] && [ "$(stat -c %s "$LOG")" -lt 65536 ]'
}

@test "a data root that becomes full is told, once, and the daemon is left as it is" {
  fake_engine
  hasty
  tune ZOMBIES_EVERY_MS=100
  mkdir -p /etc/docker /var/lib/docker/small
  mount -t tmpfs -o size=600m small /var/lib/docker/small
  json '{"data-root": "/var/lib/docker/small"}'
  supervise
  [ "$(grep -c '"supervise.room"' "$SUPERVISE_LOG")" -eq 0 ]
  head -c 200m /dev/zero >/var/lib/docker/small/filler
  until_true 'history_what | grep -q little-room'
  looked
  [ "$(grep -c '"supervise.room"' "$SUPERVISE_LOG")" -eq 1 ]
  [ -n "$(daemon_pid)" ]
}

@test "the history keeps its size" {
  fake_engine
  hasty
  mkdir -p "${HISTORY%/*}"
  yes '{"at":"2026-01-01T00:00:00Z","what":"old","why":"filling","ms":0}' | head -n 3000 >"$HISTORY"
  supervise
  [ "$(wc -l <"$HISTORY")" -eq 200 ]
  [ "$(stat -c %a "$HISTORY")" = 644 ]
  [ "$(tail -n 1 "$HISTORY" | jq -r .what)" = started ]
}

@test "a state file of the container's last life does not count" {
  fake_engine
  hasty
  mkdir -p /run/dind-station
  echo '{"schema":1,"state":"stopped","verb":"stop","by":"coder","message":"x","cause":""}' >/run/dind-station/state.json
  supervise
  [ "$(state state)" = running ]
}
