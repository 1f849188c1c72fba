# shellcheck shell=sh
# What a daemon without root needs. Everything is looked at, and everything that is missing is told at once with its
# cure: who asks an administrator for help asks once.

# Words for what is missing, and how many.
lacking='' lacking_count=0

# lack NAME WHAT CURE: WHAT is missing.
lack() {
  step "check.$1" failed "$2: $3"
  lacking="$lacking${lacking:+ }$((lacking_count += 1))) $2: $3."
}

have() { step "check.$1" ok "$2"; }

# verb_check: the preflight alone.
verb_check() {
  : >"$WARNINGS_FILE"
  check_all
  succeed prerequisites "$user_name can run a Docker daemon of their own here."
}

# check_all: ends the run when something is missing.
check_all() {
  check_programs
  check_privileges
  check_ids
  check_namespaces
  check_network
  [ "$lacking_count" -gt 0 ] || check_mapping
  [ "$lacking_count" -gt 0 ] || check_storage
  check_limits
  check_cgroup_mounts
  check_client
  [ "$lacking_count" -eq 0 ] ||
    fail missing-prerequisites "$lacking_count thing(s) are missing for a daemon without root. $lacking"
}

check_programs() {
  for pair in dockerd=docker.io containerd=containerd runc=runc rootlesskit=rootlesskit iptables=iptables; do
    program=${pair%%=*}
    if command -v "$program" >/dev/null; then
      have "$program" "$program is $(command -v "$program")."
    else
      lack "$program" "$program is not installed" "as root, apt-get install ${pair#*=}"
    fi
  done
}

# newuidmap and newgidmap write the id map for us: they need the set-user-id bit or a file capability, which copying an image loses.
check_privileges() {
  for program in newuidmap newgidmap; do
    path=$(command -v $program) || {
      lack $program "$program is not installed" "as root, apt-get install uidmap"
      continue
    }
    case $(stat -L -c %A "$path") in
      ???[sS]*) have $program "$path has the set-user-id bit." ;;
      *)
        if command -v getcap >/dev/null && getcap "$path" 2>/dev/null | grep -q cap_set; then
          have $program "$path has a file capability."
        else
          lack $program "$path has lost its set-user-id bit" "as root, chmod u+s $path"
        fi
        ;;
    esac
  done
  if grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status; then
    lack no-new-privileges "This process may gain no privileges, so newuidmap cannot work" \
      "start the container without --security-opt no-new-privileges"
  fi
}

# A range of 65536 ids that are this user's to give to containers, by name or by number.
check_ids() {
  for file in /etc/subuid /etc/subgid; do
    count=$(awk -F: -v name="$user_name" -v uid="$process_owner" \
      '$1 == name || $1 == uid { if ($3 > most) most = $3 } END { print most + 0 }' $file 2>/dev/null) || count=0
    if [ "${count:-0}" -ge 65536 ]; then
      have "${file#/etc/}" "$file gives $user_name $count ids."
    else
      lack "${file#/etc/}" "$file gives $user_name ${count:-0} ids, and 65536 are needed" \
        "as root, echo $user_name:100000:65536 >>$file"
    fi
  done
}

# sysctl_is NAME VALUE: the kernel has that setting, and it is VALUE.
sysctl_is() { [ "$(cat "/proc/sys/$(echo "$1" | tr . /)" 2>/dev/null)" = "$2" ]; }

# Each thing that can forbid a user namespace, by name; then one is made, because there may be others.
check_namespaces() {
  before=$lacking_count
  if sysctl_is user.max_user_namespaces 0; then
    lack user-namespaces "user.max_user_namespaces is 0" "on the host, sysctl -w user.max_user_namespaces=28633"
  fi
  if sysctl_is kernel.unprivileged_userns_clone 0; then
    lack user-namespaces "kernel.unprivileged_userns_clone is 0" "on the host, sysctl -w kernel.unprivileged_userns_clone=1"
  fi
  [ "$lacking_count" -eq "$before" ] || return 0
  if said=$(unshare --user --map-root-user --mount true 2>&1); then
    have user-namespaces "A user namespace can be made."
  elif sysctl_is kernel.apparmor_restrict_unprivileged_userns 1; then
    lack user-namespaces "AppArmor forbids user namespaces to programs without a profile" \
      "on the host, sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or a profile for rootlesskit"
  else
    lack user-namespaces "A user namespace cannot be made (${said##*: })" \
      "start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined"
  fi
}

