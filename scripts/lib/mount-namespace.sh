# shellcheck shell=sh
# On some machines a group is mounted over its own cgroup hierarchy. runc 1.1 takes the first mount of a hierarchy that the
# table names, which is then the covered one, and no container starts. There dockerd and containerd, and with them shims and
# runc, get a mount namespace in which only /sys/fs/cgroup is private and the covers are unmounted. All other mounts are
# shared with the machine both ways, so that volumes and later mounts are what they would be without it.

# The namespace, then the process ID and start time of each daemon that was launched into it.
NAMESPACE_FILE=$RUN_DIR/mount-namespace
# How each mount of a machine passed mounts on before we made it shared: its ID, private, slave or shared, where it is.
PROPAGATION_FILE=$RUN_DIR/propagation
# Keeps the namespace until the daemons are in it.
namespace_keeper=
NAMESPACE_PID=
cgroupns_private=

# namespace_load: sets DAEMON_MNT to the mount namespace of our daemons, this one unless a living process proves the record,
# and NAMESPACE_PID to that process. Namespace numbers are used again, so a record alone proves nothing.
namespace_load() {
  # This run made or joined it.
  [ -z "$launch_enter" ] || return 0
  own_mnt=${own_mnt:-$(readlink /proc/self/ns/mnt)}
  DAEMON_MNT=$own_mnt NAMESPACE_PID=
  { read -r recorded <"$NAMESPACE_FILE"; } 2>/dev/null || return 0
  namespace_member || return 0
  DAEMON_MNT=$recorded
}

