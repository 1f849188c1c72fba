load support
load supervise_support

# What somebody without root does to become it through the helper, or to keep others from their daemon.
# How the helper guards itself is the subject, whatever daemon is there.
setup() {
  end_supervisor
  reset_all
  rm -rf /home/coder/place /var/lib/dind-station
  fake_engine
}
teardown() {
  [ -z "${PID1:-}" ] || kill -KILL "$PID1" 2>/dev/null || :
  end_supervisor
  umount -l /run/dind-station /var/log 2>/dev/null || :
}
# pid_one USER NAME=VALUE...: a PID namespace whose first process is USER's and has that environment.
pid_one() {
  local user=$1
  shift
  /usr/bin/unshare --pid --fork --mount-proc --propagation private \
    /usr/bin/setpriv --reuid "$user" --clear-groups env -i "$@" /usr/bin/sleep 1000 3>&- &
  PID1=$!
  until_true "grep -qs sleep /proc/$PID1/task/$PID1/children || [ -n \"\$(cat /proc/$PID1/task/$PID1/children)\" ]"
  PID1=$(xargs <"/proc/$PID1/task/$PID1/children")
  until_true '[ "$(cat /proc/$PID1/comm)" = sleep ]'
}
below() { /usr/bin/nsenter --target "$PID1" --pid --mount -- "$@"; }

@test "a PID 1 that is a user's says nothing; root's does, and a newline in a value makes no second variable" {
  pid_one coder DOCKER_TLS_CERTDIR=/home/coder/certs
  run below "$HELPER" tls
  [[ "$(result message)" == *"There is no TLS"* ]]
  kill -KILL "$PID1"
  pid_one root DOCKER_TLS_CERTDIR=/run/certs
  run below "$HELPER" tls
  [[ "$(result message)" == *"/run/certs/client"* ]]
  kill -KILL "$PID1"
  pid_one root $'LANG=x\nDOCKER_TLS_CERTDIR=/run/certs'
  run below "$HELPER" tls
  [[ "$(result message)" == *"There is no TLS"* ]]
}

@test "a folder in /run that somebody made first is not written to" {
  mkdir /run/dind-station
  chown coder /run/dind-station
  echo precious >/home/coder/target
  ln -s /home/coder/target /run/dind-station/holder
  ln -s /home/coder/target /run/dind-station/state.json.new
  local verb
  for verb in start stop restart status prepare supervise; do
    run_helper $verb
    [ "$status" -eq 77 ]
    [ "$(result code)" = not-trusted ]
  done
  [ "$(cat /home/coder/target)" = precious ]
  [ -z "$(daemon_pid)" ]
}

@test "where everybody may write in /run, what root made there stays root's" {
  chmod 1777 /run
  run_helper start
  chmod 755 /run
  [ "$status" -eq 0 ]
}

@test "a user's folder is no place for the daemon's sockets or PID file" {
  mkdir /home/coder/place
  chown coder /home/coder/place
  local before
  before=$(stat -c '%a %U' /etc/shadow)
  ln -s /etc/shadow /home/coder/place/docker.sock
  json '{"hosts": ["unix:///home/coder/place/docker.sock"]}'
  run_helper start
  [ "$(result code)" = not-trusted ]
  json '{"pidfile": "/home/coder/place/docker.pid"}'
  run_helper start
  [ "$(result code)" = not-trusted ]
  # Root's own folder in a user's is the user's to swap.
  mkdir /home/coder/place/exec
  json '{"exec-root": "/home/coder/place/exec"}'
  run_helper start
  [ "$(result code)" = not-trusted ]
  [ "$(stat -c '%a %U' /etc/shadow)" = "$before" ]
  ! getfacl -p /etc/shadow 2>/dev/null | grep coder
}

@test "certificates are not kept below a folder of somebody else's" {
  mkdir -p /home/coder/place/certs
  chown coder /home/coder/place
  conf tls_certdir=/home/coder/place/certs
  run_helper start
  [ "$(result code)" = bad-config ]
  [[ "$(result message)" == *"The folders above"* ]]
  [ -z "$(ls /home/coder/place/certs)" ]
}

@test "a daemon.json that leads into a user's folder is not obeyed" {
  mkdir -p /home/coder/place/own /etc/docker
  chown coder /home/coder/place
  echo '{}' >/home/coder/place/own/daemon.json
  ln -s /home/coder/place/own/daemon.json /etc/docker/daemon.json
  run_helper start
  [ "$(result code)" = bad-config ]
}

@test "values of daemon.json of every kind end in words, never in another value's place" {
  json '{"data-root": "/var/lib/docker\n/etc"}'
  run_helper start
  [ "$(result code)" = bad-config ]
  local text
  for text in '{"data-root": {"a": [1, 2]}}' '[1, 2, 3]' '"text"' '{"hosts": "unix:///x"}' '{"hosts": [7]}' '{"pidfile": 7}' '{"exec-root": null, "no-such-option": "\u0000"}' 'null' '{'; do
    json "$text"
    run_helper start
    [ "$(result code)" != internal ]
    run_helper stop
    [ "$(result code)" != internal ]
  done
}

@test "numbers in helper.conf are whole ones, and nothing in it is evaluated" {
  local line
  for line in start_timeout=08 start_timeout=-1 'start_timeout=1+1' 'log_keep=a[$(touch /run/evaluated)]' 'no_proxy=$(touch /run/evaluated)' 'tls_san=DNS:`touch /run/evaluated`' 'tls_certdir=/run/$(touch /run/evaluated)' PATH=/home/coder; do
    conf "$line"
    run_helper start
    [ "$status" -eq 78 ]
    [ "$(result code)" = bad-config ]
  done
  [ ! -e /run/evaluated ]
}

