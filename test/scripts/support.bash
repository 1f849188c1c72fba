# What every test of the helper shares. The tests run inside a bed (test/bed/bed): they start, kill and freeze real
# daemons and edit /etc, and nothing of it reaches the machine.

DIR=/usr/local/lib/dind-station
HELPER=$DIR/dind-helper
SOCKET=/var/run/docker.sock
LOG=/var/log/dockerd.log
REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# What a file does unless it says otherwise: each test begins on a machine on which nothing runs and nothing is configured.
setup_file() {
  require_bed
  install_helper
}
setup() { reset_engine; }
teardown_file() { reset_engine; }

# A bed, or another place that may be broken: never the machine a developer works on.
require_bed() {
  [ -e /run/bed-ready ] || {
    echo "these tests run inside a bed: npm test -- scripts" >&2
    return 1
  }
}

install_helper() {
  id coder >/dev/null 2>&1 || useradd --create-home --shell /bin/bash coder
  "$REPO/scripts/dind-helper" install coder >/dev/null
  patient
}

# patient: a daemon gets ten minutes to start where no test says otherwise: beside many others it takes more than a minute.
patient() { sed -i 's/^  start_timeout=60$/  start_timeout=600/' "$DIR/lib/config.sh"; }

# Back to a machine on which nothing runs and nothing is configured, with the real engine and the helper as it ships.
reset_engine() {
  local name pid
  for name in dockerd containerd containerd-shim; do
    for pid in $(pids "$name"); do
      kill -CONT "$pid" 2>/dev/null || :
      kill -KILL "$pid" 2>/dev/null || :
    done
  done
  # A dying daemon is still there for the next start to find.
  for pid in $(seq 400); do
    [ -n "$(pids dockerd)$(pids containerd)" ] || break
    sleep 0.05
  done
  umount "$SOCKET" 2>/dev/null || :
  # Of containers that a failed test left behind.
  umount /var/run/docker/netns/* /var/lib/docker/overlay2/*/merged 2>/dev/null || :
  # Bridges of networks outlive their daemon.
  for name in /sys/class/net/br-*; do
    [ ! -e "$name" ] || ip link delete "${name##*/}"
  done
  rm -rf "$SOCKET" /var/run/docker.pid /var/run/docker /etc/docker /run/dind-station "$LOG"*
  rm -f /etc/dind-station/helper.conf
  real_engine
  untune
}

# fake_engine [mute]: from now on stand-ins (fake_engine.pl) are what the helper finds as dockerd and containerd. For tests
# of the helper alone: they are up in a moment, on any machine. mute: this dockerd never gets ready. The interpreter's copy
# has the daemon's name, which is how the helper knows its own; perl insists on its own name somewhere in the first line.
fake_engine() {
  local name
  mkdir -p /run/fake-perl
  for name in dockerd containerd; do
    cp "$(command -v perl)" /run/fake-perl/$name
    { echo "#!/run/fake-perl/$name" && cat "$REPO/test/scripts/fake_engine.pl"; } >/usr/local/sbin/$name
    chmod 755 /usr/local/sbin/$name
  done
  [ "${1:-}" != mute ] || : >/run/fake-perl/mute
}

real_engine() { rm -rf /run/fake-perl /usr/local/sbin/dockerd /usr/local/sbin/containerd; }

