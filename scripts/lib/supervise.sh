# shellcheck shell=sh
# The verb `supervise`: starts the daemon and stays, so that one that dies, hangs or loses its containerd comes back and
# somebody can read later what happened. It changes nothing itself: every start, restart and stop is a run of this very
# helper, with the same lock, the same state file and the same words as when a person asks for it.
# What a person asked for is not fought: a daemon that was stopped through the helper stays stopped.

SUPERVISOR_FILE=$RUN_DIR/supervisor
PAUSE_FIRST_MS=1000
PAUSE_MAX_MS=30000
HEALTHY_MS=60000
LOOK_SECONDS=1

# What the supervisor is about: watch (the daemon runs), pause (waits before the next start), idle (somebody wants it
# that way, or it cannot be helped).
mode=watch
ending=
woken=
napper=
watched_pid=
watched_start=
watched_since=0
died_ms=0
due_ms=0
pause_ms=$PAUSE_FIRST_MS

verb_supervise() {
  settings_load
  init_find
  [ "$INIT" = none ] ||
    fail conflict "$INIT owns the Docker daemon on this machine and restarts it itself: nothing is left to supervise."
  supervise_under_reaper
  supervise_alone
  history_prepare
  trap 'ending=TERM; nap_over' TERM
  trap 'ending=INT; nap_over' INT
  trap '' HUP
  trap 'woken=1; nap_over' USR1
  forget_last_life
  zombies_count
  zombies_told=$ZOMBIES
  supervise_attempt start
  while [ -z "$ending" ]; do
    supervise_look
    supervise_chores
    [ -n "$ending" ] || nap_until_next
  done
  supervise_end
}

# supervise_alone: one supervisor in a container; it holds a lock of its own as long as it lives.
supervise_alone() {
  supervise_lock
  [ -n "$supervise_locked" ] || fail locked "A supervisor runs already: $(cat "$SUPERVISOR_FILE" 2>/dev/null)."
}

# supervise_lock: sets supervise_locked when the place is ours.
supervise_lock() {
  supervise_locked=
  run_dir_ready
  lock_file "$RUN_DIR/supervisor.lock"
  exec 8>>"$RUN_DIR/supervisor.lock"
  flock -n 8 || return 0
  supervise_locked=1
  printf 'process %d\n' $$ >"$SUPERVISOR_FILE"
}

# supervise_place: somebody cleared the folder of our files away: another supervisor could start beside this one, and nobody
# would find us. It is made again.
supervise_place() {
  [ ! -e "$RUN_DIR/supervisor.lock" ] || return 0
  supervise_lock
  [ -n "$supervise_locked" ] || fail locked "Our files in $RUN_DIR were removed, and another supervisor has begun since."
  printf '%d\n' $$ >"$SUPERVISOR_FILE.ready"
  step supervise.place changed "Our files in $RUN_DIR were removed; they are there again."
}

# forget_last_life: /run may be part of a container that was stopped and is started again; what its files say of
# processes is then about others.
forget_last_life() {
  find_daemon
  holder_describe
  if [ -z "$DAEMON_PID" ] && [ -z "$HOLDER_PID" ]; then
    rm -f "$STATE_FILE" "$LAST_FILE"
  fi
  # From here on the state file is of this life: whoever waits for readiness may read it.
  printf '%d\n' $$ >"$SUPERVISOR_FILE.ready"
}

# nap_until_next: until the next look, or less when a start is due earlier.
nap_until_next() {
  now_ms
  left=$((due_ms - NOW_MS))
  if [ "$mode" != pause ] || [ $left -ge 1000 ]; then
    nap $LOOK_SECONDS
  elif [ $left -gt 0 ]; then
    nap "$(printf '0.%03d' $left)"
  fi
}

# nap SECONDS: sleeps, but hears a signal at once; also one that came just before.
nap() {
  [ -z "$ending$woken" ] || return 0
  sleep "$1" 8>&- &
  napper=$!
  [ -z "$ending$woken" ] || nap_over
  wait "$napper" || :
  napper=
}

# nap_over: what a signal does to a nap. KILL, because a shell's child that has not become sleep yet still catches TERM as
# the shell does, and then sleeps on.
nap_over() { [ -z "$napper" ] || kill -KILL "$napper" 2>/dev/null || :; }

# run_self VERB: another run of this helper, whose events go where ours go. Sets RUN_STATUS and what run_code sets. When we are
# asked to end meanwhile, it is cancelled as a person would cancel it.
run_self() {
  now_ms
  run_began=$NOW_MS
  rm -f "$REFUSAL_FILE"
  env ASKED_BY=supervisor /bin/sh "$self" .clean ${report_plain:+--plain} "$1" 8>&- &
  run_pid=$!
  cancelled=
  while :; do
    RUN_STATUS=0
    wait "$run_pid" || RUN_STATUS=$?
    process_alive "$run_pid" || break
    if [ -n "$ending" ] && [ -z "$cancelled" ] && [ "$1" != .shutdown ]; then
      cancelled=1
      kill -TERM "$run_pid" 2>/dev/null || :
    fi
  done
  run_code
}

