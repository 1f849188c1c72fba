# For the tests of what stays: the supervisor in the background, its output and its history.

HISTORY=/var/lib/dind-station/history.jsonl
SUPERVISE_LOG=/tmp/supervise.log

# until_true SECONDS CONDITION: waits; the condition is shell text of a test.
until_true() {
  local end=$((SECONDS + $1))
  until eval "$2"; do
    if [ $SECONDS -gt $end ]; then
      echo "not within $1 s: $2" >&2
      cat "$SUPERVISE_LOG" "$HISTORY" >&2
      return 1
    fi
    sleep 0.05
  done 2>/dev/null
}

# supervise: starts it and waits until it watches. Without bats' own descriptor: bats waits for whoever holds it.
supervise() {
  : >"$SUPERVISE_LOG"
  setsid "$HELPER" supervise </dev/null >"$SUPERVISE_LOG" 2>&1 3>&- &
  SUPERVISOR=$!
  echo $SUPERVISOR >/tmp/supervisor.pid
  until_true 20 'grep -q "is watched" "$SUPERVISE_LOG"'
}

end_supervisor() {
  [ -e /tmp/supervisor.pid ] || return 0
  local pid
  pid=$(cat /tmp/supervisor.pid)
  rm -f /tmp/supervisor.pid
  kill -TERM "$pid" 2>/dev/null || return 0
  local end=$((SECONDS + 15))
  while alive "$pid" && [ $SECONDS -lt $end ]; do sleep 0.05; done
  kill -KILL "$pid" 2>/dev/null || :
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

# alive PID: it is there and no zombie.
alive() {
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  stat=${stat##*) }
  [ "${stat%% *}" != Z ]
}

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
