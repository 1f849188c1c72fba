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
  while read -r hierarchy dir shown options own; do
    v1_one "$hierarchy" "$dir" "$shown" "$options" "$own"
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

# v1_places: a line for each hierarchy: its name; where it is mounted below the folder (- for nowhere); which of its groups
# is shown there; the options of that mount; the path of this container's own group. The topmost mount of a place counts.
# Co-mounted controllers may be named in another order by the mount than by the kernel's list.
v1_places() {
  process=self
  if own_pid_namespace; then
    process=1
  fi
  # The first file is read as the list, the second for the paths, the third for the mounts.
  awk -v folder="$CGROUPS/" '
    FNR == 1 { file++ }
    file < 3 {
      rest = substr($0, index($0, ":") + 1)
      name = substr(rest, 1, index(rest, ":") - 1)
      if (file == 2) own[name] = substr(rest, index(rest, ":") + 1)
      else if ($0 ~ /^[1-9]/) list[++count] = name
      next
    }
    {
      root[$5] = $4; options[$5] = $6
      for (i = 7; $i != "-"; i++);
      if (index($5, folder) != 1 || $(i + 1) != "cgroup") next
      place[++places] = $5; has[places] = "," $(i + 3) ","
    }
    END {
      for (h = 1; h <= count; h++) {
        found = "-"
        n = split(list[h], names, ",")
        for (p = 1; p <= places; p++) {
          all = 1
          for (k = 1; k <= n; k++) if (index(has[p], "," names[k] ",") == 0) all = 0
          if (all) found = place[p]
        }
        shown = found == "-" ? "- -" : root[found] " " options[found]
        print list[h], found, shown, own[list[h]]
      }
    }' /proc/self/cgroup "/proc/$process/cgroup" /proc/self/mountinfo
}

# v1_one HIERARCHY DIR SHOWN OPTIONS OWN: as v1_places has them.
v1_one() {
  OWN=$5
  if [ "$2" = - ]; then
    if v1_mount "$1" "$CGROUPS/${1#name=}"; then
      v1_mounted="$v1_mounted $1"
      v1_links "$1"
    else
      v1_missing="$v1_missing $1"
    fi
    return 0
  fi
  if [ "$3" = / ] && [ "$OWN" != / ]; then
    if v1_mount "$1" "$2"; then
      v1_scoped="$v1_scoped $1"
    else
      v1_open="$v1_open $1"
    fi
  fi
  case ,$4, in
    *,ro,*)
      if v1_reason=$(mount -o remount,bind,rw "$2" 2>&1); then
        v1_written="$v1_written $1"
      else
        v1_reason=$(why "$v1_reason") v1_readonly="$v1_readonly $1"
      fi
      ;;
  esac
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
