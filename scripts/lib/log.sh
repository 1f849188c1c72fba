# shellcheck shell=sh
# The daemon's log: appended to, never truncated by a retry, rotated by size before a start and, while the daemon
# writes, by copying.

# log_rotate HOW: mv when nobody writes; copy while the daemon does (it keeps the file open, so the file stays and is
# emptied after it was copied; a line written between the two is lost).
log_rotate() {
  size=$(stat -c %s "$state_log" 2>/dev/null) || return 0
  [ "$size" -gt "$log_max_bytes" ] || return 0
  number=$log_keep
  while [ "$number" -gt 1 ]; do
    [ ! -e "$state_log.$((number - 1))" ] || mv -f "$state_log.$((number - 1))" "$state_log.$number" || return 0
    number=$((number - 1))
  done
  case $1 in
    mv) mv -f "$state_log" "$state_log.1" || return 0 ;;
    copy)
      if ! cp -p "$state_log" "$state_log.1" 2>/dev/null; then
        # The disk is full, and a half copy would keep it so. The log itself is what may say why.
        rm -f "$state_log.1"
        log_copy_failed
        return 0
      fi
      : >"$state_log"
      ;;
  esac
  step log.rotate changed "The log was $size bytes and is now $state_log.1."
}

# log_copy_failed: said once in a run; a supervisor tries again every ten seconds.
log_copy_failed() {
  [ -z "${log_full:-}" ] || return 0
  log_full=1
  step log.rotate failed "The log is $size bytes and cannot be rotated: there is no room for a copy beside $state_log."
}

# log_since: prints what was written since log_offset, at most the last 256 KiB, where the end is told. Counted from the
# end: busybox's tail fails to begin behind two thousand million bytes.
log_since() {
  size=$(stat -c %s "$state_log" 2>/dev/null) || return 0
  # Emptied by a rotation meanwhile.
  [ "$size" -ge "$log_offset" ] || log_offset=0
  fresh=$((size - log_offset))
  [ $fresh -le 262144 ] || fresh=262144
  tail -c $fresh "$state_log"
}

# log_cause: prints the decisive words of what the daemon wrote since it was launched. dockerd says why it gives up
# in its last words, which have no time and level and can be several lines (what iptables answered); a Go panic says it in
# its first line. A daemon that listens (or had before: log_started) is no failed start: errors from then on are answers
# to requests (a pull that failed), so only the words count with which a daemon ends. Prints nothing when there are none.
log_started=
log_cause() {
  log_since | awk -v started="$log_started" '
    /^\[rootlesskit:/ { next }
    /^time=.* msg="?API listen on / { started = 1; panic = said = marked = last = ""; next }
    /^(panic: |fatal error: |unexpected fault address)/ { if (!panic) panic = $0 }
    panic { next }
    /level=fatal/ || (!started && /level=error/) { marked = $0 }
    /^(failed to |unable to |cannot |Error |dockerd needs )/ { said = $0; next }
    /^time=/ || /^containerd: / || /^[ \t]*$/ { if (!started && !/^[ \t]*$/) last = $0; next }
    said { said = said " " $0; next }
    !started { last = $0 }
    END { print panic ? panic : said ? said : marked ? marked : last }' | tr -s ' \t' ' ' | cut -c 1-1000
}
