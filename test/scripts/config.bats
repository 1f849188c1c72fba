load support

# What the helper makes of its settings is the subject, whatever daemon it starts.
setup() {
  reset_engine
  fake_engine
}

@test "every bad setting is refused with the key, the value and what was expected, and nothing is started" {
  local line
  while IFS='|' read -r line expected; do
    conf "$line"
    run_helper start
    [ "$status" -eq 78 ]
    [ "$(result code)" = bad-config ]
    [[ "$(result message)" == *"$expected"* ]]
  done <<'END'
launcher=magic|launcher is magic, expected one of: auto builtin
socket_mode=0777|socket_mode is 0777, expected one of: acl 0660 0666
socket_mode=|socket_mode is , expected one of
start_timeout=0|start_timeout is 0, expected a whole number from 1 to 600
start_timeout=1e9|start_timeout is 1e9
start_timeout=99999999999999999999|expected a whole number
stop_timeout=$(touch /tmp/pwned)|expected a whole number
log_max_bytes=-1|log_max_bytes is -1
colour=blue|unknown key: colour
just words|not KEY=VALUE: just words
END
  [ ! -e /tmp/pwned ]
  [ -z "$(pids dockerd)" ]
}

@test "lines that end as on another system are read" {
  printf '# a comment\r\n\r\nsocket_mode=0660\r\n' >/etc/dind-station/helper.conf
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(stat -c %a "$SOCKET")" = 660 ]
}

@test "a settings file that others can write is refused" {
  conf socket_mode=0666
  chmod 666 /etc/dind-station/helper.conf
  run_helper start
  [ "$status" -eq 78 ]
  chmod 644 /etc/dind-station/helper.conf
  chown coder /etc/dind-station/helper.conf
  run_helper start
  [ "$status" -eq 78 ]
}

@test "a settings file that is a link is refused" {
  echo socket_mode=0666 >/tmp/mine
  ln -s /tmp/mine /etc/dind-station/helper.conf
  run_helper start
  [ "$status" -eq 78 ]
}

@test "socket_mode=0660 gives the group and no user" {
  conf socket_mode=0660
  run_helper start
  [ "$(stat -L -c '%a %G' "$SOCKET")" = '660 docker' ]
  run as_coder 'docker ps'
  [ "$status" -ne 0 ]
}

@test "socket_mode=0666 gives everybody, and says what that means" {
  conf socket_mode=0666
  run_helper start
  [ "$(stat -L -c %a "$SOCKET")" = 666 ]
  [[ "$output" == *"everybody root"* ]]
}

@test "without setfacl the step says so and what to do; the daemon runs" {
  mount --bind /dev/null /usr/bin/setfacl
  run_helper start
  umount /usr/bin/setfacl
  [ "$status" -eq 0 ]
  [[ "$output" == *"apt-get install acl"* ]]
}

@test "a daemon.json without a unix socket is refused with what to add" {
  json '{"hosts": ["tcp://127.0.0.1:2375"]}'
  run_helper start
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"unix:///var/run/docker.sock"* ]]
}

@test "a daemon.json that others can write is refused, because the daemon obeys it" {
  json '{}'
  chmod 666 /etc/docker/daemon.json
  run_helper start
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"chmod go-w"* ]]
}

@test "a socket that systemd hands over (fd://) is at the usual place" {
  json '{"hosts": ["fd://"]}'
  run_helper status
  [ "$(result code)" = not-running ]
}