# check_network: sets kit_net. pasta needs a rootlesskit from 2.0 on.
check_network() {
  kit_net=''
  if command -v slirp4netns >/dev/null; then
    kit_net=slirp4netns
  elif command -v pasta >/dev/null && rootlesskit --help 2>/dev/null | grep -q pasta; then
    kit_net=pasta
  fi
  if [ -n "$kit_net" ]; then
    have network "$kit_net carries the network."
  else
    lack network "Neither slirp4netns nor a pasta that rootlesskit can use is installed" "as root, apt-get install slirp4netns"
  fi
  if [ -r /dev/net/tun ] && [ -w /dev/net/tun ]; then
    have tun "/dev/net/tun can be used."
  elif [ -e /dev/net/tun ]; then
    lack tun "$user_name may not use /dev/net/tun" "as root, chmod 0666 /dev/net/tun"
  else
    lack tun "There is no /dev/net/tun" "start the container with --device /dev/net/tun"
  fi
}

# The whole map, made for real: everything above may look right in a namespace that forbids it all the same.
check_mapping() {
  if said=$(kit_try true); then
    have mapping "rootlesskit can map the ids."
  else
    lack mapping "rootlesskit cannot map the ids ($(one_line "$said" | cut -c 1-300))" \
      "if this is a container, start it with --security-opt seccomp=unconfined --security-opt systempaths=unconfined, or with --privileged"
  fi
}

# kit_try COMMAND...: in a namespace as the daemon will have it, without a network.
kit_try() {
  trial=$(mktemp -d "$RUN_DIR/try.XXXXXX")
  rootlesskit --state-dir="$trial" "$@" 2>&1 && tried=0 || tried=$?
  rm -rf "$trial"
  return "$tried"
}

# Told, not chosen: without root dockerd makes the same choice itself.
check_storage() {
  mkdir -p "$data_root"
  # shellcheck disable=SC2016 # for the shell in the namespace
  if kit_try sh -c 'dir=$(mktemp -d "$1/.try.XXXXXX") || exit
      mkdir "$dir/a" "$dir/b" "$dir/c" "$dir/d"
      mount -t overlay -o "lowerdir=$dir/a,upperdir=$dir/b,workdir=$dir/c" overlay "$dir/d" && umount "$dir/d" && tried=0 || tried=1
      rm -rf "$dir"
      exit $tried' sh "$data_root" >/dev/null; then
    have storage "The kernel's own overlay works on $data_root."
  elif command -v fuse-overlayfs >/dev/null && [ -w /dev/fuse ]; then
    have storage "The kernel's own overlay does not work on $data_root; fuse-overlayfs is used."
  else
    warn_keep check.storage "No overlay works on $data_root, so every layer and container is a full copy: put it on a volume of ext4 or xfs, or apt-get install fuse-overlayfs."
  fi
}

# Without root only systemd hands a daemon cgroups of its own. Everywhere else it takes limits and drops them, silently.
check_limits() {
  unit=/sys/fs/cgroup/user.slice/user-$process_owner.slice/user@$process_owner.service/cgroup.controllers
  if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
    warn_keep check.limits "Limits of containers (--memory, --cpus, --pids-limit) are accepted and NOT enforced: without root they need cgroup v2, and here is v1."
  elif [ ! -S "$runtime/systemd/private" ] || [ ! -e "$unit" ]; then
    warn_keep check.limits "Limits of containers (--memory, --cpus, --pids-limit) are accepted and NOT enforced: without root they need a systemd session of $user_name, and there is none."
  else
    read -r delegated <"$unit" || delegated=
    missing=
    for controller in cpu memory pids; do
      case " $delegated " in *" $controller "*) ;; *) missing="$missing $controller" ;; esac
    done
    if [ -z "$missing" ]; then
      have limits "systemd delegates $delegated."
    else
      warn_keep check.limits "Limits are NOT enforced for:$missing. As root: systemctl edit user@.service, with [Service] Delegate=cpu cpuset io memory pids."
    fi
  fi
}

# check_cgroup_mounts: sets cgroupns_flag. A cover cannot be unmounted in a user namespace, so containers get a cgroup namespace of
# their own, in which runc mounts the hierarchies itself instead of taking the first mount of the table.
check_cgroup_mounts() {
  cgroupns_flag=''
  covers=$(cgroup_covers /proc/self/mountinfo /proc/self/cgroup)
  [ -n "$covers" ] || return 0
  # dockerd refuses an option that is given twice.
  grep -q '"default-cgroupns-mode"' "${XDG_CONFIG_HOME:-$HOME/.config}/docker/daemon.json" 2>/dev/null ||
    cgroupns_flag=--default-cgroupns-mode=private
  warn_keep check.cgroup-mounts "Another mount lies on $(one_line "$covers") and covers a cgroup mount: containers get a private cgroup namespace (default-cgroupns-mode=private), and docker run --cgroupns=host and RUN in a BuildKit build fail. Root can unmount the cover."
}

check_client() {
  case ${DOCKER_HOST:-} in
    '' | "unix://$socket") ;;
    *) step check.client skipped "DOCKER_HOST is $DOCKER_HOST, so the docker command of this environment asks another daemon: export DOCKER_HOST=unix://$socket" ;;
  esac
}
