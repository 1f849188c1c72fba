# shellcheck shell=sh
# Launching dockerd, watching it until it answers, and ending it.

# The flags of the last launch, one a line.
FLAGS_FILE=$RUN_DIR/flags
launched_pid=
# One that does not answer will hardly clean up: it gets no longer than this to end.
SILENT_END_MS=5000

# dockerd_flags: prints one flag a line. Nothing that daemon.json decides is given as a flag: dockerd refuses both.
dockerd_flags() {
  [ -n "$json_has_hosts" ] || echo "--host=unix://$socket"
  [ -n "$json_has_containerd" ] || echo "--containerd=${containerd_address:-$exec_root/containerd/containerd.sock}"
  # Swarm mode and live-restore exclude each other; the engine keeps its swarm state in this file while it is on.
  if [ "$live_restore" = auto ] && [ -z "$json_has_live_restore" ] && [ ! -e "$data_root/swarm/docker-state.json" ]; then
    echo "--live-restore"
  fi
  # What the machine asks for: see launch.sh.
  printf '%s\n' "$launch_flags"
}

# dockerd_exec FLAGS...: becomes dockerd, or what the official scripts put around it.
dockerd_exec() {
  [ "$launcher" != official ] || official_launch "$@"
  [ -z "$tcp_handed" ] || tcp_hand_over dockerd "$@"
  launch_exec dockerd "$@"
}

# dockerd_validate: ends the run when daemon.json is one that dockerd would not start with. Called before a restart stops
# a daemon that works, so that a slip in the file costs nobody their daemon.
dockerd_validate() {
  [ -e "$DAEMON_JSON" ] || return 0
  refusal=$(jq empty "$DAEMON_JSON" 2>&1) || config_refused
  flags=
  [ "$INIT" != none ] || flags=$(dockerd_flags)
  # shellcheck disable=SC2086 # as in dockerd_launch
  refusal=$(dockerd --validate --config-file "$DAEMON_JSON" $flags 2>&1) ||
    case $refusal in
      # Before engine 23 only the syntax can be known beforehand.
      *'unknown flag: --validate'*) ;;
      *) config_refused ;;
    esac
  step daemon.validate ok "$DAEMON_JSON is in order."
}

config_refused() {
  fail config-refused "dockerd would not start again with $DAEMON_JSON, so the running daemon was left as it is." \
    "$(printf '%s\n' "$refusal" | tail -n 1)"
}

# dockerd_launch: starts it, detached, in a session and with an environment of its own, its output appended to the log.
dockerd_launch() {
  stage daemon.launch "Starting dockerd."
  log_offset=$(stat -c %s "$state_log")
  flags=$(dockerd_flags)
  printf '%s\n' "$flags" | tr ' ' '\n' >"$FLAGS_FILE"
  # No flag holds a blank: the paths were checked in verbs.sh. A bracket in one is no pattern.
  # shellcheck disable=SC2086
  (set -f && dockerd_exec $flags) >>"$state_log" 2>&1 </dev/null 9>&- &
  launched_pid=$!
  namespace_record "$launched_pid"
  step daemon.launch changed "Started dockerd with process id $launched_pid."
}

# dockerd_await PID SECONDS: waits until the daemon answers a ping. Its process is watched meanwhile: a dead daemon ends
# the wait at once, and so does the death of a containerd that was launched for it. Sets DAEMON_FAULT on failure: exited,
# silent or containerd.
dockerd_await() {
  stage daemon.ready "Waiting until dockerd answers."
  now_ms
  await_began=$NOW_MS
  await_deadline=$((NOW_MS + $2 * 1000))
  access_given='' await_question=2
  while :; do
    process_alive "$1" || break
    ! containerd_ended || break
    now_ms
    left=$(((await_deadline - NOW_MS + 999) / 1000))
    [ $left -gt 0 ] || break
    if [ -S "$socket" ]; then
      # As soon as there is a socket, so that nobody is refused between readiness and the end of this run.
      if [ -z "$access_given" ]; then
        socket_made
        access_apply
        access_given=1
      fi
      # The death of containerd does not interrupt a question, so the first ones are short.
      if [ -n "$containerd_launched" ] && [ $left -gt $await_question ]; then
        left=$await_question
        await_question=$((await_question * 2))
      fi
      if http_get /_ping $left; then
        step daemon.ready ok "dockerd answers on $socket."
        return 0
      fi
    fi
    poll_pause $((NOW_MS - await_began))
  done
  DAEMON_FAULT=silent
  process_alive "$1" || DAEMON_FAULT=exited
  # containerd never ends because dockerd has, but dockerd ends without containerd.
  ! containerd_ended || DAEMON_FAULT=containerd
  return 1
}

# socket_made: dockerd binds its socket with no rights at all, and then gives it owner and mode: what we give before that it
# would take back.
socket_made() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(stat -L -c %a "$socket" 2>/dev/null)" = 0 ] || return 0
    sleep 0.02
  done
}

# dockerd_verify: the question that a daemon without a working containerd does not answer.
dockerd_verify() {
  if http_get /info 10; then
    step daemon.verify ok "dockerd and containerd answer."
  else
    verify_fault='not /info within 10 s'
    [ -z "$HTTP_ANSWERED" ] || verify_fault='/info with an error'
    step daemon.verify failed "dockerd answers pings, but $verify_fault: containerd does not work."
    return 1
  fi
}

# dockerd_end PID: TERM, wait for the real exit, KILL after the budget. One TERM only: the fourth would end dockerd at
# once and unclean. A stopped process hears TERM only after CONT.
dockerd_end() {
  stage daemon.stop "Stopping dockerd, process id $1."
  process_read "$1" || return 0
  end_budget=$((stop_timeout * 1000))
  was=$P_STATE
  http_get /_ping 1 || end_budget=$SILENT_END_MS
  kill -TERM "$1" 2>/dev/null || :
  case $was in T | t) kill -CONT "$1" 2>/dev/null || : ;; esac
  if wait_gone "$1" $end_budget; then
    step daemon.stop changed "dockerd, process id $1, has ended."
    return 0
  fi
  kill -KILL "$1" 2>/dev/null || :
  wait_gone "$1" 5000 ||
    fail not-stopped "dockerd with process id $1 does not end, even after SIGKILL: it hangs in the kernel. Restart the container."
  step daemon.stop changed "dockerd, process id $1, did not end within $((end_budget / 1000)) s of SIGTERM and was killed."
}

# on_cancel: what `cancel` and Ctrl-C do. A daemon this run launched and that does not answer yet is ended again; one
# that was there before is left as it is.
on_cancel() {
  trap '' TERM INT HUP
  [ -z "${asking:-}" ] || kill -TERM "$asking" 2>/dev/null || :
  if [ -n "$launched_pid" ] && process_alive "$launched_pid"; then
    kill -TERM "$launched_pid" 2>/dev/null || :
    wait_gone "$launched_pid" 5000 || kill -KILL "$launched_pid" 2>/dev/null || :
    fail cancelled "The $verb was cancelled; the daemon that was starting has been stopped."
  fi
  fail cancelled "The $verb was cancelled."
}
