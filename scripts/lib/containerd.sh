# shellcheck shell=sh
# A containerd of our own, at the very places where dockerd would keep its managed one (socket, state, content), so that
# either can take over from the other. Why not leave it to dockerd: a managed containerd dies with dockerd, its zombie
# then blocks the next start for 15 s (moby/moby#40292), and every clean stop waits a second for it.

# Where dockerd is told to find its containerd; another's, where that is the one that has its containers.
containerd_address=
# The process that the last containerd_ensure launched; empty where it found one at work.
containerd_launched=

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
    process_daemon "${dir#/proc/}" containerd || continue
    runs_our_config "${dir#/proc/}" || continue
    ! in_our_mounts "${dir#/proc/}" || CONTAINERD_PID=${dir#/proc/}
  done
}

# containerd_ensure: leaves a working containerd alone, else replaces it. Running containers are not containerd's
# children but their shims', and stay.
containerd_ensure() {
  containerd_launched=
  [ -z "$json_has_containerd" ] || return 0
  containerd_address=$exec_root/containerd/containerd.sock
  ! containerd_of_others || return 0
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
  containerd_offset=$(stat -c %s "$state_log" 2>/dev/null) || containerd_offset=0
  launch_exec containerd --config "$RUN_DIR/containerd.toml" --log-level warn \
    >>"$state_log" 2>&1 </dev/null 9>&- &
  CONTAINERD_PID=$! containerd_launched=$!
  namespace_record "$CONTAINERD_PID"
  # Without a newline: dockerd 20.10 cannot parse one.
  printf '%d' "$CONTAINERD_PID" >"$exec_root/containerd/containerd.pid"
  step containerd.launch changed "Started containerd with process id $CONTAINERD_PID."
}

# containerd_ended: the containerd that this run launched lives no more. dockerd would wait a minute for it.
containerd_ended() {
  [ -n "$containerd_launched" ] && ! process_alive "$containerd_launched"
}

# containerd_last_words: sets CONTAINERD_WORDS to how that containerd ended and what it said, on one line, as it goes into the
# log: what it wrote stands above the beginning of dockerd's start, where nobody looks for the reason of a failed one.
containerd_last_words() {
  wait "$containerd_launched" && status=0 || status=$?
  log_offset=$containerd_offset
  said=$(containerd_said)
  ended="exit status $status"
  [ "$status" -le 128 ] || ended="$ended (signal $((status - 128)))"
  CONTAINERD_WORDS="failed to start containerd: $ended${said:+: $said}"
}

