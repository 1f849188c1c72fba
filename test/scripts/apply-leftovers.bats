load apply_support

@test "a stale docker.pid is moved aside and comes back, its inode the same" {
  echo 1 >/var/run/docker.pid
  mended_and_back remove-stale-pid-file /run/docker.pid
}

@test "a docker.pid of a living daemon is not touched" {
  fake_engine
  run_helper start
  not_touched remove-stale-pid-file /run/docker.pid
}

@test "a file that daemon.json calls the PID file and that is none is not touched" {
  json '{"pidfile": "/root/precious"}'
  printf 'far more than a number, and not to be lost\n' >/root/precious
  not_touched remove-stale-pid-file /root/precious
}

@test "nothing is moved in a folder that a user can write, whatever daemon.json says" {
  mkdir -p /etc/docker
  install -d -o coder /home/coder/run
  json '{"pidfile": "/home/coder/run/docker.pid"}'
  echo 1 >/home/coder/run/docker.pid
  apply remove-stale-pid-file
  [ "$status" -eq 77 ]
  [ "$(result code)" = not-trusted ]
  [ -e /home/coder/run/docker.pid ]
}

@test "a stale containerd.pid is moved aside and comes back; that of a living one is not touched" {
  fake_engine
  mkdir -p /run/docker/containerd
  printf 1 >/run/docker/containerd/containerd.pid
  mended_and_back remove-stale-containerd-pid-file /run/docker/containerd/containerd.pid
  rm /run/docker/containerd/containerd.pid
  run_helper start
  not_touched remove-stale-containerd-pid-file /run/docker/containerd/containerd.pid
}

@test "a dead socket is moved aside and comes back; a living one is not touched" {
  listen_and_die "$SOCKET"
  mended_and_back remove-dead-socket /run/docker.sock
  rm "$SOCKET"
  perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1); sleep 600' "$SOCKET" &
  helper_pid=$!
  until_true '[ -S "$SOCKET" ]'
  not_touched remove-dead-socket /run/docker.sock
}

@test "a socket that is mounted from outside is not touched, dead or not" {
  listen_and_die /run/theirs
  : >"$SOCKET"
  mount --bind /run/theirs "$SOCKET"
  not_touched remove-dead-socket /run/theirs
  umount "$SOCKET"
}

@test "an empty folder in the socket's place is removed and made again, mode and owner the same" {
  mkdir -m 0750 "$SOCKET"
  chown coder "$SOCKET"
  apply remove-socket-directory
  code applied
  [ ! -e "$SOCKET" ]
  apply remove-socket-directory
  code already-so
  apply undo-remove-socket-directory
  code undone
  [ "$(stat -c '%F %a %U' "$SOCKET")" = 'directory 750 coder' ]
}

@test "a folder with content, and a link to a folder, in the socket's place are not touched" {
  mkdir "$SOCKET"
  touch "$SOCKET/mine"
  not_touched remove-socket-directory /run/docker.sock
  rm -r "$SOCKET"
  mkdir -p /run/empty
  ln -s /run/empty "$SOCKET"
  apply remove-socket-directory
  code already-so
  [ -d /run/empty ]
}

@test "a dead socket of a system containerd is moved aside and comes back; beside a living one it is not touched" {
  listen_and_die /run/containerd/containerd.sock
  mended_and_back remove-dead-containerd-socket /run/containerd/containerd.sock
  mkdir -p /run/empty
  containerd --address /run/containerd/other.sock --root /run/empty --state /run/empty/state >/dev/null 2>&1 &
  helper_pid=$!
  until_true '[ "$(cat "/proc/$helper_pid/comm")" = containerd ]'
  not_touched remove-dead-containerd-socket /run/containerd/containerd.sock
}

@test "a program that takes no more connections lives: its socket is not touched, by an action or by a start" {
  # Five clients in a queue for two: curl calls that a refusal, as of a socket on which nobody listens.
  perl -MIO::Socket::UNIX -e '
    $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1);
    for (1 .. 5) { push @c, IO::Socket::UNIX->new(Peer => $ARGV[0], Blocking => 0) }
    $0 = "queue is full";
    sleep 600' "$SOCKET" 3>&- &
  helper_pid=$!
  until_true 'pgrep -fx "queue is full"'
  not_touched remove-dead-socket /run/docker.sock
  run_helper start
  [ "$(result code)" = foreign ]
  [ -S "$SOCKET" ]
}

@test "a folder that pretends systemd is moved aside and comes back; where one runs it is not touched" {
  mkdir -p /run/systemd/system
  mended_and_back remove-leaked-systemd-folder /run/systemd/system
  cp "$(command -v sleep)" /run/systemd/systemd
  /run/systemd/systemd 600 &
  # shellcheck disable=SC2034 # teardown ends it
  helper_pid=$!
  until_true '[ "$(cat "/proc/$helper_pid/comm")" = systemd ]'
  not_touched remove-leaked-systemd-folder /run/systemd/system
}
