#!/bin/sh
# The image's health check: the daemon answers, and is not known to be unable to run containers. No container is run for
# it: what a window or a terminal has found out is in the user's record, which the command line reads as that user.
set -eu

lib=/usr/local/lib/dind-station
"$lib/dind-helper" --plain status
# shellcheck source=../scripts/lib/entry-say.sh
. "$lib/lib/entry-say.sh"
# Its other functions are for the entrypoint.
# shellcheck source=/dev/null
. "$lib/lib/entry-user.sh"
user_find
# Its own exit status tells more than is asked here, such as a socket that this user cannot use.
known=$(as_user env HOME="$USER_HOME" timeout 5 dind-station --host unix:///var/run/docker.sock status --quick --json) || :
case $known in
  *'"state":"cannot-run"'*)
    printf '%s\n' "$known"
    exit 1
    ;;
esac
