# shellcheck shell=sh
# Putting a root-owned copy in place and giving one user the right to run exact commands of it; and undoing that.

LINK=/usr/local/sbin/dind-helper
SUDOERS_DIR=/etc/sudoers.d
# What a user may ask for. Listed one by one in the sudoers file: a wildcard there accepts any further argument.
USER_VERBS='start stop restart status logs facts cancel version reset-data undo-reset-data reset-data-preview'

# check_user NAME: NAME is a login name of this machine. Sets USER_UID. A name is checked before any program sees it.
check_user() {
  case $1 in
    '' | -* | *[!a-zA-Z0-9._-]*) fail bad-user "$1 is not a login name: letters, digits, dot, dash and underscore are expected." ;;
  esac
  # id takes a number for a user as well; a rule needs the name.
  [ "$(id -un "$1" 2>/dev/null)" = "$1" ] || fail bad-user "There is no user $1 on this machine."
  USER_UID=$(id -u "$1")
}

verb_install() {
  check_user "$1"
  settings_load
  take_lock
  install_place
  install_config
  if [ "$USER_UID" -ne 0 ]; then
    install_sudoers "$1"
    if ! config_users | grep -qxF -e "$1"; then
      {
        config_users
        echo "$1"
      } >"$USERS_FILE.new"
      mv -f "$USERS_FILE.new" "$USERS_FILE"
      step install.access changed "$1 is in $USERS_FILE and gets access to the socket."
    fi
  fi
  # Last, so that a copy that is in place means that everything is.
  install_copy
  if [ -S "$socket" ] && ! socket_mounted; then
    access_apply
  fi
  if [ -e "$state_log" ] && [ "$socket_mode" = acl ]; then
    access_grant "$state_log" r log.access
  fi
  succeed installed "The helper is installed in $INSTALL_DIR; $1 may run it."
}

