# shellcheck shell=sh
# What the daemon inherits from this process: limits, proxies, locale.

# More makes no container faster, and programs that close every possible descriptor take minutes with a thousand million.
NOFILE_ENOUGH=1048576

limits_choose() {
  limits_nofile
  limits_inotify
}

# limits_nofile: the soft limit on open files up to the hard one. A sudo from an editor's terminal hands on 1024.
# shellcheck disable=SC3045 # dash and busybox have -H and -S
limits_nofile() {
  hard=$(ulimit -H -n)
  soft=$(ulimit -S -n)
  most=$hard
  if [ "$hard" = unlimited ] || [ "$hard" -gt $NOFILE_ENOUGH ]; then
    most=$NOFILE_ENOUGH
  fi
  if [ "$soft" = unlimited ] || [ "$soft" -ge "$most" ]; then
    step limits.nofile ok "Open files: $soft."
  elif ulimit -S -n "$most" 2>/dev/null; then
    step limits.nofile changed "Open files: $most instead of $soft; the hard limit is $hard."
  else
    step limits.nofile failed "Open files stay at $soft: this kernel refuses $most."
  fi
}

# limits_inotify: said, not changed: the numbers belong to the whole machine, not to this container.
limits_inotify() {
  for pair in 'max_user_instances 256' 'max_user_watches 65536'; do
    name=${pair% *} enough=${pair#* }
    # Not `read`: it asks for one byte at a time, and this file gives all at once or nothing.
    found=$(cat "/proc/sys/fs/inotify/$name" 2>/dev/null) || continue
    if [ "$found" -lt "$enough" ]; then
      step limits.inotify skipped "fs.inotify.$name is $found, which many watching programs exhaust together (too many open files, no space left): on the host, sysctl -w fs.inotify.$name=$((enough * 2))."
    fi
  done
}

# environment_choose: proxies and locale: from helper.conf, else from what the container was started with. Nothing of it
# comes from the user who asks.
environment_choose() {
  for name in LANG LC_ALL; do
    pid1_value $name || continue
    case $VALUE in
      '' | *[!a-zA-Z0-9._@-]*) ;;
      *) env_add "$name=$VALUE" ;;
    esac
  done
  left_to_json proxy proxies || {
    environment_proxy HTTP_PROXY "$proxy_http" http_proxy
    environment_proxy HTTPS_PROXY "$proxy_https" https_proxy
    environment_proxy NO_PROXY "$no_proxy" no_proxy
  }
}

# environment_proxy NAME CONFIGURED LOWER
environment_proxy() {
  from=helper.conf
  VALUE=$2
  if [ -z "$VALUE" ]; then
    from="this container's environment"
    pid1_value "$1" && [ -n "$VALUE" ] || pid1_value "$3" || return 0
  fi
  [ -n "$VALUE" ] || return 0
  if ! proxy_valid "$1" "$VALUE"; then
    step proxy skipped "$1 from $from is not used: it holds a blank or another character that no address has."
    return 0
  fi
  env_add "$1=$VALUE"
  # A name and password in it are nobody's business.
  step proxy ok "The daemon gets $1 from $from: $(printf '%s' "$VALUE" | sed 's,//.*@,//***@,')."
}

# proxy_valid NAME VALUE
proxy_valid() {
  case $2 in
    *[!]a-zA-Z0-9.,:/@_%*~+=\&?[-]*) return 1 ;;
  esac
  case "$1 $2" in
    NO_PROXY* | no_proxy*) return 0 ;;
    *[,*]*) return 1 ;;
  esac
}
