load support

# What the helper does with the log is the subject, whoever writes it; the real dockerd's last words are in start.bats.
setup() {
  reset_engine
  fake_engine
  # Where the helper's parts look for the table, as the helper sets it.
  here=$REPO/scripts
}

@test "a retry appends: the first failure is still in the log" {
  json '{"first-failure": 1}'
  run_helper start
  rm /etc/docker/daemon.json
  run_helper start
  [ "$status" -eq 0 ]
  grep -q first-failure "$LOG"
}

@test "a log over its size is rotated, and old ones are kept up to the number" {
  conf log_max_bytes=65536 log_keep=2
  local round
  for round in 1 2 3; do
    head -c 70000 /dev/zero | tr '\0' "$round" >"$LOG"
    run_helper start
    run_helper stop
  done
  [ "$(head -c 1 "$LOG.1")" = 3 ]
  [ "$(head -c 1 "$LOG.2")" = 2 ]
  [ ! -e "$LOG.3" ]
}

@test "a log over its size is rotated by copying while the daemon writes to it" {
  conf log_max_bytes=65536
  run_helper start
  head -c 70000 /dev/zero | tr '\0' x >>"$LOG"
  run_helper start
  [ "$(result code)" = already-running ]
  [ "$(stat -c %s "$LOG")" -lt 65536 ]
  [ "$(stat -c %s "$LOG.1")" -gt 65536 ]
  # The daemon still writes to the same file, at its end.
  kill -HUP "$(daemon_pid)"
  until_true '[ "$(head -c 5 "$LOG")" = time= ]'
}

@test "the user may read the log, a stranger may not" {
  run_helper start
  as_coder "head -c 1 $LOG"
  useradd stranger 2>/dev/null || :
  run su stranger -c "head -c 1 $LOG"
  [ "$status" -ne 0 ]
}

@test "logs prints the end of the log as it is" {
  run_helper start
  run "$HELPER" logs
  [ "$status" -eq 0 ]
  [[ "$output" == *"API listen on"* ]]
}

@test "a link in the log's place is refused" {
  ln -s /etc/passwd "$LOG"
  run_helper start
  [ "$status" -eq 78 ]
  run grep -c level= /etc/passwd
  [ "$output" = 0 ]
}

@test "the cause of a panic is its first line" {
  . "$REPO/scripts/lib/log.sh"
  log_offset=0 state_log=/tmp/panic.log
  printf '%s\n' 'time="x" level=info msg="Starting up"' 'panic: runtime error: index out of range [recovered]' '' 'goroutine 1 [running]:' 'main.main()' '	/go/src/main.go:1 +0x1' >$state_log
  [ "$(log_cause)" = 'panic: runtime error: index out of range [recovered]' ]
}

@test "a cause of several lines is told whole, on one line" {
  . "$REPO/scripts/lib/log.sh"
  log_offset=0 state_log=/tmp/several.log
  printf '%s\n' 'time="x" level=error msg="something on the way"' \
    'failed to start daemon: Error initializing network controller: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9: Permission denied (you must be root)' \
    '' ' (exit status 4)' >$state_log
  run log_cause
  [[ "$output" == *"you must be root"*"(exit status 4)" ]]
  [ "${#lines[@]}" -eq 1 ]
}

@test "a daemon that listens is no failed start: only words with which a daemon ends are its cause" {
  . "$REPO/scripts/lib/log.sh"
  log_offset=0 state_log=/tmp/listening.log
  local pull='time="x" level=error msg="Handler for POST /v1.41/images/create returned error: EOF"'
  local listening='time="x" level=info msg="API listen on /var/run/docker.sock"'
  printf '%s\n' "$pull" >$state_log
  [ "$(log_cause)" = "$pull" ]
  # As a supervisor asks, whose daemon had started before.
  [ -z "$(log_started=1 && log_cause)" ]
  printf '%s\n' 'time="x" level=error msg="on the way"' "$listening" "$pull" 'a word' >$state_log
  [ -z "$(log_cause)" ]
  echo 'panic: runtime error' >>$state_log
  [ "$(log_cause)" = 'panic: runtime error' ]
  printf '%s\n' "$listening" "$pull" 'time="x" level=fatal msg=last' >$state_log
  [[ "$(log_cause)" == *msg=last ]]
}

@test "the decisive line is the one that TypeScript finds, under each shell and awk" {
  cat >/tmp/decide.sh <<'END'
    here=$1/scripts
    . "$here/lib/log.sh"
    log_offset=0 state_log=/tmp/decide.log tab=$(printf '\t')
    while IFS=$tab read -r name before kind line log; do
      case $name in '#'*) continue ;; esac
      printf '%s\n' "$log" | awk '{ gsub(/\\n/, "\n"); print }' >$state_log
      log_started=
      [ "$before" = no ] || log_started=1
      [ "$kind" != none ] || line=
      got=$(log_cause)
      [ "$got" = "$line" ] || echo "$name: $got"
      count=$((count + 1))
    done <"$1/test/fixtures/decisiveLines.tsv"
    echo "$count cases"
END
  local awk shell
  mkdir -p /tmp/awks/busybox /tmp/awks/mawk
  ln -sf "$(command -v busybox)" /tmp/awks/busybox/awk
  ln -sf "$(command -v mawk)" /tmp/awks/mawk/awk
  for awk in busybox mawk; do
    for shell in dash 'busybox sh'; do
      echo "$shell, awk of $awk"
      run env PATH="/tmp/awks/$awk:$PATH" count=0 $shell /tmp/decide.sh "$REPO"
      echo "$output"
      [ "$output" = "$(grep -vc '^#' "$REPO/test/fixtures/decisiveLines.tsv") cases" ]
    done
  done
}

@test "without its table the helper tells no cause" {
  . "$REPO/scripts/lib/log.sh"
  here=/nowhere log_offset=0 state_log=/tmp/untold.log
  echo 'failed to start daemon: x' >$state_log
  [ -z "$(log_cause)" ]
}

@test "a start without CAP_NET_ADMIN is refused before dockerd is asked, with what is lacking" {
  run setpriv --bounding-set=-net_admin "$HELPER" start
  [ "$status" -eq 69 ]
  [ "$(result code)" = no-rights ]
  [[ "$(result message)" == *"lacks NET_ADMIN, without"* ]]
}
