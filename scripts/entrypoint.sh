#!/bin/sh
# What a station's container starts with: home and history in order, the Docker daemon started and watched, then the
# editor or the command that was given, as the user. When the container is stopped, both end in order.
#
#   entrypoint.sh [COMMAND [ARG]...]     without a command: code-server
#
# It runs as root, or as a user whom sudo makes root without a password. Variables of the container that count:
#   DIND_STATION_USER      whose station this is (coder, else the first of /etc/dind-station/users, else number 1000)
#   DIND_STATION_REQUIRED  1: without a Docker daemon the container ends; else the reason is told and the editor starts
#   DIND_STATION_WAIT      how many seconds the editor waits for the daemon at most (30; 0 does not wait)
#   XDG_CONFIG_HOME and its kin are kept where they are set, and set where they are not.
set -eu

# Ours while the entrypoint works; the command gets the container's own, which outlives the starts anew below.
user_path=${DIND_STATION_PATH:-$PATH}
DIND_STATION_PATH=$user_path
export DIND_STATION_PATH
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

HELPER=/usr/local/lib/dind-station/dind-helper
HISTORY_DIR=/commandhistory

self=$(readlink -f "$0")
here=${self%/*}
# shellcheck source=lib/entry-say.sh
. "$here/lib/entry-say.sh"
# shellcheck source=lib/entry-user.sh
. "$here/lib/entry-user.sh"
# shellcheck source=lib/entry-home.sh
. "$here/lib/entry-home.sh"
# shellcheck source=lib/entry-shells.sh
. "$here/lib/entry-shells.sh"
# shellcheck source=lib/entry-daemon.sh
. "$here/lib/entry-daemon.sh"
# shellcheck source=lib/entry-run.sh
. "$here/lib/entry-run.sh"

inner=
if [ "${1:-}" = .inner ]; then
  inner=1
  shift
fi

# First the init, so that everything below has somebody who collects it and passes signals on.
[ -n "$inner" ] || run_under_init "$@"
become_root "$@"

# From here on an end of the container is not the end of this shell but of what it started.
trap 'stop_asked' TERM

user_find
home_prepare
shells_prepare
daemon_start
daemon_wait
run_command "$@"
