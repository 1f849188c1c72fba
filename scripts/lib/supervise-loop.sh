# shellcheck shell=sh
# What follows when the daemon ended: a pause that grows and another start, or the end of trying.

# A daemon that ended this often (5 times) in so many milliseconds will not live at the next attempt either.
LOOP_DEATHS=5
LOOP_MS=300000

# When it ended of late, in milliseconds; how often in a row without having lived for a while.
deaths=''
fruitless=0

# died WHY [WORDS]: the next start is put on the clock, or given up when there were too many. WORDS are the daemon's own.
died() {
  now_ms
  lived=0
  [ "$watched_since" -eq 0 ] || lived=$((NOW_MS - watched_since))
  [ "$died_ms" -gt 0 ] || died_ms=$NOW_MS
  watched_pid='' watched_since=0
  history_add died "$1${2:+ $2}" $lived
  step supervise.death failed "dockerd ended: $1"
  if loop_reached; then
    give_up "$1" "${2:-}"
    return 0
  fi
  mode=pause
  due_ms=$((NOW_MS + pause_ms))
  step supervise.pause started "It is started again in $((pause_ms / 1000)) s."
  pause_ms=$((pause_ms * 2))
  [ $pause_ms -le $PAUSE_MAX_MS ] || pause_ms=$PAUSE_MAX_MS
}

# loop_reached: counts one more end of the daemon; true when there were too many: of late, or without it ever having
# lived for a while between them, however long each start took to fail. Sets LOOP to words for it.
loop_reached() {
  now_ms
  kept='' count=1
  for at in $deaths; do
    [ $((NOW_MS - at)) -lt $LOOP_MS ] || continue
    kept="$kept $at"
    count=$((count + 1))
  done
  deaths="$kept $NOW_MS"
  fruitless=$((fruitless + 1))
  LOOP="within $((LOOP_MS / 60000)) minutes"
  [ $count -ge $LOOP_DEATHS ] || LOOP='in a row'
  LOOP="dockerd ended or hung $LOOP_DEATHS times $LOOP and is not started again: mend the cause, then start it."
  [ $count -ge $LOOP_DEATHS ] || [ $fruitless -ge $LOOP_DEATHS ]
}

pause_look() {
  now_ms
  [ "$NOW_MS" -lt "$due_ms" ] || supervise_attempt start
}

# give_up WHY [WORDS]: a crash loop. The state file says so to every window; a start by a person begins anew.
give_up() {
  history_add crash-loop "$LOOP $1"
  step supervise.loop failed "$LOOP"
  # Whoever holds the lock now knows better.
  lock_file "$RUN_DIR/lock"
  exec 9>>"$RUN_DIR/lock"
  ! flock -n 9 || write_state failed '' 0 crash-loop "$LOOP" "${2:-$1}"
  exec 9>&-
  idle "The supervisor waits until somebody starts the daemon."
}