# namespace_member: sets NAMESPACE_PID to a process of ours in the recorded namespace; false when there is none: a daemon that
# we launched into it, else a shim of our containerd, which may live on alone.
namespace_member() {
  while read -r member started; do
    if [ -n "$started" ] && process_alive "$member" && [ "$P_START" = "$started" ] && in_namespace "$member" "$recorded"; then
      NAMESPACE_PID=$member
      return 0
    fi
  done <"$NAMESPACE_FILE"
  our_view=$(stat -L -c %d:%i /proc/self/root)
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    [ "$comm" = containerd-shim ] || continue
    in_namespace "${dir#/proc/}" "$recorded" || continue
    [ "$(stat -c %u:%g "$dir" 2>/dev/null) $(stat -L -c %d:%i "$dir/root" 2>/dev/null)" = "0:0 $our_view" ] || continue
    { tr '\000' '\n' <"$dir/cmdline"; } 2>/dev/null | grep -qxF -e "$exec_root/containerd/containerd.sock" || continue
    NAMESPACE_PID=${dir#/proc/}
    return 0
  done
  return 1
}

# in_namespace PID NAMESPACE
in_namespace() { [ "$(readlink "/proc/$1/ns/mnt" 2>/dev/null)" = "$2" ]; }

# in_our_mounts PID: it sees the mounts that this process or our daemons see. After namespace_load.
in_our_mounts() {
  seen=$(readlink "/proc/$1/ns/mnt" 2>/dev/null) || return 1
  [ "$seen" = "$own_mnt" ] || [ "$seen" = "$DAEMON_MNT" ]
}

# namespace_holds PID: a containerd that lives elsewhere than what is launched now would give its shims the covered mounts.
namespace_holds() { [ -z "$launch_enter" ] || in_namespace "$1" "$DAEMON_MNT"; }

# namespace_join: what is launched outside of a start goes where our daemons are. After find_daemon.
namespace_join() {
  [ -n "$launch_enter" ] || [ -z "$NAMESPACE_PID" ] || launch_enter="nsenter -t $NAMESPACE_PID -m -r"
}

# namespace_record PID: it was launched into the namespace.
namespace_record() {
  [ -n "$launch_enter" ] || return 0
  process_read "$1" || return 0
  set -- "$1 $P_START"
  if [ -e "$NAMESPACE_FILE" ]; then
    while read -r member started; do
      if [ -n "$started" ] && process_alive "$member" && [ "$P_START" = "$started" ]; then
        set -- "$@" "$member $started"
      fi
    done <"$NAMESPACE_FILE"
  fi
  put "$NAMESPACE_FILE" "$DAEMON_MNT" "$@"
}

# namespace_prepare: true when the daemon is to be launched in a mount namespace, in which its cgroups are prepared then.
# Three ways, in this order: nothing to do; the namespace; private cgroup namespaces for containers.
namespace_prepare() {
  launch_enter='' cgroupns_private=''
  namespace_load
  covers=$(cgroup_covers /proc/self/mountinfo /proc/self/cgroup)
  if [ -z "$covers$NAMESPACE_PID" ]; then
    step cgroup.covered ok "No cgroup mount is covered by another one."
    return 1
  fi
  covered=$(cgroup_mounts /proc/self/mountinfo /proc/self/cgroup | awk -F '\t' '$6 == "yes" { print $1 }' | tr '\n' ' ')
  covered=${covered% }
  namespace_fault="$DAEMON_JSON names a containerd of its own, which starts containers outside of it"
  if [ -z "$json_has_containerd" ] && namespace_make; then
    return 0
  fi
  namespace_end_keeper
  [ -n "$covered" ] || return 1
  cgroupns_private=1
  ! left_to_json cgroup.covered default-cgroupns-mode || cgroupns_private=
  warn_keep cgroup.covered "Another mount covers the cgroup mount of $covered ($(one_line "$covers")), and the daemon cannot get a mount namespace without it ($namespace_fault). Containers get a private cgroup namespace instead (default-cgroupns-mode=private); docker run --cgroupns=host and RUN in a BuildKit build fail. Unmount the cover, then restart Docker."
  return 1
}

# namespace_make: makes the namespace, or joins the one that our daemons live in, and prepares it. Sets DAEMON_MNT and
# launch_enter; false with namespace_fault.
namespace_make() {
  answer=$RUN_DIR/namespace.$$
  rm -f "$answer"
  joined=$NAMESPACE_PID
  if [ -n "$joined" ]; then
    set -- nsenter -t "$joined" -m -r
  else
    [ "$NESTED" = yes ] || propagation_lend || return 1
    # busybox 1.35 refuses "unchanged". What has to be shared is so already, and stays with its peers by the other word.
    how=unchanged
    unshare -m --propagation $how true 2>/dev/null || how=shared
    set -- unshare -m --propagation $how
  fi
  RUN_BEGAN_MS=$BEGAN_MS STARTER=$$ NESTED=$NESTED ANSWER_FILE=$answer KEEP=$(((start_timeout + stop_timeout) * 2 + 60)) \
    "$@" /bin/sh "$self" .clean ${report_plain:+--plain} .namespace 2>"$answer.err" </dev/null 9>&- &
  namespace_keeper=$!
  now_ms
  namespace_deadline=$((NOW_MS + start_timeout * 1000))
  until [ -e "$answer" ] || ! process_alive "$namespace_keeper" || [ $NOW_MS -ge $namespace_deadline ]; do
    sleep 0.01
    now_ms
  done
  namespace_fault=$(why "$(cat "$answer.err" 2>/dev/null)")
  made='' CGROUP_PARENT='' NESTING_FAULT=
  { read -r made && IFS= read -r CGROUP_PARENT && IFS= read -r NESTING_FAULT && read -r nesting_changes_inside; } 2>/dev/null <"$answer" || :
  rm -f "$answer" "$answer.err"
  if [ "$made" != ok ]; then
    launch_enter='' namespace_fault=${made:+$CGROUP_PARENT}${namespace_fault:-it was not ready within $start_timeout s} CGROUP_PARENT=''
    return 1
  fi
  nesting_changes=$((nesting_changes + nesting_changes_inside))
  DAEMON_MNT=$(readlink "/proc/$namespace_keeper/ns/mnt")
  launch_enter="nsenter -t $namespace_keeper -m -r"
  if [ -n "$joined" ]; then
    step cgroup.covered ok "dockerd and containerd use the mount namespace of process $joined, in which no cgroup mount is covered."
  else
    step cgroup.covered changed "Another mount covers the cgroup mount of $covered: dockerd and containerd get a mount namespace without it. All other mounts stay shared with this machine."
  fi
}

# verb_namespace: runs inside, for namespace_make. Then it stays, and keeps the namespace, until the start is over: it is
# ended then, and ends by itself where the start was killed.
verb_namespace() {
  nesting_changes=0 NESTING_FAULT='' CGROUP_PARENT='' uncover_fault=''
  if namespace_uncover; then
    [ "$NESTED" = no ] || cgroup_prepare
    put "$ANSWER_FILE" ok "$CGROUP_PARENT" "$NESTING_FAULT" "$nesting_changes"
  else
    put "$ANSWER_FILE" failed "$uncover_fault"
  fi
  reported=1
  exec sleep "$KEEP" >/dev/null 2>&1
}

# namespace_uncover: unmounts what covers a cgroup mount, in this namespace only. False with uncover_fault.
namespace_uncover() {
  reachable_before=$(cgroup_mounts /proc/self/mountinfo /proc/self/cgroup | grep -vc '	-	-	-	')
  uncover_fault=$(mount --make-rprivate $CGROUPS 2>&1) || return 1
  while cover=$(cgroup_covers /proc/self/mountinfo /proc/self/cgroup | head -n 1) && [ -n "$cover" ]; do
    case $cover in
      "$CGROUPS"/*) ;;
      # It lies on a mount that the line above did not reach. Unmounted there, it would be gone from the machine too,
      # unless what is around only receives.
      "$CGROUPS") uncover_fault=$(mount --make-rslave "${CGROUPS%/*/*}" 2>&1) || return 1 ;;
      *)
        uncover_fault="$cover covers more than cgroups"
        return 1
        ;;
    esac
    uncover_fault=$(umount -l "$cover" 2>&1) || return 1
    uncover_fault=$(mount --make-rprivate $CGROUPS 2>&1) || return 1
  done
  uncover_fault='a hierarchy is mounted in the cover only'
  [ "$(cgroup_mounts /proc/self/mountinfo /proc/self/cgroup | grep -vc '	-	-	-	')" -ge "$reachable_before" ]
}

