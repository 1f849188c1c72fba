# A daemon without root, of a user who has neither sudo nor the helper: real namespaces by a real rootlesskit.
load support

ROOTLESS=/usr/local/lib/dind-station/dind-rootless
RUNTIME=/run/user/4000

setup_file() {
  require_bed
  install_helper
  id ada >/dev/null 2>&1 || useradd --create-home --uid 4000 ada
  sed -i /^ada:/d /etc/subuid /etc/subgid
  for file in /etc/subuid /etc/subgid; do echo ada:400000:65536 >>$file; done
  # The machine's own is root's alone, and everybody's to see.
  mount -t tmpfs -o mode=755 net /dev/net
  mknod -m 666 /dev/net/tun c 10 200
  mkdir -p $RUNTIME /home/ada/.local/share/docker
  # An overlay does not lie on the bed's own overlay.
  mount -t tmpfs data /home/ada/.local/share/docker
  chown -R ada: $RUNTIME /home/ada/.local
  chmod 700 $RUNTIME
}

teardown_file() {
  umount /home/ada/.local/share/docker /dev/net
  userdel --remove ada
}

# Nobody's daemon but ada's runs here, and each test ends its own.
setup() { :; }

teardown() {
  rootless stop >/dev/null || :
}

# rootless VERB: as the user, with what a login has.
rootless() { ada "$ROOTLESS" "$@"; }
ada() { setpriv --reuid ada --regid ada --clear-groups env -i HOME=/home/ada XDG_RUNTIME_DIR=$RUNTIME PATH=/usr/bin:/bin "$@"; }
ada_docker() { ada docker -H unix://$RUNTIME/docker.sock "$@"; }

run_rootless() {
  run rootless "$@"
  printf '%s\n' "$output"
  printf '%s\n' "$output" | jq -se 'all(.event == "step" or .event == "result") and .[-1].event == "result"' >/dev/null
}

# Living processes of ada's and of her containers. PID 1 of this bed reaps nothing.
processes() { ps -eo uid=,stat=,pid=,args= | awk '($1 == 4000 || $1 >= 400000 && $1 < 465536) && $2 !~ /^Z/'; }

# What is left of ada's: processes, and files in the runtime folder that are none of our notes.
left() {
  processes
  find $RUNTIME -mindepth 1 -not -path "$RUNTIME/dind-station*"
}

image() {
  ada_docker image inspect busybox >/dev/null 2>&1 || {
    mkdir -p /tmp/image/bin
    cp "$(command -v busybox)" /tmp/image/bin/busybox
    for name in sh sleep echo; do ln -sf busybox /tmp/image/bin/$name; done
    tar -C /tmp/image -c . | ada_docker import - busybox >/dev/null
  }
}

@test "beside a covered cgroup mount containers run, in cgroup namespaces of their own, and a warning stays" {
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has cgroup v2"
  mkdir /sys/fs/cgroup/memory/own /sys/fs/cgroup/memory/cover
  # This process and what it starts: runc looks for its own group below the first mount of the table.
  echo $$ >/sys/fs/cgroup/memory/own/cgroup.procs
  mount --bind /sys/fs/cgroup/memory/cover /sys/fs/cgroup/memory
  run_rootless start
  image
  ran=$(ada_docker run --rm busybox echo works)
  rootless stop >/dev/null
  umount /sys/fs/cgroup/memory
  echo $$ >/sys/fs/cgroup/memory/cgroup.procs
  [ "$(result code)" = started ]
  [[ "$output" == *'"check.cgroup-mounts","status":"failed"'*"/sys/fs/cgroup/memory"* ]]
  [ "$ran" = works ]
}

@test "start, a container, restart, stop: nothing is left behind" {
  run_rootless start
  [ "$status" -eq 0 ]
  [ "$(result code)" = started ]
  [ "$(jq -r .state $RUNTIME/dind-station/state.json)" = running ]
  image
  [ "$(ada_docker run --rm busybox echo works)" = works ]
  ada_docker run -d --name sleeper busybox sleep 1000
  run_rootless start
  [ "$(result code)" = already-running ]
  run_rootless restart
  [ "$status" -eq 0 ]
  [ "$(result code)" = restarted ]
  [ "$(ada_docker run --rm busybox echo works)" = works ]
  ada_docker start sleeper
  run_rootless stop
  [ "$(result code)" = stopped ]
  left
  [ -z "$(left)" ]
  [ "$(jq -r .state $RUNTIME/dind-station/state.json)" = stopped ]
  run_rootless stop
  [ "$(result code)" = already-stopped ]
}

@test "that no limit is enforced is said at the start, by status, and in the state file" {
  run_rootless start
  [[ "$output" == *'"check.limits","status":"failed"'*"NOT enforced"* ]]
  run_rootless status
  [ "$status" -eq 0 ]
  [[ "$output" == *"NOT enforced"* ]]
  [[ "$(jq -r '.warnings[0]' $RUNTIME/dind-station/state.json)" == *"NOT enforced"* ]]
}

@test "after a kill -9 of rootlesskit, with a container left over, a start heals" {
  run_rootless start
  image
  ada_docker rm -f orphan 2>/dev/null || :
  ada_docker run -d --name orphan busybox sleep 1000
  kill -KILL "$(cat $RUNTIME/dind-station/rootlesskit.pid)"
  until_true '! processes | grep -q rootlesskit'
  run_rootless status
  [ "$status" -ne 0 ]
  run_rootless start
  [ "$status" -eq 0 ]
  [ "$(ada_docker run --rm busybox echo works)" = works ]
  [ "$(ada_docker inspect --format '{{.State.Running}}' orphan)" = false ]
  [ "$(ps -U ada -o args= | grep -c '^sleep 1000')" -eq 0 ]
}

@test "after a kill -9 of dockerd a restart heals" {
  run_rootless start
  kill -KILL "$(cat $RUNTIME/docker.pid)"
  run_rootless restart
  [ "$status" -eq 0 ]
  [ "$(result code)" = restarted ]
}

@test "everything that is missing is told at once, each with its cure, and nothing is started" {
  sed -i /^ada:/d /etc/subuid
  chmod u-s /usr/bin/newuidmap
  chmod 600 /dev/net/tun
  mv /usr/bin/slirp4netns /usr/bin/slirp4netns.away
  run_rootless start
  echo ada:400000:65536 >>/etc/subuid
  chmod u+s /usr/bin/newuidmap
  chmod 666 /dev/net/tun
  mv /usr/bin/slirp4netns.away /usr/bin/slirp4netns
  [ "$status" -eq 69 ]
  [ "$(result code)" = missing-prerequisites ]
  [[ "$(result message)" == "4 thing(s) are missing"* ]]
  [[ "$(result message)" == *"as root, chmod u+s /usr/bin/newuidmap"* ]]
  [[ "$(result message)" == *"as root, echo ada:100000:65536 >>/etc/subuid"* ]]
  [[ "$(result message)" == *"as root, chmod 0666 /dev/net/tun"* ]]
  [[ "$(result message)" == *"slirp4netns"* ]]
  left
  [ -z "$(left)" ]
  run_rootless check
  [ "$(result code)" = prerequisites ]
}

@test "a process that may gain no privileges is told so" {
  run setpriv --no-new-privs --reuid ada --regid ada --clear-groups env HOME=/home/ada XDG_RUNTIME_DIR=$RUNTIME "$ROOTLESS" check
  printf '%s\n' "$output"
  [ "$(result code)" = missing-prerequisites ]
  [[ "$(result message)" == *"no-new-privileges"* ]]
}

@test "a runtime folder that others may enter is refused; without one another is found" {
  run ada env XDG_RUNTIME_DIR=/tmp "$ROOTLESS" check
  printf '%s\n' "$output"
  [ "$status" -eq 78 ]
  [[ "$(result message)" == "XDG_RUNTIME_DIR is /tmp, expected a folder that belongs to ada"* ]]
  mv $RUNTIME $RUNTIME.away
  ln -s /etc /tmp/dind-station-4000
  run ada env -u XDG_RUNTIME_DIR "$ROOTLESS" check
  rm /tmp/dind-station-4000
  [ "$status" -eq 78 ]
  run ada env -u XDG_RUNTIME_DIR "$ROOTLESS" check
  mv $RUNTIME.away $RUNTIME
  [ "$status" -eq 0 ]
  [ "$(stat -c '%U %a' /tmp/dind-station-4000)" = "ada 700" ]
}

@test "a daemon.json that dockerd refuses: the daemon's own words are the cause, and nothing is left" {
  ada mkdir -p /home/ada/.config/docker
  echo '{"no-such-option": 1}' >/home/ada/.config/docker/daemon.json
  run_rootless start
  rm /home/ada/.config/docker/daemon.json
  [ "$(result code)" = daemon-exited ]
  [[ "$(result cause)" == *no-such-option ]]
  processes
  [ -z "$(processes)" ]
}

@test "cancelled while it starts, nothing is left" {
  rootless start >/tmp/cancelled 3>&- &
  local starting=$!
  until_true "[ -e $RUNTIME/dind-station/rootlesskit.pid ]"
  run_rootless cancel
  [ "$(result code)" = cancel-sent ]
  wait $starting || :
  cat /tmp/cancelled
  [ "$(tail -n 1 /tmp/cancelled | jq -r .code)" = cancelled ]
  # One that was being born dies with its parent, a moment later.
  until_true '[ -z "$(processes)" ]'
  processes
  [ -z "$(processes)" ]
}

@test "a daemon that was started by other means is looked at all the same" {
  rootless start >/dev/null
  rm $RUNTIME/dind-station/warnings
  run_rootless status
  [ "$status" -eq 0 ]
  [ "$(result code)" = running ]
}

@test "root is told whose this is, and words that are no verb are refused" {
  run "$ROOTLESS" start
  [ "$status" -eq 77 ]
  # What rootlesskit runs would take the machine's own daemon its sockets.
  mkdir -p /run/docker
  run "$ROOTLESS" .inner --version
  [ "$status" -eq 77 ]
  [ -d /run/docker ]
  run_rootless destroy
  [ "$status" -eq 64 ]
  run_rootless start --data-root=/etc
  [ "$status" -eq 64 ]
}
