# shellcheck shell=sh
# The Docker daemon of the station: started and watched by the helper's supervisor, waited for within bounds, and
# stopped in order at the end.

STATE=/run/dind-station/state.json
READY=/run/dind-station/supervisor.ready
supervisor=
daemon_missing=

# daemon_start: in a session of its own, so that a Ctrl-C in the container's terminal is not for it.
daemon_start() {
  [ -x "$HELPER" ] || HELPER=$here/dind-helper
  wait_seconds=${DIND_STATION_WAIT:-30}
  if ! is_number "$wait_seconds"; then
    say "DIND_STATION_WAIT is $wait_seconds, expected a number of seconds: 30 is taken."
    wait_seconds=30
  fi
  [ "$(id -u)" -eq 0 ] || return 0
  rm -f "$READY"
  supervisor_keep </dev/null >&2 &
  supervisor=$!
}

# supervisor_keep: a supervisor that was killed, by the kernel for want of memory as a rule, is started again: it takes over
# the daemon that lives. One that ended by itself has said why, and would again.
supervisor_keep() {
  ending='' child='' pause=1
  trap 'ending=1; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || :' TERM
  # What is reset for the supervisor, unlike what is ignored.
  trap : HUP
  while :; do
    setsid "$HELPER" --plain supervise &
    child=$!
    # Asked in the moment between the two.
    [ -z "$ending" ] || { child_settle && kill -TERM "$child" 2>/dev/null; } || :
    wait_for "$child"
    child=
    # 70 is an error of its own.
    [ -z "$ending" ] && { [ "$WAIT_STATUS" -gt 128 ] || [ "$WAIT_STATUS" -eq 70 ]; } || exit "$WAIT_STATUS"
    say "the supervisor was killed or failed (status $WAIT_STATUS); it is started again in $pause s."
    keep_nap $pause
    pause=$((pause * 2))
    [ $pause -le 30 ] || pause=30
    # It would start a daemon that somebody stopped, or that was given up.
    while [ "$(state_text state)" = stopped ] || [ "$(state_text code)" = crash-loop ]; do
      keep_nap 2
    done
  done
}

# keep_nap SECONDS: asked to end meanwhile, it ends with a status that says that the daemon is not stopped.
keep_nap() {
  nap_left=$1
  while [ "$nap_left" -gt 0 ]; do
    # A signal in the moment before a wait is heard after it, so that none is long.
    sleep 1 &
    wait $! || :
    [ -z "$ending" ] || exit 143
    nap_left=$((nap_left - 1))
  done
}

# state_text NAME: prints that text of the state file.
state_text() {
  sed -n "s/.*\"$1\":\"\(\([^\"\\\\]\|\\\\.\)*\)\".*/\1/p" "$STATE" 2>/dev/null | sed 's/\\\(.\)/\1/g'
}

# daemon_wait: until it runs, has failed or the time is up. Without a daemon the editor starts all the same: there is
# somebody who can see why and mend it.
daemon_wait() {
  daemon_missing=
  if [ -n "$supervisor" ]; then
    daemon_await
  elif ! command -v sudo >/dev/null; then
    daemon_missing="this container runs as $USER_NAME without sudo: start it as root, or install sudo and the helper."
  else
    daemon_await_start
  fi
  [ -n "$daemon_missing" ] || return 0
  say "the Docker daemon does not run: $daemon_missing"
  if [ "${DIND_STATION_REQUIRED:-0}" = 1 ]; then
    say "DIND_STATION_REQUIRED=1, so the container ends."
    daemon_stop
    exit 69
  fi
  say "the editor starts all the same."
}

daemon_await() {
  left=$((wait_seconds * 10))
  while [ $left -gt 0 ] && [ -z "$asked" ]; do
    if [ -e "$READY" ]; then
      case $(state_text state) in
        running)
          say "the Docker daemon runs."
          return 0
          ;;
        failed)
          daemon_missing="$(state_text message) $(state_text cause)"
          return 0
          ;;
      esac
    fi
    if ! kill -0 "$supervisor" 2>/dev/null; then
      [ -z "$asked" ] || return 0
      supervisor=
      daemon_missing="its supervisor has ended; the reason is above."
      return 0
    fi
    sleep 0.1
    left=$((left - 1))
  done
  [ "$wait_seconds" -eq 0 ] || [ -n "$asked" ] || daemon_missing="it is not ready after $wait_seconds s; it is still being started."
}

# daemon_await_start: the helper's own rule starts it, within the same bounds; a start that takes longer goes on.
daemon_await_start() {
  said=$(mktemp)
  # The file is this user's, as are we.
  # shellcheck disable=SC2024
  sudo -n "$HELPER" start >"$said" 2>&1 &
  starting=$!
  left=$((wait_seconds * 10))
  while kill -0 $starting 2>/dev/null && [ $left -gt 0 ] && [ -z "$asked" ]; do
    sleep 0.1
    left=$((left - 1))
  done
  if kill -0 $starting 2>/dev/null; then
    [ "$wait_seconds" -eq 0 ] || [ -n "$asked" ] || daemon_missing="it is not ready after $wait_seconds s; it is still being started."
  elif wait $starting; then
    say "the Docker daemon runs. It is not watched, because $USER_NAME may not become root here."
  else
    daemon_missing=$(tail -n 1 "$said" | sed 's/.*"message":"\(\([^"\\]\|\\.\)*\)","cause":"\(\([^"\\]\|\\.\)*\)".*/\1 \3/')
  fi
  rm -f "$said"
}

# daemon_ask_stop: tells the supervisor to end; it stops the daemon inside its own budget.
daemon_ask_stop() {
  [ -z "$supervisor" ] || kill -TERM "$supervisor" 2>/dev/null || :
}

# daemon_stop: and waits until it has.
daemon_stop() {
  if [ -n "$supervisor" ]; then
    daemon_ask_stop
    wait_for "$supervisor"
    # One that was killed left the daemon running.
    if [ "$WAIT_STATUS" -gt 128 ]; then
      "$HELPER" --plain .shutdown </dev/null >&2 || say "the Docker daemon could not be stopped in order."
    fi
  elif [ "$(state_text state)" = running ]; then
    # Without a supervisor, by somebody's start.
    if [ "$(id -u)" -eq 0 ]; then
      "$HELPER" --plain .shutdown </dev/null >&2 || say "the Docker daemon could not be stopped in order."
    else
      sudo -n "$HELPER" stop >/dev/null 2>&1 || say "the Docker daemon could not be stopped."
    fi
  fi
}

# child_settle: a shell's child that has not become its program yet catches signals as the shell does, and loses them.
child_settle() { sleep 0.2; }

# wait_for PID: a child; a signal does not end the waiting. Sets WAIT_STATUS.
wait_for() {
  while :; do
    WAIT_STATUS=0
    wait "$1" || WAIT_STATUS=$?
    kill -0 "$1" 2>/dev/null || return 0
  done
}
