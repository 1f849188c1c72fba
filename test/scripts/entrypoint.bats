load support
load supervise_support

ENTRY=/usr/local/lib/dind-station/entrypoint.sh
# A busy machine needs more than the half minute that the entrypoint waits for the daemon.
export DIND_STATION_WAIT=240

setup() {
  reset_all
  # fish goes on writing completions after its end.
  until rm -rf /home/coder 2>/dev/null; do sleep 0.2; done
  rm -rf /commandhistory /run/user "$HISTORY" /etc/sudoers.d/full
  sed -i '/^# DinD Station/,$d' /etc/bash.bashrc
  [ ! -e /etc/zsh/zshrc ] || sed -i '/^# DinD Station/,$d' /etc/zsh/zshrc
  mkdir -p /home/coder
  chown coder: /home/coder
}
teardown() {
  end_entry
  rm -f /etc/sudoers.d/full
}

# entry COMMAND...: runs it to its end; what it says is in $stderr, what the command says in $output.
entry() { run --separate-stderr timeout 300 "$ENTRY" "$@" 3>&-; }

# entry_stays COMMAND...: in the background, as PID $ENTRY_PID, until the command runs.
entry_stays() {
  rm -f /tmp/entry.up
  setsid "$ENTRY" sh -c 'touch /tmp/entry.up; '"$1" </dev/null >/tmp/entry.log 2>&1 3>&- &
  ENTRY_PID=$!
  echo $ENTRY_PID >/tmp/entry.pid
  chmod 777 /tmp
  until_true '[ -e /tmp/entry.up ]'
}

# stop_entry: asks it to end.
stop_entry() { end_and_measure "$ENTRY_PID" /tmp/entry.log; }

end_entry() {
  [ -e /tmp/entry.pid ] || return 0
  kill -TERM "$(cat /tmp/entry.pid)" 2>/dev/null || :
  rm -f /tmp/entry.pid
}

bats_require_minimum_version 1.5.0

@test "the command runs as the user, with a daemon, and its status is the container's" {
  # shellcheck disable=SC2016 # for the inner shell
  entry sh -c 'id -un; echo $HOME $USER; docker ps -q && echo docker works; exit 5'
  [ "$status" -eq 5 ]
  [ "${lines[0]}" = coder ]
  [ "${lines[1]}" = "/home/coder coder" ]
  [ "${lines[2]}" = "docker works" ]
  [[ "$stderr" == *"the Docker daemon runs."* ]]
  # Everything has ended with it.
  [ -z "$(living dockerd)$(living containerd)" ]
}

@test "the command has the container's PATH, its input and Ctrl-C" {
  fake_engine
  mkdir -p /opt/own
  printf '#!/bin/sh\ncat\ngrep SigIgn /proc/self/status\n' >/opt/own/mine
  chmod +x /opt/own/mine
  local out
  out=$(echo typed | PATH=/opt/own:$PATH "$ENTRY" mine 2>/dev/null 3>&-)
  [ "$(printf '%s\n' "$out" | head -n 1)" = typed ]
  # SIGINT is bit 1, SIGQUIT bit 2.
  [[ "$(printf '%s\n' "$out" | tail -n 1)" =~ [08]$ ]]
}

@test "the XDG folders are there and the user's; only what is wrong is changed" {
  fake_engine
  mkdir -p /home/coder/.config/app /home/coder/.local
  touch /home/coder/.config/app/roots
  # shellcheck disable=SC2016 # for the inner shell
  entry sh -c 'for d in "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_CACHE_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"; do stat -c "%U %a %n" "$d"; touch "$d/x"; done'
  [ "$status" -eq 0 ]
  [ "${lines[1]}" = "coder 700 /home/coder/.local/share" ]
  [ "${lines[2]}" = "coder 700 /home/coder/.cache" ]
  [ "${lines[4]}" = "coder 700 /run/user/$(id -u coder)" ]
  [[ "$stderr" == *"gave /home/coder/.config to coder"* ]]
  [ "$(stat -c %U /home/coder/.config)" = coder ]
  # Nothing below it was walked through.
  [ "$(stat -c %U /home/coder/.config/app/roots)" = root ]
  entry true
  [[ "$stderr" != *"gave "* ]]
}

@test "XDG folders that are set are kept; a relative one is not followed" {
  fake_engine
  XDG_CACHE_HOME=/home/coder/elsewhere/cache XDG_DATA_HOME=data entry sh -c 'echo "$XDG_CACHE_HOME $XDG_DATA_HOME"'
  [ "${lines[0]}" = "/home/coder/elsewhere/cache /home/coder/.local/share" ]
  [ "$(stat -c %U /home/coder/elsewhere/cache)" = coder ]
  [[ "$stderr" == *"XDG_DATA_HOME is data"* ]]
}