# install_place: the place for the copy is root's all the way up.
install_place() {
  mkdir -p "${INSTALL_DIR%/*}" "${LINK%/*}"
  path=$INSTALL_DIR
  while [ "$path" != / ]; do
    path=${path%/*}
    path=${path:-/}
    root_only "$path" ||
      fail not-trusted "$path is not root's alone: chown root:root $path; chmod go-w $path; then install again."
  done
}

# install_copy: the program and its parts, root's, swapped in whole.
install_copy() {
  if [ "$here" = "$INSTALL_DIR" ]; then
    step install.copy ok "This is the installed copy."
    return 0
  fi
  rm -rf "$INSTALL_DIR.new" "$INSTALL_DIR.old"
  mkdir "$INSTALL_DIR.new" "$INSTALL_DIR.new/lib"
  cp "$here/dind-helper" "$INSTALL_DIR.new/dind-helper"
  cp "$here"/lib/*.sh "$here"/lib/*.tsv "$INSTALL_DIR.new/lib/"
  cp "$here/entrypoint.sh" "$here/dind-rootless" "$INSTALL_DIR.new/"
  chown -R 0:0 "$INSTALL_DIR.new"
  chmod 0755 "$INSTALL_DIR.new" "$INSTALL_DIR.new/lib" "$INSTALL_DIR.new/dind-helper" \
    "$INSTALL_DIR.new/entrypoint.sh" "$INSTALL_DIR.new/dind-rootless"
  chmod 0644 "$INSTALL_DIR.new"/lib/*
  if [ -e "$INSTALL_DIR" ]; then
    mv "$INSTALL_DIR" "$INSTALL_DIR.old"
  fi
  mv "$INSTALL_DIR.new" "$INSTALL_DIR"
  rm -rf "$INSTALL_DIR.old"
  ln -sfn "$INSTALL_DIR/dind-helper" "$LINK"
  step install.copy changed "Version $HELPER_VERSION is in $INSTALL_DIR, linked from $LINK."
}

default_config() {
  cat <<'END'
# DinD Station: settings of the privileged helper. KEY=VALUE; only root may write this file.

# auto asks systemd, OpenRC or SysV init where one owns Docker; builtin always starts the daemon itself.
# official starts it through the scripts of Docker's own image.
#launcher=auto
# Who may use the socket: acl (the users in /etc/dind-station/users, at once), 0660 (its group), 0666 (everybody).
#socket_mode=acl
# auto keeps containers running while the daemon restarts, unless daemon.json decides or swarm mode is on; off never.
#live_restore=auto
# Seconds.
#start_timeout=60
#stop_timeout=20
# How long the supervisor takes at most when the container stops; the container's own grace period must be longer.
#shutdown_budget=8
# The log is rotated above this size; so many old ones are kept.
#log_max_bytes=20971520
#log_keep=3
# auto takes the iptables backend (nft, legacy) that can write the daemon's rules.
#iptables=auto
# Certificates in ca/, server/ and client/ of this folder, and TLS on port 2376; further names for the certificate.
#tls_certdir=/certs
#tls_san=DNS:build.example.org,IP:192.0.2.7
# Who may read the client's key: 0600 root, 0644 everybody who sees the folder.
#tls_client_key=0600
# auto: a TCP port only with TLS; off: none; plain: port 2375 without TLS, on 127.0.0.1 unless tcp_address says more.
#tcp=auto
#tcp_address=0.0.0.0
# For the daemon's own downloads.
#proxy_http=http://proxy.example.org:3128
#proxy_https=http://proxy.example.org:3128
#no_proxy=localhost,.example.org
END
}

install_config() {
  mkdir -p "${CONFIG_FILE%/*}"
  chmod 0755 "${CONFIG_FILE%/*}"
  if [ ! -e "$CONFIG_FILE" ]; then
    default_config >"$CONFIG_FILE"
    step install.config changed "Settings are in $CONFIG_FILE, all at their defaults."
  fi
  [ -e "$USERS_FILE" ] || : >"$USERS_FILE"
}

# install_sudoers USER: exact commands, checked by visudo before and as a whole after, and proven by sudo's own list.
# The file is named by number: sudo passes over a name with a dot in it, as login names may have.
install_sudoers() {
  command -v visudo >/dev/null || fail no-tool "sudo is not installed, so $1 could not run the helper: apt-get install sudo."
  file=$SUDOERS_DIR/dind-station-$USER_UID
  mkdir -p "$SUDOERS_DIR"
  commands=
  for allowed in $USER_VERBS; do
    commands="$commands${commands:+, }$INSTALL_DIR/dind-helper $allowed"
  done
  for allowed in $(apply_list); do
    commands="$commands, $INSTALL_DIR/dind-helper apply $allowed"
  done
  # The dot keeps sudo from reading it before it is checked.
  (
    umask 0337
    rm -f "$file.new"
    printf '%s\n' "# $1 may run these exact commands as root. Written by dind-helper install." \
      "$1 ALL=(root:root) NOPASSWD: $commands" >"$file.new"
  )
  if ! refusal=$(visudo -c -q -f "$file.new" 2>&1); then
    rm -f "$file.new"
    fail sudoers-refused "visudo refuses the rule for $1: $(one_line "$refusal")."
  fi
  if cmp -s "$file.new" "$file"; then
    rm -f "$file.new"
    step install.sudoers ok "$file is already so."
    return 0
  fi
  mv -f "$file.new" "$file"
  if ! visudo -c -q >/dev/null 2>&1 || ! sudo -n -l -U "$1" 2>/dev/null | grep -qF "$INSTALL_DIR/dind-helper start"; then
    rm -f "$file"
    fail sudoers-refused "sudo does not take the rule from $SUDOERS_DIR: run visudo -c, and see that /etc/sudoers has the line '@includedir $SUDOERS_DIR'."
  fi
  step install.sudoers changed "$file lets $1 run: $(echo "$USER_VERBS" | sed 's/ /, /g'), and apply with each of its actions."
}

# verb_uninstall [USER]: takes the right from one user, or everything from all. The daemon goes on running.
verb_uninstall() {
  settings_load
  take_lock
  if [ -n "$1" ]; then
    check_user "$1"
    remove_user "$1"
    succeed uninstalled "$1 may no longer run the helper."
  fi
  for user in $(config_users); do
    # A user deleted meanwhile has no number; the rule goes with the pattern below.
    remove_user "$user"
  done
  rm -f "$SUDOERS_DIR"/dind-station-[0-9]* "$USERS_FILE" "$LINK"
  if [ -e "$CONFIG_FILE" ] && default_config | cmp -s - "$CONFIG_FILE"; then
    rm -f "$CONFIG_FILE"
  elif [ -e "$CONFIG_FILE" ]; then
    step uninstall.config skipped "$CONFIG_FILE was changed and is kept."
  fi
  rmdir "${CONFIG_FILE%/*}" 2>/dev/null || :
  rm -rf "$INSTALL_DIR"
  step uninstall.copy changed "Removed $INSTALL_DIR, $LINK and the sudo rules."
  succeed uninstalled "The helper is uninstalled. The Docker daemon was left as it is."
}

remove_user() {
  if uid=$(id -u "$1" 2>/dev/null); then
    rm -f "$SUDOERS_DIR/dind-station-$uid"
  fi
  config_users | grep -vxF -e "$1" >"$USERS_FILE.new" || :
  mv -f "$USERS_FILE.new" "$USERS_FILE"
  for path in "$socket" "$state_log"; do
    if [ -e "$path" ] && command -v setfacl >/dev/null; then
      setfacl -x "u:$1" "$path" 2>/dev/null || :
    fi
  done
  step uninstall.access changed "Took the sudo rule and the access to the socket from $1."
}
