load reset_data_support

@test "the data is moved aside, the daemon starts on none, and all of it comes back" {
  furnish
  run_helper start
  furnished
  run_helper reset-data
  [ "$status" -eq 0 ]
  [ "$(result code)" = data-moved ]
  [ -z "$(pids dockerd)$(pids containerd)" ]
  [ "$(state state)" = stopped ]
  [ "$(asides | wc -l)" -eq 1 ]
  [ "$(stat -c '%a %U' "$(asides)")" = '700 root' ]
  run_helper start
  [ "$status" -eq 0 ]
  [ -z "$(docker images --quiet)$(docker ps --all --quiet)$(docker volume ls --quiet)" ]
  run_helper undo-reset-data
  [ "$(result code)" = data-restored ]
  run_helper start
  furnished
}

@test "what there was meanwhile is kept, and undoing twice changes places" {
  furnish
  run_helper reset-data
  run_helper start
  docker volume create later >/dev/null
  run_helper undo-reset-data
  [ "$(result code)" = data-restored ]
  [ "$(asides | wc -l)" -eq 1 ]
  run_helper start
  furnished
  run_helper undo-reset-data
  run_helper start
  [ "$(docker volume ls --quiet)" = later ]
  run_helper undo-reset-data
  run_helper start
  furnished
}

@test "nothing is deleted: every file has the inode it had" {
  furnish
  list() { (cd "$1" && find . ! -path './.dind-station*' -printf '%i %p\n' | grep -v ' \.$' | sort); }
  before=$(list "$ROOT")
  run_helper reset-data
  [ "$(list "$(asides)")" = "$before" ]
  run_helper undo-reset-data
  [ "$(list "$ROOT")" = "$before" ]
}

@test "containers that run are not stopped, nor is the daemon" {
  furnish
  run_helper start
  docker run --detach --network none busybox sleep 600
  daemon=$(daemon_pid)
  run_helper reset-data
  [ "$status" -eq 69 ]
  [ "$(result code)" = containers-running ]
  [ "$(daemon_pid)" = "$daemon" ]
  [ "$(state state)" = running ]
  docker ps --quiet | grep .
  # Nor those that live-restore keeps while there is no daemon.
  run_helper stop
  run_helper reset-data
  [ "$(result code)" = containers-running ]
  [ -z "$(asides)" ]
  run_helper start
}

@test "an empty data root, and nothing to bring back" {
  run_helper reset-data
  [ "$(result code)" = nothing-to-move ]
  run_helper undo-reset-data
  [ "$(result code)" = nothing-to-undo ]
}

@test "a data root that a user can write, or below a folder of theirs, is refused" {
  install -d -o coder /home/coder/data /home/coder/data/sub
  mkdir -p /etc/docker
  for root in /home/coder/data /home/coder/data/sub; do
    echo "{\"data-root\": \"$root\"}" >/etc/docker/daemon.json
    touch "$root/mine"
    run_helper reset-data
    [ "$status" -eq 77 ]
    [ "$(result code)" = not-trusted ]
    [ -e "$root/mine" ]
  done
}

@test "a data root that is a link is the folder it leads to" {
  mkdir -p /root/data /etc/docker
  ln -sfn /root/data /root/link
  json '{"data-root": "/root/link"}'
  touch /root/data/mine
  run_helper reset-data
  [ "$(result code)" = data-moved ]
  [ -L /root/link ]
  [ -n "$(find /root/data/.dind-station-data-* -name mine)" ]
  rm -rf /root/data /root/link
}

@test "what somebody mounted inside is refused, before anything is moved" {
  furnish
  mkdir -p "$ROOT/volumes/theirs"
  mount -t tmpfs theirs "$ROOT/volumes/theirs"
  run_helper reset-data
  [ "$(result code)" = not-applicable ]
  [[ "$(result message)" == *"$ROOT/volumes/theirs"* ]]
  [ -z "$(asides)" ]
  umount "$ROOT/volumes/theirs"
}

@test "what cannot be done is refused before the daemon is stopped" {
  furnish
  run_helper start
  daemon=$(daemon_pid)
  still() {
    [ "$(daemon_pid)" = "$daemon" ]
    [ "$(state state)" = running ]
    [ -z "$(asides)" ]
  }
  run_helper undo-reset-data
  [ "$(result code)" = nothing-to-undo ]
  still
  mkdir -p "$ROOT/volumes/theirs"
  mount -t tmpfs theirs "$ROOT/volumes/theirs"
  run_helper reset-data
  umount "$ROOT/volumes/theirs"
  [ "$(result code)" = not-applicable ]
  still
  chmod o+w "$ROOT"
  run_helper reset-data
  chmod o-w "$ROOT"
  [ "$(result code)" = not-trusted ]
  still
}

