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

# log_cause: prints the decisive line of what the daemon wrote since it was launched, on one line: the beginning of a panic,
# else the words with which dockerd gave up (they have no time and level and can be several lines, such as what iptables
# answered), else the last line of level error or fatal, else the last line. A daemon that listens (or had before:
# log_started) is no failed start: errors from then on are answers to requests (a pull that failed), so only the words
# count with which a daemon ends. Prints nothing when there are none. Which line is of which kind stands in causes.tsv;
# src/diagnosis/startFailures/decisiveLine.ts finds the same line, and test/fixtures/decisiveLines.tsv has cases for both.
log_started=
log_cause() {
  log_since | awk -v started="${log_started:+1}" -v table="$here/lib/causes.tsv" '
    function field(name) {
      if (match($0, " " name "=\"([^\"\\\\]|\\\\.)*\"")) return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
      if (match($0, "\"" name "\":\"([^\"\\\\]|\\\\.)*\"")) return substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5)
      if (match($0, " " name "=[^ \"]+")) return substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
      return ""
    }
    function harmless(said, error) {
      said = field("msg")
      error = field("error")
      return (said == "" ? $0 : said) ": " error ~ is["noise"]
    }
    function forget() {
      panic = words = error = last = block = ""
      words_rank = rank = 0
    }
    function close_block() {
      if (block != "" && rank >= words_rank) {
        words = block
        words_rank = rank
      }
      block = ""
      rank = 0
    }
    BEGIN {
      while ((getline row <table) > 0)
        if (split(row, cell, "\t") > 4 && cell[1] == "line")
          is[cell[2]] = is[cell[2]] (is[cell[2]] == "" ? "" : "|") cell[4]
      close(table)
      forget()
    }
    {
      sub(is["prefix"], "")
      gsub(/[ \t]+/, " ")
      sub(/[ \r]+$/, "")
    }
    $0 == "" || $0 ~ is["aside"] { next }
    $0 ~ is["begin"] { forget(); started = 0; next }
    $0 ~ is["containerd"] { forget(); block = $0; rank = 2; next }
    $0 ~ is["listen"] { forget(); started = 1; next }
    panic != "" && !started { next }
    panic == "" && $0 ~ is["panic"] { close_block(); panic = $0; next }
    !started { last = $0 }
    $0 ~ is["stamped"] {
      close_block()
      if ($0 ~ is[started ? "fatal" : "error"] && !harmless()) error = $0
      next
    }
    $0 ~ is["giving-up"] { block = $0; rank = 2; next }
    rank == 2 || (block != "" && $0 ~ is["continuation"]) { sub(/^ /, ""); block = block " " $0; next }
    !started && $0 !~ is["continuation"] { block = $0; rank = 1 }
    END {
      close_block()
      first = started ? words : panic
      second = started ? panic : words
      print first != "" ? first : second != "" ? second : error != "" ? error : last
    }' | cut -c 1-1000
}
