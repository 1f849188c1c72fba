# What the chaos has beside the faults' own prelude; read before each step, which runs as root in a bed.
# shellcheck shell=sh
# shellcheck disable=SC2034 # used by the steps
. test/faults/prelude.sh
ENTRY=/usr/local/lib/dind-station/entrypoint.sh
helper() { "$HELPER" --plain "$@"; }

# named NAME: the process ids of the living ones of that name. The kernel cuts the shims' name.
named() {
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    case $1.$comm in
      "$1.$1") ;;
      containerd-shim.containerd-shim*) ;;
      *) continue ;;
    esac
    grep -q '^State:.Z' "$dir/status" 2>/dev/null || echo "${dir#/proc/}"
  done
}

# send SIGNAL NAME: to each of them; after another fault there may be none.
send() {
  for pid in $(named "$2"); do kill "-$1" "$pid" 2>/dev/null || :; done
}

kill_supervisor() {
  pid=$(sed -n 's/^process \([0-9]*\)$/\1/p' /run/dind-station/supervisor 2>/dev/null) || :
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :
}

close_socket() {
  [ -S /run/docker.sock ] || return 0
  setfacl -b /run/docker.sock
  chmod 0 /run/docker.sock
}

# told STATUS: a refusal in order (75: another run is under way; 69: the daemon does not come up, which a full disk is
# reason enough for) is an answer; anything else is not.
told() { [ "$1" -eq 75 ] || [ "$1" -eq 69 ] || exit "$1"; }

pid_files() {
  mkdir -p /run/docker/containerd
  for file in /run/docker.pid /run/docker/containerd/containerd.pid; do printf '%s' "$1" >"$file"; done
}

# bystander: a process that is nobody's daemon.
bystander() { named sleep | head -n 1; }

fill() { dd if=/dev/zero of=/var/lib/docker/fill bs=1M 2>/dev/null || :; }

# cut_short VERB: the helper is killed in the middle of it.
cut_short() {
  helper "$1" &
  one=$!
  sleep "$DELAY"
  kill -KILL $one 2>/dev/null || :
  wait $one || :
}

break_state() {
  for file in state.json supervisor last; do
    [ ! -e /run/dind-station/$file ] || echo '{' >/run/dind-station/$file
  done
}

entry_start() {
  DIND_STATION_USER=coder setsid "$ENTRY" sleep infinity >>/tmp/entry.log 2>&1 </dev/null &
  echo $! >/tmp/entry.pid
}

# entry_stop: as `docker stop` does: ten seconds, then the hard way.
entry_stop() {
  entry=$(cat /tmp/entry.pid)
  kill -TERM "$entry" 2>/dev/null || return 0
  for _ in $(seq 100); do
    grep -q '^State:.[^Z]' "/proc/$entry/status" 2>/dev/null || return 0
    sleep 0.1
  done
}

