# The proofs of `dind-station limits` nested on cgroup v2: right where nesting is prepared, and never `enforced` where
# something is broken. Which proofs are run is chosen so that each sabotage meets those that it concerns.
load ../support

setup_file() { require_vm cgroup2fs; }
teardown() { remove_container; }

# limits ARG...: the proofs' report in $report, the exit status in $status.
limits() {
  run inside node "$REPO/dist/cli.js" limits --format json "$@"
  report=$(printf '%s\n' "$output" | tail -n 1)
  printf '%s\n' "$report" | jq -r '.results[] | "\(.id) \(.verdict): \(.reason)"' || printf '%s\n' "$output"
}

# once_more: what was inconclusive, for want of time on a busy machine, is proven again; the report holds both.
once_more() {
  local first=$report open
  open=$(printf '%s\n' "$first" | jq -r '[.results[] | select(.verdict == "inconclusive") | .id] | join(",")')
  [ -n "$open" ] || return 0
  limits --only "$open"
  report=$(printf '%s\n%s\n' "$first" "$report" |
    jq -sc '{results: ((.[0].results | map(select(.verdict != "inconclusive"))) + .[1].results)}')
}

# verdict ID: of the last report.
verdict() { printf '%s\n' "$report" | jq -r --arg id "$1" '.results[] | select(.id == $id) | .verdict'; }

# finding ID: what explains it.
finding() { printf '%s\n' "$report" | jq -r --arg id "$1" '.results[] | select(.id == $id) | .finding'; }

enforced_count() { printf '%s\n' "$report" | jq '[.results[] | select(.verdict == "enforced")] | length'; }

@test "nested and prepared: every limit the kernel has is enforced, and nothing is left" {
  container
  run_inside start
  limits
  once_more
  [ "$(printf '%s\n' "$report" | jq -r '[.results[] | select(.verdict == "not-enforced" or .verdict == "error")] | length')" = 0 ]
  for id in cpu.quota cpu.quota-threads cpu.shares memory.limit memory.oom-group pids.limit files.nofile files.shm \
    isolation.network isolation.read-only isolation.device outer.limits; do
    [ "$(verdict $id)" = enforced ]
  done
  # Held by the kernel and yet without effect: nothing is protected around it.
  [ "$(verdict memory.reservation)" = unsupported ]
  [[ "$(printf '%s\n' "$report" | jq -r '.results[] | select(.id == "memory.reservation") | .reason')" == *'memory.low of /docker around it is 0'* ]]
  [ -z "$(inside docker ps --all --quiet)" ]
}

@test "a reservation counts where the groups around it protect as much" {
  container
  run_inside start
  # The group of the containers is made with the first of them.
  limits --only pids
  for group in dind-station-bed-box dind-station-bed-box/docker; do
    echo 256M >/sys/fs/cgroup/$group/memory.low
  done
  limits --only memory.reservation
  [ "$(verdict memory.reservation)" = enforced ]
}

@test "not prepared: memory and CPU are not delegated, and that is said" {
  container
  naive_daemon
  limits --only memory,cpu.quota
  [ "$(enforced_count)" = 0 ]
  [ "$(verdict memory.limit)" = unsupported ]
  [ "$(finding memory.limit)" = cgroup.not-delegated ]
}

@test "a smaller limit around the engine: the inner one is said to be without effect" {
  container
  run_inside start
  # Around the containers alone: with the daemon under it as well, each would take a minute to make.
  limits --only pids
  echo '10000 100000' >/sys/fs/cgroup/dind-station-bed-box/docker/cpu.max
  limits --only cpu.quota,outer
  [ "$(verdict cpu.quota)" = not-enforced ]
  [ "$(finding cpu.quota)" = cgroup.outer-limit ]
  [[ "$(printf '%s\n' "$report" | jq -r '.results[1].observed')" == *'0.10 CPUs'* ]]
}

@test "no room in the memory around the engine: the memory proofs are not run" {
  container --memory 200M
  run_inside start
  limits --only memory.limit,memory.oom-group
  [ "$(enforced_count)" = 0 ]
  [ "$(finding memory.limit)" = machine.no-room ]
  [ "$status" -eq 3 ]
}

@test "the machine's cgroup namespace: containers that leave what encloses them are found out" {
  container --cgroups host --memory 1G
  naive_daemon
  limits --only outer
  [ "$(verdict outer.limits)" = not-enforced ]
  [ "$(finding outer.limits)" = cgroup.escape ]
}

@test "the machine's cgroup namespace, prepared: containers stay inside" {
  container --cgroups host --memory 1G
  run_inside start
  limits --only outer
  [ "$(verdict outer.limits)" = enforced ]
}
