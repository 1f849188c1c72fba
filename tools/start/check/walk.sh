#!/bin/sh
# What the check does as the station's user, typed into the editor's terminal one at a time:
#
#   sh walk.sh NAME
#
# Its output goes to the terminal and to NAME.out beside this file, its exit status to NAME.status. Beside this file is
# also `names`, which sets IMAGE, NAME (what containers are called), LABEL, WORD (a word that nobody else knows) and LATE (a
# folder on which something was mounted after the daemon was started).
set -u
here=$(dirname "$0")
# shellcheck source=/dev/null
. "$here/names"

# run OPTIONS... : a container that is removed when it ends.
run() { docker run --rm --label "$LABEL" "$@"; }

# An image from this machine's own busybox: no registry is asked.
walk_image() {
  mkdir -p "$here/image/bin"
  cp "$(command -v busybox)" "$here/image/bin/busybox"
  ln -sf busybox "$here/image/bin/sh"
  tar -C "$here/image" -c . | docker import --change "LABEL $LABEL" --change 'CMD ["sh"]' - "$IMAGE"
}

walk_status() { dind-station status; }

walk_run() { run "$IMAGE" busybox echo "$WORD"; }

# Two loops want all of two processors. Counters are read by the container itself, from its own cgroup, wherever that is.
# shellcheck disable=SC2016 # for the shell in the container
cpus_inside='
  counters() {
    read -r up rest </proc/uptime
    echo "uptime $up"
    for file in /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.cfs_quota_us \
      /sys/fs/cgroup/cpu/cpu.cfs_period_us /sys/fs/cgroup/cpu/cpu.stat /sys/fs/cgroup/cpuacct/cpuacct.usage; do
      [ ! -r $file ] || busybox sed "s|^|${file##*/} |" $file
    done
  }
  throttled() { busybox sed -n "s/^nr_throttled //p" /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat 2>/dev/null; }
  counters
  while :; do :; done &
  while :; do :; done &
  # A busy machine may not let it come to the limit at once.
  read -r began rest </proc/uptime
  while :; do
    busybox sleep 0.5
    count=$(throttled)
    read -r up rest </proc/uptime
    took=$((${up%.*} - ${began%.*}))
    if [ $took -ge 15 ]; then break; fi
    if [ $took -ge 2 ] && [ "${count:-0}" -ge 5 ]; then break; fi
  done
  counters'
walk_cpus() { run --cpus 0.5 "$IMAGE" sh -c "$cpus_inside"; }

# The parent survives the kernel ending its child, and reads the counters.
# shellcheck disable=SC2016 # for the shell in the container
memory_inside='
  busybox dd if=/dev/zero of=/dev/null bs=512M count=1 2>/dev/null
  echo "status $?"
  for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory.events \
    /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory/memory.max_usage_in_bytes \
    /sys/fs/cgroup/memory/memory.failcnt /sys/fs/cgroup/memory/memory.oom_control; do
    [ ! -r $file ] || busybox sed "s|^|${file##*/} |" $file
  done'
walk_memory() { run --memory 128m "$IMAGE" sh -c "$memory_inside"; }

# What it serves has to be reached from the machine.
walk_port() {
  # shellcheck disable=SC2016 # for the shell in the container
  docker run --detach --label "$LABEL" --name "$NAME-web" --publish 127.0.0.1::8080 "$IMAGE" \
    sh -c 'busybox mkdir /www; echo "$1" >/www/index.html; exec busybox httpd -f -p 8080 -h /www' sh "$WORD" || return
  address=$(docker port "$NAME-web" 8080 | head -n 1)
  echo "address $address"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if busybox wget -q -O - "http://$address/"; then return 0; fi
    sleep 0.2
  done
  return 1
}

walk_exec() { docker exec "$NAME-web" busybox cat /www/index.html; }

# has_buildkit DOCKER: whether this docker command has BuildKit; from 23 on that is a plugin.
has_buildkit() {
  case $("$1" version --format '{{.Client.Version}}' 2>/dev/null) in
    1[89].* | 20.*) return 0 ;;
    *) "$1" buildx version >/dev/null 2>&1 ;;
  esac
}

# With BuildKit by the first docker command that has it, else with the builder of old.
walk_build() {
  mkdir -p "$here/build"
  # shellcheck disable=SC2016 # for the builder
  printf 'FROM %s\nLABEL %s\nRUN echo "%s" >/made && busybox cat /proc/self/cgroup\n' "$IMAGE" "$LABEL" "$WORD" >"$here/build/Dockerfile"
  for docker in $(echo "$PATH" | tr : '\n' | sed 's|$|/docker|'); do
    if [ -x "$docker" ] && has_buildkit "$docker"; then
      echo "builder BuildKit of $docker"
      DOCKER_BUILDKIT=1 "$docker" build --no-cache --progress plain --tag "$IMAGE-built" "$here/build" || return 1
      run "$IMAGE-built" busybox cat /made
      return
    fi
  done
  echo "builder the legacy builder, no docker command here has BuildKit (package docker-buildx)"
  DOCKER_BUILDKIT=0 docker build --no-cache --force-rm --tag "$IMAGE-built" "$here/build" 2>&1 || return 1
  run "$IMAGE-built" busybox cat /made
}

walk_cgroupns() { run --cgroupns=host "$IMAGE" busybox cat /proc/self/cgroup; }

walk_compose() {
  if docker compose version >/dev/null 2>&1; then
    set -- docker compose
  elif command -v docker-compose >/dev/null; then
    set -- docker-compose
  else
    echo "absent neither the compose plugin nor docker-compose is installed"
    return 0
  fi
  cat >"$here/compose.yaml" <<END
services:
  says:
    image: "$IMAGE"
    command: ["busybox", "echo", "$WORD"]
    labels: ["$LABEL"]
networks:
  default:
    labels: ["$LABEL"]
END
  "$@" --project-name "$NAME" --file "$here/compose.yaml" up --abort-on-container-exit &&
    "$@" --project-name "$NAME" --file "$here/compose.yaml" down
}

# The mount was made by root on this machine after the daemon was started.
walk_mount() { run --volume "$LATE:/late:ro" "$IMAGE" busybox cat /late/word; }

walk_privileged() { run --privileged "$IMAGE" busybox echo "$WORD"; }

step=$1
{
  "walk_$step" 2>&1
  echo $? >"$here/$step.status.new"
} | tee "$here/$step.out"
mv -f "$here/$step.status.new" "$here/$step.status"
