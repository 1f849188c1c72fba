#!/bin/sh
# Does what the script of Docker's own image does on the way to dockerd, where the real one is not at hand.
set -eu
[ "$1" = dockerd ] || exit 3
find /run /var/run -iname 'docker*.pid' -delete || :
exec /usr/local/bin/dind docker-init -- "$@"
