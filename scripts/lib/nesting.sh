# shellcheck shell=sh
# What a container needs before a daemon runs well in it. In a container only: a plain host is left alone. Nothing here
# ends a start: a daemon that runs without limits is worth more than none, and every fault is said with its cure.

# The kernel gives the first namespaces of a machine these numbers (include/linux/proc_ns.h).
FIRST_PID_NS='pid:[4026531836]'
SECURITYFS=/sys/kernel/security
nesting_changes=0
NESTING_FAULT=

# nesting_prepare: all of it. Sets NESTED to yes or no.
nesting_prepare() {
  nesting_changes=0 NESTING_FAULT='' CGROUP_PARENT=''
  container_evidence
  if [ -z "$EVIDENCE" ]; then
    NESTED=no
    step nesting.container skipped "This is no container (its process ids, its mounts and its root are the machine's own), so only a covered cgroup mount is looked for."
    # What runc would trip over is looked at on a machine too, for the daemon that is about to be started.
    [ "$verb" = prepare ] || namespace_prepare || :
    return 0
  fi
  NESTED=yes
  step nesting.container ok "This is a container: $EVIDENCE."
  apparmor_say
  securityfs_mount
  propagation_share
  # Where the daemon gets a mount namespace of its own, its cgroups are prepared in there.
  namespace_prepare || cgroup_prepare
}

# nesting_choose: what the daemon and its containerd get from it. Both skip AppArmor profiles when this variable is set:
# in a container they usually cannot load one, and each nested container would fail for it.
nesting_choose() {
  [ -z "$cgroupns_private" ] || flag_add --default-cgroupns-mode=private
  [ "$NESTED" = yes ] || return 0
  env_add container=docker
  [ -n "$CGROUP_PARENT" ] || return 0
  left_to_json cgroup.parent cgroup-parent || flag_add "--cgroup-parent=$CGROUP_PARENT"
}

# nesting_changed STEP DETAIL
nesting_changed() {
  nesting_changes=$((nesting_changes + 1))
  step "$1" changed "$2"
}

# nesting_failed STEP DETAIL: stays true while the daemon runs, so status says it again. The first is the verb's result.
nesting_failed() {
  NESTING_FAULT=${NESTING_FAULT:-$2}
  warn_keep "$1" "$2"
}

# container_evidence: sets EVIDENCE to what proves a container, empty when nothing does. No marker file is asked: images
# carry stale ones, and several runtimes write none. A new PID namespace counts only with a mount tree that is not the
# first one (whose root hangs on mount 1, the kernel's own): a shell in `unshare --pid` is still on the machine. A PID 1
# that even root cannot look at (it has more capabilities) proves nothing.
container_evidence() {
  EVIDENCE=
  own_pids=${own_pids:-$(readlink /proc/self/ns/pid)}
  root_parent=$(awk '$5 == "/" { print $2; exit }' /proc/self/mountinfo)
  if [ "$own_pids" != "$FIRST_PID_NS" ] && [ "$root_parent" != 1 ]; then
    EVIDENCE="it has a PID namespace of its own and a mount tree of its own"
  elif init_mounts=$(readlink /proc/1/ns/mnt 2>/dev/null) && init_root=$(stat -L -c %d:%i /proc/1/root 2>/dev/null) &&
    [ "$(readlink /proc/self/ns/mnt)" != "$init_mounts" ] &&
    [ "$(stat -L -c %d:%i /proc/self/root)" != "$init_root" ]; then
    EVIDENCE="its root and its mounts are not those of PID 1, which is the machine's"
  fi
}

# A process never changes its own PID namespace: one look is enough.
own_pids=

# own_pid_namespace: PID 1 is this container's own.
own_pid_namespace() {
  own_pids=${own_pids:-$(readlink /proc/self/ns/pid)}
  [ "$own_pids" != "$FIRST_PID_NS" ]
}