@test "an empty volume at the home's place is given to the user; a link is never followed" {
  fake_engine
  chown root: /home/coder
  ln -s /etc /home/coder/.config
  entry touch /home/coder/mine
  [ "$status" -eq 0 ]
  [[ "$stderr" == *"gave the home /home/coder to coder"* ]]
  [ "$(stat -c %U /etc)" = root ]
}

@test "bash, zsh and fish keep what was typed in /commandhistory" {
  fake_engine
  mkdir /commandhistory
  entry true
  [ "$(stat -c '%U %a' /commandhistory/.bash_history)" = "coder 600" ]
  local shell
  for shell in bash zsh fish; do
    command -v $shell >/dev/null || continue
    # A terminal of its own: only an interactive shell keeps a history. It does not end in order: it is killed.
    {
      until_true '[ -s /tmp/prompt ]' && sleep 1 && printf 'echo typed-in-%s\n' $shell
      # Killed whether it is there or not: at the end of its input a shell would write it after all.
      until_true "grep -qs typed-in-$shell /commandhistory/.${shell}_history"
      printf 'kill -KILL $%s\n' "$([ $shell = fish ] && echo fish_pid || echo '$')"
      sleep 0.5
    } 2>/dev/null |
      script -qfc "/usr/bin/setpriv --reuid coder --regid coder --init-groups env HOME=/home/coder TERM=dumb $shell -i" /tmp/prompt >/dev/null 2>&1 3>&- || :
    rm -f /tmp/prompt
  done
  grep -q typed-in-bash /commandhistory/.bash_history
  ! command -v zsh >/dev/null || grep -q typed-in-zsh /commandhistory/.zsh_history
  ! command -v fish >/dev/null || grep -q typed-in-fish /commandhistory/.fish_history
  # fish writes its file anew now and then: through the link, not in its place.
  ! command -v fish >/dev/null || [ -L /home/coder/.local/share/fish/fish_history ]
  local before
  before=$(cat /etc/bash.bashrc /etc/zsh/zshrc 2>/dev/null | cksum)
  entry true
  [ "$(cat /etc/bash.bashrc /etc/zsh/zshrc 2>/dev/null | cksum)" = "$before" ]
}

@test "a daemon that cannot start: the reason is told and the command runs all the same" {
  fake_engine
  json '{"no-such-option": 1}'
  entry echo editor
  [ "$status" -eq 0 ]
  [ "$output" = editor ]
  [[ "$stderr" == *"the Docker daemon does not run: "*no-such-option* ]]
  [[ "$stderr" == *"the editor starts all the same"* ]]
}

@test "what a state file of the container's last life says is not believed" {
  fake_engine
  mkdir -p /run/dind-station /etc/docker
  echo '{"schema":1,"state":"running","verb":"start","by":"coder","message":"x","cause":"","log":"y"}' >/run/dind-station/state.json
  touch /run/dind-station/supervisor.ready
  json '{"no-such-option": 1}'
  entry echo editor
  [[ "$stderr" == *"the Docker daemon does not run: "*no-such-option* ]]
  [[ "$stderr" != *"the Docker daemon runs."* ]]
}

@test "DIND_STATION_REQUIRED makes the container end with the reason" {
  fake_engine
  json '{"no-such-option": 1}'
  DIND_STATION_REQUIRED=1 entry echo editor
  [ "$status" -eq 69 ]
  [ -z "$output" ]
  [[ "$stderr" == *no-such-option* ]]
}

@test "a container without the rights is told which, and how it gets them" {
  run --separate-stderr timeout 300 setpriv --bounding-set -net_admin,-sys_admin "$ENTRY" echo editor 3>&-
  [ "$output" = editor ]
  [[ "$stderr" == *"lacks NET_ADMIN and SYS_ADMIN, without"*--privileged* ]]
  run --separate-stderr timeout 300 setpriv --bounding-set -net_admin "$ENTRY" echo editor 3>&-
  [[ "$stderr" == *"lacks NET_ADMIN, without"* ]]
}

@test "a daemon that does not run for another reason is not put down to rights" {
  fake_engine
  json '{"no-such-option": 1}'
  entry echo editor
  [ "$output" = editor ]
  [[ "$stderr" == *"does not run"* ]]
  [[ "$stderr" != *lacks* ]]
}

@test "the wait for the daemon is bounded" {
  fake_engine
  mkdir -p /etc/docker
  # A containerd that never listens: dockerd waits for it for a minute, and the stand-in for ever.
  json '{"containerd": "/run/nobody.sock"}'
  DIND_STATION_WAIT=2 entry echo editor
  [ "$output" = editor ]
  [[ "$stderr" == *"not ready after 2 s"* ]]
}

