load support

# other_daemon ARG...: a second dockerd by hand, its process id in OTHER.
other_daemon() {
  rm -rf /tmp/other
  mkdir -p /tmp/other
  setsid dockerd --exec-root /tmp/other/exec --pidfile /tmp/other/pid -H unix:///tmp/other/sock "$@" >/tmp/other/log 2>&1 </dev/null 3>&- &
  OTHER=$!
  until_true 'answers /tmp/other/sock' || {
    cat /tmp/other/log
    return 1
  }
}

@test "no second daemon in the network namespace of a living one" {
  other_daemon --data-root /var/lib/docker/other
  run_helper start
  kill "$OTHER"
  [ "$status" -eq 69 ]
  [ "$(result code)" = conflict ]
  [[ "$(result message)" == *"$OTHER"*"network namespace"* ]]
  [ ! -e "$SOCKET" ]
}

@test "a living daemon on our data root that listens elsewhere is not joined by a second one" {
  other_daemon
  # It is young, so that it may still be starting; it has this long for it.
  conf start_timeout=5
  run_helper start
  [ "$status" -eq 69 ]
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  kill -0 "$OTHER"
}

@test "no second daemon on the data root of one in another mount and network namespace" {
  rm -rf /tmp/far*
  unshare -m -n sh -c 'exec dockerd --bridge none --iptables=false --exec-root /tmp/far/exec --pidfile /tmp/far.pid -H unix:///tmp/far.sock' >/tmp/far.log 2>&1 3>&- &
  until_true 'answers /tmp/far.sock'
  [ "$(pids dockerd | wc -l)" -eq 1 ]
  run_helper start
  kill "$(pids dockerd)"
  [ "$(result code)" = conflict ]
  [[ "$(result message)" == *"same data root"* ]]
}

@test "a socket that another program answers on is foreign: start and restart refuse, and it is left alone" {
  perl -MIO::Socket::UNIX -e '
    my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5); $| = 1; print "up\n"; close STDOUT;
    while (my $c = $s->accept) { <$c>; print $c "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"; close $c }' "$SOCKET" 3>&- >/dev/null &
  local server=$!
  until_true '[ -S "$SOCKET" ]'
  for verb in start restart stop; do
    run_helper $verb
    [ "$status" -eq 69 ]
    [ "$(result code)" = foreign ]
    [ ! -e /run/dind-station/state.json ]
  done
  kill -0 $server
  [ -S "$SOCKET" ]
  kill $server
}

@test "a socket mounted from outside is foreign, even while nobody answers" {
  listen_and_die /tmp/host.sock
  touch "$SOCKET"
  mount --bind /tmp/host.sock "$SOCKET"
  run_helper start
  [ "$(result code)" = foreign ]
  run_helper restart
  [ "$(result code)" = foreign ]
  run_helper status
  [ "$status" -eq 69 ]
  umount "$SOCKET"
  [ -z "$(pids dockerd)" ]
}

@test "a socket mounted from outside over that of a living daemon is not opened to our users" {
  fake_engine
  run_helper start
  listen_and_die /tmp/theirs.sock
  chmod 600 /tmp/theirs.sock
  mount --bind /tmp/theirs.sock "$SOCKET"
  run_helper start
  local code
  code=$(result code)
  "$REPO/scripts/dind-helper" install coder
  umount "$SOCKET"
  [ "$code" = foreign ]
  [ "$(stat -c %a /tmp/theirs.sock)" = 600 ]
  run getfacl /tmp/theirs.sock
  [[ "$output" != *coder* ]]
}

@test "a socket on which somebody listens and does not answer is not taken away" {
  perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5); sleep 600' "$SOCKET" 3>&- >/dev/null &
  local server=$!
  until_true '[ -S "$SOCKET" ]'
  run_helper start
  kill $server
  [ "$(result code)" = foreign ]
  [ -S "$SOCKET" ]
}

@test "a child that the daemon has forked, and that has not yet become its program, is no second daemon" {
  # A shell by the name of dockerd: its children are dockerd by name and program for as long as they run nothing else.
  mkdir -p /tmp/forks
  cp /bin/dash /tmp/forks/dockerd
  mkfifo /tmp/forks/pipe
  /tmp/forks/dockerd -c '(read -r line) </tmp/forks/pipe; :' 3>&- >/dev/null 2>&1 &
  local parent=$!
  until_true 'pgrep --parent $! --exact dockerd'
  echo "$parent" >/var/run/docker.pid
  run_helper status
  kill "$(pgrep --parent "$parent")" "$parent"
  [[ "$(result message)" == "dockerd runs with process id $parent,"* ]]
  [[ "$output" != *daemon.check* ]]
}

@test "a daemon started by hand with flags of its own is not restarted without them" {
  mkdir -p /tmp/dr
  mount -t tmpfs dr /tmp/dr
  setsid dockerd --data-root /tmp/dr >/tmp/dr.log 2>&1 </dev/null 3>&- &
  until_true 'answers "$SOCKET"'
  run_helper restart
  [ "$(result code)" = conflict ]
  [[ "$(result message)" == *"--data-root /tmp/dr"* ]]
  [ "$(docker info --format '{{.DockerRootDir}}')" = /tmp/dr ]
  kill "$(daemon_pid)"
  until_true '[ -z "$(pids dockerd)" ]'
  umount -l /tmp/dr
}

@test "a user's program with the daemon's name is neither in the way nor signalled" {
  fake_engine
  cp "$(command -v sleep)" /tmp/dockerd
  su coder -c '/tmp/dockerd 600' 3>&- >/dev/null 2>&1 &
  until_true 'pgrep -u coder -x dockerd'
  run_helper stop
  [ "$(result code)" = already-stopped ]
  run_helper start
  [ "$(result code)" = started ]
  pgrep -u coder -x dockerd
  pkill -u coder -x dockerd
}

@test "a start that is refused for a setting is the last start: what an earlier one failed with is not told any more" {
  mkdir -p /etc/docker
  echo '{"no-such-key":1}' >/etc/docker/daemon.json
  run_helper start
  [ "$(result code)" = daemon-exited ]
  echo '{"data-root":"~/docker"}' >/etc/docker/daemon.json
  run_helper start
  [ "$(result code)" = bad-config ]
  [ "$(state code)" = bad-config ]
  [ "$(state cause)" = '' ]
  # Beside a daemon that lives nothing has failed.
  rm /etc/docker/daemon.json
  run_helper start
  echo '{"data-root":"~/docker"}' >/etc/docker/daemon.json
  run_helper restart
  [ "$(result code)" = bad-config ]
  [ "$(state state)" = running ]
}

@test "a data root behind a link that leads nowhere is named, and nothing is made in its place" {
  ln -sfn /mnt/absent/docker /srv/docker-link
  json '{"data-root": "/srv/docker-link"}'
  run_helper start
  rm /srv/docker-link
  [ "$(result code)" = data-root ]
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"/srv/docker-link to /mnt/absent/docker"* ]]
  [ ! -e /mnt/absent ]
  [ "$(state code)" = data-root ]
}
