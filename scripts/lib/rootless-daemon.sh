# shellcheck shell=sh
# Starting, stopping and watching a user's own daemon. rootlesskit makes the namespaces, and its life is the daemon's: what
# is in there cannot be kept over a restart, so there is no live-restore.

launched_pid=

# rootless_inner FLAGS...: what rootlesskit runs, root in the user namespace. /run is a copy there, whose links into the
# machine's own would be used by the daemon and by iptables.
rootless_inner() {
  rm -rf /run/docker /run/containerd /run/xtables.lock
  exec dockerd "$@"
}

# find_own: sets DAEMON_PID and KIT_PID to the living ones, empty when there is none.
find_own() {
  DAEMON_PID='' KIT_PID=''
  if pid_in "$pidfile" && process_runs "$PID_FOUND" dockerd; then
    DAEMON_PID=$PID_FOUND
  fi
  if pid_in "$kit_pid_file" && process_runs "$PID_FOUND" rootlesskit; then
    KIT_PID=$PID_FOUND
  fi
}

set_out() {
  take_lock
  begin "$1"
  find_own
}

verb_start() {
  set_out starting
  if [ -n "$DAEMON_PID" ]; then
    if http_get /_ping "$start_timeout"; then
      succeed already-running "Your Docker daemon was running already, process id $DAEMON_PID." "$DAEMON_PID"
    fi
    fail not-ready "Your dockerd runs with process id $DAEMON_PID but does not answer on $socket: restart it."
  fi
  start_own
  succeed started "Your Docker daemon runs, process id $DAEMON_PID. DOCKER_HOST=unix://$socket" "$DAEMON_PID"
}

start_own() {
  refuse_strangers
  : >"$WARNINGS_FILE"
  check_all
  leftovers_remove
  log_rotate mv
  [ -e "$state_log" ] || (umask 077 && : >"$state_log")
  launch
  await
}

# refuse_strangers: something that is no daemon of ours answers on the socket.
refuse_strangers() {
  [ -S "$socket" ] && socket_taken || return 0
  fail foreign "Another program listens on $socket: it is left alone."
}

# leftovers_remove: what a daemon that was killed left: its namespace's other half, the shims of its containers, its files.
leftovers_remove() {
  find_own
  if [ -n "$KIT_PID" ]; then
    end_tree "$KIT_PID"
    step leftovers changed "Ended rootlesskit, process id $KIT_PID, whose daemon is gone."
  fi
  shims_end
  for pair in "$pidfile dockerd" "$kit_pid_file rootlesskit" "$exec_root/containerd/containerd.pid containerd"; do
    file=${pair% *}
    if [ -e "$file" ] && stale_reason "$file" "${pair##* }"; then
      rm -f "$file"
      step leftovers changed "Removed $file: $STALE."
    fi
  done
  if [ -S "$socket" ]; then
    rm -f "$socket"
    step leftovers changed "Removed the socket $socket, on which nobody answers."
  elif [ -e "$socket" ]; then
    fail socket-path "There is something else than a socket at $socket: move it away."
  fi
  rm -rf "$kit_state"
  # dockerd leaves its folders of this life, some closed even to their owner; no process is left that would use them.
  [ -d "$exec_root" ] || return 0
  chmod -R u+rwX "$exec_root" 2>/dev/null || :
  rm -rf "$exec_root" 2>/dev/null || step leftovers skipped "Something in $exec_root cannot be removed; the next daemon goes over it."
}

# shims_end: containers outlive a daemon that was killed, in namespaces that nobody can enter any more. Their shims are known by
# the address of our containerd, and everything in a container is a descendant of its shim.
shims_end() {
  for dir in /proc/[0-9]*; do
    pid=${dir#/proc/}
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    case $comm in containerd-shim*) ;; *) continue ;; esac
    [ "$(stat -c %u "$dir" 2>/dev/null)" = "$process_owner" ] || continue
    tr '\000' '\n' <"$dir/cmdline" 2>/dev/null | grep -qxF "$exec_root/containerd/containerd.sock" || continue
    end_tree "$pid"
    step leftovers changed "Ended a container that had outlived its daemon, process id $pid."
  done
}

# end_tree PID: kills it and all its descendants, the youngest first.
end_tree() {
  tree=$(descendants_stopped "$1")
  for member in $tree "$1"; do
    kill -KILL "$member" 2>/dev/null || :
  done
  for member in $tree "$1"; do
    wait_gone "$member" 5000 || :
  done
}

# descendants_stopped PID: prints all its descendants, the youngest first. Each process is stopped before its children are
# read: one that is born after that would be missed.
descendants_stopped() {
  kill -STOP "$1" 2>/dev/null || :
  # shellcheck disable=SC2013 # the numbers stand in one line
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
    descendants_stopped "$child"
    printf '%s\n' "$child"
  done
}