# life_end: what is left of a container that ended: its files. Its processes, mounts, network and cgroups are gone. This
# program and those above it stay.
life_end() {
  # What PID 1 was started for is its first child: it would end with it.
  first=$(cut -d ' ' -f 1 </proc/1/task/1/children)
  mine=" 1 $first "
  # Not $$: this may be a subshell.
  read -r above _ </proc/self/stat
  while [ "$above" -gt 1 ]; do
    mine="$mine$above "
    above=$(awk '/^PPid:/ { print $2 }' "/proc/$above/status")
  done
  for _ in 1 2 3; do
    for dir in /proc/[0-9]*; do
      case $mine in *" ${dir#/proc/} "*) continue ;; esac
      kill -KILL "${dir#/proc/}" 2>/dev/null || :
    done
    sleep 0.1
  done
  awk '$5 ~ "^(/var)?/run/docker/|^/var/lib/docker/" { print $5 }' /proc/self/mountinfo | sort -r |
    while read -r mounted; do umount -l "$mounted"; done
  for link in /sys/class/net/*; do
    case ${link##*/} in docker0 | br-* | veth*) ip link delete "${link##*/}" 2>/dev/null || : ;; esac
  done
  for table in nat filter; do
    iptables -t $table -F
    iptables -t $table -X
  done
  for folder in /sys/fs/cgroup/*/docker /sys/fs/cgroup/docker; do
    [ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} +
  done
}

# settle_in: the station that the chaos comes over: a disk of its own, so that it can be filled; an image, a volume with
# a file, a container that serves it and is always restarted, one that sleeps, one that ended with a status.
settle_in() {
  mount -t tmpfs -o size=1g chaos /var/lib/docker
  id coder >/dev/null 2>&1 || useradd --create-home coder
  scripts/dind-helper install coder >/dev/null
  entry_start
  for _ in $(seq 300); do
    ! answers || break
    sleep 0.1
  done
  image
  docker volume create data >/dev/null
  docker run -d --name keeper --restart always -v data:/data -p 127.0.0.1:8099:80 busybox \
    /bin/busybox httpd -f -h /data -p 80 >/dev/null
  docker exec keeper /bin/busybox sh -c 'echo kept >/data/index.html'
  docker run -d --name sleeper --network none busybox /bin/busybox sleep 1000000 >/dev/null
  docker run --name ended --network none busybox /bin/busybox sh -c 'exit 7' || [ $? -eq 7 ]
}

# well: a person can work: containers run, the kept one serves what the volume has, the helper says that all is well.
well() {
  as_user timeout 10 docker run --rm --network none busybox /bin/busybox true >/dev/null &&
    [ "$(timeout 3 curl -sS http://127.0.0.1:8099/index.html)" = kept ] &&
    timeout 10 "$HELPER" --plain status
}

# advised: the title of an error that a person is told here, with a restart as what to do; fails where there is none.
advised() {
  as_user timeout 60 node dist/cli.js doctor --json |
    jq --raw-output --exit-status '[.findings[] | select(.severity == "error" and .remedy.command == "dind-station restart") | .title][0]'
}

# evidence: what may tell why nobody can work here.
evidence() {
  docker ps --all
  docker inspect --format '{{.Name}} {{json .State}} {{json .NetworkSettings.Networks}}' keeper sleeper
  awk 'NR > 1 && $4 == "0A" { print "listens", $2 }' /proc/net/tcp
  ps -eo pid,ppid,stat,lstart,args
  iptables -t nat -S
  ip address
  timeout 5 curl -sS --max-time 3 http://127.0.0.1:8099/index.html || :
  tail -n 60 /var/log/dockerd.log
  as_user timeout 60 node dist/cli.js doctor || :
}

# inventory: what there is, a line each, without what changes by nature: numbers, ids, how often something ran.
inventory() {
  docker image ls --all --quiet --no-trunc | sed 's/^/image /' | sort -u
  docker volume ls --quiet | sed 's/^/volume /'
  docker network ls --format 'network {{.Name}}'
  docker container ls --all --format 'container {{.Names}} {{.ID}}'
  docker inspect --format 'status {{.Name}} {{.State.Status}} {{.State.ExitCode}}' keeper ended || :
  running=$(docker container ls --quiet | wc -l)
  counted shims "$(named containerd-shim | wc -l)" "$running"
  counted layers "$(grep -cE ' /var/lib/docker/overlay2/[^ ]*/merged ' /proc/self/mountinfo)" "$running"
  counted namespaces "$(grep -cE ' (/var)?/run/docker/netns/' /proc/self/mountinfo)" "$running"
  for tree in /sys/fs/cgroup/*/docker /sys/fs/cgroup/docker; do
    [ ! -d "$tree" ] || counted "groups $tree" "$(find "$tree" -mindepth 1 -maxdepth 1 -type d | wc -l)" "$running"
  done
  for name in dockerd containerd; do echo "program $name $(named $name | wc -l)"; done
  programs | sort | uniq -c | awk '{ n = $1; $1 = ""; print "program" $0 " " n }'
  awk '$5 !~ "/merged$|/docker/netns/" { print "mount " $5 }' /proc/self/mountinfo | sort | uniq -c | awk '{ print $2, $3, $1 }'
  iptables -t nat -S | sort | uniq -d | sed 's/^/rule twice /'
  find /run /etc /var/lib/dind-station /var/log /tmp /usr/local /home/coder -xdev 2>/dev/null |
    sed -E 's/[0-9a-f]{64}/ID/g; s/[0-9a-f]{12}/ID/g; s/[0-9]+/N/g; s/^/file /' |
    grep -vE '/dind-station/(state\.json\.|undo)|/(docker|containerd)\.pid$|/goroutine-stacks|/dind-station/(containerd\.toml|warnings|refusal)$' |
    sort -u
}

# counted WHAT FOUND RUNNING: of things that each running container has one.
counted() {
  if [ "$2" -eq "$3" ]; then echo "$1 as many as containers"; else echo "$1 $2 for $3 containers"; fi
}

# programs: the scripts of ours that run, by their words, and what ended and nobody collected, by its name.
programs() {
  for dir in /proc/[0-9]*; do
    if grep -q '^State:.Z' "$dir/status" 2>/dev/null; then
      echo "zombie $(cat "$dir/comm" 2>/dev/null)"
    else
      { tr '\000' ' ' <"$dir/cmdline" | grep -oE 'dind-helper .*|entrypoint\.sh .*' || :; } 2>/dev/null
    fi
  done
}
