load support

# Who is asked is the subject, whatever daemon the init system then starts; with init as PID 1 it is the real one.
setup() {
  reset_engine
  [ "$(cat /proc/1/comm)" = init ] || fake_engine
}
teardown() { rm -rf /run/systemd /run/openrc /usr/local/sbin/systemctl; }

@test "with SysV init in charge its script is asked, and the daemon is its" {
  [ "$(cat /proc/1/comm)" = init ] || skip "PID 1 is not init here"
  # Debian's script raises limits and gives up where the machine lacks CAP_SYS_RESOURCE; that is not what is tested.
  sed -i 's/^\([[:space:]]*\)ulimit /\1: /' /etc/init.d/docker
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$output" == *"sysv did start docker"* ]]
  [ -e /var/run/docker-ssd.pid ]
  docker ps
  run_helper restart
  [ "$status" -eq 0 ]
  run_helper stop
  [ "$status" -eq 0 ]
  [ -z "$(pids dockerd)" ]
}

@test "launcher=builtin starts the daemon itself, whatever the init system" {
  conf launcher=builtin
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$output" != *"init.ask"* ]]
}

# systemd cannot be PID 1 of a bed: a stand-in that does what systemctl would.
fake_systemd() {
  mkdir -p /run/systemd/system
  cat >/usr/local/sbin/systemctl <<'END'
#!/bin/sh
echo "$@" >>/tmp/systemctl.calls
case $1 in
  start) setsid dockerd >/dev/null 2>&1 </dev/null 3>&- & ;;
  stop) pkill -x dockerd; sleep 1.5 ;;
esac
END
  chmod +x /usr/local/sbin/systemctl
  : >/tmp/systemctl.calls
}

@test "with systemd in charge it is asked, and no daemon of ours is started beside" {
  fake_systemd
  run_helper start
  [ "$status" -eq 0 ]
  grep -qx 'start docker.service' /tmp/systemctl.calls
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  [ "$(state log)" = '' ]
  as_coder 'docker ps'
}

@test "a refusal of the init system is told with its words" {
  fake_systemd
  cat >/usr/local/sbin/systemctl <<'END'
#!/bin/sh
[ "$1" != cat ] || exit 0
echo "Job for docker.service failed." >&2
exit 1
END
  run_helper start
  [ "$status" -eq 69 ]
  [ "$(result code)" = init-failed ]
  [[ "$(result cause)" == *"Job for docker.service failed"* ]]
}

@test "an init system that never answers is not waited for for ever, and a cancel is heard" {
  fake_systemd
  local asked=$BATS_TEST_TMPDIR/asked
  printf '#!/bin/sh\n[ "$1" = cat ] || { : >%s; exec sleep 600; }\n' "$asked" >/usr/local/sbin/systemctl
  "$HELPER" start >/tmp/one 3>&- &
  local first=$!
  until_true "[ -e '$asked' ]"
  run_helper cancel
  wait $first || :
  # It would have waited for ten minutes.
  [ "$(tail -n 1 /tmp/one | jq .ms)" -lt 400000 ]
  [ "$(tail -n 1 /tmp/one | jq -r .code)" = cancelled ]
  conf start_timeout=1 stop_timeout=1
  run_helper start
  [ "$(result code)" = init-failed ]
  [[ "$(result message)" == *"within 2 s"* ]]
}

@test "with systemd, stop leaves the socket of docker.socket to it" {
  fake_systemd
  run_helper start
  run_helper stop
  [ "$status" -eq 0 ]
  grep -qx 'stop docker.service docker.socket' /tmp/systemctl.calls
}
