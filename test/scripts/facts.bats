load support

# fact NAME [FILTER]: the lines of that fact, through jq.
fact() {
  printf '%s\n' "$output" | jq -c --arg name "$1" "select(.fact == \$name)${2:+ | $2}"
}

@test "facts of a running daemon, for a user through sudo: every line is JSON, and nothing was changed" {
  running
  local before
  before=$(stat -c '%n %Y %s' /run/dind-station/state.json /var/run/docker.pid "$SOCKET")
  run as_coder "sudo -n $HELPER facts"
  [ "$status" -eq 0 ]
  printf '%s\n' "$output" | jq -e . >/dev/null
  [ "$(result code)" = facts ]
  [ "$(stat -c '%n %Y %s' /run/dind-station/state.json /var/run/docker.pid "$SOCKET")" = "$before" ]
  [ "$(fact process 'select(.comm == "dockerd") | .pid')" = "$(daemon_pid)" ]
  [ "$(fact process 'select(.comm == "dockerd") | .stdout')" = "\"$LOG\"" ]
  [ "$(fact process 'select(.comm == "dockerd") | .exe')" = '"/usr/sbin/dockerd"' ]
  [ "$(fact process 'select(.comm == "dockerd") | .openFiles > 5')" = true ]
  [ "$(fact drivers '.value | index("overlay2") != null or index("vfs") != null or index("fuse-overlayfs") != null')" = true ]
  [ "$(fact root 'select(.role == "data") | .totalBytes > .freeBytes and .freeBytes > 0')" = true ]
  [ "$(fact database 'select(.path == "network/files/local-kv.db") | .state')" = '"ok"' ]
  [ "$(fact iptables '.value.dockerChain' | sort -u | tail -n 1)" = true ]
}

@test "a damaged and an empty database are told apart from a good one" {
  "$HELPER" start >/dev/null
  "$HELPER" stop >/dev/null
  local root=/var/lib/docker
  cp "$root/volumes/metadata.db" /tmp/metadata.db
  head -c 4096 /dev/zero | tr '\0' x >"$root/volumes/metadata.db"
  : >"$root/buildkit/cache.db"
  run "$HELPER" facts
  mv /tmp/metadata.db "$root/volumes/metadata.db"
  rm -f "$root/buildkit/cache.db"
  [ "$status" -eq 0 ]
  [ "$(fact database 'select(.path == "volumes/metadata.db") | .state')" = '"damaged"' ]
  [ "$(fact database 'select(.path == "buildkit/cache.db") | .state')" = '"empty"' ]
  [ "$(fact database 'select(.path == "network/files/local-kv.db") | .state')" = '"ok"' ]
}

@test "a daemon.json that only root may read is told as text, one that all may read is not" {
  mkdir -p /etc/docker
  printf '{"debug": true, "labels": ["a\\"b"]}\n' >/etc/docker/daemon.json
  run "$HELPER" facts
  [ -z "$(fact daemon-json)" ]
  chmod 0600 /etc/docker/daemon.json
  run "$HELPER" facts
  [ "$(fact daemon-json '.value | fromjson | .debug')" = true ]
}

@test "a process with a hostile name and a hostile command line does not break the lines" {
  cp "$(command -v sleep)" /tmp/dockerd
  bash -c 'exec -a "$1" /tmp/dockerd 600 >"$2" 2>&1' - $'x","pid":0}\n{"fact":"process"' /tmp/$'a"\nb\\' 3>&- &
  local hostile=$!
  until_true '[ "$(cat "/proc/'$hostile'/comm")" = dockerd ]'
  run "$HELPER" facts
  kill "$hostile" 2>/dev/null || :
  rm -f /tmp/dockerd /tmp/$'a"\nb\\'
  [ "$status" -eq 0 ]
  printf '%s\n' "$output" | jq -e . >/dev/null
  [ "$(fact process 'select(.exe == "/tmp/dockerd") | .stdout')" = '"/tmp/a\" b\\"' ]
}

@test "a log whose name ends in a comma does not break the lines" {
  perl -e '$0 = "dockerd"; sleep 600' >'/tmp/log,' 2>'/tmp/err,' 3>&- &
  local hostile=$!
  until_true '[ "$(cat "/proc/'$hostile'/comm")" = dockerd ]'
  run "$HELPER" facts
  kill "$hostile" 2>/dev/null || :
  rm -f '/tmp/log,' '/tmp/err,'
  printf '%s\n' "$output" | jq -e . >/dev/null
  [ "$(fact process "select(.pid == $hostile) | .stdout + .stderr")" = '"/tmp/log,/tmp/err,"' ]
}

@test "facts takes no argument" {
  run "$HELPER" facts /etc/shadow
  [ "$status" -eq 64 ]
}
