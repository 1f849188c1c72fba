# shellcheck shell=sh
# Remedies for what ended programs left in the way of the daemon. `start` removes most of it by itself; these are for a
# person who starts the daemon in another way, and each shows that it can be undone.

action_remove_stale_pid_file() {
  leftover_pid "$pidfile" dockerd
}

action_remove_stale_containerd_pid_file() {
  leftover_pid "$exec_root/containerd/containerd.pid" containerd
}

# leftover_pid FILE NAME
leftover_pid() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    action_so "There is no $1."
  fi
  [ -f "$1" ] || action_not "$1 is no plain file: it is left alone."
  [ "$2" != dockerd ] || action_needs_stopped "$1"
  stale_reason "$1" "$2" ||
    action_not "$1 is not stale: it names a living $2, or it is no file of process ids."
  undo_open "$action"
  move_aside "$1" leftovers
  action_applied "$1 is out of the way: $STALE."
}

action_remove_dead_socket() {
  # One that is just starting does not listen yet.
  action_needs_stopped "$socket"
  dead_socket "$socket" "the daemon's socket"
}

# A dead socket there makes dockerd wait for a system containerd that does not exist (moby/moby#39640).
action_remove_dead_containerd_socket() {
  CONTAINERD_PID=
  containerd_find
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    case "$comm ${dir#/proc/}" in
      "containerd $CONTAINERD_PID") continue ;;
      containerd*) ;;
      *) continue ;;
    esac
    ! process_daemon "${dir#/proc/}" containerd ||
      action_not "A containerd of the system runs, process id ${dir#/proc/}: its socket is left alone."
  done
  dead_socket /run/containerd/containerd.sock "the socket of a system containerd"
}

# dead_socket PATH WORDS
dead_socket() {
  socket=$1
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    action_so "There is no $1."
  fi
  plain -S "$1" || action_not "$1 is no socket: it is left alone."
  ! socket_mounted || action_not "$1 is mounted from outside: only who mounted it can mend it."
  # The number that says that nobody listens, not merely that nobody answered.
  http_get /_ping 2 || :
  [ -n "$HTTP_REFUSED" ] || action_not "A program listens on $1: it is left alone."
  undo_open "$action"
  move_aside "$1" leftovers
  action_applied "$1, $2, is out of the way: nobody listened on it."
}

# What a container runtime makes where a bind mount had no source.
action_remove_socket_directory() {
  plain -d "$socket" || action_so "There is no folder at $socket."
  ! socket_mounted || action_not "The folder at $socket is mounted from outside: only who mounted it can mend it."
  folder=$(real_path "$socket")
  root_folder "${folder%/*}" || action_not "A folder above $folder can be written by others than root: remove it yourself."
  [ -z "$(ls -A "$folder")" ] || action_not "The folder at $folder is not empty: look at what it holds and move it away."
  undo_open "$action"
  undo_note folder "$folder" "$(stat -c '%a %u %g' "$folder")"
  # Takes nothing but an empty folder, whatever happened since the look.
  rmdir "$folder" 2>/dev/null || action_refuse not-applicable "The folder at $folder could not be removed."
  step leftovers changed "Removed the empty folder $folder."
  action_applied "The empty folder at $folder is gone, so that the daemon's socket can be there."
}

# dockerd takes this folder for a running systemd, and on cgroup v2 asks it for every container.
action_remove_leaked_systemd_folder() {
  leaked=/run/systemd/system
  [ -d "$leaked" ] || action_so "There is no $leaked."
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    [ "$comm" != systemd ] || action_not "systemd runs here, process id ${dir#/proc/}: $leaked is its own."
  done
  mount_find "$leaked"
  [ -z "$MOUNT_TYPE" ] || action_not "$leaked is mounted from outside: only who mounted it can mend it."
  own_pid_namespace || action_not "This shows the machine's processes, so $leaked may be the machine's: it is left alone."
  undo_open "$action"
  move_aside "$leaked" leftovers
  action_applied "$leaked is out of the way: no systemd runs here. Restart the daemon, so that it keeps the cgroups itself."
}