launch() {
  stage daemon.launch "Starting rootlesskit and dockerd."
  log_offset=$(stat -c %s "$state_log")
  mkdir -p "$kit_state"
  setsid rootlesskit --state-dir="$kit_state" --net="$kit_net" --mtu=65520 --disable-host-loopback \
    --port-driver=builtin --copy-up=/etc --copy-up=/run --propagation=rslave \
    "$self" .inner ${cgroupns_flag:+"$cgroupns_flag"} >>"$state_log" 2>&1 </dev/null 9>&- &
  launched_pid=$!
  printf '%s\n' "$launched_pid" >"$kit_pid_file"
  step daemon.launch changed "Started rootlesskit with process id $launched_pid."
}

# await: until the daemon answers a ping. Ends the run when it does not come up.
await() {
  stage daemon.ready "Waiting until dockerd answers."
  now_ms
  await_deadline=$((NOW_MS + start_timeout * 1000))
  while process_alive "$launched_pid"; do
    now_ms
    left=$(((await_deadline - NOW_MS + 999) / 1000))
    if [ $left -le 0 ]; then
      end_tree "$launched_pid"
      launched_pid=
      fail not-ready "dockerd did not answer on $socket within $start_timeout s and was stopped." "$(log_cause)"
    fi
    if [ -S "$socket" ] && http_get /_ping $left; then
      find_own
      launched_pid=
      step daemon.ready ok "dockerd answers on $socket."
      return 0
    fi
    sleep 0.02
  done
  launched_pid=
  shims_end
  fail daemon-exited "The daemon ended while it was starting." "$(log_cause)"
}

verb_stop() {
  set_out stopping
  if [ -z "$DAEMON_PID$KIT_PID" ]; then
    refuse_strangers
    leftovers_remove
    succeed already-stopped "Your Docker daemon was not running."
  fi
  stop_own
  succeed stopped "Your Docker daemon is stopped, and its containers with it."
}

# stop_own: dockerd ends its containers, rootlesskit ends with dockerd.
stop_own() {
  stage daemon.stop "Stopping dockerd, process id ${DAEMON_PID:-none}, and its containers."
  if [ -n "$DAEMON_PID" ]; then
    kill -TERM "$DAEMON_PID" 2>/dev/null || :
    process_read "$DAEMON_PID" || :
    case $P_STATE in T | t) kill -CONT "$DAEMON_PID" 2>/dev/null || : ;; esac
    if ! wait_gone "$DAEMON_PID" $((stop_timeout * 1000)); then
      step daemon.stop failed "dockerd did not end within $stop_timeout s and is killed."
    fi
  fi
  [ -z "$KIT_PID" ] || wait_gone "$KIT_PID" 3000 || end_tree "$KIT_PID"
  leftovers_remove
  step daemon.stop changed "dockerd and its namespaces are gone."
}

verb_restart() {
  set_out restarting
  if [ -n "$DAEMON_PID$KIT_PID" ]; then
    # What a start would miss is told before a working daemon is stopped.
    : >"$WARNINGS_FILE"
    check_all
    stop_own
  fi
  start_own
  succeed restarted "Your Docker daemon was restarted, process id $DAEMON_PID." "$DAEMON_PID"
}

verb_status() {
  find_own
  [ -n "$DAEMON_PID" ] || fail not-running "Your Docker daemon is not running."
  # There are none of a daemon that was started by other means.
  [ ! -e "$WARNINGS_FILE" ] || while IFS= read -r line; do
    step "${line%% *}" failed "${line#* }"
  done <"$WARNINGS_FILE"
  if http_get /_ping 2; then
    succeed running "Your Docker daemon runs and answers on $socket, process id $DAEMON_PID." "$DAEMON_PID"
  fi
  fail not-ready "Your dockerd runs with process id $DAEMON_PID, but does not answer on $socket."
}

# Plain text, not events: whoever asks wants the lines.
verb_logs() {
  [ -e "$state_log" ] || fail not-running "There is no log yet: $state_log does not exist."
  tail -c 262144 "$state_log"
}

verb_cancel() {
  holder_describe
  if [ -n "$HOLDER_PID" ] && kill -TERM "$HOLDER_PID" 2>/dev/null; then
    succeed cancel-sent "Asked to end: $HOLDER."
  fi
  succeed nothing-to-cancel "Nothing is under way."
}

# on_cancel: a daemon that this run launched and that does not answer yet is ended again.
on_cancel() {
  trap '' TERM INT HUP
  [ -z "${asking:-}" ] || kill -TERM "$asking" 2>/dev/null || :
  if [ -n "$launched_pid" ]; then
    end_tree "$launched_pid"
    fail cancelled "The $verb was cancelled; the daemon that was starting has been stopped."
  fi
  fail cancelled "The $verb was cancelled."
}
