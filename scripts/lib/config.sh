# shellcheck shell=sh
# Configuration: root's own helper.conf, and what of the user's daemon.json the helper must know. Read, never written.

CONFIG_FILE=/etc/dind-station/helper.conf
USERS_FILE=/etc/dind-station/users
DAEMON_JSON=/etc/docker/daemon.json

# settings_load: both, for whoever starts, prepares or watches a daemon.
settings_load() {
  config_load
  daemon_json_load
}

# Sets every setting to its default, then to what helper.conf says. Refuses a file that others than root can write.
config_load() {
  launcher=auto
  socket_mode=acl
  live_restore=auto
  start_timeout=60
  stop_timeout=20
  shutdown_budget=8
  log_max_bytes=20971520
  log_keep=3
  iptables=auto
  tcp=auto tcp_address=''
  tls_certdir='' tls_san='' tls_client_key=0600
  proxy_http='' proxy_https='' no_proxy=''
  if [ -e "$CONFIG_FILE" ]; then
    for path in "$CONFIG_FILE" "${CONFIG_FILE%/*}"; do
      root_only "$path" ||
        fail bad-config "$path must belong to root and be writable by root only: chown root:root $path; chmod go-w $path."
    done
    # An editor on another system ends lines with one, which no message would show.
    carriage_return=$(printf '\r')
    while IFS= read -r line || [ -n "$line" ]; do
      line=${line%"$carriage_return"}
      case $line in
        '' | '#'*) ;;
        *=*) config_set "${line%%=*}" "${line#*=}" ;;
        *) fail bad-config "$CONFIG_FILE has a line that is not KEY=VALUE: $line." ;;
      esac
    done <"$CONFIG_FILE"
    # Whoever set up certificates would not expect a port without.
    if [ "$tcp" = plain ] && [ -n "$tls_certdir" ]; then
      fail bad-config "$CONFIG_FILE: tcp is plain, but tls_certdir is $tls_certdir, and one port cannot be both: remove one of the two."
    fi
  fi
}

# config_set KEY VALUE: one setting, checked.
config_set() {
  case $1 in
    launcher) one_of "$1" "$2" auto builtin official ;;
    socket_mode) one_of "$1" "$2" acl 0660 0666 ;;
    live_restore) one_of "$1" "$2" auto off ;;
    start_timeout | stop_timeout | shutdown_budget) in_range "$1" "$2" 1 600 ;;
    log_max_bytes) in_range "$1" "$2" 65536 10737418240 ;;
    log_keep) in_range "$1" "$2" 1 20 ;;
    iptables) one_of "$1" "$2" auto nft legacy ;;
    tcp) one_of "$1" "$2" auto off plain ;;
    tcp_address) valid_address "$1" "$2" ;;
    tls_certdir) valid_path "$1" "$2" "$CONFIG_FILE" ;;
    tls_san) valid_san "$1" "$2" "$CONFIG_FILE" ;;
    tls_client_key) one_of "$1" "$2" 0600 0640 0644 ;;
    proxy_http | proxy_https | no_proxy)
      proxy_valid "$1" "$2" || fail bad-config "$CONFIG_FILE: $1 holds a blank or another character that no address has."
      ;;
    *) fail bad-config "$CONFIG_FILE has an unknown key: $1." ;;
  esac
  case $1 in
    launcher) launcher=$2 ;;
    socket_mode) socket_mode=$2 ;;
    live_restore) live_restore=$2 ;;
    start_timeout) start_timeout=$2 ;;
    stop_timeout) stop_timeout=$2 ;;
    shutdown_budget) shutdown_budget=$2 ;;
    log_max_bytes) log_max_bytes=$2 ;;
    log_keep) log_keep=$2 ;;
    iptables) iptables=$2 ;;
    tcp) tcp=$2 ;;
    tcp_address) tcp_address=$2 ;;
    tls_certdir) tls_certdir=$2 ;;
    tls_san) tls_san=$2 ;;
    tls_client_key) tls_client_key=$2 ;;
    proxy_http) proxy_http=$2 ;;
    proxy_https) proxy_https=$2 ;;
    no_proxy) no_proxy=$2 ;;
  esac
}

# valid_address KEY VALUE: an address to listen on. A name would have to be resolved, perhaps to somewhere else.
valid_address() {
  case $2 in
    '' | *[!0-9a-fA-F.:]*) fail bad-config "$CONFIG_FILE: $1 is $2, expected an address such as 127.0.0.1, 0.0.0.0 or ::1." ;;
  esac
}

one_of() {
  key=$1 value=$2
  shift 2
  for allowed in "$@"; do
    [ "$value" != "$allowed" ] || return 0
  done
  fail bad-config "$CONFIG_FILE: $key is $value, expected one of: $*."
}

