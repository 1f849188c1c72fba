# shellcheck shell=sh
# Remedies for what a container is given by whoever started it: mounts, cgroups, forwarding, access to the socket.

# in_container: the machine's own mounts and cgroups are nobody's to change from here.
in_container() {
  container_evidence
  [ -n "$EVIDENCE" ] || action_not "This is no container, so $1 is left to the machine."
}

# faults_end: what nesting.sh found that it could not change is the result.
faults_end() {
  [ -z "$NESTING_FAULT" ] || action_refuse not-applicable "$NESTING_FAULT"
}

action_share_root_mount() {
  in_container "the propagation of mounts"
  nesting_changes=0 NESTING_FAULT=
  undo_open "$action"
  propagation_private | while IFS= read -r dir; do
    undo_note private "$dir"
  done
  propagation_share
  faults_end
  if [ "$nesting_changes" -eq 0 ]; then
    undo_drop
    action_so "Mounts are shared already."
  fi
  action_applied "Mounts are shared, so that volumes with rshared work."
}

# undo_private DIR: mountinfo's escapes (\040) are what printf %b reads.
undo_private() {
  dir=$(printf '%b' "$1")
  # mount follows a link, and a user's mount point is the user's to replace by one.
  if [ "$(readlink -f "$dir")" != "$dir" ]; then
    step undo.private skipped "$dir is not the folder it was."
  elif said=$(mount --make-private "$dir" 2>&1); then
    step undo.private changed "$dir is private again."
  else
    step undo.private skipped "$dir stays shared (${said##*: })."
  fi
}

# Three faults, one preparation: each is seen apart by whoever diagnoses, and mended only in this order.
action_remount_cgroup_writable() { prepare_cgroups; }
action_mount_cgroup() { prepare_cgroups; }
action_delegate_cgroups() { prepare_cgroups; }

# The same as `prepare` does with cgroups: what is missing mounted, what is read-only made writable, and on v2 every
# controller handed on, a threaded tree repaired first.
prepare_cgroups() {
  in_container "its cgroups"
  nesting_changes=0 NESTING_FAULT='' CGROUP_PARENT=''
  warnings_forget cgroup
  undo_open "$action"
  cgroup_mounts >"$RECORD/mounts"
  cgroup_mode
  if [ "$CGROUP_MODE" = v2 ] && [ -r $CGROUPS/cgroup.subtree_control ]; then
    cat $CGROUPS/cgroup.subtree_control >"$RECORD/controllers"
  fi
  undo_note cgroups
  cgroup_prepare
  if [ "$nesting_changes" -eq 0 ]; then
    faults_end
    undo_drop
    action_so "The cgroups are ready for a daemon already."
  fi
  # What was changed stays undoable, although not everything could be.
  [ -z "$NESTING_FAULT" ] || fail not-applicable "$NESTING_FAULT"
  action_applied "The cgroups are ready for a daemon: $nesting_changes thing(s) were changed."
}

# cgroup_mounts: prints what is mounted at and below the folder of cgroups, with ro or rw.
cgroup_mounts() {
  awk -v folder="$CGROUPS" '$5 == folder || index($5, folder "/") == 1 {
    print $5, ("," $6 ",") ~ /,ro,/ ? "ro" : "rw", $4 }' /proc/self/mountinfo
}

undo_cgroups() {
  [ ! -e "$RECORD/controllers" ] || undo_delegation || return 1
  # Deepest first: what is in the folder is taken off before the folder is read-only again.
  cgroup_mounts | sort -r | while read -r dir mode root; do
    if ! grep -qxF -e "$dir rw $root" -e "$dir ro $root" "$RECORD/mounts"; then
      umount "$dir" || exit 1
      step undo.cgroup changed "Took off the mount on $dir."
    elif [ "$mode" = rw ] && ! grep -qxF -e "$dir rw $root" "$RECORD/mounts"; then
      mount -o remount,bind,ro "$dir" || exit 1
      step undo.cgroup changed "$dir is read-only again."
    fi
  done || {
    undo_fault="a mount below $CGROUPS is in use."
    return 1
  }
}