# containerd_said: prints its last words as far as they can be told from those of dockerd, which writes into the same log: the
# beginning of a panic, what it says in its own name, a line without time and level, an error from before dockerd's start.
containerd_said() {
  log_since | awk '
    /^[ \t]*$/ { next }
    /^(panic|fatal error): / { if (panic == "") panic = $0; next }
    /^containerd: / { named = substr($0, 13); next }
    /msg"?[=:]"?Starting up/ { dockerd = 1 }
    /^time=/ || /^[{]"/ { if (!dockerd && $0 ~ /level=(error|fatal) /) error = $0; next }
    !dockerd || !/^(failed to |unable to |Error starting )/ { bare = $0 }
    END { print panic != "" ? panic : named != "" ? named : bare != "" ? bare : error }' | cut -c 1-1000
}

# containerd_of_others: uses a containerd again that a launcher or a person started, and that has what is in this data root:
# a second one beside it would not know its containers and images, and the containers would run on without a daemon.
# Ends the run where that one cannot be used. False when there is none.
containerd_of_others() {
  shims=$(shims_elsewhere)
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    [ "$comm" = containerd ] || continue
    other=${dir#/proc/}
    process_daemon "$other" containerd || continue
    ! runs_our_config "$other" || continue
    containerd_listens "$other" || continue
    containerd_has_ours "$other" || continue
    process_read "$other"
    case $P_STATE in
      T | t) fail containers-running "containerd with process id $other, at $ADDRESS, has the containers or images of $data_root and is stopped by a signal: kill -CONT $other, then start Docker again." ;;
    esac
    containerd_address=$ADDRESS
    step containerd.launch ok "containerd with process id $other, at $ADDRESS, is used again: it has the containers or images of $data_root."
    return 0
  done
  [ -n "$shims" ] || return 1
  ADDRESS=$(printf '%s\n' "$shims" | head -n 1)
  fail containers-running "$(printf '%s\n' "$shims" | wc -l | tr -d ' ') container(s) of $data_root run under the containerd at $ADDRESS, which does not run any more. Start that containerd again as it was started before, then start Docker; a restart of this container or machine ends them."
}

# containerd_has_ours PID: it holds containers of this data root; or it was a daemon's that is gone, and there is none of our
# own that could have what is in the data root. ADDRESS and $shims are set.
containerd_has_ours() {
  ! printf '%s\n' "$shims" | grep -qxF -e "$ADDRESS" || return 0
  [ ! -e "$data_root/containerd/daemon/io.containerd.metadata.v1.bolt/meta.db" ] || return 1
  held=$(open_files "$1" | grep '/io\.containerd\.metadata\.v1\.bolt/meta\.db$' | head -n 1)
  # dockerd's namespace in containerd's database.
  [ -n "$held" ] || return 1
  same_place "$1" "$held" || return 1
  grep -q moby "$held" || return 1
  # A client that is connected is a daemon at work, and not one of this place, or there would be nothing to start.
  ! awk -v path="$ADDRESS" '$NF == path && $6 == "03" { found = 1 } END { exit !found }' "/proc/$1/net/unix"
}

# same_place PID PATH: what PID has at that path is what is there for us.
same_place() {
  place_here=$(stat -L -c %d:%i "$2" 2>/dev/null) && [ "$(stat -L -c %d:%i "/proc/$1/root$2" 2>/dev/null)" = "$place_here" ]
}

# shims_elsewhere: prints, for each running container of this data root that a containerd at another place than ours
# started, where that one listens: its shim's own arguments say so. A process in a container is no shim, whatever it is called.
shims_elsewhere() {
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    case $comm in containerd-shim*) ;; *) continue ;; esac
    process_alive "${dir#/proc/}" || continue
    same_place "${dir#/proc/}" / || continue
    [ "$(stat -c %u "$dir" 2>/dev/null)" = "$process_owner" ] || continue
    # shellcheck disable=SC2046 # two words without blanks, or none
    set -- $({ tr '\000' '\n' <"$dir/cmdline"; } 2>/dev/null | awk '
      take { value[take] = $0; take = ""; next }
      /^-(namespace|id|address)$/ { take = $0 }
      END { if (value["-namespace"] == "moby" && value["-id"] ~ /^[0-9a-f]+$/ && value["-address"] ~ /^\/[^ ]+$/)
        print value["-id"], value["-address"] }')
    [ $# -eq 2 ] || continue
    [ -d "$data_root/containers/$1" ] || continue
    [ "$(real_path "$2")" = "$(real_path "$exec_root/containerd/containerd.sock")" ] || printf '%s\n' "$2"
  done
}

# open_files PID: prints what its descriptors lead to.
open_files() {
  # shellcheck disable=SC2012 # one process for all of them, where readlink would be one for each
  ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/^.* -> //p'
}

# containerd_listens PID: sets ADDRESS to the socket on which it serves clients; beside that one is always another for its
# shims. False where none of its sockets is the one at that place here: it is of another root.
containerd_listens() {
  sockets=$(open_files "$1" | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p')
  for ADDRESS in $(printf '%s\n' "$sockets" | awk '
    NR == FNR { held[$1]; next }
    $4 == "00010000" && $7 in held { listens[$8] }
    END { for (path in listens) if ((path ".ttrpc") in listens) print path }' - "/proc/$1/net/unix"); do
    ! same_place "$1" "$ADDRESS" || return 0
  done
  return 1
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