@test "a user's process called dockerd is neither the daemon nor touched" {
  mkdir /home/coder/place
  cp /usr/bin/sleep /home/coder/place/dockerd
  cp /usr/bin/sleep /home/coder/place/containerd
  /usr/bin/setpriv --reuid coder --clear-groups /home/coder/place/dockerd 3000 3>&- &
  local dockerd=$! containerd
  /usr/bin/setpriv --reuid coder --clear-groups /home/coder/place/containerd 3000 3>&- &
  containerd=$!
  mkdir -p /var/run/docker/containerd
  until_true '[ "$(readlink /proc/'$dockerd'/exe)" = /home/coder/place/dockerd ] && [ "$(readlink /proc/'$containerd'/exe)" = /home/coder/place/containerd ]'
  echo "$dockerd" >/var/run/docker.pid
  printf %d "$containerd" >/var/run/docker/containerd/containerd.pid
  run_helper start
  [ "$status" -eq 0 ]
  run_helper restart
  [ "$status" -eq 0 ]
  run_helper stop
  [ "$status" -eq 0 ]
  alive "$dockerd"
  alive "$containerd"
  kill "$dockerd" "$containerd"
}

@test "no user can hold a lock" {
  conf tls_certdir=/run/certs
  supervise
  local lock
  for lock in /run/dind-station/lock /run/dind-station/supervisor.lock /run/certs/ca/lock; do
    [ -e $lock ]
    run as_coder "flock --nonblock $lock true"
    [ "$status" -ne 0 ]
  done
  rm -rf /run/certs
}

@test "the history is not written into a folder of somebody else's" {
  mkdir /var/lib/dind-station
  chown coder /var/lib/dind-station
  ln -s /etc/passwd /var/lib/dind-station/history.jsonl.new
  supervise
  grep -q 'its folder is not root' "$SUPERVISE_LOG"
  [ ! -e "$HISTORY" ]
  [ "$(jq -r .what /run/dind-station/history.jsonl)" = started ]
}

@test "a full disk below /run makes no healthy daemon look silent, and stops no verb" {
  mkdir -p /run/dind-station
  mount -t tmpfs -o size=128k,mode=755 small /run/dind-station
  hasty
  tune PING_EVERY_MS=100 INFO_EVERY_MS=200
  supervise
  local pid
  pid=$(daemon_pid)
  dd if=/dev/zero of=/run/dind-station/filler 2>/dev/null || :
  # More often than it may miss an answer.
  : >/run/fake-perl/asked
  until_true '[ "$(grep -c /_ping /run/fake-perl/asked)" -gt 5 ] && [ "$(grep -c /info /run/fake-perl/asked)" -gt 5 ]'
  [ "$(daemon_pid)" = "$pid" ]
  [ "$(history_what)" = started ]
  run_helper status
  [ "$status" -eq 0 ]
  run_helper stop
  [ "$status" -eq 0 ]
  [[ "$output" == *"is the disk full?"* ]]
  [ -z "$(daemon_pid)" ]
}

@test "a log for whose copy there is no room is kept, and the supervisor goes on" {
  mkdir -p /run/small
  mount -t tmpfs -o size=1m small /var/log
  conf log_max_bytes=65536
  hasty
  tune LOG_EVERY_MS=200
  supervise
  head -c 900000 /dev/zero | tr '\0' x >>"$LOG"
  until_true 'grep -q "there is no room for a copy" "$SUPERVISE_LOG"'
  [ "$(stat -c %s "$LOG")" -gt 900000 ]
  [ ! -e "$LOG.1" ]
  alive "$SUPERVISOR"
  kill -KILL "$(daemon_pid)"
  until_true 'history_what | grep -q back'
}

@test "a huge log of long lines does not hold a failing start up" {
  conf log_max_bytes=10737418240
  truncate -s 3G "$LOG"
  json '{"no-such-option": 1}'
  run_helper start
  [ "$(result code)" = daemon-exited ]
  [[ "$(result cause)" == *no-such-option* ]]
  rm "$LOG" /etc/docker/daemon.json
  quick 5000
}

@test "a supervisor that is killed leaves the daemon running and nothing else; the next one takes it over" {
  real_engine
  hasty
  supervise
  local pid
  pid=$(daemon_pid)
  # With the init that collects for it, where it has one of its own.
  local watching
  watching=$(supervisor_pid)
  kill -KILL "$watching" "$SUPERVISOR"
  rm -f /tmp/supervisor.pid
  until_true '! alive '"$watching"' && ! alive '"$SUPERVISOR"
  [ "$(daemon_pid)" = "$pid" ]
  docker version
  supervise
  [ "$(daemon_pid)" = "$pid" ]
  kill -KILL "$pid"
  until_true 'history_what | grep -q back'
}

@test "starts that take long to fail are a loop as well" {
  # So long that never five of them fall into the five minutes.
  hasty
  tune LOOP_MS=1
  supervise
  json '{"no-such-option": 1}'
  kill -KILL "$(daemon_pid)"
  until_true '[ "$(state code)" = crash-loop ]'
  [[ "$(state message)" == *"5 times in a row"* ]]
  [[ "$(state cause)" == *no-such-option* ]]
  run_helper status
  [ "$(result code)" = crash-loop ]
  [[ "$(result cause)" == *no-such-option* ]]
}
