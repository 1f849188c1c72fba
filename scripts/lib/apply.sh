# shellcheck shell=sh
# Remedies a user may ask for by name: a closed list. Each looks for its fault itself, believes nothing the caller says,
# changes as little as mends it, and leaves a record from which `apply undo-ACTION` makes it as it was.
# What each does: apply-leftovers.sh, apply-data.sh, apply-machine.sh.

APPLY_ACTIONS='remove-stale-pid-file remove-stale-containerd-pid-file remove-dead-socket remove-socket-directory
remove-dead-containerd-socket remove-leaked-systemd-folder move-network-database-aside
move-volume-database-aside move-build-cache-aside move-containerd-metadata-aside move-repositories-aside
move-daemon-json-aside share-root-mount remount-cgroup-writable mount-cgroup delegate-cgroups
mount-securityfs remount-proc-sys set-ip-forward grant-socket-access close-socket'

RECORD=

# apply_known NAME: NAME is an action, or undo- and one.
apply_known() {
  for action in $APPLY_ACTIONS; do
    [ "$1" != "$action" ] && [ "$1" != "undo-$action" ] || return 0
  done
  return 1
}

# apply_list: prints every action, one a line. For people: what each is for is said in README.md.
apply_list() {
  for action in $APPLY_ACTIONS; do
    printf '%s\n' "$action" "undo-$action"
  done
}

verb_apply() {
  # In results, in the lock and in the last result it is a verb of its own: two actions are not the same question.
  verb=apply.$1
  places_load
  init_find
  take_lock
  find_daemon
  [ -z "$CONFLICT" ] || fail conflict "Nothing is changed beside a second daemon: $CONFLICT. Stop that one first."
  case $1 in
    undo-*) action_undo "${1#undo-}" ;;
    *)
      action=$1
      "action_$(echo "$1" | tr - _)"
      ;;
  esac
}

# The ends of an action.

# action_applied MESSAGE
action_applied() {
  succeed applied "$1 To undo it: dind-helper apply undo-$action."
}

# action_so MESSAGE: the fault is not there.
action_so() {
  succeed already-so "$1"
}

# action_not MESSAGE: there is something, but not the fault that this action is for; it is left as it is.
action_not() {
  fail not-applicable "$1"
}

# action_refuse CODE MESSAGE: found after the record was opened. A record of nothing done is no record.
action_refuse() {
  [ -z "$RECORD" ] || undo_drop
  fail "$1" "$2"
}

# action_needs_stopped WHAT: for files that a living daemon holds.
action_needs_stopped() {
  [ -z "$DAEMON_PID" ] ||
    action_not "dockerd runs, process id $DAEMON_PID, so $1 is in use and nothing is changed: dind-helper stop first."
}

# action_undo ACTION: the newest record of it, from its last step to its first.
action_undo() {
  undo_prepare
  undo_newest "$1" || succeed nothing-to-undo "There is nothing to undo: $1 was not applied here."
  case $1 in
    move-containerd-metadata-aside) containerd_needs_stopped ;;
  esac
  case $1 in
    remove-stale-* | remove-dead-socket | remove-socket-directory | move-*) action_needs_stopped "what $1 changed" ;;
  esac
  undone=0 undo_fault=
  record_whole || fail not-undone "$1 was not undone: its record in $RECORD is damaged. Look at it, put back what it names, and remove it."
  step undo.record ok "Undoing what was done at ${RECORD##*/}."
  # One word a part: every path in it was checked for blanks before it was written.
  while read -r kind first second third fourth; do
    # Killed before anything was noted.
    [ -n "$kind" ] || continue
    of_this_life "$kind" || break
    "undo_$kind" "$first" "$second" "$third" "$fourth" || break
    undone=$((undone + 1))
  done <<END
$(awk '{ line[NR] = $0 } END { for (i = NR; i > 0; i--) print line[i] }' "$RECORD/steps")
END
  [ -z "$undo_fault" ] || fail not-undone "$1 was not undone: $undo_fault The record stays in $RECORD."
  undo_drop
  succeed undone "It is as it was before $1: $undone thing(s) were put back."
}

# of_this_life KIND: mounts, sysctls and sockets go with the container or the machine; those that are here after a new start
# are not the ones that the action changed, and what was decided for them since is nothing to undo.
of_this_life() {
  case $1 in
    moved | folder) return 0 ;;
  esac
  if [ ! -e "$RECORD/life" ]; then
    undo_fault="its record is of an earlier version, which did not note of which start of this container it is."
    return 1
  fi
  [ "$(life)" != "$(cat "$RECORD/life")" ] || return 0
  undo_fault="this container or machine was started anew since, and what the action changed went with the old one."
  return 1
}

# undo_moved FROM TO: a rename back. What took the place meanwhile is moved aside in its turn, and said; but a daemon.json
# that was written since may be stricter than the old one, and only its author can tell.
undo_moved() {
  if [ ! -e "$2" ] && [ ! -L "$2" ]; then
    step undo.moved skipped "$2 is not there (any more), so $1 stays as it is."
    return 0
  fi
  if [ "$1" = "$(real_path "$DAEMON_JSON")" ] && { [ -e "$1" ] || [ -L "$1" ]; }; then
    undo_fault="there is another $1 since, which is not replaced: to have the old one back, mv $2 $1 as root."
    return 1
  fi
  root_folder "${1%/*}" || {
    undo_fault="a folder above $1 can be written by others than root."
    return 1
  }
  if [ -e "$1" ] || [ -L "$1" ]; then
    later=$1.dind-station-later-$(date -u +%Y%m%dT%H%M%SZ)
    rename_only "$1" "$later" || {
      undo_fault="$1 could not be moved: $REFUSED."
      return 1
    }
    step undo.moved changed "Moved what took its place meanwhile to $later."
  fi
  rename_only "$2" "$1" || {
    undo_fault="$2 could not be moved: $REFUSED."
    return 1
  }
  step undo.moved changed "Moved $2 back to $1."
}

# undo_folder PATH MODE UID GID: an empty folder that was removed.
undo_folder() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    step undo.folder skipped "Something is at $1 now, so the empty folder is not made again."
    return 0
  fi
  if ! root_folder "${1%/*}" || ! mkdir -m "$2" "$1" || ! chown "$3:$4" "$1"; then
    undo_fault="$1 could not be made."
    return 1
  fi
  step undo.folder changed "Made the empty folder $1 again."
}