# undo_delegation: takes back the controllers that were not handed on before and lets the processes out of the leaf.
undo_delegation() {
  GROUP=$CGROUPS GROUP_LEAF=$CGROUPS/$LEAF
  [ -e "$GROUP/cgroup.type" ] && [ -d "$GROUP_LEAF" ] || return 0
  busy=$(threaded_busy)
  if [ -n "$busy" ]; then
    undo_fault="containers or the daemon run in $busy: stop them first."
    return 1
  fi
  read -r before <"$RECORD/controllers" || before=
  read -r held <"$GROUP/cgroup.subtree_control" || held=
  for controller in $held; do
    case " $before " in
      *" $controller "*) ;;
      *)
        cgroup_write "$GROUP/cgroup.subtree_control" "-$controller" || {
          undo_fault="$controller is in use below ($REFUSED)."
          return 1
        }
        ;;
    esac
  done
  # A group that hands on controllers takes no processes.
  [ -z "$before" ] || return 0
  while read -r pid; do
    cgroup_write "$GROUP/cgroup.procs" "$pid" || :
  done <"$GROUP_LEAF/cgroup.procs"
  rmdir "$GROUP_LEAF" 2>/dev/null || :
  step undo.cgroup changed "Took the controllers back and let the processes out of $GROUP_LEAF."
}

action_mount_securityfs() {
  in_container "what it mounts"
  nesting_changes=0
  undo_open "$action"
  undo_note mounted "$SECURITYFS"
  securityfs_mount
  [ "$nesting_changes" -gt 0 ] || undo_drop
  if [ "$MOUNT_TYPE" = securityfs ]; then
    action_so "securityfs is mounted already."
  fi
  [ "$nesting_changes" -gt 0 ] || action_not "securityfs cannot be mounted here: run this container with --privileged."
  action_applied "securityfs is mounted, so that AppArmor's state can be read: restart the daemon."
}

# undo_mounted DIR
undo_mounted() {
  mount_find "$1"
  if [ -z "$MOUNT_TYPE" ]; then
    step undo.mounted skipped "Nothing is mounted on $1 (any more)."
    return 0
  fi
  umount "$1" || {
    undo_fault="$1 is in use."
    return 1
  }
  step undo.mounted changed "Took off the mount on $1."
}

# Without it the engine can switch nothing on or off in the network of containers.
action_remount_proc_sys() {
  in_container "/proc/sys"
  mount_find /proc/sys
  case ,$MOUNT_OPTIONS, in
    *,ro,*) ;;
    *) action_so "/proc/sys is not mounted read-only." ;;
  esac
  undo_open "$action"
  undo_note readonly /proc/sys
  said=$(mount -o remount,bind,rw /proc/sys 2>&1) ||
    action_refuse not-applicable "/proc/sys cannot be made writable (${said##*: }): run this container with --privileged."
  step network.sysctl changed "/proc/sys is writable."
  action_applied "/proc/sys is writable."
}

# undo_readonly DIR
undo_readonly() {
  mount -o remount,bind,ro "$1" || {
    undo_fault="$1 could not be made read-only."
    return 1
  }
  step undo.readonly changed "$1 is read-only again."
}

