load support

# Each test makes the machine that it needs: the one that the test before left, or a new one.
setup() { :; }

# Where what the helper makes of its settings, or of a signal, is the subject, any daemon will do.
fresh_fake() {
  reset_engine
  fake_engine
}

@test "start brings up a daemon that the user can use at once, without a new login" {
  reset_engine
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(result code)" = started ]
  [ "$(result pid)" = "$(daemon_pid)" ]
  run as_coder 'id -nG; docker ps'
  [ "$status" -eq 0 ]
  [[ "${lines[0]}" != *docker* ]]
}

@test "the socket is not open to everybody" {
  running
  [ "$(stat -L -c %a "$SOCKET")" = 660 ]
  useradd stranger 2>/dev/null || :
  run su stranger -c 'docker ps'
  [ "$status" -ne 0 ]
  [[ "$output" == *"permission denied"* ]]
}

@test "the state file tells the truth and everybody may read it" {
  running
  [ "$(state state)" = running ]
  [ "$(state pid)" = "$(daemon_pid)" ]
  [ "$(stat -c %a /run/dind-station/state.json)" = 644 ]
  # Twice what it waits for a start, which is long in these tests, and for an end; and the wait for others.
  [ "$(state maxSeconds)" = $(((600 + 20) * 2 + 10)) ]
}

@test "a second start is a no-op that says so" {
  running
  local pid
  pid=$(daemon_pid)
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(result code)" = already-running ]
  [ "$(daemon_pid)" = "$pid" ]
  [ "$(pids dockerd | wc -l)" -eq 1 ]
}

@test "a daemon whose PID file is gone is still recognised" {
  running
  rm /var/run/docker.pid
  run_helper start
  [ "$(result code)" = already-running ]
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  daemon_pid | tr -d '\n' >/var/run/docker.pid
}

@test "containers get the signals of a clean process, not those the helper ignores" {
  running
  busybox_image
  docker run --rm --network none busybox cat /proc/self/status >/tmp/status
  grep -E '^SigIgn:[[:space:]]+0+$' /tmp/status
}

@test "the daemon holds neither the lock nor the caller's output" {
  running
  local pid
  for pid in $(pids dockerd) $(pids containerd); do
    run ls -l "/proc/$pid/fd"
    [[ "$output" != *dind-station/lock* ]]
    [[ "$output" != *pipe:*" 1 -> "* ]]
  done
  [ "$(readlink "/proc/$(daemon_pid)/fd/1")" = "$LOG" ]
}

@test "a frozen daemon is not waited for as long as one that is starting, and not touched" {
  fresh_fake
  run_helper start
  local pid
  pid=$(daemon_pid)
  kill -STOP "$pid"
  # Only one that is old is given up soon.
  tune OLD_DAEMON_SECONDS=1
  conf start_timeout=2
  run_helper start
  [ "$status" -eq 69 ]
  [ "$(result code)" = not-ready ]
  [[ "$(result message)" == *"restart it"* ]]
  [[ "$(result message)" == *"within "[12]" s"* ]]
  [ "$(daemon_pid)" = "$pid" ]
}

@test "a daemon that cannot start ends the wait at once, with its own last line" {
  reset_engine
  json '{"storage-drvier": "overlay2"}'
  run_helper start
  [ "$status" -eq 69 ]
  [ "$(result code)" = daemon-exited ]
  [[ "$(result cause)" == *"storage-drvier"* ]]
  [ "$(state state)" = failed ]
  [[ "$(state cause)" == *"storage-drvier"* ]]
  [ -z "$(pids containerd)" ]
  rm /etc/docker/daemon.json
  quick 8000
}

# containerd_fails BODY: the containerd in the daemon's PATH is a script.
containerd_fails() {
  printf '#!/bin/sh\n%s\n' "$1" >/usr/local/sbin/containerd
  chmod 755 /usr/local/sbin/containerd
}

