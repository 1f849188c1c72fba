# shellcheck shell=sh
# Restricted runtimes: which are installed, which the daemon knows, and whether a container really runs under each. They
# are registered in daemon.json, the one file of the user's that is written here; what is in it already is never changed.

KNOWN_RUNTIMES='crun runsc sysbox-runc'
# The names that were registered here, one a line: only those are taken out again.
RUNTIMES_FILE=/etc/dind-station/runtimes
# On the image of a check and so on its containers. One that was cut short is found by it and removed by the next.
CHECK_LABEL=dind-station.runtimes=check

# verb_runtimes [register|unregister NAME]
verb_runtimes() {
  [ $# -eq 0 ] || runtime_known "$2"
  config_load
  daemon_json_load
  mkdir -p "$RUN_DIR"
  init_find
  take_lock
  find_daemon
  case ${1:-} in
    register) runtime_register "$2" ;;
    unregister) runtime_unregister "$2" ;;
    *) runtimes_check ;;
  esac
}

runtime_known() {
  case $1 in
    crun | runsc | sysbox-runc) ;;
    *) fail usage "There is no runtime $1: expected one of $KNOWN_RUNTIMES." ;;
  esac
}

# our_docker ARG...: the client, for our daemon and nobody else's, within half a minute.
our_docker() { timeout 30 docker --host "unix://$socket" "$@" 9>&-; }

need_client() {
  command -v docker >/dev/null ||
    fail no-tool "docker is needed to ask the daemon about runtimes and is not installed: apt-get install docker-cli, before Debian 13 docker.io."
}

# runtimes_check: every known runtime, then a container under each that the daemon knows.
runtimes_check() {
  registered='' image='' broken=''
  if [ -z "$DAEMON_PID" ]; then
    step runtimes.check skipped "The Docker daemon is not running, so no container can be tried."
  else
    need_client
    registered=$(runtimes_registered) || fail not-ready "dockerd runs with process id $DAEMON_PID, but does not say which runtimes it knows."
    check_leftovers
    check_image
  fi
  for name in $KNOWN_RUNTIMES; do
    if ! program=$(command -v "$name"); then
      step "runtimes.$name" skipped "$name is not installed."
    elif ! version=$(runtime_version "$program"); then
      broken="$broken $name"
      step "runtimes.$name" failed "$program does not say its version: $version."
    elif [ -z "$DAEMON_PID" ]; then
      step "runtimes.$name" skipped "$version, $program: not tried."
    elif ! runtime_listed "$name"; then
      step "runtimes.$name" skipped "$version, $program, is not registered: dind-helper runtimes register $name."
    elif said=$(our_docker run --rm --network none --runtime "$name" "$image" /busybox echo ran 2>&1) && [ "$said" = ran ]; then
      step "runtimes.$name" ok "$version, $program, is registered, and a container ran under it."
    else
      broken="$broken $name"
      step "runtimes.$name" failed "$version, $program, is registered, but no container runs under it: $(one_line "$said" | cut -c 1-400)"
    fi
  done
  [ -z "$image" ] || check_leftovers
  [ -z "$broken" ] || fail runtime-failed "These runtimes do not work here:$broken."
  succeed runtimes "The restricted runtimes were looked at."
}

# runtime_version PROGRAM: prints the first line it says of itself.
runtime_version() {
  said=$(timeout 5 "$1" --version 2>&1 9>&-) && told=0 || told=$?
  printf '%s\n' "$said" | sed -n '/./{p;q;}'
  return "$told"
}

# runtimes_registered: prints the names the daemon knows, one a line.
# shellcheck disable=SC2016 # the template's variables, not the shell's
runtimes_registered() { our_docker info --format '{{range $name, $_ := .Runtimes}}{{println $name}}{{end}}'; }

runtime_listed() { printf '%s\n' "$registered" | grep -qxF -e "$1"; }

