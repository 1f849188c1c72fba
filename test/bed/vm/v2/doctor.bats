# What `dind-station doctor` says on cgroup v2: nothing that is false of what is well, the cause of what is not.
load ../support

setup_file() { require_vm cgroup2fs; }
teardown() { remove_container; }

# doctor: the diagnosis in $diagnosis, as root, who sees everything.
doctor() {
  run inside node "$REPO/dist/cli.js" doctor --json
  diagnosis=$(printf '%s\n' "$output" | tail -n 1)
  printf '%s\n' "$diagnosis" | jq -r '.findings[] | "\(.severity) \(.id): \(.cause)"' || printf '%s\n' "$output"
}

# ids SEVERITY: of the findings, but that no name server answers: the machine has no network.
ids() { printf '%s\n' "$diagnosis" | jq -r --arg is "$1" '.findings[] | select(.severity == $is) | .id' | grep -v '^network.dns-of-daemon-missing$' || :; }

@test "nested and prepared: no error, and no warning that is false" {
  container
  run_inside start
  doctor
  [ -z "$(ids error)" ]
  [ -z "$(ids warning)" ]
  [ "$status" -eq 0 ]
}

@test "not prepared: the cause is that controllers are not handed down, and its remedy mends it" {
  container
  naive_daemon
  doctor
  [[ "$(ids error) $(ids warning)" == *cgroup.v2-nesting-not-prepared* ]]
  inside node "$REPO/dist/cli.js" fix --yes cgroup.v2-nesting-not-prepared
  doctor
  [[ "$(ids error) $(ids warning)" != *cgroup.v2-nesting-not-prepared* ]]
}
