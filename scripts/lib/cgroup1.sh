# shellcheck shell=sh
# cgroup v1 (and hybrid, which is v1 with an empty v2 tree beside it): one tree a controller, or several controllers in
# one, or a name in place of controllers. Every tree must be mounted, writable, and show this container's own group.

# v1_list: prints the kernel's hierarchies one a line, as it names them: "memory", "cpu,cpuacct", "name=systemd".
v1_list() {
  sed -n 's/^[1-9][0-9]*:\([^:]*\):.*/\1/p' /proc/self/cgroup
}

v1_words() {
  v1_list | tr '\n' ' ' | sed 's/ $//; s/ /, /g'
}

cgroup1_prepare() {
  v1_mounted='' v1_scoped='' v1_written='' v1_missing='' v1_readonly='' v1_open=''
  v1_folder || return 0
  places=$(v1_places)
  while IFS='	' read -r hierarchy dir shown mode own _; do
    v1_one "$hierarchy" "$dir" "$shown" "$mode" "$own"
  done <<END
$places
END
  [ -z "$v1_mounted" ] || nesting_changed cgroup.v1 "Mounted what was missing:$v1_mounted."
  [ -z "$v1_scoped" ] || nesting_changed cgroup.v1 "Of these only this container's own group is shown now, so that nested containers stay inside its limits:$v1_scoped."
  [ -z "$v1_written" ] || nesting_changed cgroup.v1 "Made writable:$v1_written."
  [ -z "$v1_missing" ] || nesting_failed cgroup.v1 "Not mounted and not allowed to be:$v1_missing ($v1_reason): their limits will not work. Run this container with --privileged."
  [ -z "$v1_readonly" ] || nesting_failed cgroup.v1 "Read-only and not allowed to be changed:$v1_readonly ($v1_reason): no container can be started. Run this container with --privileged, or with the capability SYS_ADMIN."
  [ -z "$v1_open" ] || nesting_failed cgroup.v1 "These show the machine's root, and this container's own group in them cannot be shown instead:$v1_open ($v1_reason): nested containers escape its limits."
  [ -n "$v1_mounted$v1_scoped$v1_written$v1_missing$v1_readonly$v1_open" ] ||
    step cgroup.v1 ok "All hierarchies are mounted, writable and this container's own already."
}

# v1_folder: the folder that the trees are mounted in.
v1_folder() {
  mount_find $CGROUPS
  [ -z "$MOUNT_TYPE" ] || return 0
  if said=$(mount -t tmpfs -o mode=755,nosuid,nodev,noexec cgroup $CGROUPS 2>&1); then
    nesting_changed cgroup.v1 "Mounted $CGROUPS, which was missing."
  else
    nesting_failed cgroup.v1 "There is nothing on $CGROUPS and nothing can be mounted there ($(why "$said")): no container can be started. Run this container with --privileged."
    return 1
  fi
}

# v1_places: prints what cgroup_mounts has of each v1 hierarchy, for the processes of this container.
v1_places() {
  process=self
  if own_pid_namespace; then
    process=1
  fi
  cgroup_mounts /proc/self/mountinfo "/proc/$process/cgroup" | grep -v '^v2	'
}

# v1_one HIERARCHY DIR ROOT MODE OWN: as v1_places has them.
v1_one() {
  case $5,$3 in
    -,*) own_group "$1" ;;
    *,/) OWN=$5 ;;
    *) OWN=$3${5%/} ;;
  esac
  case $2 in
    $CGROUPS/*) ;;
    # Elsewhere it serves nobody who looks in the usual place.
    *)
      if v1_mount "$1" "$CGROUPS/${1#name=}"; then
        v1_mounted="$v1_mounted $1"
        v1_links "$1"
      else
        v1_missing="$v1_missing $1"
      fi
      return 0
      ;;
  esac
  if [ "$3" = / ] && [ "$OWN" != / ]; then
    if v1_mount "$1" "$2"; then
      v1_scoped="$v1_scoped $1"
    else
      v1_open="$v1_open $1"
    fi
  fi
  [ "$4" = ro ] || return 0
  if v1_reason=$(mount -o remount,bind,rw "$2" 2>&1); then
    v1_written="$v1_written $1"
  else
    v1_reason=$(why "$v1_reason") v1_readonly="$v1_readonly $1"
  fi
}

# v1_mount HIERARCHY DIR: shows this container's own group of it on DIR. A fresh mount shows what the cgroup namespace
# has as root, which may be the machine's: so it is made aside, and only our part of it is put in place.
v1_mount() {
  options=$1
  case $1 in
    name=*) options=none,$1 ;;
  esac
  aside=$RUN_DIR/cgroup-aside
  v1_reason=
  mkdir -p "$aside"
  if ! said=$(mount -t cgroup -o "$options" cgroup "$aside" 2>&1); then
    v1_reason=$(why "$said")
    return 1
  fi
  # The folder itself may be read-only.
  [ -d "$2" ] || mkdir "$2" 2>/dev/null || { mount -o remount,bind,rw $CGROUPS 2>/dev/null && mkdir "$2" 2>/dev/null; } || :
  umount "$2" 2>/dev/null || :
  if [ ! -d "$aside$OWN" ]; then
    v1_reason="its group $OWN is not there"
  elif ! said=$(mount --bind "$aside$OWN" "$2" 2>&1); then
    v1_reason=$(why "$said")
  fi
  umount "$aside"
  rmdir "$aside" 2>/dev/null || :
  [ -z "$v1_reason" ]
}

# v1_links HIERARCHY: programs look for each of co-mounted controllers by its own name.
v1_links() {
  case $1 in
    *,*) ;;
    *) return 0 ;;
  esac
  rest=$1,
  while [ -n "$rest" ]; do
    [ -e "$CGROUPS/${rest%%,*}" ] || ln -s "$1" "$CGROUPS/${rest%%,*}"
    rest=${rest#*,}
  done
}
