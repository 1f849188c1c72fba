# shellcheck shell=sh
# Which cgroups this container has, and which group in them is its own. What is done about it: cgroup2.sh and cgroup1.sh.

CGROUPS=/sys/fs/cgroup

# cgroup_prepare: looks first, then prepares what is there.
cgroup_prepare() {
  read -r init_name </proc/1/comm || init_name=
  if own_pid_namespace && [ "$init_name" = systemd ]; then
    step cgroup.mode skipped "systemd is PID 1 and keeps this container's cgroups in order: they are left to it."
    return 0
  fi
  cgroup_mode
  case $CGROUP_MODE in
    v2)
      step cgroup.mode ok "This container has cgroup v2."
      cgroup2_prepare
      ;;
    v1 | hybrid)
      step cgroup.mode ok "This container has cgroup $CGROUP_MODE: $(v1_words)."
      cgroup1_prepare
      ;;
    *)
      nesting_failed cgroup.mode "This kernel shows no cgroups: containers cannot be limited, and the daemon may not start."
      ;;
  esac
}

# cgroup_mode: sets CGROUP_MODE to v2, v1, hybrid or none: from what is mounted, else from what the kernel has for us.
cgroup_mode() {
  CGROUP_MODE=none
  mount_find $CGROUPS
  if [ "$MOUNT_TYPE" = cgroup2 ]; then
    CGROUP_MODE=v2
  elif grep -q '^[1-9][0-9]*:[a-z]' /proc/self/cgroup; then
    CGROUP_MODE=v1
    mount_find $CGROUPS/unified
    [ "$MOUNT_TYPE" != cgroup2 ] || CGROUP_MODE=hybrid
  elif grep -q '^0::' /proc/self/cgroup; then
    CGROUP_MODE=v2
  fi
}

# own_group CONTROLLERS: sets OWN to the path of this container's group in that hierarchy ('' is v2), as our cgroup
# namespace shows it. PID 1 is asked where it is the container's: a helper that came from outside may be elsewhere.
own_group() {
  process=self
  if own_pid_namespace; then
    process=1
  fi
  OWN=$(sed -n "s/^[0-9]*:$1://p" "/proc/$process/cgroup")
}

# cgroup_writable DIR MODE: true when DIR is mounted writable, or could be made so.
cgroup_writable() {
  mount_find "$1"
  case ,$MOUNT_OPTIONS, in
    *,ro,*) ;;
    *) return 0 ;;
  esac
  # Of the bind, not of the file system, which others use too; a mount of our own takes only the plain form.
  if said=$(mount -o remount,bind,rw "$1" 2>&1) || said=$(mount -o remount,rw "$1" 2>&1); then
    mount_find "$1"
    case ,$MOUNT_OPTIONS, in
      *,ro,*) said='it stays read-only' ;;
      *)
        nesting_changed cgroup.mount "$1 was read-only and is writable now."
        return 0
        ;;
    esac
  fi
  nesting_failed cgroup.mount "$1 is read-only and cannot be made writable ($(why "$said")): no container can be started. Run this container with --privileged, or with the capability SYS_ADMIN."
  return 1
}

# cgroup_write FILE TEXT: sets REFUSED to the kernel's reason and is false when it refuses.
cgroup_write() {
  REFUSED=
  # A builtin of this shell does not say why, and most writes succeed.
  { printf '%s' "$2" >"$1"; } 2>/dev/null && return 0
  # shellcheck disable=SC2016 # expanded by the other shell
  said=$(sh -c 'exec env echo "$2" >"$1"' sh "$1" "$2" 2>&1) && return 0
  REFUSED=$(why "$said")
  return 1
}

# process_words PID...: prints each with its name, for a sentence.
process_words() {
  words=
  for one in "$@"; do
    name=unknown
    { read -r name <"/proc/$one/comm"; } 2>/dev/null || :
    words="$words${words:+, }$one ($name)"
  done
  printf '%s\n' "$words"
}
