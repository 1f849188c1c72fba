# The bad states that a start has to cope with, in the order in which people meet them. For each one NAME:
#   make_NAME    makes it
#   start_NAME   the start that is judged, where it is not simply `dind-helper start`
#   holds_NAME   what must be true afterwards, beside an engine that answers
# bad-states.bats tests them; bad-states.sh prints what happened as a table (npm run bad-states).

# Read by the programs that load this.
# shellcheck disable=SC2034
BAD_STATES='docker_pid containerd_pid containerd_pid_newline containerd_socket containerd_file files_removed killed
  plain_tcp cgroups_refuse no_hostname two_starters'

CERTS=/run/certs
SYSTEM_CONTAINERD=/run/containerd/containerd.sock

# state_title NAME
state_title() {
  case $1 in
    docker_pid) echo 'a living stranger in docker.pid' ;;
    containerd_pid) echo 'a living stranger in containerd.pid' ;;
    containerd_pid_newline) echo 'containerd.pid with a newline, malformed for 20.10' ;;
    containerd_socket) echo "a system containerd's dead socket" ;;
    containerd_file) echo 'a plain file in its place' ;;
    files_removed) echo 'PID files removed under a living daemon' ;;
    killed) echo 'a daemon that was killed (kill -9), with a container' ;;
    plain_tcp) echo 'plain TCP is asked for' ;;
    cgroups_refuse) echo 'read-only cgroups that may not be changed' ;;
    no_hostname) echo '/etc/hostname is missing, with TLS' ;;
    two_starters) echo 'two containers start on one folder of certificates' ;;
  esac
}