# run_code: sets RUN_CODE, RUN_WORDS and RUN_CAUSE to the result that the run left, RUN_REFUSED when it ended before it had
# the lock, so that the state file says nothing of it.
run_code() {
  RUN_REFUSED=
  if run_result "$REFUSAL_FILE"; then
    RUN_REFUSED=1
  elif ! run_result "$LAST_FILE"; then
    RUN_CODE=internal RUN_WORDS="It ended with status $RUN_STATUS." RUN_CAUSE=''
  fi
}

# run_result FILE: false when it is of an earlier run.
run_result() {
  {
    read -r _
    read -r result_ms
    read -r _
    read -r RUN_CODE
    read -r _
    IFS= read -r RUN_WORDS
    IFS= read -r RUN_CAUSE || :
  } 2>/dev/null <"$1" || return 1
  [ "$result_ms" -ge "$run_began" ]
}

# supervise_attempt VERB: start or restart, and what its result means for us.
supervise_attempt() {
  run_self "$1"
  [ -z "$ending" ] || return 0
  if [ "$RUN_STATUS" -eq 0 ]; then
    now_ms
    find_daemon
    if [ -n "$DAEMON_PID" ]; then
      if [ "$died_ms" -gt 0 ]; then
        history_add back "dockerd runs again, process id $DAEMON_PID." $((NOW_MS - died_ms))
      else
        history_add "$RUN_CODE" "dockerd runs, process id $DAEMON_PID." $((NOW_MS - run_began))
      fi
      adopt "$DAEMON_PID"
      # Containers that are taken over and containerd itself keep it busy: silence is no fault yet.
      [ "$died_ms" -eq 0 ] || grace_give
      died_ms=0
      return 0
    fi
  fi
  case $RUN_CODE in
    foreign) fail foreign "$RUN_WORDS" ;;
    conflict | no-engine | no-tool | no-rights | bad-config | not-trusted | socket-path | data-unfinished | cancelled)
      history_add gave-up "$RUN_WORDS"
      [ -z "$RUN_REFUSED" ] || failed_say "$RUN_CODE" "$RUN_WORDS" "$RUN_CAUSE"
      idle "The daemon is not started again until somebody does: $RUN_WORDS"
      ;;
    # Somebody else's run is under way and slow; what it leaves is looked at.
    locked) mode=watch ;;
    *)
      died "$RUN_WORDS" "$RUN_CAUSE"
      ;;
  esac
}

# adopt PID: this daemon is watched from now on.
adopt() {
  mode=watch
  # daemon.json may have moved the socket; a file that cannot be read any more must not end the watch.
  if (settings_load) >/dev/null 2>&1; then
    settings_load
  fi
  process_read "$1" || return 0
  watched_pid=$1 watched_start=$P_START
  now_ms
  watched_since=$NOW_MS
  log_offset=$(stat -c %s "$state_log" 2>/dev/null) || log_offset=0
  oom_count
  oom_before=$OOM_COUNT
  containerd_adopt
  health_reset
  # The first look at all processes is not for the moment in which it may die at once.
  zombies_due=$((NOW_MS + ZOMBIES_EVERY_MS))
  step supervise.watch ok "dockerd is watched, process id $1."
}

# idle WHY: nothing is done until a daemon runs again.
idle() {
  [ "$mode" != idle ] || return 0
  mode=idle
  watched_pid=
  step supervise.watch skipped "$1"
}

# supervise_look: one look at everything. Costs no process while all is well.
supervise_look() {
  # The connection ends a little before the process does.
  if [ -n "$woken" ] && [ -n "$watched_pid" ]; then
    wait_gone "$watched_pid" 500 || :
  fi
  woken=
  supervise_place
  # Somebody's start, stop or restart is under way: what is seen meanwhile means nothing.
  holder_describe
  if [ -n "$HOLDER_PID" ]; then
    health_reset
    return 0
  fi
  if [ -n "$watched_pid" ] && watched_lives; then
    line_ensure
    containerd_look
    health_look
    now_ms
    if [ $((NOW_MS - watched_since)) -gt $HEALTHY_MS ]; then
      pause_ms=$PAUSE_FIRST_MS fruitless=0
    fi
    return 0
  fi
  look_for_another
}

# watched_lives: the very process that is watched, not another of that number.
watched_lives() {
  process_alive "$watched_pid" && [ "$P_START" = "$watched_start" ]
}

# look_for_another: the daemon that was watched is gone. One started by somebody else is taken over; what was stopped
# on purpose stays so; the rest is a death.
look_for_another() {
  find_daemon
  if [ -n "$DAEMON_PID" ]; then
    state_field by
    [ "$mode" = watch ] || deaths='' fruitless=0 pause_ms=$PAUSE_FIRST_MS
    history_add taken-over "dockerd was started by ${FIELD:-somebody}, process id $DAEMON_PID."
    died_ms=0
    adopt "$DAEMON_PID"
    return 0
  fi
  # Somebody may have begun between the two looks.
  holder_describe
  [ -z "$HOLDER_PID" ] || return 0
  state_field state
  case $mode.$FIELD in
    idle.*) ;;
    *.stopped)
      state_field by
      history_add stopped "$FIELD stopped the daemon."
      idle "The daemon was stopped by $FIELD and stays stopped."
      ;;
    watch.failed)
      state_field message
      history_add failed "$FIELD"
      idle "The last run failed, so that the daemon stays as it is until somebody starts it: $FIELD"
      ;;
    pause.*) pause_look ;;
    *) died "$(death_reason)" ;;
  esac
}
