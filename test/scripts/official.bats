load support

# The real scripts of docker-library/docker and moby/moby, where somebody put them; else the stand-ins of
# test/bed/official: they delete PID files, prepare, and put docker-init around dockerd.
REAL=/var/cache/dind-station/official
ENTRY=/usr/local/bin/dockerd-entrypoint.sh
DIND=/usr/local/bin/dind

setup() {
  reset_engine
  conf launcher=official
  local scripts=$REAL
  [ -e $REAL/dind ] || scripts=$REPO/test/bed/official
  cp "$scripts/dockerd-entrypoint.sh" $ENTRY
  cp "$scripts/dind" $DIND
  chown 0:0 $ENTRY $DIND
  chmod 755 $ENTRY $DIND
}
teardown() {
  local pid
  for pid in $(inits); do kill -KILL "$pid" 2>/dev/null || :; done
}
teardown_file() {
  reset_engine
  rm -f $ENTRY $DIND
}

# The docker-init around the daemon; PID 1 may be another.
inits() { pids docker-init | grep -vx 1 || :; }

@test "start goes through the scripts; the process id reported is dockerd's; a container runs" {
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(result code)" = started ]
  [ "$(result pid)" = "$(daemon_pid)" ]
  [ "$(state pid)" = "$(daemon_pid)" ]
  # dind was in between, and docker-init is around it.
  tr '\000' '\n' <"/proc/$(daemon_pid)/environ" | grep -qx container=docker
  [ "$(cat "/proc/$(awk '{ print $4 }' "/proc/$(daemon_pid)/stat")/comm")" = docker-init ]
  busybox_image
  docker run --rm busybox busybox true
  as_coder 'docker ps'
}

@test "docker-init reaps although it is not PID 1" {
  run_helper start
  busybox_image
  docker run --rm busybox busybox true
  until_true '[ -z "$(ps -o stat= --ppid "$(inits)" | grep Z)" ]'
  run grep "isn't registered" $LOG
  [ "$status" -ne 0 ]
}

@test "the scripts open no TCP port by themselves" {
  fake_engine
  run_helper start
  [ "$status" -eq 0 ]
  [ -z "$(ss -Htln 'sport = :2375 or sport = :2376')" ]
}

@test "start again is a no-op; restart gives a new daemon; stop leaves nothing running" {
  run_helper start
  local pid
  pid=$(daemon_pid)
  run_helper start
  [ "$(result code)" = already-running ]
  run_helper restart
  [ "$status" -eq 0 ]
  [ "$(result code)" = restarted ]
  [ "$(daemon_pid)" != "$pid" ]
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  run_helper stop
  [ "$status" -eq 0 ]
  # docker-init ends by itself, a moment after its child.
  until_true '[ -z "$(pids dockerd)$(pids containerd)$(inits)" ]'
}

@test "ten restarts in a row work" {
  run_helper start
  for _ in $(seq 10); do
    run_helper restart
    [ "$(result code)" = restarted ]
  done
}

@test "kill -9 of the daemon, then start: healed" {
  run_helper start
  kill -KILL "$(daemon_pid)"
  until_true '[ -z "$(pids dockerd)" ]'
  run_helper start
  [ "$status" -eq 0 ]
  docker info >/dev/null
}

@test "a daemon that cannot start is told by its own last line" {
  json '{"storage-drvier": "x"}'
  run_helper start
  [ "$(result code)" = daemon-exited ]
  [[ "$(result cause)" == *storage-drvier* ]]
}

@test "a start that is cancelled leaves nothing running" {
  # It becomes the daemon's init in the end, under the same number.
  printf '#!/bin/sh\necho $$ >/run/dind.pid\nsleep 2\nexec "$@"\n' >$DIND
  rm -f /run/dind.pid
  "$HELPER" start >/dev/null 3>&- &
  until_true '[ -s /run/dind.pid ]'
  run_helper cancel
  [ "$(result code)" = cancel-sent ]
  wait $! || :
  until_true '! alive "$(cat /run/dind.pid)"'
  [ -z "$(pids dockerd)" ]
  [ "$(state code)" = cancelled ]
}

@test "TLS is ours here too" {
  conf launcher=official tls_certdir=/run/certs
  run_helper start
  [ "$status" -eq 0 ]
  DOCKER_CERT_PATH=/run/certs/client DOCKER_TLS_VERIFY=1 DOCKER_HOST=tcp://localhost:2376 docker version >/dev/null
}

@test "from the built-in launcher to the scripts and back, containers go on" {
  conf launcher=builtin
  run_helper start
  busybox_image
  docker rm -f stays 2>/dev/null || :
  docker run -d --name stays busybox busybox sleep 100
  local pid
  pid=$(docker inspect stays --format '{{.State.Pid}}')
  conf launcher=official
  run_helper restart
  [ "$status" -eq 0 ]
  [ "$(docker inspect stays --format '{{.State.Pid}} {{.State.Running}}')" = "$pid true" ]
  conf launcher=builtin
  run_helper restart
  [ "$status" -eq 0 ]
  [ "$(docker inspect stays --format '{{.State.Pid}} {{.State.Running}}')" = "$pid true" ]
  docker rm -f stays
}

# mounts_after COMMAND...: what is mounted, and whether it is passed on, in a mount namespace that the command prepared.
mounts_after() {
  # shellcheck disable=SC2016 # for the inner shell
  /usr/bin/unshare --mount --propagation private sh -c '"$@" >/dev/null 2>&1
    awk "{ kind = \"private\"; for (i = 7; \$i != \"-\"; i++) if (\$i ~ /^shared:/) kind = \"shared\"; print \$5, \$(i + 1), kind }" /proc/self/mountinfo' sh "$@" | sort
}

@test "our own preparation leaves what theirs leaves; what it does besides is a cgroup hierarchy that was missing" {
  [ -e $REAL/dind ] || skip "the real scripts are not in $REAL"
  umount /sys/kernel/security 2>/dev/null || :
  mounts_after $DIND true >/run/theirs
  mounts_after "$HELPER" prepare >/run/ours
  grep -q '^/sys/kernel/security securityfs shared$' /run/theirs
  [ -z "$(comm -23 /run/theirs /run/ours)" ]
  [ -z "$(comm -13 /run/theirs /run/ours | grep -v '^/sys/fs/cgroup/.* cgroup shared$')" ]
  # The one difference on purpose: theirs covers a /tmp that is no mount, and with it the sockets of a living editor.
  local uncover='umount -l /tmp; exec "$@"'
  mounts_after sh -c "$uncover" sh $DIND true | grep -q '^/tmp tmpfs shared$'
  [ -z "$(mounts_after sh -c "$uncover" sh "$HELPER" prepare | grep '^/tmp ')" ]
}

@test "without the scripts, or with ones that others can write, nothing is started" {
  fake_engine
  rm $DIND
  run_helper start
  [ "$status" -eq 73 ]
  [ "$(result code)" = no-tool ]
  [[ "$(result message)" == *"launcher=official needs /usr/local/bin/dind"* ]]
  printf '#!/bin/sh\n' >$DIND
  chmod 777 $DIND
  run_helper start
  [ "$(result code)" = not-trusted ]
  [ -z "$(pids dockerd)$(pids containerd)" ]
}