# namespace_say_init: an init system launches its daemon itself; what it would need is said.
namespace_say_init() {
  rm -f "$WARNINGS_FILE"
  covers=$(cgroup_covers /proc/self/mountinfo /proc/self/cgroup)
  if [ -n "$covers" ]; then
    warn_keep cgroup.covered "Another mount lies on $(one_line "$covers") and covers a cgroup mount that runc takes: containers of the daemon that $INIT starts fail with 'error mounting cgroup'. Unmount it, or add \"default-cgroupns-mode\": \"private\" to $DAEMON_JSON, then restart Docker (docker run --cgroupns=host and RUN in a BuildKit build fail even then)."
  fi
}

# propagation_lend: on a machine whose mounts are private, later mounts would not reach the daemon's namespace, nor the
# daemon's mounts the machine: they are made shared, and what they were is written down. The daemon's own, below its data,
# stay as it made them. False with namespace_fault.
propagation_lend() {
  propagation_list >"$RUN_DIR/propagation.new"
  if ! grep -q '	\(private\|slave\)	' "$RUN_DIR/propagation.new"; then
    rm -f "$RUN_DIR/propagation.new"
    return 0
  fi
  # What an earlier start wrote down, and could not take back yet, is how it was.
  if [ -e "$PROPAGATION_FILE" ]; then
    rm -f "$RUN_DIR/propagation.new"
  else
    mv -f "$RUN_DIR/propagation.new" "$PROPAGATION_FILE"
  fi
  lent=0
  propagation_list | grep '	\(private\|slave\)	' | cut -f 3 >"$RUN_DIR/propagation.now"
  while IFS= read -r dir; do
    if ! said=$(mount --make-shared "$dir" 2>&1); then
      namespace_fault="$dir cannot be made shared: $(why "$said")"
      return 1
    fi
    lent=$((lent + 1))
  done <"$RUN_DIR/propagation.now"
  rm -f "$RUN_DIR/propagation.now"
  step nesting.propagation changed "Made $lent private mounts shared, so that mounts pass between this machine and the daemon; they are private again after stop."
}

