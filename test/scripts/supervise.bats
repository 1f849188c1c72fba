load support
load supervise_support

setup() {
  end_supervisor
  reset_all
  rm -f "$HISTORY"
}
teardown_file() {
  end_supervisor
  reset_all
}

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
  until_true 3 '[ "$(grep -c supervise.death "$SUPERVISE_LOG")" -gt '"$said"' ]'
  echo $((($(date +%s%N) - began) / 1000000))
  until_true 10 '[ "$(state pid)" != '"$pid"' ] && [ "$(state state)" = running ]'
}

@test "a daemon that is killed is back within seconds, and the history says so" {
  supervise
  local began before
  before=$(zombies dockerd)
  began=$(date +%s%N)
  killed
  [ $((($(date +%s%N) - began) / 1000000)) -lt 6000 ]
  until_true 2 '[ "$(history_what)" = "started died back" ]'
  jq -se '.[1].why | contains("killed from outside")' "$HISTORY"
  jq -se '.[2].ms > 900 and .[2].ms < 6000' "$HISTORY"
  # Ended daemons are collected, whatever PID 1 does.
  [ "$(zombies dockerd)" -eq "$before" ]
}

@test "a death is noticed by the end of a connection that is held, and not at the next look" {
  supervise
  until_true 3 'pgrep -f "GET /_ping HTTP/1.1" >/dev/null'
  # A busy machine may hold up one of them.
  [ "$(for _ in 1 2 3; do killed; done | sort -n | head -n 1)" -lt 400 ]
}

@test "a death while the supervisor looks at something else is noticed when it has looked, and not a nap later" {
  # As long as no other sleep is, so that it can be told from them.
  sed -i 's/^supervise_chores() {$/&\n  sleep 0.31/' "$DIR/lib/supervise-chores.sh"
  supervise
  local noticed
  # A busy machine may hold up one of them.
  noticed=$(for _ in 1 2 3; do
    until_true 3 'pgrep -f "GET /_ping HTTP/1.1" >/dev/null'
    until_true 3 'pgrep -fx "sleep 0.31" >/dev/null'
    killed
  done | sort -n | head -n 1)
  sed -i '/^supervise_chores() {$/{n;d}' "$DIR/lib/supervise-chores.sh"
  echo "$noticed ms"
  [ "$noticed" -lt 900 ]
}

@test "a daemon that was asked to end behind the helper's back is told from one that was killed" {
  supervise
  kill -TERM "$(daemon_pid)"
  until_true 5 'history_what | grep -q back'
  jq -se '.[1].why | contains("asked to end by a signal")' "$HISTORY"
}

@test "a stop through the helper is not fought, and a start is taken over" {
  supervise
  as_coder "sudo -n $HELPER stop"
  sleep 2.5
  [ -z "$(daemon_pid)" ]
  [ "$(state state)" = stopped ]
  grep -q '"supervise.watch","status":"skipped","detail":"The daemon was stopped by coder' "$SUPERVISE_LOG"
  as_coder "sudo -n $HELPER start"
  until_true 3 'history_what | grep -q taken-over'
  kill -KILL "$(daemon_pid)"
  until_true 5 'history_what | grep -q back'
}

@test "a restart through the helper is no death" {
  supervise
  as_coder "sudo -n $HELPER restart"
  until_true 3 'history_what | grep -q taken-over'
  [ "$(history_what)" = "started taken-over" ]
}

@test "a start that fails for somebody else is left to them" {
  supervise
  "$HELPER" stop
  until_true 3 'history_what | grep -q stopped'
  json '{"no-such-option": 1}'
  run_helper start
  sleep 2.5
  [ "$(history_what)" = "started stopped" ]
  [ "$(state code)" = daemon-exited ]
}

@test "a restart that fails for somebody else is left to them, too" {
  supervise
  json '{"no-such-option": 1}'
  run_helper restart
  [ "$(result code)" = daemon-exited ]
  sleep 2.5
  [ "$(history_what)" = "started failed" ]
  [ "$(state code)" = daemon-exited ]
}

