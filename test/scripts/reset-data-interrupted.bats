# reset-data and its undo, ended in the middle.
load reset_data_support

# half_done TIMES: a run that is killed after so many renames.
half_done() {
  mkdir -p /usr/local/sbin
  printf '%s\n' '#!/bin/sh' "n=\$(cat /tmp/renames 2>/dev/null || echo 0)" 'echo $((n + 1)) >/tmp/renames' \
    "[ \$n -lt $1 ] || { kill -KILL \$PPID; kill -KILL \$(cut -d' ' -f1 /run/dind-station/holder); exit 1; }" 'exec /usr/bin/perl "$@"' >/usr/local/sbin/perl
  chmod +x /usr/local/sbin/perl
  rm -f /tmp/renames
  run "$HELPER" "$2"
  rm /usr/local/sbin/perl
  [ "$status" -ne 0 ]
}

@test "killed in the middle: no daemon starts on half of the data, and the next run finishes" {
  furnish
  half_done 3 reset-data
  [ "$(ls "$(asides)" | wc -l)" -eq 3 ]
  run_helper start
  [ "$(result code)" = data-unfinished ]
  [ -z "$(pids dockerd)" ]
  run_helper reset-data
  [ "$(result code)" = data-moved ]
  [ "$(asides | wc -l)" -eq 1 ]
  run_helper undo-reset-data
  run_helper start
  furnished
}

@test "killed in the middle and undone instead" {
  furnish
  half_done 3 reset-data
  run_helper undo-reset-data
  [ "$(result code)" = data-restored ]
  [ -z "$(asides)" ]
  run_helper start
  furnished
}

@test "killed while data comes back, on each side of the change of places" {
  furnish
  run_helper reset-data
  run_helper start
  docker volume create later >/dev/null
  run_helper stop
  half_done 3 undo-reset-data
  run_helper reset-data
  [ "$(result code)" = data-unfinished ]
  half_done 9 undo-reset-data
  run_helper undo-reset-data
  [ "$(result code)" = data-restored ]
  run_helper start
  furnished
  [ "$(docker volume ls --quiet)" = kept ]
  run_helper undo-reset-data
  run_helper start
  [ "$(docker volume ls --quiet)" = later ]
}

# interrupted WORDS: as a run leaves it that was killed when it had moved the engine's id and the volumes, but not the images;
# then a daemon that was started by hand made its own.
interrupted() {
  find "$ROOT" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
  chmod 0755 "$ROOT"
  mkdir -p "$ROOT/image/mine" "$ROOT/volumes/later" "$ROOT/.dind-station-data-20260101T000000Z/volumes/mine"
  echo original >"$ROOT/.dind-station-data-20260101T000000Z/engine-id"
  echo later >"$ROOT/engine-id"
  echo "$1 20260101T000000Z" >"$ROOT/.dind-station-moving"
}

# kept DIR: all that there was before is in it, and the later things are in a folder of their own.
kept() {
  [ "$(cat "$1/engine-id")" = original ]
  [ -d "$1/volumes/mine" ]
  [ -d "$1/image/mine" ]
  [ "$(cat "$ROOT"/.dind-station-later-*/engine-id)" = later ]
  [ -d "$(echo "$ROOT"/.dind-station-later-*/volumes/later)" ]
}

@test "killed in the middle, and a daemon that was started by hand then made its own: neither is replaced" {
  interrupted aside
  run_helper reset-data
  [ "$(result code)" = data-moved ]
  kept "$(asides)"
  for word in aside fill; do
    interrupted $word
    run_helper undo-reset-data
    [ "$(result code)" = data-restored ]
    kept "$ROOT"
  done
}

@test "no init system is asked to start a daemon on half of the data" {
  mkdir -p "$ROOT/a" "$ROOT/b" "$ROOT/c" /run/openrc
  chmod 0755 "$ROOT"
  half_done 1 reset-data
  : >/run/openrc/softlevel
  printf '#!/bin/sh\ntouch %s\n' "$BATS_TEST_TMPDIR/asked" >/usr/local/sbin/rc-service
  chmod +x /usr/local/sbin/rc-service
  for verb in start restart; do
    run_helper "$verb"
    [ "$(result code)" = data-unfinished ]
  done
  rm -r /run/openrc /usr/local/sbin/rc-service
  [ ! -e "$BATS_TEST_TMPDIR/asked" ]
}
