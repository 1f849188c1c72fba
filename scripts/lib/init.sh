# shellcheck shell=sh
# Where an init system owns the daemon, it is asked: a dockerd of ours beside its would be the second one.

# init_find: sets INIT to systemd, openrc, sysv or none.
init_find() {
  INIT=none
  [ "$launcher" = auto ] || return 0
  if [ -d /run/systemd/system ] && command -v systemctl >/dev/null; then
    systemctl cat docker.service >/dev/null 2>&1 && INIT=systemd
  elif [ -e /run/openrc/softlevel ] && [ -x /etc/init.d/docker ]; then
    INIT=openrc
  elif [ -x /etc/init.d/docker ] && [ -e /etc/inittab ] && read -r comm </proc/1/comm && [ "$comm" = init ]; then
    INIT=sysv
  fi
  case $INIT in
    systemd) state_log='' ;;
    # Both write where Debian's and Alpine's scripts say.
    openrc | sysv) state_log=/var/log/docker.log ;;
  esac
}

# init_ask start|stop|restart: asks the init system; its words are the cause when it refuses.
init_ask() {
  [ "$1" = stop ] || namespace_say_init
  stage init.ask "Asking $INIT to $1 docker."
  case $INIT in
    systemd)
      set -- "$1" systemctl "$1" docker.service
      # Left listening, docker.socket would start the daemon again for the next who asks how it is.
      if [ "$1" = stop ] && systemctl cat docker.socket >/dev/null 2>&1; then
        set -- "$@" docker.socket
      fi
      ;;
    openrc) set -- "$1" rc-service docker "$1" ;;
    sysv) set -- "$1" /etc/init.d/docker "$1" ;;
  esac
  init_verb=$1
  shift
  # In the background and with a bound: an init system may wait for ever, and a cancel is heard at once.
  "$@" >"$RUN_DIR/init.$$" 2>&1 </dev/null 9>&- &
  asking=$!
  if ! wait_gone $asking $(((start_timeout + stop_timeout) * 1000)); then
    kill -TERM $asking 2>/dev/null || :
    fail init-failed "$INIT did not $init_verb the Docker daemon within $((start_timeout + stop_timeout)) s." "$(init_words)"
  fi
  wait $asking || fail init-failed "$INIT could not $init_verb the Docker daemon." "$(init_words)"
  asking=
  rm -f "$RUN_DIR/init.$$"
  step init.ask changed "$INIT did $init_verb docker."
}

# What the init system said, or the daemon's own last line.
init_words() {
  init_cause "$(cat "$RUN_DIR/init.$$")"
  rm -f "$RUN_DIR/init.$$"
}

# init_cause WORDS: prints the daemon's last line from the journal where there is one, else what the init system said.
init_cause() {
  line=
  if [ "$INIT" = systemd ]; then
    line=$(journalctl --unit docker.service --lines 20 --output cat --no-pager 2>/dev/null |
      grep -v -e '^docker.service:' -e '^Failed to start' -e '^Starting' | tail -n 1) || :
  fi
  [ -n "$line" ] || line=$(printf '%s\n' "$1" | tail -n 1)
  printf '%s\n' "$line"
}

# init_await: after the init system says it started the daemon.
init_await() {
  now_ms
  await_deadline=$((NOW_MS + start_timeout * 1000))
  until [ -S "$socket" ] && http_get /_ping 5; do
    now_ms
    [ $NOW_MS -lt $await_deadline ] ||
      fail not-ready "$INIT started the daemon, but it did not answer on $socket within $start_timeout s." "$(init_cause '')"
    sleep 0.05
  done
  access_apply
  find_daemon
}