@test "a setting that came to be wrong meanwhile is told in the history and to the windows; once mended, a start is taken over" {
  supervise
  conf 'tcp=maybe'
  kill -KILL "$(daemon_pid)"
  until_true 10 'history_what | grep -q gave-up'
  jq -se '.[-1].why | contains("tcp is maybe, expected one of")' "$HISTORY"
  until_true 5 '[ "$(state code)" = bad-config ]'
  [ "$(state state)" = failed ]
  [[ "$(state message)" == *"tcp is maybe, expected one of"* ]]
  rm /etc/dind-station/helper.conf
  "$HELPER" start >/dev/null
  until_true 5 'history_what | grep -q taken-over'
}

@test "a crash loop is told and ended; whoever mends the cause starts it and it is watched again" {
  supervise
  json '{"no-such-option": 1}'
  kill -KILL "$(daemon_pid)"
  until_true 40 '[ "$(state code)" = crash-loop ]'
  [ "$(state state)" = failed ]
  [[ "$(state message)" == *"5 times within 5 minutes"* ]]
  [[ "$(state cause)" == *no-such-option* ]]
  # The pauses grew: 1, 2, 4 and 8 s.
  [ "$(grep -c supervise.pause "$SUPERVISE_LOG")" -eq 4 ]
  grep -q 'again in 8 s' "$SUPERVISE_LOG"
  local starts
  starts=$(grep -c daemon.launch "$SUPERVISE_LOG")
  sleep 3
  [ "$(grep -c daemon.launch "$SUPERVISE_LOG")" -eq "$starts" ]
  rm /etc/docker/daemon.json
  run_helper start
  until_true 3 'history_what | grep -q taken-over'
  kill -KILL "$(daemon_pid)"
  until_true 5 'history_what | grep -q back'
}

@test "one supervisor at a time" {
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
  mkdir -p /run/foreign
  touch /run/foreign/sock "$SOCKET"
  mount --bind /run/foreign/sock "$SOCKET"
  run timeout 10 "$HELPER" supervise
  umount "$SOCKET"
  [ "$status" -eq 69 ]
  [ "$(result code)" = foreign ]
}

@test "the log is rotated while the daemon runs" {
  conf log_max_bytes=65536
  supervise
  head -c 70000 /dev/zero | tr '\0' x >>"$LOG"
  # It is copied first and emptied then.
  until_true 13 '[ -e "$LOG.1" ] && [ "$(stat -c %s "$LOG")" -lt 65536 ]'
}

@test "a data root that becomes full is told, once, and the daemon is left as it is" {
  sed -i 's/^ZOMBIES_EVERY_MS=60000/ZOMBIES_EVERY_MS=500/' "$DIR/lib/supervise-chores.sh"
  mkdir -p /etc/docker /var/lib/docker/small
  mount -t tmpfs -o size=600m small /var/lib/docker/small
  json '{"data-root": "/var/lib/docker/small"}'
  supervise
  sed -i 's/^ZOMBIES_EVERY_MS=500/ZOMBIES_EVERY_MS=60000/' "$DIR/lib/supervise-chores.sh"
  [ "$(grep -c '"supervise.room"' "$SUPERVISE_LOG")" -eq 0 ]
  head -c 200m /dev/zero >/var/lib/docker/small/filler
  until_true 5 'history_what | grep -q little-room'
  sleep 2
  [ "$(grep -c '"supervise.room"' "$SUPERVISE_LOG")" -eq 1 ]
  [ -n "$(daemon_pid)" ]
}

@test "the history keeps its size" {
  mkdir -p "${HISTORY%/*}"
  yes '{"at":"2026-01-01T00:00:00Z","what":"old","why":"filling","ms":0}' | head -n 3000 >"$HISTORY"
  supervise
  [ "$(wc -l <"$HISTORY")" -eq 200 ]
  [ "$(stat -c %a "$HISTORY")" = 644 ]
  [ "$(tail -n 1 "$HISTORY" | jq -r .what)" = started ]
}

@test "a state file of the container's last life does not count" {
  mkdir -p /run/dind-station
  echo '{"schema":1,"state":"stopped","verb":"stop","by":"coder","message":"x","cause":""}' >/run/dind-station/state.json
  supervise
  [ "$(state state)" = running ]
}