# apparmor_say: found and said, not changed: profiles are the machine's.
apparmor_say() {
  enabled=N confined=
  { read -r enabled </sys/module/apparmor/parameters/enabled; } 2>/dev/null || :
  if [ "$enabled" != Y ]; then
    step nesting.apparmor ok "AppArmor is not active in this kernel."
    return 0
  fi
  { read -r confined </proc/self/attr/apparmor/current || read -r confined </proc/self/attr/current; } 2>/dev/null || :
  step nesting.apparmor ok "AppArmor is active; this container runs as ${confined:-unknown}. Nested containers get no profile of their own (container=docker)."
}

# securityfs_mount: where tools look for AppArmor's state.
securityfs_mount() {
  [ -d $SECURITYFS ] || {
    step nesting.securityfs skipped "There is no $SECURITYFS: this kernel has no security file system."
    return 0
  }
  mount_find $SECURITYFS
  if [ "$MOUNT_TYPE" = securityfs ]; then
    step nesting.securityfs ok "securityfs is mounted already."
  elif said=$(mount -t securityfs none $SECURITYFS 2>&1); then
    nesting_changed nesting.securityfs "Mounted securityfs on $SECURITYFS, where AppArmor's state is read."
  else
    step nesting.securityfs skipped "securityfs could not be mounted ($(why "$said")); only AppArmor's state stays hidden."
  fi
}

# propagation_share: `docker run -v x:x:rshared` needs a mount tree that passes mounts on, as an init system would make
# it. The daemon keeps its own folders private on purpose, and they are left out.
propagation_share() {
  private=$(propagation_private)
  if [ -z "$private" ]; then
    step nesting.propagation ok "Mounts are shared already, / and everything below."
    return 0
  fi
  count=$(printf '%s\n' "$private" | wc -l)
  kept=$(propagation_kept)
  if ! said=$(mount --make-rshared / 2>&1); then
    nesting_failed nesting.propagation "Mounts stay private ($(why "$said")): docker run -v with rshared will not work. Run the container with --privileged."
    return 0
  fi
  printf '%s\n' "$kept" | while IFS= read -r dir; do
    [ -z "$dir" ] || mount --make-private "$dir" || :
  done
  nesting_changed nesting.propagation "Made / and everything below shared, so that rshared volumes work; $count mount(s) were not."
}

# propagation_private: prints the mounts that are not shared, those of the daemon left out.
propagation_private() {
  awk -v a="$data_root" -v b="$exec_root" -v c="$(readlink -f "$exec_root" || :)" '
    function below(dir) { return dir != "" && ($5 == dir || index($5, dir "/") == 1) }
    below(a) || below(b) || below(c) { next }
    { for (i = 7; $i != "-"; i++) if ($i ~ /^shared:/) next; print $5 }' /proc/self/mountinfo
}

# propagation_kept: prints the private mounts of the daemon, which stay so.
propagation_kept() {
  awk -v a="$data_root/" -v b="$exec_root/" -v c="$(readlink -f "$exec_root" || :)/" '
    index($5, a) == 1 || index($5, b) == 1 || index($5, c) == 1 {
      for (i = 7; $i != "-"; i++) if ($i ~ /^shared:/) next
      print $5
    }' /proc/self/mountinfo
}

# warnings_forget AREA...: what an earlier run warned of is found anew, or is gone.
warnings_forget() {
  [ -e "$WARNINGS_FILE" ] || return 0
  for area in "$@"; do
    grep -v "^$area\." "$WARNINGS_FILE" >"$WARNINGS_FILE.new" || :
    mv -f "$WARNINGS_FILE.new" "$WARNINGS_FILE"
  done
}

# verb_prepare: the same without a daemon. One that runs meanwhile may go on.
verb_prepare() {
  settings_load
  take_lock
  warnings_forget nesting cgroup
  nesting_prepare
  if [ "$NESTED" = no ]; then
    succeed not-container "This is no container: nothing was prepared."
  elif [ -n "$NESTING_FAULT" ]; then
    fail not-prepared "$NESTING_FAULT"
  elif [ "$nesting_changes" -eq 0 ]; then
    succeed already-prepared "This container is ready for a daemon: it was so already."
  fi
  succeed prepared "This container is ready for a daemon: $nesting_changes thing(s) were changed."
}
