# shellcheck shell=sh
# cgroup v2. A group may hold processes or hand its controllers on to groups below, not both. So all processes of the
# container go into a leaf, and every controller is handed on: then limits of nested containers are enforced.

# As in moby's own preparation, so that either finds what the other did. In a namespace shared with the machine the name
# says whose it is.
LEAF=init
SHARED_LEAF=dind-station
# Each round takes what began between the last one and now. Two were enough whenever this was tried.
ROUNDS=20

cgroup2_prepare() {
  cgroup2_mount && cgroup_writable $CGROUPS || return 0
  cgroup2_find || return 0
  cgroup2_enter
}

# cgroup2_mount: mounts the tree where nothing is.
cgroup2_mount() {
  mount_find $CGROUPS
  [ "$MOUNT_TYPE" != cgroup2 ] || return 0
  if said=$(mount -t cgroup2 cgroup2 $CGROUPS 2>&1); then
    nesting_changed cgroup.mount "Mounted cgroup v2 on $CGROUPS, which was missing."
  else
    nesting_failed cgroup.mount "cgroup v2 is not mounted on $CGROUPS and cannot be ($(why "$said")). Run this container with --privileged."
    return 1
  fi
}

# cgroup2_find: sets GROUP to the folder of this container's own group, GROUP_LEAF to its leaf, and CGROUP_PARENT where
# the daemon must be told. The namespace is looked at before anything is created: in the machine's, the root of the tree
# is the machine's, and groups made there would lie outside every limit of this container.
cgroup2_find() {
  own_group ''
  inside=$(cgroup_mounts /proc/self/mountinfo "/proc/$process/cgroup" | awk -F '\t' '$1 == "v2" { print $5 }')
  # The machine's tree bound into a namespace of our own: our path in it is not told, but our process is listed.
  [ "$inside" != - ] || inside=$(cgroup2_search)
  # Only the root of the whole machine has no type.
  if [ -e $CGROUPS/cgroup.type ]; then
    case $inside in
      / | "/$LEAF")
        GROUP=$CGROUPS GROUP_LEAF=$CGROUPS/$LEAF
        step cgroup.namespace ok "The cgroup namespace is this container's own."
        return 0
        ;;
    esac
  elif [ "$inside" = / ]; then
    step cgroup.namespace skipped "This container is in the machine's own cgroup root, which has no limits to stay inside: nothing is created there."
    return 1
  fi
  inside=${inside%/"$SHARED_LEAF"}
  case $inside in
    /?*) ;;
    *)
      nesting_failed cgroup.namespace "This container's own cgroup cannot be found in $CGROUPS (PID 1 is in $OWN): nested containers may escape its limits. Run it with --cgroupns=private."
      return 1
      ;;
  esac
  GROUP=$CGROUPS$inside GROUP_LEAF=$CGROUPS$inside/$SHARED_LEAF
  case $inside in
    *[!a-zA-Z0-9/._:@+-]*)
      nesting_failed cgroup.namespace "The name of this container's cgroup, $inside, has a character that is not supported."
      return 1
      ;;
  esac
  step cgroup.namespace ok "The cgroup namespace is the machine's; this container's own group in it is $inside. Nothing is created outside it."
}

