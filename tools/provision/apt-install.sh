#!/bin/sh
# Installs Debian packages, all in one apt-get call, without their services being started behind our back.
#
#   apt-install.sh PACKAGE...     as root; a name with "?" at its end is taken only if the distribution has it
#
# Output is apt's, with its machine-readable progress (dlstatus:, pmstatus:) on stdout.
set -eu
export DEBIAN_FRONTEND=noninteractive
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

policy=/usr/sbin/policy-rc.d
mark='# dind-station: no service is started while packages are installed; removed afterwards'

# remove_policy: takes away the policy file if it is ours, also one that a killed run of this script left behind.
remove_policy() {
  if [ -f "$policy" ] && grep -qxF "$mark" "$policy"; then
    rm -f "$policy"
  fi
}

# forbid_services: without systemd the packages' scripts would start dockerd through its init script, outside of the
# helper's care; invoke-rc.d asks this file first. With systemd in charge the service is meant to start. A file that
# somebody else put there stands.
forbid_services() {
  [ ! -d /run/systemd/system ] || return 0
  remove_policy
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
}

# lists_are_empty: nothing was ever downloaded by `apt-get update`, as in a fresh container image.
lists_are_empty() {
  for list in /var/lib/apt/lists/*_Packages* /var/lib/apt/lists/*_InRelease; do
    [ ! -e "$list" ] || return 1
  done
}

update_lists() {
  apt-get -o APT::Status-Fd=1 -o DPkg::Lock::Timeout=120 -qq update
}

# install_packages PACKAGE...: the one call. Waits for another apt up to two minutes instead of failing at once.
install_packages() {
  apt-get -o APT::Status-Fd=1 -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -qq -y --no-install-recommends install "$@"
}

[ $# -gt 0 ] || {
  echo "apt-install.sh: no packages named" >&2
  exit 64
}

trap remove_policy EXIT
# apt must not be cut short by a signal; a trap with nothing in it would be inherited, this one is not.
trap : INT TERM HUP

fresh=no
if lists_are_empty; then
  update_lists
  fresh=yes
fi

wanted=$*
set --
for name in $wanted; do
  case $name in
    *\?) if apt-cache show "${name%\?}" >/dev/null 2>&1; then set -- "$@" "${name%\?}"; fi ;;
    *) set -- "$@" "$name" ;;
  esac
done
[ $# -gt 0 ] || exit 0

forbid_services
if install_packages "$@"; then
  exit 0
fi
# Old lists name files that the mirror no longer has.
[ "$fresh" = no ] || exit 1
update_lists
install_packages "$@"