# dockerd sets this itself when it starts, unless daemon.json says otherwise; a sysctl tool may have taken it back.
action_set_ip_forward() {
  forward=/proc/sys/net/ipv4/ip_forward
  value=$(cat $forward 2>/dev/null) || action_not "There is no $forward here."
  [ "$value" = 0 ] || action_so "IPv4 forwarding is on."
  if [ -s "$DAEMON_JSON" ] && jq -e '.["ip-forward"] == false' "$DAEMON_JSON" >/dev/null 2>&1; then
    action_not "$DAEMON_JSON says that the daemon is not to forward (ip-forward: false): it is left so."
  fi
  in_container "its forwarding"
  # The rules that keep others from using this container as a router come with the daemon.
  [ -n "$DAEMON_PID" ] || action_not "dockerd does not run; it turns forwarding on itself when it starts: dind-helper start."
  undo_open "$action"
  undo_note sysctl $forward "$value"
  cgroup_write $forward 1 || action_refuse not-applicable "$forward cannot be written ($REFUSED): start this container with --sysctl net.ipv4.ip_forward=1 or --privileged."
  step network.forward changed "IPv4 forwarding is on."
  action_applied "IPv4 forwarding is on, so that containers reach the network."
}

# undo_sysctl PATH VALUE
undo_sysctl() {
  cgroup_write "$1" "$2" || {
    undo_fault="$1 cannot be written: $REFUSED."
    return 1
  }
  step undo.sysctl changed "$1 is $2 again."
}

action_grant_socket_access() { socket_access_restore; }
action_close_socket() { socket_access_restore; }

# Users that lost their access, and a socket that everybody can use: both are set as helper.conf says.
socket_access_restore() {
  [ -S "$socket" ] || action_so "There is no socket at $socket."
  ! socket_mounted || action_not "The socket $socket is mounted from outside: its access is not this container's to give."
  action_socket=$(real_path "$socket")
  plain -S "$action_socket" || action_not "$socket is a link: the access to what it leads to is not this helper's to give."
  root_folder "${action_socket%/*}" || action_not "A folder above $socket can be written by others than root."
  [ -n "$DAEMON_PID" ] || action_not "No dockerd of this container runs, so $socket is nobody's: dind-helper start."
  undo_open "$action"
  socket_identity >"$RECORD/socket"
  socket_access >"$RECORD/before"
  undo_note access "$action_socket"
  access_apply
  socket_access >"$RECORD/after"
  if cmp -s "$RECORD/before" "$RECORD/after"; then
    undo_drop
    action_so "The access to $socket is as helper.conf says already."
  fi
  action_applied "The access to $socket is as helper.conf says."
}

# socket_access: prints mode and ACL of the socket, as setfacl --set-file reads the latter.
socket_access() {
  if command -v getfacl >/dev/null; then
    getfacl --absolute-names --omit-header --no-effective --numeric "$action_socket"
  else
    stat -c %a "$action_socket"
  fi
}

# socket_identity: prints what tells this socket from any other at its place: itself, and the daemon that serves it.
socket_identity() {
  process_read "${DAEMON_PID:-0}" || P_START=0
  printf '%s %s %s\n' "$(stat -c %d:%i "$action_socket")" "${DAEMON_PID:-0}" "$P_START"
}

# undo_access PATH
undo_access() {
  if [ ! -S "$1" ] || [ -L "$1" ]; then
    step undo.access skipped "There is no socket at $1 now."
    return 0
  fi
  action_socket=$1
  # A daemon makes its socket anew and gives it the access that is configured now; the access of the old one may be more.
  [ "$(socket_identity)" = "$(cat "$RECORD/socket" 2>/dev/null)" ] || {
    undo_fault="$1 is not the socket whose access was changed: the daemon was started anew since."
    return 1
  }
  # Whoever was refused access since would have it again.
  [ ! -e "$RECORD/after" ] || socket_access | cmp -s - "$RECORD/after" || {
    undo_fault="the access to $1 is not as the action left it: who may use it now was decided since."
    return 1
  }
  if command -v setfacl >/dev/null; then
    setfacl --set-file="$RECORD/before" "$1" || {
      undo_fault="setfacl refused."
      return 1
    }
    step undo.access changed "$1 has the access it had before."
  else
    chmod "$(cat "$RECORD/before")" "$1"
    step undo.access changed "$1 has the mode it had before."
  fi
}
