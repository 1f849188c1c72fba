# shellcheck shell=sh
# The verbs: what is done in which order. How is in the other parts.

# So long a daemon that is too old to be starting still has to answer.
OLD_DAEMON_SECONDS=5

# set_out STATE: what every verb that changes something begins with.
set_out() {
  places_load
  init_find
  take_lock
  begin "$1"
  [ "$INIT" != none ] || need_engine
  find_daemon
  [ -z "$CONFLICT" ] || fail conflict "No second daemon is started: $CONFLICT. Stop that one first."
}

# places_load: the settings, with paths that are words in lists and patterns here, in places that are root's.
places_load() {
  settings_load
  case "$data_root$exec_root$pidfile$socket" in
    *[!a-zA-Z0-9/._:@+-]*) fail bad-config "$DAEMON_JSON names a path with a blank or a special character, which is not supported." ;;
  esac
  trust_places
}

# trust_places: who may put something where the daemon's sockets and PID file go is root through it, and what we do to
# the socket (rights for users) would be done to whatever is there.
trust_places() {
  [ ! -e "$exec_root" ] || root_path "$(readlink -f "$exec_root")" || distrust "$exec_root"
  for path in "$pidfile" "$socket"; do
    folder=$(readlink -f "${path%/*}") || continue
    [ ! -d "$folder" ] || root_folder "$folder" || distrust "$folder"
  done
}

distrust() {
  fail not-trusted "$1, where the daemon's sockets and PID file go, must belong to root and be writable by root only, and so must all folders above it: chown root:root $1; chmod go-w $1."
}

need_engine() {
  for program in dockerd containerd; do
    closed=
    for folder in $(printf '%s\n' "$SAFE_PATH" | tr : ' '); do
      [ -f "$folder/$program" ] || continue
      [ ! -x "$folder/$program" ] || continue 2
      closed=${closed:-$folder/$program}
    done
    [ -z "$closed" ] || fail no-engine "$closed cannot be executed: chmod 755 $closed, then start Docker."
    fail no-engine "$program is not installed in $SAFE_PATH: on Debian or Ubuntu, apt-get install docker.io."
  done
}

verb_start() {
  set_out starting
  if [ -n "$DAEMON_PID" ]; then
    refuse_mounted
    step daemon.check ok "dockerd runs with process id $DAEMON_PID."
    start_already
  fi
  refuse_foreign
  reset_refuse_half
  data_root_there
  if [ "$INIT" != none ]; then
    init_ask start
    init_await
    succeed started "The Docker daemon was started by $INIT." "${DAEMON_PID:-0}"
  fi
  need_rights
  start_engine
  succeed started "The Docker daemon runs, process id $DAEMON_PID." "$DAEMON_PID"
}

# A living daemon is never touched by start; one that is still starting is waited for. Returns when it ended meanwhile: then
# there is none, and DAEMON_PID is empty.
start_already() {
  now_ms
  process_read "$DAEMON_PID"
  patience=$((start_timeout - (NOW_MS / 1000 - P_START / 100)))
  [ $patience -ge $OLD_DAEMON_SECONDS ] || patience=$OLD_DAEMON_SECONDS
  if dockerd_await "$DAEMON_PID" $patience; then
    log_rotate copy
    succeed already-running "The Docker daemon was running already, process id $DAEMON_PID." "$DAEMON_PID"
  fi
  if [ "$DAEMON_FAULT" = exited ]; then
    step daemon.check changed "dockerd, process id $DAEMON_PID, has ended meanwhile."
    DAEMON_PID=
    return 0
  fi
  fail not-ready "dockerd runs with process id $DAEMON_PID but did not answer on $socket within $patience s: restart it."
}

# start_engine: from nothing running to an engine that answers. Sets DAEMON_PID.
start_engine() {
  clean_leftovers
  log_prepare
  launch_choose
  containerd_ensure
  launch_choose_rest
  launch_and_await
  official_adopt
  if ! dockerd_verify; then
    # dockerd does not recover from a containerd that was replaced under it in less than 6 to 16 s; both anew is faster.
    containerd_end KILL
    dockerd_end "$DAEMON_PID"
    clean_leftovers
    containerd_ensure
    launch_and_await
    official_adopt
    dockerd_verify || fail not-ready "dockerd answers, but containerd does not, even after both were started anew. See $state_log."
  fi
  launched_pid=
}

# launch_and_await: from a containerd to a dockerd that answers; ends the run where that fails.
launch_and_await() {
  if containerd_ended; then
    DAEMON_FAULT=containerd
    start_failed
  fi
  dockerd_launch
  dockerd_await "$launched_pid" "$start_timeout" || start_failed
}

# Says why a start failed. A containerd without containers is not left behind.
start_failed() {
  case $DAEMON_FAULT in
    exited)
      wait "$launched_pid" && status=0 || status=$?
      launched_pid=
      # Before containerd is ended, whose own last words are no cause.
      cause=$(log_cause)
      containers_live
      [ "$CONTAINERS" -gt 0 ] || [ -n "$json_has_containerd" ] || containerd_end TERM
      fail daemon-exited "dockerd ended while it was starting, with status $status.${NESTING_FAULT:+ Before that: $NESTING_FAULT}" "$cause"
      ;;
    containerd)
      containerd_last_words
      [ -z "$launched_pid" ] || dockerd_end "$launched_pid"
      launched_pid=
      # What it wrote stands above the beginning of dockerd's start, where nobody looks for the reason of a failed one.
      # Its last line may have no end.
      [ -z "$(tail -c 1 "$state_log")" ] || echo >>"$state_log"
      printf '%s\n' "$CONTAINERD_WORDS" >>"$state_log"
      containerd_end TERM
      fail daemon-exited "containerd ended while it was starting, with status $status; dockerd does not work without it.${NESTING_FAULT:+ Before that: $NESTING_FAULT}" "$CONTAINERD_WORDS"
      ;;
    silent)
      cause=$(log_cause)
      dockerd_end "$launched_pid"
      launched_pid=
      fail not-ready "dockerd did not answer on $socket within $start_timeout s and was stopped." "$cause"
      ;;
  esac
}

