# shellcheck shell=sh
# Facts about processes, from /proc, and what they prove about a file that names one.

# Whose processes may be a daemon: dind-rootless puts its user here.
process_owner=0

# process_read PID: sets P_STATE (R, S, T, Z...), P_PARENT and P_START (clock ticks since boot); false when there is no such process.
# The name in the second field may hold blanks and brackets, so everything up to the last ')' goes.
process_read() {
  { read -r stat_line <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086 # the fields are numbers
  set -- ${stat_line##*) }
  P_STATE=$1
  # shellcheck disable=SC2034 # for whoever asks
  P_PARENT=$2
  P_START=${20}
}

# process_runs PID NAME: PID is alive, not a zombie, and runs an executable called NAME.
process_runs() {
  process_read "$1" || return 1
  [ "$P_STATE" != Z ] && [ "$P_STATE" != X ] || return 1
  executable=$(readlink "/proc/$1/exe") || return 1
  # The kernel adds this when a package update replaced the file.
  executable=${executable% (deleted)}
  # Anybody may call a program dockerd; only root's is the daemon. A user namespace's root is its user's here.
  [ "${executable##*/}" = "$2" ] && [ "$(stat -c %u "/proc/$1" 2>/dev/null)" = "$process_owner" ]
}

# process_daemon PID NAME: as process_runs, and no child that such a process has forked: that has its parent's name and program
# until it has become what it is to run (runc, iptables, a shim).
process_daemon() { process_runs "$1" "$2" && ! process_runs "$P_PARENT" "$2"; }

process_alive() {
  process_read "$1" && [ "$P_STATE" != Z ] && [ "$P_STATE" != X ]
}

# started_after PID FILE: the process began more than 2 s after the file was written, so the file means another.
started_after() {
  process_read "$1" || return 1
  boot=$(sed -n 's/^btime //p' /proc/stat)
  written=$(stat -c %Y "$2" 2>/dev/null) || return 1
  # User space always sees 100 ticks a second on Linux (proc(5), sysconf(_SC_CLK_TCK)).
  [ $((boot + P_START / 100)) -gt $((written + 2)) ]
}

# pid_in FILE: sets PID_FOUND to the number FILE holds; false when it holds none. dockerd 20.10 trips over a newline
# that newer engines take, so both are read.
pid_in() {
  PID_FOUND=
  { read -r PID_FOUND <"$1" || [ -n "$PID_FOUND" ]; } 2>/dev/null || return 1
  case $PID_FOUND in
    '' | *[!0-9]* | ??????????*) return 1 ;;
  esac
}

# stale_reason FILE NAME: sets STALE to why the process id in FILE is not a living NAME's; false when it is one.
# dockerd and containerd themselves only ask whether the number is in use: a zombie or a stranger then blocks the start.
stale_reason() {
  if ! pid_in "$1"; then
    # Something longer than a number is not a PID file, whatever daemon.json calls it.
    [ "$(stat -c %s "$1")" -le 32 ] || return 1
    STALE='it holds no process id'
  elif ! process_read "$PID_FOUND"; then
    STALE="process $PID_FOUND is gone"
  elif [ "$P_STATE" = Z ] || [ "$P_STATE" = X ]; then
    STALE="process $PID_FOUND is a zombie"
  elif ! process_runs "$PID_FOUND" "$2"; then
    STALE="process $PID_FOUND is not $2 but ${executable:-unknown}"
  elif started_after "$PID_FOUND" "$1" && ! runs_our_config "$PID_FOUND"; then
    STALE="process $PID_FOUND began after the file was written"
  else
    return 1
  fi
}

# runs_our_config PID: a containerd that was started for this daemon, by us or by dockerd itself. Its command line says so,
# whatever the clock did since: a step of the clock moves every start time and no file's.
runs_our_config() {
  { tr '\000' '\n' <"/proc/$1/cmdline"; } 2>/dev/null | grep -qxF -e "$RUN_DIR/containerd.toml" -e "$exec_root/containerd/containerd.toml"
}

# wait_gone PID MS: waits until PID has ended (a zombie has), at most MS milliseconds; false when it has not.
wait_gone() {
  now_ms
  gone_began=$NOW_MS
  while process_alive "$1"; do
    now_ms
    [ $((NOW_MS - gone_began)) -lt "$2" ] || return 1
    poll_pause $((NOW_MS - gone_began))
  done
}

# poll_pause MS: between two looks at what was waited for so long. What takes longer than a second is looked at less often: a
# look costs a process, which whatever is waited for has to share the CPU with.
poll_pause() {
  if [ "$1" -lt 1000 ]; then sleep 0.01; else sleep 0.05; fi
}
