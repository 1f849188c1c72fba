# shellcheck shell=sh
# Which daemon is ours, which is somebody else's, and what an ended one left behind.

# find_daemon: sets DAEMON_PID to the living dockerd that is ours (empty when there is none), CONFLICT to words for one
# that is not ours and yet in the way. Every dockerd this PID namespace shows is looked at: a PID file can be missing or
# wrong, and a second dockerd in one network namespace takes the first one's bridge and NAT rules away while the first
# goes on answering; on one data root it hangs; on one socket it leaves the first unreachable.
find_daemon() {
  DAEMON_PID='' CONFLICT=''
  if pid_in "$pidfile" && process_runs "$PID_FOUND" dockerd && ! started_after "$PID_FOUND" "$pidfile"; then
    DAEMON_PID=$PID_FOUND
  fi
  our_net=$(readlink /proc/self/ns/net)
  namespace_load
  our_root=$(stat -L -c %d:%i "$data_root" 2>/dev/null) || our_root=none
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    [ "$comm" = dockerd ] || continue
    other=${dir#/proc/}
    [ "$other" != "$DAEMON_PID" ] || continue
    process_daemon "$other" dockerd || continue
    other_root=$(stat -L -c %d:%i "$dir/root$(data_root_of "$other")" 2>/dev/null) || other_root=unknown
    if [ "$other_root" = "$our_root" ] && in_our_mounts "$other" && [ -z "$DAEMON_PID" ]; then
      DAEMON_PID=$other
    elif [ "$other_root" = "$our_root" ]; then
      CONFLICT="dockerd with process id $other works on the same data root, $data_root"
    elif [ "$(readlink "$dir/ns/net")" = "$our_net" ]; then
      CONFLICT="dockerd with process id $other works in the same network namespace"
    fi
  done
}

# own_flags PID: prints the flags of a dockerd that no start of ours gave it, blanks between them. They would be lost by a
# restart, and with another data root all that the user has.
own_flags() {
  [ -e "$FLAGS_FILE" ] || : >"$FLAGS_FILE"
  { tr '\000' '\n' <"/proc/$1/cmdline"; } 2>/dev/null | tail -n +2 |
    grep -vxF -f "$FLAGS_FILE" -e --live-restore -e "--host=unix://$socket" -e "--containerd=$exec_root/containerd/containerd.sock" \
      -e -H -e --host -e "unix://$socket" | tr '\n' ' ' || :
}

# data_root_of PID: prints the data root of another dockerd: its flag, else its daemon.json, else the default.
data_root_of() {
  given=$({ tr '\000' '\n' <"/proc/$1/cmdline"; } 2>/dev/null | awk '
    take { print; exit }
    /^--data-root=|^-g=|^--graph=/ { sub(/^[^=]*=/, ""); print; exit }
    /^(--data-root|-g|--graph)$/ { take = 1 }')
  if [ -z "$given" ] && [ -f "/proc/$1/root$DAEMON_JSON" ]; then
    given=$(jq -r '.["data-root"] // .graph // ""' "/proc/$1/root$DAEMON_JSON" 2>/dev/null) || :
  fi
  printf '%s\n' "${given:-/var/lib/docker}"
}

# data_locked: a living daemon has the database of volumes in the data root open, and so locked: perhaps one of another
# container with the same data root, which nothing else here shows.
data_locked() {
  held=$data_root/volumes/metadata.db
  [ -f "$held" ] && [ ! -L "$held" ] && ! flock -n "$held" true
}

# socket_mounted: something is mounted on the socket's path, so the daemon behind it is somebody else's. The mount table
# names the real path (/run/docker.sock for /var/run/docker.sock), with blanks as \040.
socket_mounted() {
  real=$(readlink -f "$socket") || real=$socket
  awk -v a="$socket" -v b="$real" '$5 == a || $5 == b { found = 1 } END { exit !found }' /proc/self/mountinfo
}

# refuse_foreign: ends the run when the socket is not ours to serve. Called when no daemon of ours lives.
refuse_foreign() {
  if socket_mounted; then
    fail foreign "The socket $socket is mounted from outside: its daemon is not this container's, so it is not started or restarted from here."
  fi
  # An init system may listen there itself and start the daemon for whoever asks (docker.socket): it is asked instead.
  [ -S "$socket" ] && [ "$INIT" = none ] && socket_taken || return 0
  [ -z "$HTTP_ANSWERED" ] ||
    fail foreign "Another program answers on $socket, but no dockerd of this container does: it is left alone."
  fail foreign "A program listens on $socket and does not answer, and it is no dockerd of this container: it is left alone."
}

# clean_leftovers: removes what ended daemons left, each only when proven stale. Called when no daemon of ours lives.
clean_leftovers() {
  for pair in "$pidfile dockerd" "$exec_root/containerd/containerd.pid containerd"; do
    file=${pair% *}
    [ -e "$file" ] || continue
    if stale_reason "$file" "${pair##* }"; then
      rm -f "$file"
      step leftovers changed "Removed $file: $STALE."
    fi
  done
  if [ -d "$socket" ] && [ ! -L "$socket" ]; then
    # A container runtime makes an empty folder where a bind mount had no source. rmdir takes nothing but an empty one.
    rmdir "$socket" 2>/dev/null ||
      fail socket-path "There is a folder with content at $socket, where the daemon's socket goes: move it away."
    step leftovers changed "Removed the empty folder at $socket."
  elif [ -S "$socket" ]; then
    rm -f "$socket"
    step leftovers changed "Removed the socket $socket, on which nobody answers."
  elif [ -e "$socket" ]; then
    fail socket-path "There is a file at $socket, where the daemon's socket goes: move it away."
  fi
}
