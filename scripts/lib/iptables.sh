# shellcheck shell=sh
# Which iptables the daemon uses. Neither module names nor a list of the filter table tell: what counts is whether the
# rules dockerd writes can be written. So they are, with each backend, in a network namespace that is thrown away.

IPTABLES_DIR=$RUN_DIR/iptables

# iptables_choose: decides on nft or legacy, and gives up IPv6 or the raw table alone where only they fail.
iptables_choose() {
  if [ "$json_iptables" = false ]; then
    step iptables.backend skipped "$DAEMON_JSON switches iptables off."
    return 0
  fi
  if ! command -v iptables >/dev/null; then
    step iptables.backend failed "iptables is not installed, and dockerd does not start without it: apt-get install iptables."
    return 0
  fi
  iptables_wanted
  if [ -n "$WANTED" ]; then
    iptables_probe "$WANTED" || iptables_refused "$WANTED"
  else
    iptables_prefer
    for backend in $PREFERRED; do
      if iptables_probe "$backend"; then break; fi
      iptables_refused "$backend"
    done
  fi
  [ -n "$BACKEND" ] || return 0
  iptables_realise
  iptables_degrade
}

# iptables_wanted: sets WANTED to the backend that somebody decided on, with WHY; empty when nobody did.
iptables_wanted() {
  WANTED='' WHY=''
  if [ "$iptables" != auto ]; then
    WANTED=$iptables WHY="helper.conf says so"
  elif pid1_value DOCKER_IPTABLES_LEGACY; then
    WANTED=nft
    [ -z "$VALUE" ] || WANTED=legacy
    WHY="DOCKER_IPTABLES_LEGACY of this container says so"
  fi
}

# iptables_prefer: sets PREFERRED to the backends in the order to try. Rules of two backends in one namespace judge each
# packet twice, so one that has rules here already comes first. The legacy programs create their tables by merely
# looking, therefore they are asked only where tables are.
iptables_prefer() {
  PREFERRED='nft legacy' WHY="it can write the daemon's rules"
  [ -n "$(cat /proc/net/ip_tables_names 2>/dev/null)" ] && command -v iptables-legacy-save >/dev/null || return 0
  legacy_rules=$(iptables-legacy-save 2>/dev/null | grep -c '^-A') || :
  nft_rules=$(iptables-nft-save 2>/dev/null | grep -c '^-A') || :
  if [ "${legacy_rules:-0}" -gt "${nft_rules:-0}" ]; then
    PREFERRED='legacy nft' WHY="$legacy_rules rules of it are here already"
  fi
}

# iptables_program BACKEND: sets PROGRAM to the name before -save and -restore; false when it is not installed.
iptables_program() {
  PROGRAM=iptables-$1
  command -v "$PROGRAM-restore" >/dev/null && return 0
  # Where there is but one backend it may have no name of its own.
  PROGRAM=iptables
  command -v iptables-restore >/dev/null && [ "$(iptables_kind)" = "$1" ]
}

# iptables_kind: prints which backend plain `iptables` is.
iptables_kind() {
  case $(readlink -f "$(command -v iptables)") in
    *nft*) echo nft ;;
    *legacy*) echo legacy ;;
    *)
      case $(iptables --version 2>/dev/null) in
        *nf_tables*) echo nft ;;
        *) echo legacy ;;
      esac
      ;;
  esac
}

# iptables_probe BACKEND: writes a chain with dockerd's kinds of rules in nat, filter and raw, IPv4 and IPv6 apart.
# Sets FAULT_4, FAULT_6 and FAULT_RAW to the refusals, empty where there was none, BACKEND when IPv4 works.
iptables_probe() {
  BACKEND='' FAULT_4='' FAULT_6='' FAULT_RAW=''
  if ! iptables_program "$1"; then
    FAULT_4="iptables-$1 is not installed"
    return 1
  fi
  # shellcheck disable=SC2016 # the inner shell's variables
  probed=$(unshare --net /bin/sh -c '
    try() {
      said=$(printf "%s\n" "*$3" ":PROBE - [0:0]" "-A PROBE $4" COMMIT | "$1-restore" --noflush --wait=2 2>&1) && return
      echo "$2 $(printf "%s" "${said:-no reason given}" | tr "\n" " ")"
    }
    six=ip6${1#ip}
    try "$1" 4 nat "-m addrtype --dst-type LOCAL -j MASQUERADE"
    try "$1" 4 filter "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    try "$1" raw raw "-j DROP"
    try "$six" 6 nat "-m addrtype --dst-type LOCAL -j MASQUERADE"
    try "$six" 6 filter "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
  ' probe "$PROGRAM" 2>&1) || :
  while IFS= read -r line; do
    case $line in
      '') ;;
      '4 '*) FAULT_4=${FAULT_4:-${line#4 }} ;;
      '6 '*) FAULT_6=${FAULT_6:-${line#6 }} ;;
      'raw '*) FAULT_RAW=${line#raw } ;;
      *) FAULT_4=${FAULT_4:-$line} ;;
    esac
  done <<END
$probed
END
  [ -z "$FAULT_4" ] || return 1
  BACKEND=$1
}

iptables_refused() {
  step iptables.backend failed "The $1 backend of iptables cannot write the daemon's rules: $FAULT_4."
}

# iptables_realise: the backend is put first in the daemon's PATH, so that nothing of the system is changed.
iptables_realise() {
  if [ "$(iptables_kind)" = "$BACKEND" ]; then
    rm -rf "$IPTABLES_DIR"
    step iptables.backend ok "iptables is $BACKEND, and stays so: $WHY."
    return 0
  fi
  launch_path=$IPTABLES_DIR:$SAFE_PATH
  program=$(command -v "iptables-$BACKEND")
  if [ "$(readlink "$IPTABLES_DIR/iptables" 2>/dev/null)" = "$program" ]; then
    step iptables.backend ok "The daemon uses iptables-$BACKEND already: $WHY."
    return 0
  fi
  rm -rf "$IPTABLES_DIR"
  mkdir "$IPTABLES_DIR"
  for family in iptables ip6tables; do
    for tool in '' -save -restore; do
      ln -s "${program%/*}/$family-$BACKEND$tool" "$IPTABLES_DIR/$family$tool"
    done
  done
  step iptables.backend changed "The daemon uses iptables-$BACKEND, for itself only: $WHY."
  iptables_left
}

# iptables_left: a daemon that ran with the other backend left its rules there, and they judge too, above all its policy
# of dropping what is forwarded. They may be somebody else's as well, so they are named and not removed.
iptables_left() {
  left=nft
  if [ "$BACKEND" = nft ]; then
    # Looking makes the tables: only where there are some.
    [ -n "$(cat /proc/net/ip_tables_names 2>/dev/null)" ] || return 0
    left=legacy
  fi
  if iptables-$left-save 2>/dev/null | grep -q '^:DOCKER '; then
    warn_keep iptables.left "Rules of a daemon before remain in $left and may drop what containers send: restart the container or machine to be rid of them."
  fi
}

# iptables_degrade: one thing that does not work is given up alone.
iptables_degrade() {
  if [ -n "$FAULT_6" ] && ! json_has ip6tables; then
    flag_add --ip6tables=false
    warn_keep iptables.ipv6 "IPv6 rules cannot be written, so the daemon goes without them: $FAULT_6."
  fi
  if [ -n "$FAULT_RAW" ]; then
    env_add DOCKER_INSECURE_NO_IPTABLES_RAW=1
    warn_keep iptables.raw "The raw table cannot be used, so published ports are less shielded from the network beside: $FAULT_RAW."
  fi
}
