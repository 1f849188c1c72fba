load support
load supervise_support

ENTRY=/usr/local/lib/dind-station/entrypoint.sh
# A busy machine needs more than the half minute that the entrypoint waits for the daemon.
export DIND_STATION_WAIT=240
bats_require_minimum_version 1.5.0

# What a home, which outlives the container, does to the root that the entrypoint is at first.
# How the home is treated is the subject, whatever daemon is there.
setup() {
  reset_all
  fake_engine
  rm -rf /home/coder /commandhistory /run/user /opt/rooted
  sed -i '/^# DinD Station/,$d' /etc/bash.bashrc
  mkdir -p /home/coder
  chown coder: /home/coder
}
teardown() {
  chmod 1777 /tmp
  chown root:root /tmp
}
teardown_file() {
  sed -i '/^# DinD Station/,$d' /etc/bash.bashrc
  reset_all
}

entry() { run --separate-stderr timeout 60 "$ENTRY" "$@" 3>&-; }

@test "a link in the home does not give a folder of the system away" {
  mkdir -p /opt/rooted/share/fish /opt/rooted/state
  ln -s /opt/rooted /home/coder/.local
  entry true
  [ "$status" -eq 0 ]
  [[ "$stderr" == *"/home/coder/.local/share does not belong to coder and is not given to them"* ]]
  [ "$(find /opt/rooted ! -user root)" = '' ]
}

@test "a folder outside the home that XDG variables name is not given away" {
  mkdir -p /opt/rooted/cache
  XDG_CACHE_HOME=/opt/rooted/cache entry true
  [ "$(stat -c %U /opt/rooted/cache)" = root ]
  [[ "$stderr" == *"/opt/rooted/cache does not belong to coder"* ]]
}

@test "XDG_RUNTIME_DIR=/tmp takes /tmp away from nobody" {
  # shellcheck disable=SC2016 # for the inner shell
  XDG_RUNTIME_DIR=/tmp entry sh -c 'stat -c "%U %a %n" "$XDG_RUNTIME_DIR"'
  [ "$(stat -c '%U %a' /tmp)" = "root 1777" ]
  [ "${lines[0]}" = "coder 700 /run/user/$(id -u coder)" ]
}

@test "a runtime folder that somebody else made first, or a link, is not used" {
  mkdir -p /run/user
  ln -s /opt/rooted "/run/user/$(id -u coder)"
  mkdir -p /opt/rooted
  # shellcheck disable=SC2016 # for the inner shell
  entry sh -c 'stat -c "%U %a" "$XDG_RUNTIME_DIR"; echo "$XDG_RUNTIME_DIR"'
  [ "${lines[0]}" = "coder 700" ]
  [[ "${lines[1]}" == /tmp/runtime-* ]]
  [ "$(stat -c %U /opt/rooted)" = root ]
}

@test "root's shell does not write its history where a user's link leads" {
  mkdir /commandhistory
  entry true
  echo precious >/opt/target
  as_coder 'ln -sf /opt/target /commandhistory/.bash_history'
  printf 'echo typed-by-root\nexit\n' | script -qfc 'env HOME=/root TERM=dumb bash -i' /dev/null >/dev/null 2>&1 3>&- || :
  [ "$(cat /opt/target)" = precious ]
  run bash -ic 'echo "$HISTFILE"'
  [[ "$output" != */commandhistory* ]]
  # The user's does.
  run /usr/bin/setpriv --reuid coder --regid coder --init-groups env HOME=/home/coder bash -ic 'echo "$HISTFILE"'
  [[ "$output" == */commandhistory/.bash_history* ]]
}

@test "a history file with a second name stays whose it is" {
  mkdir /commandhistory
  echo precious >/commandhistory/elsewhere
  ln /commandhistory/elsewhere /commandhistory/.bash_history
  entry true
  [ "$(stat -c %U /commandhistory/elsewhere)" = root ]
}

@test "a supervisor that was killed does not keep the daemon from ending in order" {
  rm -f /tmp/entry.up
  setsid "$ENTRY" sh -c 'touch /tmp/entry.up; exec sleep 1000' </dev/null >/tmp/entry.log 2>&1 3>&- &
  local entry=$! supervisor
  until_true '[ -e /tmp/entry.up ]'
  supervisor=$(supervisor_pid)
  kill -KILL "$supervisor"
  until_true 'grep -q "started again in" /tmp/entry.log'
  [ -n "$(living dockerd)" ]
  kill -TERM $entry
  wait $entry || :
  cat /tmp/entry.log
  [ -z "$(living dockerd)$(living containerd)" ]
  [ "$(state state)" = stopped ]
}
