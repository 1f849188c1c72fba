# What the tests of `dind-helper apply` share: a machine without leftovers, and what every action has to hold.
load support

setup() {
  reset_engine
  rm -rf /var/lib/dind-station/undo /run/docker* /run/containerd /run/systemd
  find /var/lib/docker -mindepth 1 -maxdepth 1 -exec rm -rf {} +
}

teardown() {
  [ -z "${helper_pid:-}" ] || kill -KILL "$helper_pid" 2>/dev/null || :
  no_containers
}

# code CODE: the run ended with it, and with 0 where that is a success.
code() {
  [ "$(result code)" = "$1" ]
  case $1 in
    applied | already-so | undone | nothing-to-undo) [ "$status" -eq 0 ] ;;
    *) [ "$status" -eq 69 ] ;;
  esac
}

apply() { run_helper apply "$1"; }

# snapshot PATH...: prints everything about them that an action could change.
snapshot() { find "$@" -printf '%p %y %m %U %G %i %s %T@\n' | sort; }

# mended_and_back ACTION PATH: applied, gone, so already, undone, as before.
mended_and_back() {
  local before
  before=$(snapshot "$2")
  apply "$1"
  code applied
  [ ! -e "$2" ]
  apply "$1"
  code already-so
  apply "undo-$1"
  code undone
  [ "$(snapshot "$2")" = "$before" ]
  apply "undo-$1"
  code nothing-to-undo
}

# not_touched ACTION PATH...: it is not this action's fault, and nothing of it changed.
not_touched() {
  local action=$1 before
  shift
  mkdir -p /var/lib/dind-station/undo
  before=$(snapshot "$@" && find /var/lib/dind-station/undo -name steps)
  apply "$action"
  code not-applicable
  [ "$(snapshot "$@" && find /var/lib/dind-station/undo -name steps)" = "$before" ]
}
