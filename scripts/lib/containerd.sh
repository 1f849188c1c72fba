# shellcheck shell=sh
# A containerd of our own, at the very places where dockerd would keep its managed one (socket, state, content), so that
# either can take over from the other. Why not leave it to dockerd: a managed containerd dies with dockerd, its zombie
# then blocks the next start for 15 s (moby/moby#40292), and every clean stop waits a second for it.

# containerd_ready: sets CONTAINERD_PID to our living containerd; false when there is none that could answer.
# A stopped one (T) is as good as none: dockerd answers pings beside it and cannot run a container.
containerd_ready() {
  CONTAINERD_PID=
  containerd_find
  [ -n "$CONTAINERD_PID" ] && process_runs "$CONTAINERD_PID" containerd || return 1
  [ "$P_STATE" != T ] && [ "$P_STATE" != t ] && [ -S "$exec_root/containerd/containerd.sock" ]
}

# containerd_find: sets CONTAINERD_PID from the PID file, else by looking for one that runs our configuration in our mounts:
# two on one database block each other for ever.
containerd_find() {
  if pid_in "$exec_root/containerd/containerd.pid" && process_runs "$PID_FOUND" containerd; then
    CONTAINERD_PID=$PID_FOUND
    return 0
  fi
  namespace_load
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    [ "$comm" = containerd ] || continue
    process_runs "${dir#/proc/}" containerd || continue
    runs_our_config "${dir#/proc/}" || continue
    ! in_our_mounts "${dir#/proc/}" || CONTAINERD_PID=${dir#/proc/}
  done
}

# containerd_ensure: leaves a working containerd alone, else replaces it. Running containers are not containerd's
# children but their shims', and stay.
containerd_ensure() {
  [ -z "$json_has_containerd" ] || return 0
  namespace_join
  if containerd_ready && namespace_holds "$CONTAINERD_PID"; then
    step containerd.launch ok "containerd runs with process id $CONTAINERD_PID."
    return 0
  fi
  containerd_end KILL
  stage containerd.launch "Starting containerd."
  mkdir -p "$exec_root/containerd"
  rm -f "$exec_root/containerd/containerd.sock" "$exec_root/containerd/containerd.sock.ttrpc"
  # cri is Kubernetes' interface: not used, slow to load, and it would open a port.
  cat >"$RUN_DIR/containerd.toml" <<END
version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
root = "$data_root/containerd/daemon"
state = "$exec_root/containerd/daemon"
[grpc]
  address = "$exec_root/containerd/containerd.sock"
END
  launch_exec containerd --config "$RUN_DIR/containerd.toml" --log-level warn \
    >>"$state_log" 2>&1 </dev/null 9>&- &
  CONTAINERD_PID=$!
  namespace_record "$CONTAINERD_PID"
  # Without a newline: dockerd 20.10 cannot parse one.
  printf '%d' "$CONTAINERD_PID" >"$exec_root/containerd/containerd.pid"
  step containerd.launch changed "Started containerd with process id $CONTAINERD_PID."
}

# containerd_end SIGNAL: ends our containerd, if it lives, and removes its PID file.
containerd_end() {
  file=$exec_root/containerd/containerd.pid
  CONTAINERD_PID=
  containerd_find
  if [ -n "$CONTAINERD_PID" ]; then
    ending=$CONTAINERD_PID
    kill "-$1" "$ending" 2>/dev/null || :
    if ! wait_gone "$ending" 5000; then
      kill -KILL "$ending" 2>/dev/null || :
      wait_gone "$ending" 5000 || fail not-stopped "containerd with process id $ending does not end, even after SIGKILL."
    fi
  fi
  rm -f "$file"
}

# containers_live: sets CONTAINERS to the number of containers whose tasks containerd still holds.
containers_live() {
  CONTAINERS=0
  for dir in "$exec_root"/containerd/daemon/io.containerd.runtime.v2.task/moby/*/; do
    [ ! -d "$dir" ] || CONTAINERS=$((CONTAINERS + 1))
  done
}
