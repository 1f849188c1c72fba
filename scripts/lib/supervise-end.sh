# shellcheck shell=sh
# The end: the container was told to stop, and whoever told it kills everything after a while. Inside that time
# containers, dockerd and containerd end in this order, and what did not end by itself is named.

# Of the budget, so long is kept back for ending what did not listen.
SHUTDOWN_RESERVE_MS=2000

# supervise_end: the supervisor was asked to end, by the container's end as a rule.
supervise_end() {
  step supervise.end started "Asked to end (SIG$ending): the daemon is stopped within $shutdown_budget s."
  now_ms
  end_began=$NOW_MS
  run_self .shutdown
  now_ms
  state_field message
  history_add shutdown "${FIELD:-The daemon was stopped.}" $((NOW_MS - end_began))
  rm -f "$SUPERVISOR_FILE" "$SUPERVISOR_FILE.ready"
  if [ "$RUN_STATUS" -eq 0 ]; then
    succeed stopped "The supervisor has ended; the daemon is stopped."
  fi
  fail not-stopped "The supervisor has ended, but the daemon could not be stopped in $shutdown_budget s. $FIELD"
}

# verb_shutdown: what a supervisor runs at its end.
verb_shutdown() {
  settings_load
  init_find
  [ "$INIT" = none ] || fail conflict "$INIT owns the Docker daemon and ends it itself."
  shutdown_ends_ms=$((BEGAN_MS + shutdown_budget * 1000))
  if [ "$shutdown_budget" -gt 4 ]; then
    shutdown_kill_ms=$((shutdown_ends_ms - SHUTDOWN_RESERVE_MS))
  else
    shutdown_kill_ms=$((BEGAN_MS + shutdown_budget * 500))
  fi
  shutdown_lock
  begin stopping
  find_daemon
  [ -n "$DAEMON_PID" ] || { CONTAINERD_PID='' && containerd_ready; } || succeed already-stopped "The Docker daemon was not running."
  unfinished=
  tasks_find
  if [ -n "$DAEMON_PID" ]; then
    [ -z "$TASKS" ] || tasks_ask_daemon
    shutdown_dockerd
  fi
  tasks_end
  if [ -z "$json_has_containerd" ]; then
    containerd_end TERM
  fi
  clean_leftovers
  now_ms
  if [ -n "$unfinished" ]; then
    succeed stopped "The Docker daemon is stopped after $((NOW_MS - BEGAN_MS)) ms. Not ended by itself, so killed: $unfinished."
  fi
  succeed stopped "The Docker daemon is stopped after $((NOW_MS - BEGAN_MS)) ms; everything in it ended by itself."
}

# shutdown_lock: whoever is at work is cancelled, and not waited for longer than the outer patience allows.
shutdown_lock() {
  run_dir_ready
  lock_file "$RUN_DIR/lock"
  exec 9>>"$RUN_DIR/lock"
  if ! flock -n 9; then
    holder_describe
    step lock.wait started "Cancelling $HOLDER, because the container ends."
    [ -z "$HOLDER_PID" ] || kill -TERM "$HOLDER_PID" 2>/dev/null || :
    until flock -n 9; do
      now_ms
      if [ "$NOW_MS" -ge $((BEGAN_MS + 2000)) ]; then
        step lock.wait failed "It does not end; the daemon is stopped all the same."
        break
      fi
      sleep 0.02
    done
  fi
  lock_take_over
  # Nobody cancels this: what is not ended now is killed in a moment.
  trap '' TERM INT HUP
}

# tasks_find: sets TASKS to the containers that run, one "ID PID" a line.
tasks_find() {
  TASKS=
  for dir in "$exec_root"/containerd/daemon/io.containerd.runtime.v2.task/moby/*/; do
    pid_in "${dir}init.pid" || continue
    process_alive "$PID_FOUND" || continue
    dir=${dir%/}
    TASKS="$TASKS${dir##*/} $PID_FOUND
"
  done
}

# task_setting ID FILE FILTER DEFAULT: sets SETTING to what dockerd keeps of a container.
task_setting() {
  SETTING=$(jq -r "$3 // \"\"" "$data_root/containers/$1/$2" 2>/dev/null) || SETTING=
  SETTING=${SETTING:-$4}
}

