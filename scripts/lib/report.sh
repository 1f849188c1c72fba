# shellcheck shell=sh
# All output: step, succeed and fail. JSON a line, or text with --plain. Nothing else in the helper prints.

# A reader that goes away (an editor window that reloads in the middle of a restart) must not end the work half done.
trap '' PIPE

report_plain=
reported=

# Milliseconds of the machine's uptime, to 10 ms, without a process. Sets NOW_MS.
now_ms() {
  read -r uptime _ </proc/uptime
  NOW_MS=$((${uptime%.*}${uptime#*.} * 10))
}
now_ms
# A part of a run that is a process of its own counts from the run's beginning.
BEGAN_MS=${RUN_BEGAN_MS:-$NOW_MS}

# json_text TEXT: sets JSON to TEXT as the inside of a JSON string. Control characters become blanks: GNU's tr and
# busybox's repeat the last character, and only GNU's knows [ *].
json_text() {
  JSON=$1
  case $JSON in
    *[\\\"[:cntrl:]]*)
      JSON=$(printf '%s' "$JSON" | tr '\000-\037\177' ' ' | sed 's/[\\"]/\\&/g')
      ;;
  esac
}

# why WORDS: prints why a program refused: the end of its first line. mount adds a second line that says nothing.
why() {
  printf '%s\n' "$1" | sed -n '1{s/.*: //;s/\.$//;p;}'
}

# step NAME STATUS DETAIL: one thing found or done; STATUS is started, changed, ok, skipped or failed.
step() {
  now_ms
  if [ -n "$report_plain" ]; then
    case $2 in
      started) ;;
      changed) printf '  + %s: %s\n' "$1" "$3" || : ;;
      failed) printf '  ! %s: %s\n' "$1" "$3" || : ;;
      *) printf '    %s: %s\n' "$1" "$3" || : ;;
    esac
  else
    json_text "$3"
    printf '{"event":"step","step":"%s","status":"%s","detail":"%s","ms":%d}\n' \
      "$1" "$2" "$JSON" $((NOW_MS - BEGAN_MS)) || :
  fi 2>/dev/null
}

# The exit status of each failure, after sysexits(3).
exit_status() {
  case $1 in
    usage | bad-user) return 64 ;;
    internal) return 70 ;;
    no-tool | sudoers-refused) return 73 ;;
    locked) return 75 ;;
    not-root | not-trusted) return 77 ;;
    bad-config | config-refused | data-root | socket-path) return 78 ;;
    *) return 69 ;;
  esac
}

# result OK CODE MESSAGE CAUSE PID JOINED: the last line of a run.
result() {
  reported=1
  now_ms
  if [ -n "$report_plain" ]; then
    printf '%s\n' "$3" || :
    [ -z "$4" ] || printf '  %s\n' "$4" || :
  else
    json_text "$3"
    result_message=$JSON
    json_text "$4"
    printf '{"event":"result","ok":%s,"verb":"%s","code":"%s","message":"%s","cause":"%s","pid":%d,"joined":%s,"ms":%d}\n' \
      "$1" "$verb" "$2" "$result_message" "$JSON" "$5" "$6" $((NOW_MS - BEGAN_MS)) || :
  fi 2>/dev/null
}

# succeed CODE MESSAGE [PID]: says so and ends the run with 0.
succeed() {
  remember true "$1" "$2" '' "${3:-0}"
  result true "$1" "$2" '' "${3:-0}" false
  exit 0
}

# fail CODE MESSAGE [CAUSE]: says so and ends the run. CAUSE is the daemon's own decisive log line.
fail() {
  remember false "$1" "$2" "${3:-}" 0
  result false "$1" "$2" "${3:-}" 0 false
  exit_status "$1" || exit $?
}

# Until state.sh replaces it: a run that changes nothing leaves nothing to remember.
remember() { :; }

# A command that failed where none may (set -e) ends the run here: with a result, never in silence.
trap 'on_exit $?' EXIT
on_exit() {
  [ "$1" -ne 0 ] || reported=1
  release_lock
  if [ -z "$reported" ]; then
    result false internal "The helper ended unexpectedly with status $1." '' 0 false
    # As the help says; the status of whatever failed could be any of the others.
    exit 70
  fi
}
release_lock() { :; }
