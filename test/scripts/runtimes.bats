# Restricted runtimes, with a real crun. runsc and sysbox-runc are stand-ins: that they are found and tried is shown, not that they protect.
load support

setup() {
  reset_engine
  rm -f /etc/dind-station/runtimes /usr/local/bin/runsc /usr/local/bin/sysbox-runc
  mkdir -p /etc/docker
}

images() { docker images --all --quiet | sort -u; }

@test "crun is found, registered without a restart, runs a container, and goes again" {
  json '{"log-level": "info"}'
  chmod 640 /etc/docker/daemon.json
  "$HELPER" start >/dev/null
  local pid before
  pid=$(daemon_pid)
  before=$(images)
  run_helper runtimes
  [ "$status" -eq 0 ]
  [[ "$(step runtimes.crun)" == "skipped crun version"*"is not registered"* ]]
  [ "$(step runtimes.runsc)" = "skipped runsc is not installed." ]
  run_helper runtimes register crun
  [ "$(result code)" = registered ]
  [ "$(jq -c . /etc/docker/daemon.json)" = '{"log-level":"info","runtimes":{"crun":{"path":"/usr/bin/crun"}}}' ]
  [ "$(stat -c %a /etc/docker/daemon.json)" = 640 ]
  [ "$(cat /etc/docker/daemon.json.2*)" = '{"log-level": "info"}' ]
  run_helper runtimes
  [ "$status" -eq 0 ]
  [[ "$(step runtimes.crun)" == "ok "*"a container ran under it"* ]]
  [ "$(images)" = "$before" ]
  [ -z "$(docker ps -aq)" ]
  run_helper runtimes register crun
  [ "$(result code)" = already-registered ]
  run_helper runtimes unregister crun
  [ "$(result code)" = unregistered ]
  [ "$(jq -c . /etc/docker/daemon.json)" = '{"log-level":"info","runtimes":{}}' ]
  run docker info --format '{{json .Runtimes}}'
  [[ "$output" != *crun* ]]
  [ "$(daemon_pid)" = "$pid" ]
  run_helper runtimes unregister crun
  [ "$(result code)" = already-unregistered ]
}

@test "an entry of the user's is neither overwritten nor taken out" {
  local before
  before='{"runtimes": {"crun": {"path": "/usr/bin/crun", "runtimeArgs": ["--debug"]}}}'
  echo "$before" >/etc/docker/daemon.json
  for how in register unregister; do
    run_helper runtimes $how crun
    [ "$(result code)" = conflict ]
    [ "$(cat /etc/docker/daemon.json)" = "$before" ]
  done
}

@test "an entry as ours would be, but made by the user, is not taken out; nor is ours once the user changed it" {
  json '{"runtimes": {"crun": {"path": "/usr/bin/crun"}}}'
  run_helper runtimes register crun
  [ "$(result code)" = already-registered ]
  run_helper runtimes unregister crun
  [ "$(result code)" = conflict ]
  [[ "$(result message)" == *"was not made here"* ]]
  rm /etc/docker/daemon.json
  run_helper runtimes register crun
  [ "$(result code)" = registered ]
  sed -i 's/"path"/"runtimeArgs": ["--debug"], "path"/' /etc/docker/daemon.json
  run_helper runtimes unregister crun
  [ "$(result code)" = conflict ]
  [[ "$(result message)" == *"was changed since"* ]]
}

@test "what the daemon could not start without stays" {
  run_helper runtimes register crun
  [ "$(result code)" = registered ]
  jq '.["default-runtime"] = "crun"' /etc/docker/daemon.json >/etc/docker/next
  mv /etc/docker/next /etc/docker/daemon.json
  run_helper runtimes unregister crun
  [ "$(result code)" = conflict ]
  [[ "$(result message)" == *default-runtime* ]]
}

@test "a file that is not what dockerd expects is left alone" {
  for before in '{"log-level": ' '["crun"]' '{"runtimes": 3}'; do
    echo "$before" >/etc/docker/daemon.json
    run_helper runtimes register crun
    [ "$status" -eq 78 ]
    [ "$(result code)" = bad-config ]
    [ "$(cat /etc/docker/daemon.json)" = "$before" ]
  done
}

@test "a runtime that is installed and registered but runs nothing is told, and nothing is left of the try" {
  printf '#!/bin/sh\ncase $1 in --version) echo runsc version stand-in ;; *) exit 1 ;; esac\n' >/usr/local/bin/runsc
  chmod 755 /usr/local/bin/runsc
  "$HELPER" start >/dev/null
  run_helper runtimes register runsc
  [ "$(result code)" = registered ]
  local before
  before=$(images)
  run_helper runtimes
  [ "$status" -eq 69 ]
  [ "$(result code)" = runtime-failed ]
  [[ "$(step runtimes.runsc)" == "failed runsc version stand-in"*"no container runs under it"* ]]
  [ "$(images)" = "$before" ]
  [ -z "$(docker ps -aq)" ]
}

@test "a daemon that does not take the file gets the old one back" {
  fake_engine
  json '{"log-level": "info"}'
  "$HELPER" start >/dev/null
  kill -STOP "$(daemon_pid)"
  timeout 300 "$HELPER" runtimes register crun >/tmp/stopped || :
  kill -CONT "$(daemon_pid)"
  [ "$(tail -n 1 /tmp/stopped | jq -r .code)" = config-refused ]
  [ "$(cat /etc/docker/daemon.json)" = '{"log-level": "info"}' ]
}

@test "a program that others can change is not registered as root's" {
  printf '#!/bin/sh\n' >/usr/local/bin/sysbox-runc
  chmod 777 /usr/local/bin/sysbox-runc
  run_helper runtimes register sysbox-runc
  [ "$status" -eq 77 ]
  [ ! -e /etc/docker/daemon.json ]
  run_helper runtimes unregister sysbox-runc
  [ "$(result code)" = already-unregistered ]
  [ ! -e /etc/docker/daemon.json ]
}

@test "unknown names and words are refused, and no user may ask through sudo" {
  for words in 'register runc' 'register ../crun' 'register' 'destroy crun' 'register crun runsc'; do
    # shellcheck disable=SC2086 # one word each
    run_helper runtimes $words
    [ "$status" -eq 64 ]
  done
  run_helper runtimes register 'crun runsc'
  [ "$status" -eq 64 ]
  run as_coder "sudo -n $HELPER runtimes"
  [ "$status" -ne 0 ]
}