# tasks_ask_daemon: dockerd stops containers best: it records how they ended and keeps their last words. But it also
# notes that somebody stopped them, and those with the policy unless-stopped would then not come back at the next start:
# they are left to the end of dockerd.
tasks_ask_daemon() {
  http_get /_ping 1 || return 0
  now_ms
  seconds=$(((shutdown_kill_ms - NOW_MS) / 1000))
  ! tasks_keep_policy || seconds=$((seconds / 2))
  [ $seconds -ge 1 ] || return 0
  stage containers.stop "Stopping containers, $seconds s for those that take their time."
  asked='' asked_ids=''
  while read -r id pid; do
    [ -n "$id" ] || continue
    task_setting "$id" hostconfig.json .RestartPolicy.Name no
    [ "$SETTING" != unless-stopped ] || continue
    asked="$asked $pid" asked_ids="$asked_ids $id"
    http_post "/containers/$id/stop?t=$seconds" $((seconds + 2)) &
  done <<END
$TASKS
END
  for pid in $asked; do
    while process_alive "$pid"; do
      now_ms
      [ "$NOW_MS" -lt "$shutdown_kill_ms" ] || break
      sleep 0.02
    done
  done
  # Their deaths must reach dockerd before its own end, or it will not know how they ended.
  asked_until=$((NOW_MS + 3000))
  [ $asked_until -le "$shutdown_kill_ms" ] || asked_until=$shutdown_kill_ms
  for dir in "$exec_root"/containerd/daemon/io.containerd.runtime.v2.task/moby/*/; do
    while [ -d "$dir" ] && pid_in "${dir}init.pid" && ! process_alive "$PID_FOUND" && [ "$NOW_MS" -lt $asked_until ]; do
      sleep 0.02
      now_ms
    done
  done
  # It holds a container's lock from there until it has written down how that ended; a question about the container waits
  # for the lock.
  for id in $asked_ids; do
    now_ms
    [ "$NOW_MS" -lt $asked_until ] || break
    http_get "/containers/$id/json" 1 || :
  done
  step containers.stop changed "Containers were told to stop."
}

# tasks_keep_policy: true when a running container has the policy unless-stopped.
tasks_keep_policy() {
  while read -r id _; do
    [ -n "$id" ] || continue
    task_setting "$id" hostconfig.json .RestartPolicy.Name no
    [ "$SETTING" != unless-stopped ] || return 0
  done <<END
$TASKS
END
  return 1
}

# shutdown_dockerd: one SIGTERM. Where it stops containers itself (no live-restore) and these do not listen, they are
# killed when the time comes, so that dockerd still ends in order.
shutdown_dockerd() {
  stage daemon.stop "Stopping dockerd, process id $DAEMON_PID."
  kill -TERM "$DAEMON_PID" 2>/dev/null || :
  kill -CONT "$DAEMON_PID" 2>/dev/null || :
  shutdown_wait "$DAEMON_PID" "$shutdown_kill_ms" && return 0
  tasks_kill
  shutdown_wait "$DAEMON_PID" $((shutdown_ends_ms - 500)) && return 0
  kill -KILL "$DAEMON_PID" 2>/dev/null || :
  unfinished="$unfinished${unfinished:+, }dockerd"
  wait_gone "$DAEMON_PID" 1000 || fail not-stopped "dockerd with process id $DAEMON_PID does not end, even after SIGKILL."
}

# shutdown_wait PID UNTIL_MS
shutdown_wait() {
  now_ms
  [ "$2" -gt "$NOW_MS" ] || return 1
  wait_gone "$1" $(($2 - NOW_MS))
}

# tasks_end: containers that live-restore kept: each gets its own stop signal, then the rest of the time, then SIGKILL.
# dockerd is not there to start them again, and at its next start does so as their policy says.
tasks_end() {
  tasks_find
  [ -n "$TASKS" ] || return 0
  stage containers.stop "Ending containers that outlived dockerd."
  while read -r id pid; do
    [ -n "$id" ] || continue
    task_setting "$id" config.v2.json .Config.StopSignal TERM
    case ${SETTING#SIG} in
      *[!A-Z0-9+]*) SETTING=TERM ;;
    esac
    kill -s "${SETTING#SIG}" "$pid" 2>/dev/null || :
  done <<END
$TASKS
END
  while read -r _ pid; do
    [ -n "$pid" ] || continue
    shutdown_wait "$pid" "$shutdown_kill_ms" || :
  done <<END
$TASKS
END
  tasks_kill
}

# tasks_kill: what still runs is killed and named.
tasks_kill() {
  tasks_find
  while read -r id pid; do
    [ -n "$id" ] || continue
    kill -KILL "$pid" 2>/dev/null || :
    wait_gone "$pid" 1000 || :
    task_setting "$id" config.v2.json .Name "$id"
    unfinished="$unfinished${unfinished:+, }container ${SETTING#/}"
  done <<END
$TASKS
END
}
