# shellcheck shell=sh
# Whose station this is, and how this process becomes root first and that user at the end.

# run_under_init COMMAND...: as PID 1 nobody but us would collect what ends; elsewhere a PID 1 that does not collect is
# made up for. An init that is there already is enough.
run_under_init() {
  init=$(command -v docker-init || command -v tini || command -v dumb-init) || init=
  if [ $$ -eq 1 ]; then
    if [ -n "$init" ]; then
      exec "$init" -- /bin/sh "$self" .inner "$@"
    fi
    say "neither docker-init nor tini is installed, so ended processes are not collected: apt-get install tini."
    return 0
  fi
  case $(cat /proc/1/comm 2>/dev/null) in
    docker-init | tini | dumb-init | catatonit | init | systemd | s6-svscan) return 0 ;;
  esac
  case ${init##*/} in
    # dumb-init cannot collect below another PID 1.
    docker-init | tini) exec "$init" -s -- /bin/sh "$self" .inner "$@" ;;
  esac
}

# become_root COMMAND...: a user with a full sudo comes back as root with the same environment; one without goes on as
# what it is: the daemon is then started through the helper's own rule, and not watched.
become_root() {
  uid=$(id -u)
  [ "$uid" -ne 0 ] || return 0
  # The rule of `dind-helper install` lets exact commands through, and `true` is not one of them.
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    exec sudo -n --preserve-env DIND_STATION_USER="$(id -un)" /bin/sh "$self" .inner "$@"
  fi
}

# user_find: sets USER_NAME, USER_UID, USER_GID, USER_HOME, USER_SHELL.
user_find() {
  if [ "$(id -u)" -ne 0 ]; then
    USER_NAME=$(id -un 2>/dev/null) || USER_NAME=$(id -u)
  elif [ -n "${DIND_STATION_USER:-}" ]; then
    USER_NAME=$DIND_STATION_USER
    id -u "$USER_NAME" >/dev/null 2>&1 || {
      say "DIND_STATION_USER is $USER_NAME, but there is no such user in this container: root is taken."
      USER_NAME=root
    }
  elif id -u coder >/dev/null 2>&1; then
    USER_NAME=coder
  elif [ -s /etc/dind-station/users ]; then
    read -r USER_NAME </etc/dind-station/users
  else
    USER_NAME=$(awk -F: '$3 == 1000 { print $1; exit }' /etc/passwd)
  fi
  USER_NAME=${USER_NAME:-root}
  entry=$(getent passwd "$USER_NAME" 2>/dev/null) || entry=$(grep "^$USER_NAME:" /etc/passwd) || entry=
  if [ -z "$entry" ]; then
    # A number without a name, as `docker run --user 1234` gives.
    USER_UID=$(id -u) USER_GID=$(id -g) USER_HOME=${HOME:-/} USER_SHELL=/bin/sh
    return 0
  fi
  USER_UID=$(printf '%s' "$entry" | cut -d: -f3)
  USER_GID=$(printf '%s' "$entry" | cut -d: -f4)
  USER_HOME=$(printf '%s' "$entry" | cut -d: -f6)
  USER_SHELL=$(printf '%s' "$entry" | cut -d: -f7)
  USER_SHELL=${USER_SHELL:-/bin/sh}
}

# as_user COMMAND...: becomes the user and the command; for the end and for a subshell. busybox's own setpriv, which a
# busybox shell takes first, cannot change the user.
as_user() {
  if [ "$(id -u)" -ne 0 ] || [ "$USER_UID" -eq 0 ]; then
    exec "$@"
  elif /usr/bin/setpriv --version 2>/dev/null | grep -q util-linux; then
    exec /usr/bin/setpriv --reuid "$USER_UID" --regid "$USER_GID" --init-groups "$@"
  else
    # shellcheck disable=SC2016 # for the inner shell
    exec su -s /bin/sh "$USER_NAME" -c 'exec "$@"' -- sh "$@"
  fi
}
