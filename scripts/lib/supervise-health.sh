# shellcheck shell=sh
# Whether the daemon that lives also works: questions with deadlines, its containerd, and why it died when it did.

PING_EVERY_MS=5000
INFO_EVERY_MS=20000
MISSES=3
# So long a daemon may be busy with finding its containers or its containerd again: acting earlier makes it worse.
GRACE_MS=20000
FROZEN_LOOKS=3
CUT_OFF_LOOKS=3

ping_due=0
info_due=0
ping_misses=0
info_misses=0
grace_until=0
line_pid=
line_due=0
containerd_ours=
containerd_wanted=0
containerd_pid=
containerd_start=
containerd_lost=0
frozen_looks=0
cut_off_looks=0
thawed=

health_reset() {
  now_ms
  ping_misses=0 info_misses=0 frozen_looks=0 cut_off_looks=0
  ping_due=$((NOW_MS + PING_EVERY_MS))
  info_due=$((NOW_MS + INFO_EVERY_MS))
}

grace_give() {
  now_ms
  grace_until=$((NOW_MS + GRACE_MS))
}

# line_ensure: one connection is kept open; its end is how a death is noticed at once and not at the next look. Without
# perl the next look, a second later, has to do.
line_ensure() {
  [ -z "$line_pid" ] || ! process_alive "$line_pid" || return 0
  now_ms
  if [ "$NOW_MS" -lt $line_due ] || ! command -v perl >/dev/null; then
    return 0
  fi
  line_due=$((NOW_MS + 2000))
  http_hold $$ </dev/null >/dev/null 2>&1 8>&- &
  line_pid=$!
}

# health_look: asks when it is time. A daemon in its grace period is not judged.
health_look() {
  now_ms
  if [ "$containerd_lost" -gt 0 ]; then
    containerd_awaited
  fi
  if daemon_cut_off; then
    silent_mend "$cut_off" /_ping
    return 0
  fi
  [ "$NOW_MS" -ge "$grace_until" ] || return 0
  if [ "$NOW_MS" -ge "$ping_due" ]; then
    if health_ask /_ping 5; then
      ping_misses=0
      ping_due=$((NOW_MS + PING_EVERY_MS))
    else
      ping_misses=$((ping_misses + 1))
      ping_due=$NOW_MS
    fi
  fi
  if [ "$NOW_MS" -ge "$info_due" ] && [ $ping_misses -eq 0 ]; then
    if health_ask /info 10; then
      info_misses=0
      info_due=$((NOW_MS + INFO_EVERY_MS))
    else
      info_misses=$((info_misses + 1))
      info_due=$NOW_MS
    fi
  fi
  if [ $ping_misses -ge $MISSES ]; then
    silent_mend "$ping_misses pings in a row were not answered within 5 s each" /_ping
  elif [ $info_misses -ge $MISSES ]; then
    silent_mend "it answers pings, but $info_misses times in a row not /info within 10 s" /info
  fi
}

# daemon_cut_off: a daemon that a signal stopped answers nobody, nor does one whose socket was removed, as it never makes
# it again. Both can be seen: no question has to time out first, and how busy it is has nothing to do with it.
daemon_cut_off() {
  process_read "$watched_pid" || return 1
  cut_off=
  [ -S "$socket" ] || cut_off="it cannot be reached"
  case $P_STATE in T | t) cut_off="it stands still" ;; esac
  if [ -z "$cut_off" ]; then
    cut_off_looks=0
    return 1
  fi
  cut_off_looks=$((cut_off_looks + 1))
  [ $cut_off_looks -ge $CUT_OFF_LOOKS ]
}

# health_ask PATH SECONDS: false only when nothing was answered and nothing else explains it: a status other than 200 is
# an answer, and a signal or somebody's run ends the question early.
health_ask() {
  if http_get "$1" "$2" || [ -n "$HTTP_ANSWERED" ] || [ -n "$ending$woken" ]; then
    now_ms
    return 0
  fi
  now_ms
  holder_describe
  [ -n "$HOLDER_PID" ] || ! watched_lives
}

# silent_mend WHY PATH: the state of every goroutine goes to a file beside the daemon's socket (the log names it); a
# daemon that somebody stopped with a signal goes on; one that stays silent is restarted.
silent_mend() {
  why=$1
  [ -S "$socket" ] || why="its socket $socket is gone"
  process_read "$watched_pid" || return 0
  case $P_STATE in T | t) why="$why: a signal had stopped it (SIGSTOP)" ;; esac
  step supervise.silent failed "dockerd, process id $watched_pid, is silent: $why. It is told to write down what it does."
  kill -USR1 "$watched_pid" 2>/dev/null || :
  kill -CONT "$watched_pid" 2>/dev/null || :
  woken=
  nap 2
  [ -z "$ending" ] || return 0
  if http_get "$2" 3; then
    history_add silent "$why. It answers again after SIGCONT."
    step supervise.silent ok "dockerd answers again."
    health_reset
    return 0
  fi
  now_ms
  holder_describe
  [ -z "$HOLDER_PID" ] || return 0
  died_ms=$NOW_MS
  history_add silent "$why. It is restarted." $((NOW_MS - watched_since))
  if loop_reached; then
    give_up "$why"
  else
    supervise_attempt restart
  fi
}

# containerd_adopt: whether the containerd beside the watched daemon is ours to keep alive. One that dockerd manages
# itself is restarted by it.
containerd_adopt() {
  containerd_ours='' containerd_pid='' containerd_lost=0
  if [ -z "$json_has_containerd" ] && tr '\000' '\n' 2>/dev/null <"/proc/$watched_pid/cmdline" |
    grep -qxF -e "--containerd=$exec_root/containerd/containerd.sock" -e "$exec_root/containerd/containerd.sock"; then
    containerd_ours=1
    containerd_remember
    containerd_links
    containerd_wanted=$LINKS
  fi
}

