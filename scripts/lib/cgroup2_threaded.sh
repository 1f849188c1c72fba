# shellcheck shell=sh
# cgroup v2, after a daemon was started without preparation: its first container turned the container's group into a
# threaded domain, in which memory and io cannot be handed on. Seen by its type, and undone as long as nothing runs there.

# threaded_check: true when GROUP is an ordinary domain, or was made one again.
threaded_check() {
  group_type=
  { read -r group_type <"$GROUP/cgroup.type"; } 2>/dev/null || :
  case $group_type in
    domain | '') return 0 ;;
    'domain threaded') threaded_repair ;;
    *)
      nesting_failed cgroup.repair "This container's own cgroup is $group_type, which only the one that made it can change: create this container anew."
      return 1
      ;;
  esac
}

threaded_repair() {
  busy=$(threaded_busy)
  if [ -n "$busy" ]; then
    nesting_failed cgroup.repair "The cgroup of this container is threaded, so memory limits do not work, and it cannot be repaired while containers run: stop them (docker stop \$(docker ps -q)), then run dind-helper prepare. Busy: $busy."
    return 1
  fi
  # From the leaves up: a controller can be taken back only where no group below holds it.
  find "$GROUP" -mindepth 1 -depth -type d | while IFS= read -r dir; do
    controllers_take "$dir"
    rmdir "$dir" 2>/dev/null || :
  done
  controllers_take "$GROUP"
  read -r group_type <"$GROUP/cgroup.type"
  if [ "$group_type" != domain ]; then
    nesting_failed cgroup.repair "The cgroup of this container stays $group_type, so memory limits do not work: restart this container."
    return 1
  fi
  nesting_changed cgroup.repair "The cgroup of this container was threaded (a daemon ran before it was prepared); the empty groups in it were removed and it is a domain again."
}

# controllers_take DIR: takes back every controller that DIR hands on.
controllers_take() {
  held=
  { read -r held <"$1/cgroup.subtree_control"; } 2>/dev/null || :
  for controller in $held; do
    cgroup_write "$1/cgroup.subtree_control" "-$controller" || :
  done
}

# threaded_busy: prints the groups below GROUP, the leaf aside, in which a process lives.
threaded_busy() {
  find "$GROUP" -mindepth 1 -type d | while IFS= read -r dir; do
    [ "$dir" != "$GROUP_LEAF" ] || continue
    # cgroup.procs cannot be read in a threaded group.
    ! grep -q . "$dir/cgroup.threads" 2>/dev/null || printf '%s\n' "${dir#"$GROUP"}"
  done | head -n 3 | tr '\n' ' ' | sed 's/ $//'
}
