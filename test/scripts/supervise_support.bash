# For the tests of what stays: the supervisor in the background, its output and its history.

HISTORY=/var/lib/dind-station/history.jsonl
SUPERVISE_LOG=/tmp/supervise.log

setup() {
  end_supervisor
  reset_all
  rm -f "$HISTORY"
}
teardown_file() {
  end_supervisor
  reset_all
}

# hasty: a supervisor that looks around and tries again at once, for tests that are not about its patience.
hasty() { tune LOOK_SECONDS=0.2 PAUSE_FIRST_MS=100 STACKS_SECONDS=0.2; }

# unasked: no question to the daemon is due within ten minutes: what is noticed is seen from outside.
unasked() { tune PING_EVERY_MS=600000 INFO_EVERY_MS=600000; }

# supervise: starts it and waits until it watches. Without bats' own descriptor: bats waits for whoever holds it.
supervise() {
  : >"$SUPERVISE_LOG"
  setsid "$HELPER" supervise </dev/null >"$SUPERVISE_LOG" 2>&1 3>&- &
  SUPERVISOR=$!
  echo $SUPERVISOR >/tmp/supervisor.pid
  until_true 'grep -q "is watched" "$SUPERVISE_LOG"'
}

end_supervisor() {
  [ -e /tmp/supervisor.pid ] || return 0
  local pid
  pid=$(cat /tmp/supervisor.pid)
  rm -f /tmp/supervisor.pid
  kill -TERM "$pid" 2>/dev/null || return 0
  local end=$((SECONDS + 60))
  while alive "$pid" && [ $SECONDS -lt $end ]; do sleep 0.05; done
  kill -KILL "$pid" 2>/dev/null || :
}

# end_and_measure PID LOG: asks a child to end, as `docker stop` does. Sets ENDED_STATUS and ENDED_MS.
# shellcheck disable=SC2034 # the tests read them
end_and_measure() {
  local began
  began=$(date +%s%N)
  kill -TERM "$1"
  ENDED_STATUS=0
  wait "$1" || ENDED_STATUS=$?
  ENDED_MS=$((($(date +%s%N) - began) / 1000000))
  cat "$2"
}

# reset_all: as reset_engine, and without containers and what dockerd would have unmounted.
reset_all() {
  local mounted
  for mounted in $(awk '$5 ~ "/docker/netns/|^/var/lib/docker/" { print $5 }' /proc/self/mountinfo | sort -r); do
    umount "$mounted" 2>/dev/null || :
  done
  reset_engine
  find /var/lib/docker -mindepth 1 -maxdepth 1 -exec rm -rf {} +
}

# living NAME: the living processes of exactly that name.
living() {
  local pid
  for pid in $(pids "$1"); do
    [ "$(cat "/proc/$pid/comm")" != "$1" ] || echo "$pid"
  done
}

# supervisor_pid: the supervisor itself; with an init of its own it is a child of what was started.
supervisor_pid() { sed 's/^process //' /run/dind-station/supervisor; }

# looked: a hasty supervisor has looked at everything since, from beginning to end: another nap has begun, and one after it.
looked() {
  local nap
  for _ in 1 2; do
    nap=$(napping)
    until_true "[ -n \"\$(napping)\" ] && [ \"\$(napping)\" != '$nap' ]"
  done
}
napping() { pgrep -P "$(supervisor_pid)" -fx 'sleep 0.2' || :; }

history_what() { jq -r .what "$HISTORY" | xargs; }

# zombies NAME: how many ended processes of that name nobody has collected.
zombies() {
  local dir comm stat count=0
  for dir in /proc/[0-9]*; do
    read -r comm <"$dir/comm" || continue
    [ "$comm" = "$1" ] || continue
    read -r stat <"$dir/stat" || continue
    stat=${stat##*) }
    [ "${stat%% *}" != Z ] || count=$((count + 1))
  done 2>/dev/null
  echo $count
}