# containerd_links: sets LINKS to the number of connections to containerd's socket.
containerd_links() {
  LINKS=$(awk -v path="$exec_root/containerd/containerd.sock" '$NF == path && $6 == "03" { n++ } END { print n + 0 }' /proc/net/unix)
}

containerd_remember() {
  containerd_pid=
  if containerd_ready && process_read "$CONTAINERD_PID"; then
    containerd_pid=$CONTAINERD_PID containerd_start=$P_START
  fi
}

# containerd_look: dead: a new one under the living dockerd. Stopped by a signal: it may be a matter of seconds, then it
# is woken once, then replaced.
containerd_look() {
  [ -n "$containerd_ours" ] || return 0
  if [ -n "$containerd_pid" ] && process_alive "$containerd_pid" && [ "$P_START" = "$containerd_start" ]; then
    case $P_STATE in
      T | t) containerd_frozen ;;
      *) frozen_looks=0 ;;
    esac
    return 0
  fi
  containerd_remember
  [ -z "$containerd_pid" ] || return 0
  containerd_mend died "containerd was gone while dockerd, process id $watched_pid, lived."
}

containerd_frozen() {
  frozen_looks=$((frozen_looks + 1))
  [ $frozen_looks -ge $FROZEN_LOOKS ] || return 0
  frozen_looks=0
  now_ms
  if [ -z "$thawed" ] || [ $((NOW_MS - thawed)) -gt 60000 ]; then
    thawed=$NOW_MS
    history_add containerd-frozen "A signal had stopped containerd, process id $containerd_pid (SIGSTOP); it was sent SIGCONT."
    step supervise.containerd changed "containerd, process id $containerd_pid, was stopped by a signal and was told to go on."
    kill -CONT "$containerd_pid" 2>/dev/null || :
    return 0
  fi
  containerd_mend frozen "containerd, process id $containerd_pid, was stopped by a signal again."
}

# containerd_mend WHAT WHY
containerd_mend() {
  step supervise.containerd failed "$2 A new one is started."
  history_add "containerd-$1" "$2"
  now_ms
  containerd_lost=$NOW_MS
  run_self .containerd
  grace_give
  health_reset
  containerd_remember
  # One that does not start is dockerd's end as well: then both are started anew.
  if [ -z "$containerd_pid" ] && [ -z "$ending" ]; then
    if loop_reached; then
      give_up "containerd does not start."
    else
      supervise_attempt restart
    fi
  fi
}

# containerd_awaited: dockerd needs 6 to 16 s to find a new containerd; how long is worth knowing. Neither a ping nor
# /info tells: both are answered without one. The connections to containerd's socket do: dockerd has several (containers,
# plugins), and each comes back at a time of its own. Somebody else's may have been among those that were counted: when
# the time is up, one is enough.
containerd_awaited() {
  containerd_links
  [ "$NOW_MS" -lt "$grace_until" ] || [ "$LINKS" -eq 0 ] || containerd_wanted=1
  if [ "$LINKS" -ge "$containerd_wanted" ] && [ "$LINKS" -gt 0 ]; then
    history_add containerd-back "dockerd works with the new containerd." $((NOW_MS - containerd_lost))
    step supervise.containerd ok "dockerd works with the new containerd after $((NOW_MS - containerd_lost)) ms."
    containerd_lost=0 grace_until=0
  elif [ "$NOW_MS" -ge "$grace_until" ]; then
    died_ms=$containerd_lost containerd_lost=0
    history_add containerd-lost "dockerd did not find the new containerd within $((GRACE_MS / 1000)) s and is restarted."
    if loop_reached; then
      give_up "dockerd does not find its containerd."
    else
      supervise_attempt restart
    fi
  fi
  now_ms
}

# verb_containerd: what a supervisor runs: a new containerd under the living dockerd.
verb_containerd() {
  set_out restarting
  [ -n "$DAEMON_PID" ] || fail not-running "The Docker daemon does not run, so containerd is left to its start."
  # What containerd inherits, as at a start.
  pid1_load
  limits_choose
  environment_choose
  containerd_ensure
  now_ms
  await_deadline=$((NOW_MS + 10000))
  until [ -S "$exec_root/containerd/containerd.sock" ]; do
    now_ms
    if [ $NOW_MS -ge $await_deadline ] || ! process_alive "$CONTAINERD_PID"; then
      fail not-ready "containerd was started anew but does not listen." "$(tail -n 1 "$state_log")"
    fi
    sleep 0.02
  done
  succeed restarted "containerd was started anew, process id $CONTAINERD_PID; dockerd finds it within 20 s." "$DAEMON_PID"
}

# death_reason: prints why the watched daemon ended, as far as anything tells.
death_reason() {
  oom_count
  if [ "$OOM_COUNT" -gt "$oom_before" ]; then
    echo "the kernel killed $((OOM_COUNT - oom_before)) process(es) of this container because its memory limit was reached."
    return 0
  fi
  if log_since | grep -q "Processing signal '"; then
    echo "it was asked to end by a signal that did not come from the helper."
    return 0
  fi
  said=$(log_started=1 && log_cause 2>/dev/null) || said=
  printf '%s\n' "${said:-nothing in its log says why, so it was killed from outside.}"
}

# oom_count: sets OOM_COUNT to how many processes the kernel has killed in this container's memory group.
oom_count() {
  OOM_COUNT=0
  for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r "$file" ] || continue
    while read -r name number; do
      [ "$name" != oom_kill ] || OOM_COUNT=$number
    done <"$file"
  done
}
