# shellcheck shell=sh
# The lock that lets one run at a time change anything, the state file that every window watches, and the last result,
# which a second caller who asked for the same thing meanwhile reports as its own.

RUN_DIR=/run/dind-station
STATE_FILE=$RUN_DIR/state.json
HOLDER_FILE=$RUN_DIR/holder
LAST_FILE=$RUN_DIR/last
# Why a supervisor's own run ended before it had the lock, in the same lines.
REFUSAL_FILE=$RUN_DIR/refusal
# What the last start could not mend, a step's name and a sentence a line.
WARNINGS_FILE=$RUN_DIR/warnings
lock_held=
# The state this run brings about, while it does; empty for a run that is not about the daemon (install).
state_now=
state_since=
state_log=/var/log/dockerd.log
put_failed=

# What a run may take beyond the bounds of its settings.
LOCK_SLACK_MS=10000

# take_lock: one run at a time. Waits as long as the slowest honest run may take, then says who holds it.
# If the run waited for was of the same verb, its result is ours: it ends here.
take_lock() {
  asked_ms=$BEGAN_MS
  run_dir_ready
  lock_file "$RUN_DIR/lock"
  exec 9>>"$RUN_DIR/lock"
  if ! flock -n 9; then
    holder_describe
    step lock.wait started "Waiting for $HOLDER."
    process_read $$
    printf '%d %d %s\n' $$ "$P_START" "$ASKER" >"$RUN_DIR/waiting.$$"
    trap on_cancel TERM INT HUP
    # A run may do everything twice, when containerd has to be replaced.
    deadline=$((asked_ms + (start_timeout + stop_timeout) * 2000 + LOCK_SLACK_MS))
    # flock -w would be one process, but busybox has no -w.
    until flock -n 9; do
      now_ms
      [ $NOW_MS -lt $deadline ] || fail locked "Another run holds the lock: $HOLDER. Wait for it or run: dind-helper cancel."
      sleep 0.02
    done
    rm -f "$RUN_DIR/waiting.$$"
    lock_take_over
    join_last
    step lock.wait ok "The other run has ended."
  else
    lock_take_over
  fi
}

# run_dir_ready: the folder of our files is there and root's. Where everybody may write in /run (a tmpfs that was mounted
# without a mode), somebody else can have made it first, and would decide what root writes to.
run_dir_ready() {
  mkdir -p "$RUN_DIR" 2>/dev/null || :
  root_path "$RUN_DIR" ||
    fail not-trusted "$RUN_DIR is not root's alone: remove it, and see who made it (ls -ld $RUN_DIR ${RUN_DIR%/*})."
}

# put FILE LINE...: by rename, so that a reader never sees half of it. Where nothing can be written (a full disk), what
# was asked for is done all the same, and the old file stays.
put() {
  put_file=$1
  shift
  if printf '%s\n' "$@" 2>/dev/null >"$put_file.new" && mv -f "$put_file.new" "$put_file" 2>/dev/null; then
    return 0
  fi
  rm -f "$put_file.new"
  [ -z "$put_failed" ] || return 0
  put_failed=1
  step state.write failed "$put_file cannot be written (is the disk full?), so windows and waiting runs do not see this one."
}

# lock_file PATH: makes it root's alone: whoever can open it, even only to read, could lock it and keep everybody out.
lock_file() {
  (umask 077 && : >>"$1")
}

lock_take_over() {
  lock_held=1
  process_read $$
  put "$HOLDER_FILE" "$$ $P_START $verb ${ASKED_BY:-root}"
  trap on_cancel TERM INT HUP
}

release_lock() {
  rm -f "$RUN_DIR/waiting.$$" 2>/dev/null || :
  [ -n "$lock_held" ] || return 0
  if [ -z "$reported" ] && [ -n "$state_now" ]; then
    write_state failed '' 0 internal "The helper ended unexpectedly." ''
  fi
  lock_tidy
  rm -f "$HOLDER_FILE"
}

# Until mount-namespace.sh replaces it: what a run with the lock takes back at its end, however it ends.
lock_tidy() { :; }

# Sets HOLDER to words for whoever holds the lock, and HOLDER_PID, empty when nobody living does.
holder_describe() {
  HOLDER='a run that is just starting' HOLDER_PID=
  { read -r holder_pid holder_start holder_verb holder_by <"$HOLDER_FILE"; } 2>/dev/null || return 0
  if process_read "$holder_pid" && [ "$P_START" = "$holder_start" ]; then
    HOLDER_PID=$holder_pid
    HOLDER="$holder_verb, asked for by $holder_by, process $holder_pid"
  fi
}

# remember OK CODE MESSAGE CAUSE PID: what a waiting caller of the same verb will report, and what the windows show.
remember() {
  now_ms
  if [ -z "$lock_held" ]; then
    # A run that ended before it had the lock is nobody's business, but a supervisor has to say why it gives up.
    [ "${ASKED_BY:-}" != supervisor ] || [ "$1" = true ] || ! root_path "$RUN_DIR" || remember_in "$REFUSAL_FILE" "$@"
    case $verb,$2 in start,bad-config | start,not-trusted | restart,bad-config | restart,not-trusted) remember_refused "$@" ;; esac
    return 0
  fi
  remember_in "$LAST_FILE" "$@"
  [ -n "$state_now" ] || return 0
  case $2 in
    started | already-running | restarted) write_state running '' "$5" "$2" "$3" '' ;;
    stopped | already-stopped | data-moved | data-restored) write_state stopped '' 0 "$2" "$3" '' ;;
    # Nothing was touched: what stood before still stands.
    foreign | conflict | config-refused | containers-running | nothing-to-move | nothing-to-undo) state_restore ;;
    *) write_state failed '' 0 "$2" "$3" "$4" ;;
  esac
}

