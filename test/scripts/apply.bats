load apply_support

# twice_taken: what a stale docker.pid was moved aside for is undone twice, each time with something else in its place.
twice_taken() {
  rm -rf /var/lib/dind-station/undo /run/docker.pid*
  echo 1 >/run/docker.pid
  apply remove-stale-pid-file
  echo 2 >/run/docker.pid
  apply undo-remove-stale-pid-file
  apply remove-stale-pid-file
  echo 3 >/run/docker.pid
  apply undo-remove-stale-pid-file
}

@test "undo replaces nothing: what took the place twice within a second is kept both times" {
  mkdir -p /run/docker/containerd /usr/local/sbin
  # A clock that stands still, so that every name is of one second. Busybox has its own, which a busy machine may be too slow for.
  printf '#!/bin/sh\necho 20260101T000000Z\n' >/usr/local/sbin/date
  chmod +x /usr/local/sbin/date
  for _ in $(seq 20); do
    twice_taken
    [ "$(result code)" != not-undone ] || break
  done
  rm /usr/local/sbin/date
  code not-undone
  [ "$(cat /run/docker.pid /run/docker.pid.dind-station-* | sort | tr '\n' ' ')" = '1 2 3 ' ]
  # In another second its name is free.
  local second
  second=$(date +%s)
  until_true '[ "$(date +%s)" != '"$second"' ]'
  apply undo-remove-stale-pid-file
  code undone
  [ "$(cat /run/docker.pid)" = 1 ]
  rm -f /run/docker.pid.dind-station-*
}

@test "killed before it noted anything: there is nothing to put back" {
  mkdir -p /var/lib/dind-station/undo/remove-dead-socket/20260101T000000Z
  : >/var/lib/dind-station/undo/remove-dead-socket/20260101T000000Z/steps
  apply undo-remove-dead-socket
  code undone
  [[ "$output" != *"not found"* ]]
}

@test "a damaged record is no record of nothing: undo says so, and keeps it" {
  local steps kind
  for kind in zeros garbage half word; do
    rm -rf /var/lib/dind-station/undo /run/docker.pid*
    echo 1 >/run/docker.pid
    apply remove-stale-pid-file
    code applied
    steps=$(echo /var/lib/dind-station/undo/remove-stale-pid-file/*/steps)
    case $kind in
      zeros) head -c 90 /dev/zero >"$steps" ;;
      garbage) echo 'xyzzy %x /etc/passwd' >"$steps" ;;
      half) printf '%s' "$(head -c 20 "$steps")" >"$steps" ;;
      word) echo moved /run/docker.pid >"$steps" ;;
    esac
    apply undo-remove-stale-pid-file
    code not-undone
    [ -e "$steps" ]
    [[ "$(result message)" == *damaged* ]]
  done
}

@test "a daemon.json that was written since is not replaced by undo" {
  mkdir -p /etc/docker
  echo '{ "icc": false,' >/etc/docker/daemon.json
  apply move-daemon-json-aside
  code applied
  echo '{ "icc": false }' >/etc/docker/daemon.json
  apply undo-move-daemon-json-aside
  code not-undone
  [ "$(cat /etc/docker/daemon.json)" = '{ "icc": false }' ]
  rm /etc/docker/daemon.json
  apply undo-move-daemon-json-aside
  code undone
  [ "$(cat /etc/docker/daemon.json)" = '{ "icc": false,' ]
  rm -rf /etc/docker
}

@test "the records are root's alone" {
  echo 1 >/var/run/docker.pid
  apply remove-stale-pid-file
  [ "$(stat -c '%a %U' /var/lib/dind-station/undo)" = '700 root' ]
  run find /var/lib/dind-station/undo -perm /077
  [ -z "$output" ]
}

@test "a folder of records that a user could write is refused" {
  mkdir -p /var/lib/dind-station
  chown coder /var/lib/dind-station
  echo 1 >/var/run/docker.pid
  apply remove-stale-pid-file
  chown root /var/lib/dind-station
  [ "$status" -eq 77 ]
  [ -e /var/run/docker.pid ]
}

@test "sudo allows each action by its exact name, and no other word" {
  as_coder "sudo -n $HELPER apply remove-stale-pid-file"
  for words in 'apply' 'apply x' 'apply --list' 'apply remove-stale-pid-file x' 'apply undo' 'prepare'; do
    run as_coder "sudo -n $HELPER $words"
    [[ "$output" == *"password is required"* ]]
  done
  run as_coder 'sudo -n -l'
  [[ "$output" != *'*'* ]]
}

@test "a word that is no action is refused, above all one that names a function of the helper" {
  for word in x undo undo-undo '../x' '$(id)' 'known' 'remove_stale_pid_file' ''; do
    run_helper apply "$word"
    [ "$status" -eq 64 ]
  done
}

@test "the list is the one that the editor and the command line know" {
  run "$HELPER" apply --list
  [ "$(printf '%s\n' "$output" | grep -v '^undo-')" = "$(sed -n "/helperActions = \[/,/\]/s/^  '\(.*\)',$/\1/p" "$REPO/src/helper/protocol.ts")" ]
}
