load support
load bad_states

setup_file() {
  require_bed
  STATE_SHELL=$(readlink /bin/sh)
  export STATE_SHELL
  install_helper
}
setup() {
  leave_state
}
teardown() { leave_state; }

# survive NAME
survive() {
  meet_state "$1"
  printf '%s\n' "$output"
  echo "state $MET_STATE after $MET_MS ms"
  holds_"$1"
  [ -z "$MET_BOUND" ] || quick "$MET_BOUND"
}

@test "a living stranger's number in docker.pid" { survive docker_pid; }
@test "a living stranger's number in containerd.pid, without a newline" { survive containerd_pid; }
@test "a number with a newline in containerd.pid" { survive containerd_pid_newline; }
@test "a system containerd's dead socket" { survive containerd_socket; }
@test "a plain file in the place of a system containerd's socket" { survive containerd_file; }
@test "PID files removed under a living daemon: a second start leaves it alone" { survive files_removed; }
@test "a daemon that was killed: healed without asking, its container kept" { survive killed; }
@test "plain TCP without the wait of 16 s" { survive plain_tcp; }
@test "cgroups that are read-only and may not be changed: bounded, with the reason" { survive cgroups_refuse; }
@test "no hostname file: the certificate has all names all the same" { survive no_hostname; }
@test "two containers start on one folder of certificates" { survive two_starters; }

@test "every state has its test" {
  local name
  for name in $BAD_STATES; do
    grep -q "{ survive $name; }" "$BATS_TEST_DIRNAME/bad-states.bats"
    [ -n "$(state_title "$name")" ]
  done
}