# remember_refused OK CODE MESSAGE...: a start that was refused before it had the lock is the last start all the same: what an
# earlier one failed with explains nothing any more. Of a daemon that lives it says nothing, and neither beside another run.
remember_refused() {
  [ "$1" = false ] || return 0
  mkdir -p "$RUN_DIR" 2>/dev/null || :
  root_path "$RUN_DIR" || return 0
  lock_file "$RUN_DIR/lock" 2>/dev/null && exec 9>>"$RUN_DIR/lock" && flock -n 9 || return 0
  state_pid
  if [ -z "$STATE_PID" ]; then
    state_since=
    write_state failed '' 0 "$2" "$3" ''
  fi
  exec 9>&-
}

# state_pid: sets STATE_PID to the daemon that the state file names, while it lives.
state_pid() {
  STATE_PID=
  { read -r state_line <"$STATE_FILE"; } 2>/dev/null || return 0
  state_line=${state_line#*'"pid":'}
  state_line=${state_line%%[!0-9]*}
  ! process_runs "${state_line:-0}" dockerd || STATE_PID=$state_line
}

# remember_in FILE OK CODE MESSAGE CAUSE PID
remember_in() {
  put "$1" "$verb" "$NOW_MS" "$2" "$3" "$6" "$(one_line "$4")" "$(one_line "$5")"
}

one_line() {
  printf '%s' "$1" | tr '\n' ' '
}

# Ends this run with the remembered result, when it is of the same verb and came after this run was asked for.
join_last() {
  [ -e "$LAST_FILE" ] || return 0
  {
    read -r last_verb
    read -r last_ms
    read -r last_ok
    read -r last_code
    read -r last_pid
    IFS= read -r last_message
    IFS= read -r last_cause || :
  } <"$LAST_FILE"
  [ "$last_verb" = "$verb" ] && [ "$last_ms" -ge "$asked_ms" ] || return 0
  step lock.wait ok "The run waited for did the same: its result is reported."
  result "$last_ok" "$last_code" "$last_message" "$last_cause" "$last_pid" true
  [ "$last_ok" = true ] || exit_status "$last_code" || exit $?
  exit 0
}

# write_state STATE STEP PID CODE MESSAGE CAUSE: what is going on, for every window, by rename; and how long it may go on, for a
# run that hangs.
write_state() {
  # A transition has one beginning, whatever its steps.
  [ -n "$state_since" ] && [ -n "$2" ] || state_since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  json_text "$5"
  state_message=$JSON
  json_text "$6"
  state_cause=$JSON
  # They are about a daemon that runs.
  WARNINGS=
  [ "$1" != running ] || warnings_json
  # A refusal may come before the settings are known.
  # A run may do everything twice, when containerd has to be replaced.
  state_bound=$(((${start_timeout:-60} + ${stop_timeout:-20}) * 2 + LOCK_SLACK_MS / 1000))
  json_text "${ASKED_BY:-root}"
  put "$STATE_FILE" "{\"schema\":1,\"state\":\"$1\",\"verb\":\"$verb\",\"step\":\"$2\",\"pid\":$3,\"helperPid\":$$,\"since\":\"$state_since\",\"by\":\"$JSON\",\"code\":\"$4\",\"message\":\"$state_message\",\"cause\":\"$state_cause\",\"log\":\"$state_log\",\"maxSeconds\":$state_bound,\"warnings\":[$WARNINGS]}"
}

# state_field NAME: sets FIELD to that text of the state file, empty when there is none.
state_field() {
  FIELD=
  { read -r state_line <"$STATE_FILE"; } 2>/dev/null || return 0
  case $state_line in
    *"\"$1\":\""*) ;;
    *) return 0 ;;
  esac
  FIELD=${state_line#*\""$1"\":\"}
  FIELD=${FIELD%%\",\"*}
  case $FIELD in
    *\\*) FIELD=$(printf '%s' "$FIELD" | sed 's/\\\(.\)/\1/g') ;;
  esac
}

# begin STATE: the transition begins; what stood before can be put back if it turns out that nothing may be touched.
begin() {
  state_now=$1
  cp -f "$STATE_FILE" "$STATE_FILE.before" 2>/dev/null || rm -f "$STATE_FILE.before"
  write_state "$1" daemon.check 0 '' '' ''
}

state_restore() {
  if [ -e "$STATE_FILE.before" ]; then
    mv -f "$STATE_FILE.before" "$STATE_FILE"
  else
    rm -f "$STATE_FILE"
  fi
}

# stage NAME DETAIL: a step that takes a moment begins; the state file names it.
stage() {
  step "$1" started "$2"
  write_state "$state_now" "$1" 0 '' '' ''
}

# warnings_json: sets WARNINGS to them as the inside of a JSON array.
warnings_json() {
  WARNINGS=
  [ -e "$WARNINGS_FILE" ] || return 0
  while IFS= read -r line; do
    json_text "${line#* }"
    WARNINGS="$WARNINGS${WARNINGS:+,}\"$JSON\""
  done <"$WARNINGS_FILE"
}