# propagation_list: prints ID, kind (private, slave, shared) and place of each mount that can be reached, with tabs between.
propagation_list() {
  awk -v cgroups="$CGROUPS" -v a="$data_root" -v b="$exec_root" -v c="$(readlink -f "$exec_root" || :)" "$MOUNT_LOOKUP"'
    NF {
      mount_line()
      number[mounts] = $1
      kind[mounts] = "private"
      for (i = 7; i < NF && $i != "-"; i++) {
        if ($i ~ /^shared:/) kind[mounts] = "shared"
        else if ($i ~ /^master:/ && kind[mounts] != "shared") kind[mounts] = "slave"
        else if ($i == "unbindable") kind[mounts] = "unbindable"
      }
    }
    function inside(dir) { return dir != "" && place[m] != dir && below(place[m], dir) }
    END {
      for (m = 1; m <= mounts; m++) {
        if (below(place[m], cgroups) || inside(a) || inside(b) || inside(c) || kind[m] == "unbindable") continue
        if (lookup(place[m]) == m) print number[m] "\t" kind[m] "\t" place[m]
      }
    }' /proc/self/mountinfo
}

# propagation_return: every mount is again what it was before propagation_lend, and one that was made since, on a mount that
# was private, is private.
propagation_return() {
  propagation_list >"$RUN_DIR/propagation.now"
  awk -F '\t' '
    kind == "was" { was[$1 "\t" $3] = $2; number[$1] = $2; next }
    kind == "now" { now[++count] = $0; next }
    { split($0, field, " "); up[field[1]] = field[2] }
    END {
      for (i = 1; i <= count; i++) {
        split(now[i], field, "\t")
        if (field[2] != "shared") continue
        before = was[field[1] "\t" field[3]]
        if (before == "" && number[up[field[1]]] ~ /private|slave/) before = "private"
        if (before == "private" || before == "slave") print before "\t" field[3]
      }
    }' kind=was "$PROPAGATION_FILE" kind=now "$RUN_DIR/propagation.now" kind=table /proc/self/mountinfo >"$RUN_DIR/propagation.back"
  while IFS='	' read -r kind dir; do
    mount "--make-$kind" "$dir" 2>/dev/null || :
  done <"$RUN_DIR/propagation.back"
  rm -f "$RUN_DIR/propagation.now" "$RUN_DIR/propagation.back" "$PROPAGATION_FILE"
}

namespace_end_keeper() {
  [ -n "$namespace_keeper" ] || return 0
  kill -KILL "$namespace_keeper" 2>/dev/null || :
  wait "$namespace_keeper" 2>/dev/null || :
  namespace_keeper=
}

# lock_tidy: with the last process in the namespace it is gone; then nothing needs the machine's mounts shared any more.
lock_tidy() {
  namespace_end_keeper
  launch_enter=
  [ -e "$NAMESPACE_FILE" ] || [ -e "$PROPAGATION_FILE" ] || return 0
  namespace_load
  [ -z "$NAMESPACE_PID" ] || return 0
  now_ms
  tidy_deadline=$((NOW_MS + 2000))
  # A shim or a proxy takes a moment to end after its daemon.
  while [ -e "$NAMESPACE_FILE" ] && namespace_inhabited; do
    now_ms
    [ $NOW_MS -lt $tidy_deadline ] || return 0
    sleep 0.05
  done
  [ ! -e "$PROPAGATION_FILE" ] || propagation_return
  rm -f "$NAMESPACE_FILE"
}

# namespace_inhabited: any process is in the recorded namespace.
namespace_inhabited() {
  read -r recorded <"$NAMESPACE_FILE" || return 1
  # shellcheck disable=SC2010,SC2012 # links of numbers, and one process for all
  ls -l /proc/[0-9]*/ns/mnt 2>/dev/null | grep -qF "$recorded"
}
