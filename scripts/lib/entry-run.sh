# shellcheck shell=sh
# The command runs beside us and not instead of us: somebody has to stay who stops the daemon when the container ends.

# Of the ten seconds that `docker stop` gives, so many are the command's.
COMMAND_SECONDS=6

main=
asked=
killer=

run_command() {
  [ $# -gt 0 ] || set -- code-server
  HOME=$USER_HOME USER=$USER_NAME LOGNAME=$USER_NAME SHELL=$USER_SHELL
  export HOME USER LOGNAME SHELL
  unset DIND_STATION_PATH
  [ "$(pwd)" != / ] || cd "$HOME" 2>/dev/null || :
  for signal in HUP INT QUIT USR1 USR2; do
    # shellcheck disable=SC2064 # the name is meant now
    trap "pass_on $signal" $signal
  done
  # Asked to end before there was a command.
  if [ -n "$asked" ]; then
    daemon_stop
    exit 0
  fi
  # Without the detour through 3 a background command's input is empty.
  exec 3<&0
  (run_as_given "$@") <&3 3<&- &
  main=$!
  # Asked in the moment between the two.
  [ -z "$asked" ] || { child_settle && stop_asked; }
  wait_for "$main"
  status=$WAIT_STATUS
  [ -z "$killer" ] || kill "$killer" 2>/dev/null || :
  [ -n "$asked" ] || say "the command has ended with status $status."
  daemon_stop
  # Asked to end and ended: that is no failure.
  if [ -n "$asked" ] && [ "$status" -eq 143 ]; then
    status=0
  fi
  exit "$status"
}

# run_as_given COMMAND...: a shell starts what runs in its background with Ctrl-C ignored; the command is to have it.
# busybox has an env of its own, which cannot do that and comes before the other.
run_as_given() {
  if /usr/bin/env --default-signal=INT true 2>/dev/null; then
    as_user /usr/bin/env --default-signal=INT,QUIT "PATH=$user_path" "$@"
  fi
  as_user env "PATH=$user_path" "$@"
}

# stop_asked: the command and the daemon end at the same time; a command that does not is killed.
stop_asked() {
  asked=1
  daemon_ask_stop
  [ -n "$main" ] || return 0
  kill -TERM "$main" 2>/dev/null || :
  (sleep $COMMAND_SECONDS && kill -KILL "$main") </dev/null >/dev/null 2>&1 &
  killer=$!
}

# pass_on SIGNAL: from a terminal Ctrl-C and its kin reach the command anyway.
pass_on() {
  [ -n "$main" ] || return 0
  case $1 in
    INT | QUIT) [ ! -t 0 ] || return 0 ;;
  esac
  kill -s "$1" "$main" 2>/dev/null || :
}
