# What the faults share; read before each of their steps, which run as root in a bed.
# shellcheck shell=sh
# shellcheck disable=SC2034 # used by the steps
set -eu
HELPER=/usr/local/lib/dind-station/dind-helper
LOG=/var/log/dockerd.log
JSON=/etc/docker/daemon.json

# as_user WORD...: a command as the user, who has the helper's sudo rule and no other right, with the variables that a
# fault put into /tmp/environment.
as_user() {
  # shellcheck disable=SC2046 # words
  setpriv --reuid coder --regid coder --init-groups env HOME=/home/coder $(cat /tmp/environment 2>/dev/null) "$@"
}

station() { as_user node dist/cli.js "$@"; }

# fix ID: the remedy of a finding, as the user applies it.
fix() { station fix --yes "$1"; }

# configure JSON: what daemon.json holds.
configure() {
  mkdir -p /etc/docker
  printf '%s\n' "$1" >"$JSON"
}

# unconfigure KEY: takes one key out again, as a person would.
unconfigure() {
  jq "del(.[\"$1\"])" "$JSON" >"$JSON.new"
  mv "$JSON.new" "$JSON"
}

# answers: a daemon answers on the usual socket.
answers() { timeout 2 docker version >/dev/null 2>&1; }

# starts [FLAG...]: dockerd as somebody starts it who has no helper; true when it answers within 12 s, and then the user
# may use it: who may is another fault. What does not answer by then is ended.
starts() {
  ! answers || return 0
  setsid dockerd "$@" >>"$LOG" 2>&1 </dev/null &
  started=$!
  deadline=$(($(date +%s) + 12))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    if answers; then
      setfacl -m u:coder:rw /run/docker.sock
      return 0
    fi
    kill -0 "$started" 2>/dev/null || return 1
    sleep 0.1
  done
  kill -KILL "$started" 2>/dev/null || :
  # Else a zombie keeps its number, and the next daemon takes its PID file for that of a living one.
  wait "$started" 2>/dev/null || :
  return 1
}

# process NAME: the process id of the first living one.
process() {
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    [ "$comm" = "$1" ] || continue
    ! grep -q '^State:.Z' "$dir/status" || continue
    echo "${dir#/proc/}"
    return 0
  done
  return 1
}

# A static busybox as an image: no registry is needed.
image() {
  mkdir -p /tmp/image/bin
  cp "$(command -v busybox)" /tmp/image/bin/busybox
  ln -sf busybox /tmp/image/bin/sh
  tar -C /tmp/image -c . | docker import - busybox >/dev/null
}

# runs [OPTION...]: a container can be run.
runs() { timeout 20 docker run --rm --network none "$@" busybox /bin/busybox true >/dev/null 2>&1; }

# fails PATTERN COMMAND...: the command fails, and with these words.
fails() {
  pattern=$1
  shift
  ! said=$("$@" 2>&1) || return 1
  printf '%s\n' "$said"
  printf '%s\n' "$said" | grep -Eq "$pattern"
}