in_range() {
  case $2 in
    # A zero in front would make it octal.
    '' | *[!0-9]* | 0?* | ????????????*) fail bad-config "$CONFIG_FILE: $1 is $2, expected a whole number from $3 to $4." ;;
  esac
  if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
    fail bad-config "$CONFIG_FILE: $1 is $2, expected a whole number from $3 to $4."
  fi
}

# root_only PATH: PATH is root's, not a link, and nobody else may write it.
root_only() {
  found=$(stat -c '%u %A %g' "$1") || return 1
  root_mode "$found"
}

# root_mode 'UID MODE GID': whether that is root's alone and no link. A group may write it if it has no members (Debian's
# staff on /usr/local). The mode in letters: its octal number has a leading digit for set-gid folders.
root_mode() {
  case $1 in
    "0 l"* | "0 "????????w*) return 1 ;;
    "0 "?????w*)
      gid=${1##* }
      [ "$gid" = 0 ] || [ -z "$(awk -F: -v gid="$gid" '$3 == gid { print $4 }' /etc/group)" ]
      ;;
    "0 "*) ;;
    *) return 1 ;;
  esac
}

# root_path PATH: nobody but root decides what is found at PATH, which has no links in it: it is root's alone, and so is
# every folder above it.
root_path() {
  root_chain "$1" ''
}

# root_folder DIR: DIR and every folder above it is root's alone, or has the sticky bit: others may add there, not replace.
root_folder() {
  root_chain "$1" sticky
}

# root_chain PATH ALLOWED: PATH, which may be sticky if that is ALLOWED, and the folders above it. One look at all of
# them: a start asks this often, and each program that is run costs it a millisecond.
root_chain() {
  above=$1 allowed=$2
  set --
  while :; do
    above=${above:-/}
    set -- "$@" "$above"
    [ "$above" != / ] || break
    above=${above%/*}
  done
  chain=$(stat -c '%u %A %g' "$@" 2>/dev/null) || return 1
  while read -r found; do
    case $allowed$found in
      "sticky0 d"????????[tT]*) ;;
      *) root_mode "$found" || return 1 ;;
    esac
    allowed=sticky
  done <<END
$chain
END
}

# What daemon.json decides, so that no flag of ours collides with it. dockerd itself judges whether the file is right:
# one that cannot be read is left to its error message.
daemon_json_load() {
  data_root=/var/lib/docker
  exec_root=/var/run/docker
  pidfile=/var/run/docker.pid
  socket=/var/run/docker.sock
  json_has_hosts='' json_has_live_restore='' json_has_containerd=''
  json_keys='' json_iptables='' json_storage_driver=''
  [ -s "$DAEMON_JSON" ] && [ -f "$DAEMON_JSON" ] || return 0
  for path in "$(readlink -f "$DAEMON_JSON")" "${DAEMON_JSON%/*}"; do
    root_path "$path" ||
      fail bad-config "$path must belong to root and be writable by root only, because the daemon obeys it: chown root:root $path; chmod go-w $path."
  done
  command -v jq >/dev/null ||
    fail no-tool "jq is needed to read $DAEMON_JSON and is not installed: apt-get install jq."
  # One value a line; an absent one is an empty line, so that the order tells which is which.
  values=$(jq -r 'def line: tostring | gsub("[\n\r]"; " ");
    (.["data-root"] // .graph // "" | line), (.["exec-root"] // "" | line), (.pidfile // "" | line),
    ([.hosts[]? | select(startswith("unix://") or startswith("fd://"))][0] // "" | sub("^unix://"; "") | line),
    (if has("hosts") then "yes" else "" end), (if has("live-restore") then "yes" else "" end),
    (if has("containerd") then "yes" else "" end), ([keys[] | select(test("^[a-z0-9-]+$"))] | join(" ")),
    (.iptables | if . == false then "false" else "" end), (.["storage-driver"] // "" | line)' "$DAEMON_JSON" 2>/dev/null) || return 0
  {
    read -r json_data_root || :
    read -r json_exec_root || :
    read -r json_pidfile || :
    read -r json_socket || :
    read -r json_has_hosts || :
    read -r json_has_live_restore || :
    read -r json_has_containerd || :
    read -r json_keys || :
    read -r json_iptables || :
    read -r json_storage_driver || :
  } <<END
$values
END
  data_root=${json_data_root:-$data_root}
  exec_root=${json_exec_root:-$exec_root}
  pidfile=${json_pidfile:-$pidfile}
  if [ -n "$json_has_hosts" ]; then
    [ -n "$json_socket" ] ||
      fail bad-config "$DAEMON_JSON lists hosts but no unix socket: add unix:///var/run/docker.sock to hosts."
    case $json_socket in
      # A socket that the init system hands over is at the usual place.
      fd://*) ;;
      *) socket=$json_socket ;;
    esac
  fi
}

# The users who are to have access to the socket and the log, one a line; none is no error.
config_users() {
  [ ! -e "$USERS_FILE" ] || ! root_only "$USERS_FILE" || cat "$USERS_FILE"
}