# meet_state NAME: makes the state and starts. Sets status, output (the events), MET_MS (the caller's own clock),
# MET_STATE (state.json) and MET_WORDS.
meet_state() {
  local began
  MET_BOUND=
  make_"$1"
  began=$(date +%s%N)
  if declare -F start_"$1" >/dev/null; then
    output=$(start_"$1") && status=0 || status=$?
  else
    output=$("$HELPER" start) && status=0 || status=$?
  fi
  MET_MS=$((($(date +%s%N) - began) / 1000000))
  MET_STATE=$(state state 2>/dev/null) || MET_STATE=none
  # What was changed about it or could not be, and the result.
  MET_WORDS=$(printf '%s\n' "$output" | jq -r 'select(.event == "result" or .step == "leftovers" or .step == "tcp" or
      (.step == "tls.server" and .status == "changed")) |
    (.detail // .message) + (if (.cause // "") == "" then "" else " Its words: " + .cause end)' | tr '\n' ' ')
}

# said TEXT: one of the events says so.
said() {
  [[ "$output" == *"$1"* ]] || {
    echo "not said: $1" >&2
    return 1
  }
}

# healed MS: the engine answers. Whoever loads this judges whether the start took less than so many milliseconds (MET_BOUND).
healed() {
  MET_BOUND=$1
  [ "$status" -eq 0 ] && timeout 60 docker version >/dev/null
}

make_docker_pid() { echo 1 >/var/run/docker.pid; }
holds_docker_pid() { healed 8000 && said "Removed /var/run/docker.pid: process 1 is not dockerd"; }

make_containerd_pid() {
  mkdir -p /var/run/docker/containerd
  printf 1 >/var/run/docker/containerd/containerd.pid
}
holds_containerd_pid() { healed 8000 && said "containerd.pid: process 1 is not containerd"; }

make_containerd_pid_newline() {
  mkdir -p /var/run/docker/containerd
  echo 1 >/var/run/docker/containerd/containerd.pid
}
holds_containerd_pid_newline() { healed 8000 && said "containerd.pid: process 1 is not containerd"; }

make_containerd_socket() {
  listen_and_die $SYSTEM_CONTAINERD
}
# It is not ours to remove: our dockerd is told where its own containerd is and never looks there.
holds_containerd_socket() { healed 8000 && [ -S $SYSTEM_CONTAINERD ]; }

make_containerd_file() {
  mkdir -p "${SYSTEM_CONTAINERD%/*}"
  echo mine >$SYSTEM_CONTAINERD
}
holds_containerd_file() { healed 8000 && [ "$(cat $SYSTEM_CONTAINERD)" = mine ]; }

make_files_removed() {
  "$HELPER" start >/dev/null
  LIVING=$(daemon_pid)
  rm /var/run/docker.pid /var/run/docker/containerd/containerd.pid
}
holds_files_removed() { healed 8000 && [ "$(result code)" = already-running ] && [ "$(pids dockerd)" = "$LIVING" ]; }

make_killed() {
  "$HELPER" start >/dev/null
  keep_container >/dev/null
  kill -KILL "$(daemon_pid)"
}
holds_killed() { healed 8000 && kept_on; }

make_plain_tcp() { echo tcp=plain >/etc/dind-station/helper.conf; }
holds_plain_tcp() {
  healed 8000 && said 'can become root through it' &&
    [ "$(curl -q -s --max-time 5 http://127.0.0.1:2375/_ping)" = OK ] &&
    [ "$(ss -Htln 'sport = :2375' | awk '{ print $4 }')" = 127.0.0.1:2375 ]
}

# Read-only, and without the capability that would change it.
make_cgroups_refuse() {
  local dir
  for dir in /sys/fs/cgroup/*/ /sys/fs/cgroup; do
    mount -o remount,bind,ro "$dir" 2>/dev/null || :
  done
}
start_cgroups_refuse() { setpriv --bounding-set=-sys_admin "$HELPER" start; }
holds_cgroups_refuse() {
  MET_BOUND=10000
  [ "$status" -eq 69 ] && said 'lacks SYS_ADMIN' && said 'run it with --privileged' &&
    [ "$MET_STATE" = failed ] && [ -z "$(pids dockerd)" ]
}

make_no_hostname() {
  mv /etc/hostname /etc/hostname.away
  echo tls_certdir=$CERTS >/etc/dind-station/helper.conf
}
holds_no_hostname() {
  local names
  healed 8000 && names=$(openssl x509 -in $CERTS/server/cert.pem -noout -ext subjectAltName) &&
    [[ "$names" == *"DNS:$(uname -n)"* ]] && [[ "$names" == *DNS:docker* ]] && [[ "$names" == *DNS:localhost* ]] &&
    [[ "$names" == *"IP Address:127.0.0.1"* ]]
}

# Two containers of their own, one folder.
make_two_starters() {
  local inner
  mkdir -p $CERTS
  # The bed's own program needs Debian's unshare and nsenter, which busybox's shell would replace by its own: the shell
  # under test is the one inside.
  ln -sfn /bin/dash /bin/sh
  for inner in one two; do
    "$REPO/test/bed/bed" up $inner --bind "$REPO" --bind $CERTS 3>&- || return 1
    inner_run $inner ln -sfn "$STATE_SHELL" /bin/sh
    inner_run $inner sh -c 'useradd --create-home inner; mkdir /etc/dind-station; echo tls_certdir=/run/certs >/etc/dind-station/helper.conf'
  done
}
inner_run() { "$REPO/test/bed/bed" run "$@"; }
start_two_starters() {
  local first
  inner_run one "$REPO/scripts/dind-helper" start >/run/one.events 3>&- &
  first=$!
  sleep 0.4
  inner_run two "$REPO/scripts/dind-helper" start
  SECOND=$?
  wait $first && return $SECOND
}
holds_two_starters() {
  local inner
  [ "$status" -eq 0 ] && [ "$(tail -n 1 /run/one.events | jq -r .code)" = started ] || return 1
  # One authority, and each answers whoever has its client's certificate.
  [ "$(cat /run/one.events <(printf '%s\n' "$output") | grep -c 'Issued the certificate authority')" -eq 1 ] || return 1
  for inner in one two; do
    inner_run $inner curl -q -s --cacert $CERTS/client/ca.pem --cert $CERTS/client/cert.pem --key $CERTS/client/key.pem \
      https://127.0.0.1:2376/_ping | grep -qx OK || return 1
  done
  # The names of both are in it: started anew, the first issues nothing.
  [[ "$(inner_run one "$REPO/scripts/dind-helper" restart)" == *'"tls.server","status":"ok"'* ]] || return 1
  # What the table shows is the second's.
  MET_STATE=$(inner_run two jq -r .state /run/dind-station/state.json)
}

# leave_state: whatever any of them made is gone. STATE_SHELL is what /bin/sh was.
leave_state() {
  local inner dir
  ln -sfn "$STATE_SHELL" /bin/sh
  no_containers 2>/dev/null
  for inner in one two; do
    "$REPO/test/bed/bed" down $inner 2>/dev/null || :
  done
  for dir in /sys/fs/cgroup /sys/fs/cgroup/*/; do
    mount -o remount,bind,rw "$dir" 2>/dev/null || :
  done
  [ ! -e /etc/hostname.away ] || mv /etc/hostname.away /etc/hostname
  reset_engine
  rm -rf $CERTS /run/containerd /run/one.events
}
