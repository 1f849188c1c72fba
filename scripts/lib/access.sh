# shellcheck shell=sh
# Who may use the socket and read the log. An ACL entry takes effect at once; membership of group docker only in
# processes that begin after it, and code-server is not one of them.

# access_apply: gives the configured users access to the socket.
access_apply() {
  # Never on a socket that was mounted over ours: that would open somebody else's daemon to our users. Nor through a link,
  # which may lead to where a user decides what is found.
  ! socket_mounted && [ ! -L "$socket" ] || return 0
  case $socket_mode in
    acl)
      chmod 0660 "$socket"
      access_grant "$socket" rw socket.access
      ;;
    0660)
      chmod 0660 "$socket"
      step socket.access ok "Members of the socket's group may use $socket."
      ;;
    0666)
      chmod 0666 "$socket"
      step socket.access changed "Everybody may use $socket, as helper.conf says (socket_mode=0666). That makes everybody root."
      ;;
  esac
}

# access_grant PATH RIGHTS STEP: an ACL entry for each configured user.
access_grant() {
  for user in $(config_users); do
    if ! command -v setfacl >/dev/null; then
      step "$3" failed "setfacl is not installed, so $user gets no access to $1: apt-get install acl, or set socket_mode=0660."
      return 0
    fi
    if refusal=$(setfacl -m "u:$user:$2" "$1" 2>&1); then
      step "$3" ok "$user may use $1."
    else
      step "$3" failed "$user gets no access to $1: $refusal."
    fi
  done
}

# log_prepare: rotates when the log is over its size and makes sure that there is one, readable by whom the socket is for.
log_prepare() {
  [ ! -L "$state_log" ] || fail bad-config "$state_log is a link; it must be a plain file: remove the link."
  log_rotate mv
  if [ ! -e "$state_log" ]; then
    (umask 027 && : >>"$state_log")
    if grep -q '^docker:' /etc/group; then
      chgrp docker "$state_log"
    fi
    [ "$socket_mode" != acl ] || access_grant "$state_log" r log.access
  fi
}