@test "asked to end, the command and the daemon end in order, and the status is 0" {
  entry_stays 'sleep 1000'
  [ -n "$(living dockerd)" ]
  stop_entry
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living dockerd)$(living containerd)" ]
  [ "$(state state)" = stopped ]
  in_time "$ENDED_MS" 4000
}

@test "asked to end while the daemon is starting, it ends in order and the command does not run" {
  rm -f /tmp/entry.up
  # One that takes its time, so that it is asked in the middle of it.
  fake_engine mute
  setsid "$ENTRY" touch /tmp/entry.up </dev/null >/tmp/entry.log 2>&1 3>&- &
  ENTRY_PID=$!
  echo $ENTRY_PID >/tmp/entry.pid
  until_true '[ -n "$(living dockerd)" ]'
  stop_entry
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living dockerd)$(living containerd)" ]
  [ ! -e /tmp/entry.up ]
  [ "$(jq -r .what "$HISTORY" | tail -n 1)" = shutdown ]
  in_time "$ENDED_MS" 4000
}

@test "a command that does not listen is killed in time, and the daemon has ended in order" {
  fake_engine
  entry_stays 'trap "" TERM; while :; do sleep 0.2; done'
  stop_entry
  [ "$ENDED_STATUS" -eq 137 ]
  [ "$(state state)" = stopped ]
  in_time "$ENDED_MS" 9000
}

@test "a supervisor that is killed is started again, and takes the daemon over as it is" {
  fake_engine
  entry_stays 'sleep 1000'
  local daemon first
  daemon=$(daemon_pid)
  first=$(supervisor_pid)
  kill -KILL "$first"
  until_true '[ "$(supervisor_pid)" != '"$first"' ] && [ "$(history_what | tr " " "\n" | tail -n 1)" = already-running ]'
  [ "$(daemon_pid)" = "$daemon" ]
  kill -KILL "$daemon"
  until_true '[ "$(history_what | tr " " "\n" | tail -n 1)" = back ]'
  stop_entry
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living dockerd)$(living containerd)" ]
  [ "$(history_what | tr ' ' '\n' | tail -n 1)" = shutdown ]
}

@test "a daemon that was stopped on purpose stays so when the supervisor is killed, and is watched again once started" {
  fake_engine
  entry_stays 'sleep 1000'
  local first
  first=$(supervisor_pid)
  "$HELPER" stop >/dev/null
  kill -KILL "$first"
  until_true 'grep -q "started again in" /tmp/entry.log'
  # One nap before the next start, and it has looked and naps on: three times.
  local nap
  for _ in 1 2 3; do
    nap=$(pgrep -fx 'sleep 1') || :
    until_true "pgrep -fx 'sleep 1' && [ \"\$(pgrep -fx 'sleep 1')\" != '$nap' ]"
  done
  [ -z "$(living dockerd)" ]
  "$HELPER" start >/dev/null
  until_true '[ "$(supervisor_pid)" != '"$first"' ]'
  stop_entry
  [ -z "$(living dockerd)$(living containerd)" ]
}

@test "the daemon that somebody started after a supervisor that could not ends in order too" {
  fake_engine
  conf 'no_such_key=1'
  entry_stays 'sleep 1000'
  grep -q 'its supervisor has ended' /tmp/entry.log
  rm /etc/dind-station/helper.conf
  "$HELPER" start >/dev/null
  stop_entry
  [ "$ENDED_STATUS" -eq 0 ]
  [ -z "$(living dockerd)$(living containerd)" ]
  [ "$(state state)" = stopped ]
}

@test "ten times in a row: the daemon is back each time, and image and history are kept" {
  entry_stays 'sleep 1000'
  busybox_image
  stop_entry
  for _ in $(seq 9); do
    entry_stays 'sleep 1000'
    docker image inspect busybox >/dev/null
    stop_entry
    [ "$ENDED_STATUS" -eq 0 ]
  done
  [ "$(history_what | tr ' ' '\n' | grep -c shutdown)" -eq 10 ]
}

@test "a user with a full sudo gets the same" {
  fake_engine
  echo 'coder ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/full
  # shellcheck disable=SC2016 # for the inner shell
  run su coder -c 'KEPT=yes "$0" sh -c "id -un; echo \$KEPT; docker ps -q && echo docker works"' "$ENTRY"
  [ "$status" -eq 0 ]
  [[ "$output" == *coder*yes*"docker works"* ]]
  [ -z "$(living dockerd)" ]
}

@test "a user with the helper's rule only gets a daemon that is not watched, and it says so" {
  fake_engine
  run su coder -c '"$0" docker ps' "$ENTRY"
  [ "$status" -eq 0 ]
  [[ "$output" == *"It is not watched"* ]]
  [ -z "$(living dockerd)" ]
}