@test "a containerd that ends at once, or while dockerd starts, ends the wait: its own last line is the cause" {
  local body
  for body in 'printf "seven quartz lanterns"; exit 3' 'sleep 1; echo seven quartz lanterns; exit 3' \
    'sleep 1; echo containerd: seven quartz lanterns >&2; echo "time=x level=error msg=later"; exit 3'; do
    reset_engine
    containerd_fails "$body"
    run_helper start
    rm /usr/local/sbin/containerd
    [ "$(result code)" = daemon-exited ]
    [ "$(result cause)" = 'failed to start containerd: exit status 3: seven quartz lanterns' ]
    quick 10000
    # Whoever reads the log finds it as the end of the last start.
    [ "$(tail -n 1 /var/log/dockerd.log)" = "$(result cause)" ]
    [ -z "$(daemon_pid)" ]
    [ ! -e /var/run/docker/containerd/containerd.pid ]
  done
  containerd_fails 'sleep 1; kill -KILL $$'
  run_helper start
  rm /usr/local/sbin/containerd
  [ "$(result cause)" = 'failed to start containerd: exit status 137 (signal 9)' ]
  run_helper start
  [ "$(result code)" = started ]
}

@test "a daemon.json that is not JSON is left to the daemon's own error" {
  reset_engine
  json '{"debug": true,}'
  run_helper start
  [ "$(result code)" = daemon-exited ]
  [[ "$(result cause)" == *"invalid character"* ]]
}

@test "what daemon.json decides is not given as a flag" {
  fresh_fake
  json '{"hosts": ["unix:///var/run/docker.sock"], "live-restore": false, "data-root": "/var/lib/docker/elsewhere"}'
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(docker info --format '{{.LiveRestoreEnabled}} {{.DockerRootDir}}')" = "false /var/lib/docker/elsewhere" ]
}

@test "live-restore is on unless daemon.json or helper.conf says otherwise" {
  fresh_fake
  run_helper start
  [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = true ]
  fresh_fake
  conf live_restore=off
  run_helper start
  [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = false ]
}

@test "swarm mode and live-restore are not combined" {
  fresh_fake
  run_helper start
  mkdir -p /var/lib/docker/swarm
  echo '{"LocalAddr": "127.0.0.1"}' >/var/lib/docker/swarm/docker-state.json
  run_helper restart
  rm -r /var/lib/docker/swarm
  [ "$status" -eq 0 ]
  [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = false ]
}

@test "without perl and curl the helper says what to install" {
  fresh_fake
  mkdir -p /run/no-tools
  run_helper start
  mount --bind /dev/null /usr/bin/curl
  mount --bind /dev/null /usr/bin/perl
  run_helper status
  umount /usr/bin/curl /usr/bin/perl
  [ "$status" -eq 73 ]
  [[ "$(result message)" == *"curl or perl"* ]]
}

@test "without curl the daemon is asked through perl" {
  fresh_fake
  mount --bind /dev/null /usr/bin/curl
  run_helper start
  umount /usr/bin/curl
  [ "$status" -eq 0 ]
  [ "$(result code)" = started ]
}

@test "no engine installed: one sentence says what to install" {
  reset_engine
  mount --bind /dev/null /usr/sbin/dockerd
  run_helper start
  umount /usr/sbin/dockerd
  [ "$status" -eq 69 ]
  [ "$(result code)" = no-engine ]
  [[ "$(result message)" == *"apt-get install docker.io"* ]]
}

@test "an engine that cannot be executed: one sentence says which file, and what to do" {
  reset_engine
  printf 'x' >/run/closed
  chmod 644 /run/closed
  mount --bind /run/closed /usr/bin/containerd
  run_helper start
  umount /usr/bin/containerd
  [ "$(result code)" = no-engine ]
  [ "$(result message)" = '/usr/bin/containerd cannot be executed: chmod 755 /usr/bin/containerd, then start Docker.' ]
}

@test "a reader that goes away does not end the work half done" {
  fresh_fake
  "$HELPER" start | head -c 1 >/dev/null
  until_true '[ -S "$SOCKET" ] && [ "$(state state)" = running ]'
  docker ps
  [ "$(state state)" = running ]
}

@test "a helper that fails where it should not says so, with the status that its help names" {
  reset_engine
  rm -rf /tmp/broken
  cp -r "$REPO/scripts" /tmp/broken
  printf 'verb_status() { (exit 3); }\n' >>/tmp/broken/lib/verbs.sh
  run /tmp/broken/dind-helper status
  [ "$status" -eq 70 ]
  [ "$(result code)" = internal ]
  [[ "$(result message)" == *"with status 3." ]]
}
