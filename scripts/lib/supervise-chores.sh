# shellcheck shell=sh
# What a supervisor does now and then: the log's size, processes that nobody collects, and the room for data.

LOG_EVERY_MS=10000
ZOMBIES_EVERY_MS=60000
log_due=0
zombies_due=0
zombies_told=0
room_told=

supervise_chores() {
  now_ms
  if [ "$NOW_MS" -ge "$log_due" ]; then
    log_due=$((NOW_MS + LOG_EVERY_MS))
    # A start or stop rotates by itself.
    holder_describe
    if [ -z "$HOLDER_PID" ]; then
      log_rotate copy
    fi
  fi
  if [ "$NOW_MS" -ge "$zombies_due" ]; then
    zombies_due=$((NOW_MS + ZOMBIES_EVERY_MS))
    zombies_look
    room_look
  fi
}

# room_look: told when it becomes short, and once: it is not the same as a start that fails for it.
room_look() {
  storage_room
  if [ -n "$ROOM" ] && [ -z "$room_told" ]; then
    step supervise.room failed "$ROOM"
    history_add little-room "$ROOM"
  fi
  room_told=$ROOM
}

# zombies_look: those that were there at the beginning are nobody's fault here; told whenever there are ten more.
zombies_look() {
  zombies_count
  [ "$ZOMBIES" -ge $((zombies_told + 10)) ] || return 0
  zombies_told=$ZOMBIES
  words="$ZOMBIES ended process(es) are not collected, because PID 1 ($(cat /proc/1/comm)) does not: run the container with --init."
  step supervise.zombies failed "$words"
  history_add zombies "$words"
}

# zombies_count: sets ZOMBIES to the number of ended children of PID 1.
zombies_count() {
  ZOMBIES=0
  for dir in /proc/[0-9]*; do
    { read -r stat_line <"$dir/stat"; } 2>/dev/null || continue
    case ${stat_line##*) } in
      "Z 1 "*) ZOMBIES=$((ZOMBIES + 1)) ;;
    esac
  done
}

# supervise_under_reaper: a PID 1 that collects nobody leaves every ended dockerd behind as a zombie, whose number then
# blocks the next start. A shell cannot collect what is not its child; tini can, and what we start is then below it.
supervise_under_reaper() {
  if orphans_collected; then
    step supervise.reaper ok "Ended processes are collected."
    return 0
  fi
  read -r above <"/proc/$PPID/comm" || above=
  case $above in tini | docker-init) return 0 ;; esac
  reaper=$(command -v docker-init || command -v tini) || reaper=
  if [ -n "$reaper" ]; then
    step supervise.reaper changed "PID 1 ($(cat /proc/1/comm)) does not collect ended processes: ${reaper##*/} does it for the daemon's."
    exec "$reaper" -s -- /bin/sh "$self" .clean ${report_plain:+--plain} supervise
  fi
  step supervise.reaper failed "PID 1 ($(cat /proc/1/comm)) does not collect ended processes, and neither docker-init nor tini is installed: run the container with --init, or apt-get install tini."
}

# orphans_collected: proven by one: its parent ends first, then it ends itself.
orphans_collected() {
  orphan=$(sh -c 'sleep 0.05 >/dev/null 2>&1 & echo $!')
  now_ms
  orphan_deadline=$((NOW_MS + 1000))
  while process_alive "$orphan" && [ "$NOW_MS" -lt $orphan_deadline ]; do
    sleep 0.05
    now_ms
  done
  sleep 0.05
  ! process_read "$orphan"
}