# check_image: sets image to the id of one that holds a static busybox. It has no name that a user's could have.
check_image() {
  # Where it is the shell itself, command -v names no file.
  busybox=
  for dir in /usr/local/bin /usr/bin /bin; do
    [ ! -x "$dir/busybox" ] || busybox=$dir/busybox
  done
  [ -n "$busybox" ] || fail no-tool "A static busybox is needed to try a container: apt-get install busybox-static."
  # A program that needs a loader names it near its beginning, and there is none in the image.
  ! head -c 4096 "$busybox" | grep -q 'ld-[a-z]' ||
    fail no-tool "$busybox is not static, so it does not run in an empty image: apt-get install busybox-static."
  image=$(tar -C "${busybox%/*}" -ch busybox | our_docker import --change "LABEL $CHECK_LABEL" - 2>&1) ||
    fail not-ready "No image can be made to try a container with." "$(one_line "$image" | cut -c 1-400)"
}

# check_leftovers: removes what checks made, this one and any that was cut short, and nothing else.
check_leftovers() {
  for container in $(our_docker ps --all --quiet --filter "label=$CHECK_LABEL"); do
    our_docker rm --force "$container" >/dev/null || step runtimes.check failed "The container $container of a check cannot be removed."
  done
  for made in $(our_docker images --all --quiet --no-trunc --filter "label=$CHECK_LABEL"); do
    our_docker rmi "$made" >/dev/null || step runtimes.check failed "The image $made of a check cannot be removed."
  done
}

runtime_register() {
  program=$(command -v "$1") || fail no-runtime "$1 is not installed in $SAFE_PATH."
  root_only "$(readlink -f "$program")" ||
    fail not-trusted "$program must belong to root and be writable by root only, because the daemon runs it as root."
  json_edit_ready
  entry=$(jq -cn --arg path "$program" '{path: $path}')
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  present=$(json_ask "$1" '.runtimes[$name] // empty') || present=
  if [ "$present" = "$entry" ]; then
    succeed already-registered "$1 is in $DAEMON_JSON already."
  elif [ -n "$present" ]; then
    fail conflict "$DAEMON_JSON has an entry $1 of its own, $present: it is left as it is."
  fi
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  json_edit "$1" register '.runtimes[$name] = {path: $path}' --arg path "$program"
  ours_keep "$1" && printf '%s\n' "$1" >>"$RUNTIMES_FILE.new" && mv -f "$RUNTIMES_FILE.new" "$RUNTIMES_FILE"
  runtime_told registered "$1 is registered: docker run --runtime $1." "$1 is registered"
}

runtime_unregister() {
  json_edit_ready
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  present=$(json_ask "$1" '.runtimes[$name] // empty') || present=
  [ -n "$present" ] || succeed already-unregistered "$1 is not in $DAEMON_JSON."
  ours=$(cat "$RUNTIMES_FILE" 2>/dev/null) || ours=
  printf '%s\n' "$ours" | grep -qxF -e "$1" ||
    fail conflict "The entry $1 in $DAEMON_JSON was not made here, so it is left as it is."
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  json_ask "$1" '.runtimes[$name] | keys == ["path"]' >/dev/null ||
    fail conflict "The entry $1 in $DAEMON_JSON was changed since, so it is left as it is: $present."
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  json_ask "$1" '.["default-runtime"] != $name' >/dev/null ||
    fail conflict "$1 is the default-runtime in $DAEMON_JSON, and dockerd would not start without it: change that first."
  # An empty object stays behind: a reload without the key keeps what the daemon knew.
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  json_edit "$1" unregister 'del(.runtimes[$name])'
  ours_keep "$1" && mv -f "$RUNTIMES_FILE.new" "$RUNTIMES_FILE"
  runtime_told unregistered "$1 is not registered any more. Containers that were made with it start again only once it is." "$1 is taken out"
}

# runtime_told CODE MESSAGE CHANGE: the end of an edit.
runtime_told() {
  [ -n "$DAEMON_PID" ] || succeed "$1" "$3 in $DAEMON_JSON; the daemon is not running and reads it when it starts."
  succeed "$1" "$2"
}

