load support

setup() {
  reset_engine
  rm -rf /var/lib/docker/*
}
teardown() { reset_engine; }

# without RIGHTS VERB: the helper with those taken from it, as a container without them starts it.
without() { run setpriv --bounding-set "$1" "$HELPER" "$2"; }

@test "without its rights no daemon is started, and which ones and how to get them is said" {
  without -net_admin,-sys_admin start
  [ "$status" -eq 69 ]
  [ "$(result code)" = no-rights ]
  [[ "$(result message)" == *"lacks NET_ADMIN and SYS_ADMIN"*--privileged* ]]
  [ -z "$(daemon_pid)" ]
  [ ! -e $LOG ]
  without -sys_admin start
  [[ "$(result message)" == *"lacks SYS_ADMIN,"* ]]
  without -net_admin start
  [[ "$(result message)" == *"lacks NET_ADMIN,"* ]]
}

@test "a start without rights leaves the data root open: the next one, with them, has overlay2" {
  without -sys_admin start
  [ "$status" -eq 69 ]
  [ -z "$(ls /var/lib/docker)" ]
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(docker info --format '{{.Driver}}')" = overlay2 ]
}

@test "a living daemon is not ended by a restart that could not start it again" {
  fake_engine
  run_helper start
  local pid
  pid=$(daemon_pid)
  without -net_admin restart
  [ "$(result code)" = no-rights ]
  [ "$(daemon_pid)" = "$pid" ]
}

@test "a daemon that is told to leave the firewall alone is tried without NET_ADMIN" {
  json '{"iptables": false, "bridge": "none"}'
  without -net_admin start
  [ "$status" -eq 0 ]
  [ -n "$(daemon_pid)" ]
}