@test "a daemon that keeps its data elsewhere is left alone, and so is what is in the data root" {
  mkdir -p /root/other
  echo mine >"$ROOT/precious"
  dockerd --data-root /root/other >/dev/null 2>&1 3>&- &
  until_true 'docker version >/dev/null'
  daemon=$(daemon_pid)
  run_helper reset-data
  [ "$(result code)" = conflict ]
  [[ "$(result message)" == */root/other* ]]
  [ "$(daemon_pid)" = "$daemon" ]
  [ "$(cat "$ROOT/precious")" = mine ]
}

@test "a daemon out of sight that works on the data root keeps it" {
  furnish
  run_helper start
  # As in another container with the same volume: its processes and its /run are not seen.
  out_of_sight() {
    unshare --mount --pid --fork --mount-proc sh -c "mount -t tmpfs -o mode=0755 none /run; $HELPER $1" 3>&-
  }
  run out_of_sight reset-data
  [ "$(result code)" = conflict ]
  [ -z "$(asides)" ]
  furnished
}

@test "containers of an engine with the system's containerd run on, and are seen" {
  mkdir -p /etc/docker /run/containerd
  json '{"containerd": "/run/containerd/containerd.sock", "live-restore": true}'
  containerd >/dev/null 2>&1 3>&- &
  until_true '[ -S /run/containerd/containerd.sock ]'
  run_helper start
  [ "$status" -eq 0 ]
  busybox_image
  docker run --detach --network none --name box busybox sleep 600
  run_helper reset-data
  [ "$(result code)" = containers-running ]
  [ "$(docker inspect --format '{{.State.Running}}' box)" = true ]
  run_helper stop
  run_helper reset-data
  [ "$(result code)" = containers-running ]
  [ -z "$(asides)" ]
  run_helper start
  docker rm --force box
}

@test "with /run full all of it is moved, or it is said that it is not" {
  furnish
  # No room for a list of names.
  mount -o "remount,size=$(($(df -k --output=used /run | tail -n 1) + 512))k" /run
  dd if=/dev/zero of=/run/full bs=4k 2>/dev/null || :
  run "$HELPER" reset-data
  rm /run/full
  mount -o remount,size=50% /run
  [ "$(result code)" = data-moved ]
  [ -z "$(find "$ROOT" -mindepth 1 -maxdepth 1 ! -name '.dind-station-*')" ]
}

@test "where the data root has no room for a line, nothing is moved and the daemon can be started again" {
  mkdir -p /root/small /etc/docker
  mount -t tmpfs -o size=64k,mode=0700 none /root/small
  mkdir /root/small/image
  json '{"data-root": "/root/small"}'
  dd if=/dev/zero of=/root/small/file bs=4k 2>/dev/null || :
  run_helper reset-data
  [ "$(result code)" = not-applicable ]
  [ "$(ls -A /root/small | tr '\n' ' ')" = 'file image ' ]
  umount /root/small
}

@test "the preview counts, tells the space and changes nothing" {
  furnish
  before=$(find "$ROOT" | sort)
  run_helper reset-data-preview
  [ "$status" -eq 0 ]
  [ "$(result code)" = data-preview ]
  [[ "$(result message)" == *"1 image(s), 1 container(s) and 1 volume(s)"* ]]
  [[ "$output" == *"MiB are free"* ]]
  [[ "$(result message)" =~ \),\ [1-9][0-9]*\ MiB, ]]
  [ "$(find "$ROOT" | sort)" = "$before" ]
}

@test "the preview names what no daemon makes" {
  furnish
  run_helper reset-data-preview
  [[ "$(result message)" != *"no daemon makes"* ]]
  mkdir "$ROOT/projects"
  run_helper reset-data-preview
  [[ "$(result message)" == *"what no daemon makes: projects. Nothing is deleted."* ]]
}

@test "sudo allows them by their exact names" {
  as_coder "sudo -n $HELPER reset-data-preview"
  run as_coder "sudo -n $HELPER reset-data --yes"
  [[ "$output" == *"password is required"* ]]
}