# cgroup2_search: prints the path of the group that lists PID 1 of this container, or this process; nothing when none does.
cgroup2_search() {
  wanted=$$
  if own_pid_namespace; then
    wanted=1
  fi
  find $CGROUPS -type d | while IFS= read -r dir; do
    if grep -qx "$wanted" "$dir/cgroup.procs" 2>/dev/null; then
      dir=${dir#"$CGROUPS"}
      printf '%s\n' "${dir:-/}"
      return 0
    fi
  done
}

# cgroup2_enter: from GROUP as it is to GROUP with all processes in the leaf and all controllers handed on.
cgroup2_enter() {
  threaded_check || return 0
  if ! said=$(mkdir -p "$GROUP_LEAF" 2>&1); then
    nesting_failed cgroup.leaf "No group can be made in $GROUP ($(why "$said")): no container can be started. Run this container with --privileged, or with a runtime class that gives it writable cgroups."
    return 0
  fi
  moved=0 enabled='' round=0
  while [ $round -lt $ROUNDS ]; do
    round=$((round + 1))
    leaf_fill
    controllers_enable
    if [ -z "$remaining$refusals" ] && [ "$foreign" -eq 0 ]; then
      leaf_said
      cgroup2_parent
      return 0
    fi
    sleep 0.05
  done
  cgroup2_explain
  cgroup2_parent
}

# leaf_fill: moves what sits in GROUP to the leaf. Sets remaining (who could not be moved), foreign (how many of another
# PID namespace are there) and REFUSED (why).
leaf_fill() {
  remaining='' foreign=0 refused_move=
  leaf_join
  while read -r pid; do
    if [ "$pid" = 0 ]; then
      # Writing 0 would move this process instead, for ever.
      foreign=$((foreign + 1))
    elif cgroup_write "$GROUP_LEAF/cgroup.procs" "$pid"; then
      moved=$((moved + 1))
    elif process_alive "$pid"; then
      remaining="$remaining $pid" refused_move=$REFUSED
    fi
  done <"$GROUP/cgroup.procs"
}

# leaf_join: the process that will start the daemon, so that the daemon is there too: it may have come from outside, where no
# limit holds.
leaf_join() {
  ! grep -qx "${STARTER:-$$}" "$GROUP_LEAF/cgroup.procs" || return 0
  grep -qx "${STARTER:-$$}" "$GROUP/cgroup.procs" || cgroup_write "$GROUP_LEAF/cgroup.procs" "${STARTER:-$$}" || :
}

# controllers_enable: one write each, because the kernel takes one write whole or not at all. Sets refusals.
controllers_enable() {
  refusals=
  read -r available <"$GROUP/cgroup.controllers" || available=
  for controller in $available; do
    read -r held <"$GROUP/cgroup.subtree_control" || held=
    case " $held " in
      *" $controller "*) continue ;;
    esac
    # Not before the processes are gone: cpu and pids would be taken, and turn the group threaded.
    if [ -n "$remaining" ] || [ "$foreign" -gt 0 ]; then
      refusals="$refusals $controller"
      refused_control='the group still holds processes'
    elif cgroup_write "$GROUP/cgroup.subtree_control" "+$controller"; then
      enabled="$enabled $controller"
    else
      refusals="$refusals $controller" refused_control=$REFUSED
    fi
  done
}

leaf_said() {
  if [ $moved -eq 0 ] && [ -z "$enabled" ]; then
    step cgroup.delegate ok "Processes are in $GROUP_LEAF and all controllers are handed on already."
  else
    nesting_changed cgroup.delegate "Moved $moved process(es) to $GROUP_LEAF and handed on:${enabled:- nothing new}. Limits of nested containers hold."
  fi
}

# cgroup2_parent: tells the daemon where to put its containers when the root of the tree is not this container's.
cgroup2_parent() {
  [ "$GROUP" != $CGROUPS ] || return 0
  CGROUP_PARENT=${GROUP#"$CGROUPS"}/docker
  step cgroup.parent ok "Nested containers go below $CGROUP_PARENT, inside this container's limits."
}

# cgroup2_explain: each refusal has another cure.
cgroup2_explain() {
  tried="tried $round times"
  if [ "$foreign" -gt 0 ]; then
    nesting_failed cgroup.leaf "$foreign process(es) of another PID namespace sit in this container's cgroup (kubectl debug, nsenter, a tool of the host) and cannot be moved from here ($tried): memory limits will not work. End them, then run dind-helper prepare."
  elif [ -n "$remaining" ]; then
    # shellcheck disable=SC2086 # process ids
    nesting_failed cgroup.leaf "These processes stay in $GROUP: $(process_words $remaining) ($refused_move; $tried): memory limits will not work. End them, then run dind-helper prepare."
  else
    case $refused_control in
      *ermission*) cure='run this container with --privileged' ;;
      *busy*) cure='a process was added at every try: look for what starts some all the time' ;;
      *supported*) cure='the group above is threaded: create this container anew' ;;
      *) cure='create this container anew' ;;
    esac
    nesting_failed cgroup.delegate "Not handed on:$refusals ($refused_control; $tried): these limits of nested containers will not work; $cure."
  fi
}