# tune NAME=VALUE...: a constant of the installed helper, until the next reset: how long it waits, how often it looks. Only
# root can: a user has no say in the copy, and there is no setting for these.
tune() {
  local setting file
  : >/run/tuned
  for setting in "$@"; do
    file=$(grep -l "^${setting%%=*}=" "$DIR"/lib/*.sh) || {
      echo "the helper has no constant ${setting%%=*}" >&2
      return 1
    }
    sed -i "s/^${setting%%=*}=.*/$setting/" "$file"
  done
}

# tune_with SCRIPT FILE: the same by a script of sed, for what is no constant.
tune_with() {
  : >/run/tuned
  sed -i "$1" "$DIR/lib/$2"
  ! cmp -s "$DIR/lib/$2" "$REPO/scripts/lib/$2"
}

untune() {
  [ -e /run/tuned ] || return 0
  cp "$REPO"/scripts/lib/*.sh "$DIR/lib/"
  rm /run/tuned
  patient
}

# conf LINE...: what helper.conf says. json TEXT: what daemon.json says.
conf() { printf '%s\n' "$@" >/etc/dind-station/helper.conf; }
json() {
  mkdir -p /etc/docker
  printf '%s\n' "$1" >/etc/docker/daemon.json
}

# environ_one NAME=VALUE...: what the container's PID 1 was started with, until the next environ_own.
environ_one() {
  environ_own
  printf '%s\000' "$@" >/run/environ
  mount --bind /run/environ /proc/1/environ
}
environ_own() { umount /proc/1/environ 2>/dev/null || :; }

# until_true CONDITION: waits for a fact; the condition is shell text of a test. The bound is for what never comes and
# measures nothing: what is there in a tenth of a second may take a hundred times that on a busy machine.
until_true() {
  local end=$((SECONDS + 120)) pause=0.1 looks=0
  until eval "$1"; do
    if [ $SECONDS -gt $end ]; then
      echo "not within two minutes: $1" >&2
      cat "${SUPERVISE_LOG:-/dev/null}" "${HISTORY:-/dev/null}" >&2
      return 1
    fi
    # A look may start several programs: what takes long is looked at less often, so that the looks do not make it longer.
    looks=$((looks + 1))
    [ $looks -lt 20 ] || pause=0.4
    sleep $pause
  done 2>/dev/null
}

# quick MS: the run that was just seen took less than that.
quick() { in_time "$(result ms)" "$1"; }

# in_time TOOK MS: that was less. On a machine that is too busy to tell, where a plain start of the real daemon takes longer
# than its second: less than so many times the start that is made right after, for which everything is reset.
in_time() {
  [ "$1" -ge "$2" ] || return 0
  reset_engine
  local plain
  plain=$("$HELPER" start | tail -n 1 | jq .ms)
  echo "took $1 ms, expected less than $2 ms; a plain start takes $plain ms"
  [ "$1" -lt $(($2 * plain / 1000)) ]
}

# pids NAME: the living (not zombie) processes with that name.
pids() {
  local dir comm stat
  for dir in /proc/[0-9]*; do
    read -r comm <"$dir/comm" || continue
    case $comm in "$1"*) ;; *) continue ;; esac
    read -r stat <"$dir/stat" || continue
    stat=${stat##*) }
    [ "${stat%% *}" = Z ] || echo "${dir#/proc/}"
  done 2>/dev/null
}

daemon_pid() { pids dockerd | head -n 1; }
daemon_env() { tr '\000' '\n' <"/proc/$(daemon_pid)/environ"; }
daemon_args() { tr '\000' '\n' <"/proc/$(daemon_pid)/cmdline"; }

# alive PID: it is there and no zombie.
alive() {
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  stat=${stat##*) }
  [ "${stat%% *}" != Z ]
}

as_coder() { su coder -c "$1"; }

# The last event of a run is its result; field NAME of it.
# shellcheck disable=SC2154 # bats sets output
result() { printf '%s\n' "$output" | tail -n 1 | jq -r ".$1"; }

# step NAME: what the run said in that step: its status and its words.
step() { printf '%s\n' "$output" | jq -r --arg step "$1" 'select(.step == $step) | "\(.status) \(.detail)"'; }

# run_helper VERB...: runs it and checks that every line is an event and the last one a result.
run_helper() {
  run "$HELPER" "$@"
  printf '%s\n' "$output"
  printf '%s\n' "$output" | jq -se 'all(.event == "step" or .event == "result") and .[-1].event == "result"' >/dev/null
}

state() { jq -r ".$1" /run/dind-station/state.json; }

# running: a daemon that the helper started is there, the last test's or a new one, and nothing is configured: for tests
# that look at it and leave it as it was.
running() {
  if [ -e /run/left-running ] && [ "$(daemon_pid)" = "$(cat /run/left-running)" ]; then return 0; fi
  reset_engine
  # Through a pipe, as `run` does.
  printf '%s\n' "$("$HELPER" start)"
  daemon_pid >/run/left-running
}

# listen_and_die PATH: the socket of a program that has ended.
listen_and_die() {
  mkdir -p "${1%/*}"
  perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' "$1"
}

# answers PATH: a daemon that a test started by hand answers there.
answers() { curl -q -s --max-time 5 --unix-socket "$1" http://docker/_ping; }

# A static busybox as an image: no registry is needed.
busybox_image() {
  docker image inspect busybox >/dev/null 2>&1 && return 0
  local root=/tmp/busybox-image
  mkdir -p $root/bin
  cp "$(command -v busybox)" $root/bin/busybox
  ln -sf busybox $root/bin/sh
  ln -sf busybox $root/bin/sleep
  ln -sf busybox $root/bin/cat
  tar -C $root -c . | docker import - busybox >/dev/null
}

# furnish: the data of a stopped daemon, with an image (busybox), a container (box) that prints what is in a volume (kept),
# and a network (mine). The real daemon makes it once in a file; after that it is copied.
FURNISHED=/run/furnished
furnish() {
  if [ -d $FURNISHED ]; then
    cp -a $FURNISHED/. /var/lib/docker/
    return 0
  fi
  "$HELPER" start
  busybox_image
  docker volume create kept
  echo mine >/var/lib/docker/volumes/kept/_data/file
  docker create --network none --name box --volume kept:/v busybox cat /v/file
  docker network create mine
  "$HELPER" stop
  cp -a /var/lib/docker $FURNISHED
}

# keep_container: one that is to go on whatever becomes of the daemon, named kept. Sets KEPT to its process.
keep_container() {
  busybox_image
  docker run -d --name kept --network none busybox sleep 1000
  KEPT=$(docker inspect -f '{{.State.Pid}}' kept)
}
# kept_on: it has.
kept_on() { [ "$(docker inspect -f '{{.State.Pid}}' kept)" = "$KEPT" ]; }

# no_containers: none is left, whatever the test came to.
no_containers() {
  docker ps --all --quiet 2>/dev/null | xargs --no-run-if-empty docker rm --force >/dev/null || :
}
