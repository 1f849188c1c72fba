load support
load supervise_support

# Stops a process with a signal, again and again: nothing that is sent to it but SIGKILL makes it go on.
hold_frozen() {
  (while kill -STOP "$1" 2>/dev/null; do sleep 0.05; done) 3>&- &
}

@test "a daemon that a signal stopped is noticed and goes on, with its containers and its process" {
  unasked
  supervise
  local pid
  pid=$(daemon_pid)
  kill -STOP "$pid"
  # The kernel says that it stands still.
  until_true 'history_what | grep -q silent'
  jq -se '.[1].why | contains("SIGSTOP") and contains("answers again")' "$HISTORY"
  [ "$(daemon_pid)" = "$pid" ]
  docker ps
  # What it was doing is beside its socket, and the log names the file.
  ls /var/run/docker/goroutine-stacks-*.log
  grep -q 'goroutine stacks written to' "$LOG"
}

@test "a supervisor that is killed leaves no process behind, while the daemon lives on" {
  fake_engine
  hasty
  # It looks for its parent every ten seconds.
  tune_with 's/undef, undef, 10) < 1/undef, undef, 0.3) < 1/' supervise-http.sh
  supervise
  until_true '[ -n "$(pids perl)" ]'
  kill -KILL "$(supervisor_pid)"
  until_true '[ -z "$(pids perl)" ]'
  [ -n "$(daemon_pid)" ]
  run pgrep -f "dind-helper .*supervise"
  [ "$status" -eq 1 ]
}

@test "a daemon that stays silent is restarted" {
  fake_engine
  hasty
  tune SILENT_END_MS=1000
  unasked
  supervise
  local pid
  pid=$(daemon_pid)
  hold_frozen "$pid"
  until_true 'history_what | grep -q "silent back"'
  [ "$(daemon_pid)" != "$pid" ]
  docker ps
}

@test "a daemon whose socket was removed is restarted" {
  fake_engine
  hasty
  unasked
  supervise
  rm "$SOCKET"
  until_true 'history_what | grep -q "silent back"'
  jq -se '.[1].why | contains("is gone")' "$HISTORY"
  docker ps
}

@test "a daemon that lost its socket just after it came back is restarted, and not only when its time of grace is over" {
  fake_engine
  hasty
  # That is over in ten minutes here.
  tune GRACE_MS=600000
  unasked
  supervise
  kill -KILL "$(daemon_pid)"
  until_true 'history_what | grep -q "died back"'
  rm "$SOCKET"
  until_true 'history_what | grep -q "died back silent back"'
  docker ps
}

@test "a supervisor whose files somebody removed has them again, and stays the only one" {
  fake_engine
  hasty
  supervise
  rm -rf /run/dind-station
  until_true '[ -e /run/dind-station/supervisor.ready ]'
  run "$HELPER" supervise
  [ "$(result code)" = locked ]
  kill -KILL "$(daemon_pid)"
  until_true 'history_what | grep -q "died back"'
  docker ps
}

# links: how many connections there are to containerd's socket.
links() { awk '$NF ~ "/containerd.sock$" && $6 == "03" { n++ } END { print n + 0 }' /proc/net/unix; }

@test "a containerd that dies is replaced under the living dockerd, and containers run again" {
  supervise
  keep_container
  local pid before connected
  pid=$(daemon_pid)
  before=$(zombies containerd)
  connected=$(links)
  [ "$connected" -ge 2 ]
  kill -KILL "$(living containerd)"
  until_true 'history_what | grep -q "containerd-died containerd-back"'
  # All of dockerd's connections: the first alone is back up to 0.4 s before the one that runs containers.
  [ "$(links)" -ge "$connected" ]
  docker run --rm --network none busybox sleep 0
  [ "$(daemon_pid)" = "$pid" ]
  kept_on
  [ "$(zombies containerd)" -eq "$before" ]
  # Also where somebody has removed the log meanwhile.
  rm /var/log/dockerd.log
  kill -KILL "$(living containerd)"
  until_true 'history_what | grep -q "containerd-back.*containerd-back"'
  [ "$(daemon_pid)" = "$pid" ]
  docker rm -f kept
}

@test "a frozen containerd is told to go on, and replaced when it is frozen again" {
  unasked
  supervise
  busybox_image
  local pid
  pid=$(living containerd)
  kill -STOP "$pid"
  until_true 'history_what | grep -q containerd-frozen'
  docker run --rm --network none busybox sleep 0
  [ "$(living containerd)" = "$pid" ]
  kill -STOP "$pid"
  until_true 'history_what | grep -q containerd-back'
  [ "$(living containerd)" != "$pid" ]
  docker run --rm --network none busybox sleep 0
}

@test "a helper run while the daemon is silent is not disturbed" {
  fake_engine
  hasty
  supervise
  kill -STOP "$(daemon_pid)"
  run_helper restart
  [ "$(result code)" = restarted ]
  until_true '[ "$(history_what)" = "started taken-over" ]'
  looked
  [ "$(history_what)" = "started taken-over" ]
}
