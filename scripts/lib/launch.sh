# shellcheck shell=sh
# What dockerd is started with: flags, environment, PATH. Each choice is made by its own part (iptables, network, dns,
# storage, limits, tls, tcp), put down here, and said as a step with its reason. An option that daemon.json holds is
# left to daemon.json: dockerd refuses to start when it is given twice.

launch_flags=''
launch_env=''
launch_path=$SAFE_PATH
# A program with its options through which everything is launched: into a mount namespace (mount-namespace.sh), or nothing.
launch_enter=''
# Variables of the container's own environment that may decide something here.
PID1_NAMES='DOCKER_TLS_CERTDIR|DOCKER_TLS_SAN|DOCKER_IPTABLES_LEGACY|HTTP_PROXY|HTTPS_PROXY|NO_PROXY|http_proxy|https_proxy|no_proxy|LANG|LC_ALL'

# launch_choose: what has to be decided before containerd, which inherits limits and environment.
launch_choose() {
  launch_flags='' launch_env='' launch_path=$SAFE_PATH
  rm -f "$WARNINGS_FILE"
  pid1_load
  nesting_prepare
  nesting_choose
  limits_choose
  environment_choose
  official_check
  tls_choose
  tcp_choose
}

# launch_choose_rest: what dockerd alone needs; containerd gets ready meanwhile.
launch_choose_rest() {
  storage_choose
  [ "$launcher" = official ] || iptables_choose
  network_choose
  dns_choose
}

flag_add() { launch_flags="$launch_flags $1"; }
env_add() { launch_env="$launch_env $1"; }

# launch_exec PROGRAM...: becomes the program, in an environment of our making and a session of its own.
launch_exec() {
  # No flag and no value holds a blank; a bracket or a star in one is not a pattern.
  set -f
  # shellcheck disable=SC2086
  exec $launch_enter env -i PATH="$launch_path" HOME=/root $launch_env setsid "$@"
}

# json_has KEY: daemon.json holds that option.
json_has() {
  case " $json_keys " in
    *" $1 "*) return 0 ;;
  esac
  return 1
}

# left_to_json STEP KEY...: true, and said, when daemon.json holds one of the options.
left_to_json() {
  left_step=$1
  shift
  for key in "$@"; do
    if json_has "$key"; then
      step "$left_step" skipped "$DAEMON_JSON decides: it holds $key."
      return 0
    fi
  done
  return 1
}

# pid1_load: sets PID1_ENV to what the container was started with, NAME=VALUE a line, as far as the names are known
# here. PID 1 must be root's: a user's process could say anything.
pid1_load() {
  PID1_ENV=
  grep -q '^Uid:[[:space:]]*0[[:space:]]*0[[:space:]]*0[[:space:]]*0$' /proc/1/status || return 0
  # A newline inside a value must not look like the next variable.
  # Not readable where this container's root is not the machine's: the shell's own word for that is silenced too.
  PID1_ENV=$({ tr '\n\000' ' \n' </proc/1/environ; } 2>/dev/null | grep -E "^($PID1_NAMES)=") || :
}

# pid1_value NAME: sets VALUE; false when the container was not given that variable.
pid1_value() {
  VALUE=
  case "
$PID1_ENV" in
    *"
$1="*) ;;
    *) return 1 ;;
  esac
  VALUE=$(printf '%s\n' "$PID1_ENV" | sed -n "s/^$1=//p" | head -n 1)
}

# warn_keep NAME TEXT: a step that failed and stays true while the daemon runs: `status` says it again.
warn_keep() {
  step "$1" failed "$2"
  printf '%s %s\n' "$1" "$(one_line "$2")" >>"$WARNINGS_FILE"
}

# warnings_say: the warnings of the last start.
warnings_say() {
  [ -e "$WARNINGS_FILE" ] || return 0
  while IFS= read -r line; do
    step "${line%% *}" failed "${line#* }"
  done <"$WARNINGS_FILE"
}