# ours_keep NAME: writes the names registered here but that one aside.
ours_keep() {
  mkdir -p "${RUNTIMES_FILE%/*}"
  [ -e "$RUNTIMES_FILE" ] || : >"$RUNTIMES_FILE"
  awk -v name="$1" '$0 != name' "$RUNTIMES_FILE" >"$RUNTIMES_FILE.new"
}

# json_edit_ready: sets json_file to the file itself, behind any link, and json_now to what it holds. Changes nothing.
json_edit_ready() {
  command -v jq >/dev/null || fail no-tool "jq is needed to change $DAEMON_JSON and is not installed: apt-get install jq."
  [ -z "$DAEMON_PID" ] || need_client
  mkdir -p "${DAEMON_JSON%/*}"
  json_file=$(readlink -f "$DAEMON_JSON") json_now='{}'
  [ ! -s "$json_file" ] || json_now=$(cat "$json_file")
  printf '%s' "$json_now" | jq -e 'type == "object" and ((.runtimes // {}) | type == "object")' >/dev/null 2>&1 ||
    fail bad-config "$DAEMON_JSON is not a JSON object with runtimes in it as dockerd expects, so it is left as it is."
}

# json_ask NAME FILTER: what jq says of the file, and its status with it.
json_ask() { printf '%s' "$json_now" | jq -ce --arg name "$1" "$2"; }

# json_edit NAME HOW FILTER [JQ-ARGUMENT]...: the changed file is judged by dockerd, the old one kept beside it, the new
# one renamed over it and read by the daemon. A daemon that does not take it gets the old one back.
json_edit() {
  edited=$1 how=$2 filter=$3
  shift 3
  # The copy carries owner and mode over.
  json_new=$json_file.dind-station-new json_backup=
  [ ! -e "$json_file" ] || cp -p "$json_file" "$json_new"
  printf '%s' "$json_now" | jq --arg name "$edited" "$@" "$filter" >"$json_new"
  refusal=$(dockerd --validate --config-file "$json_new" 2>&1) ||
    case $refusal in
      *'unknown flag: --validate'*) ;;
      *)
        rm -f "$json_new"
        fail config-refused "dockerd would not start with $edited in $DAEMON_JSON, so the file was left as it is." "$(printf '%s\n' "$refusal" | tail -n 1)"
        ;;
    esac
  if [ -e "$json_file" ]; then
    json_backup=$json_file.$(date -u +%Y%m%dT%H%M%SZ)-$$
    cp -p "$json_file" "$json_backup"
    step runtimes.backup changed "$json_file is kept as $json_backup."
  fi
  mv -f "$json_new" "$json_file" ||
    fail bad-config "$json_file cannot be replaced; if it is mounted on its own, change it where it comes from."
  step runtimes.file changed "Changed $DAEMON_JSON."
  [ -n "$DAEMON_PID" ] || return 0
  log_offset=$(stat -c %s "$state_log" 2>/dev/null) || log_offset=0
  if ! daemon_reloads; then
    if [ -n "$json_backup" ]; then
      cp -p "$json_backup" "$json_new"
      mv -f "$json_new" "$json_file"
    else
      rm -f "$json_file"
    fi
    kill -HUP "$DAEMON_PID" 2>/dev/null || :
    cause=
    [ ! -e "$state_log" ] || cause=$(log_cause)
    fail config-refused "dockerd did not take the changed $DAEMON_JSON, so the old one is back." "$cause"
  fi
  step runtimes.reload changed "dockerd has read it anew, without a restart."
}

# daemon_reloads: asks the daemon to read its file and waits until it knows the runtime, or no longer does.
daemon_reloads() {
  kill -HUP "$DAEMON_PID" || return 1
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    registered=$(runtimes_registered) || return 1
    case $how in
      register) ! runtime_listed "$edited" || return 0 ;;
      unregister) runtime_listed "$edited" || return 0 ;;
    esac
    sleep 0.2
  done
  return 1
}