verb_stop() {
  set_out stopping
  if [ -z "$DAEMON_PID" ]; then
    refuse_foreign
    [ "$INIT" != none ] || clean_leftovers
    stop_containerd
    succeed already-stopped "The Docker daemon was not running."
  fi
  refuse_mounted
  stop_engine
  if [ "$CONTAINERS" -gt 0 ]; then
    succeed stopped "The Docker daemon is stopped. $CONTAINERS container(s) keep running (live-restore)."
  fi
  succeed stopped "The Docker daemon is stopped."
}

# stop_engine: from a daemon that runs to one that is gone. Sets CONTAINERS.
stop_engine() {
  if [ "$INIT" != none ]; then
    init_ask stop
  else
    dockerd_end "$DAEMON_PID"
    clean_leftovers
  fi
  stop_containerd
}

# Our containerd goes with the daemon, unless containers still run under it. Sets CONTAINERS.
stop_containerd() {
  containers_live
  if [ "$CONTAINERS" -eq 0 ] && [ "$INIT" = none ] && [ -z "$json_has_containerd" ]; then
    containerd_end TERM
  fi
}

# A daemon of ours behind a socket that something was mounted over is still not reachable there.
refuse_mounted() {
  if socket_mounted; then
    fail foreign "The socket $socket is mounted from outside: its daemon is not this container's, so it is left alone."
  fi
}

verb_restart() {
  set_out restarting
  reset_refuse_half
  data_root_there
  if [ -z "$DAEMON_PID" ]; then
    refuse_foreign
  else
    refuse_mounted
    refuse_own_flags
    dockerd_validate
  fi
  if [ "$INIT" != none ]; then
    init_ask restart
    init_await
    succeed restarted "The Docker daemon was restarted by $INIT." "${DAEMON_PID:-0}"
  fi
  need_rights
  [ -z "$DAEMON_PID" ] || dockerd_end "$DAEMON_PID"
  start_engine
  succeed restarted "The Docker daemon was restarted, process id $DAEMON_PID." "$DAEMON_PID"
}

# A daemon that somebody started by hand with flags of their own would come back without them.
refuse_own_flags() {
  [ "$INIT" = none ] || return 0
  lost=$(own_flags "$DAEMON_PID")
  [ -z "$lost" ] ||
    fail conflict "dockerd with process id $DAEMON_PID was started with flags of its own, which a restart would lose: $lost. Put them into $DAEMON_JSON, or restart it where it was started."
}

verb_status() {
  settings_load
  run_dir_ready
  find_daemon
  if socket_mounted; then
    fail foreign "The socket $socket is mounted from outside: its daemon is not this container's."
  fi
  [ -z "$CONFLICT" ] || step daemon.check failed "$CONFLICT."
  if [ -n "$DAEMON_PID" ]; then
    warnings_say
    storage_room_say
  fi
  [ -n "$DAEMON_PID" ] || status_gone
  if http_get /_ping 2; then
    succeed running "The Docker daemon runs and answers, process id $DAEMON_PID." "$DAEMON_PID"
  fi
  fail not-ready "dockerd runs with process id $DAEMON_PID, but does not answer on $socket."
}

# A supervisor that gave up says why nobody starts it again.
status_gone() {
  state_field code
  [ "$FIELD" = crash-loop ] || fail not-running "The Docker daemon is not running."
  state_field message
  words=$FIELD
  state_field cause
  fail crash-loop "The Docker daemon is not running: $words" "$FIELD"
}

# Plain text, not events: whoever asks wants the lines.
verb_logs() {
  config_load
  init_find
  if [ "$INIT" = systemd ]; then
    journalctl --unit docker.service --lines 2000 --output short-iso --no-pager
  elif [ -e "$state_log" ]; then
    tail -c 262144 "$state_log"
  else
    fail not-running "There is no log yet: $state_log does not exist. The daemon was never started through the helper."
  fi
}

# Of several runs the one is meant that the caller asked for: an editor cancels its own. A person at a prompt, who asked
# for none of them, means the one that is at work.
verb_cancel() {
  holder_describe
  for file in "$RUN_DIR"/waiting.*; do
    { read -r waiter_pid waiter_start waiter_asker <"$file"; } 2>/dev/null || continue
    process_read "$waiter_pid" || continue
    [ "$P_START" = "$waiter_start" ] || continue
    if [ "$waiter_asker" = "$ASKER" ]; then
      kill -TERM "$waiter_pid" 2>/dev/null || :
      succeed cancel-sent "Asked the run that was waiting to end."
    fi
  done
  [ -n "$HOLDER_PID" ] || succeed nothing-to-cancel "Nothing is under way."
  kill -TERM "$HOLDER_PID" 2>/dev/null || succeed nothing-to-cancel "Nothing is under way."
  succeed cancel-sent "Asked to end: $HOLDER."
}
