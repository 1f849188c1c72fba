# shellcheck shell=sh
# Where a user's own daemon has its things. The socket, the process id and the data root are where dockerd itself puts
# them without root (docs.docker.com/engine/security/rootless).

# How long a start and a stop may take, in seconds; the log's size.
start_timeout=60
stop_timeout=30
log_max_bytes=20971520
log_keep=3

# places_find: sets everything below, and makes what is the user's own to make.
places_find() {
  process_owner=$(id -u)
  user_name=$(id -un 2>/dev/null) || user_name=$process_owner
  ASKED_BY=$user_name
  ASKER=$PPID
  process_read "$ASKER" && ASKER=$ASKER:$P_START
  if [ ! -d "${HOME:-}" ] || [ ! -w "$HOME" ]; then
    fail bad-config "HOME is \"${HOME:-}\", expected a folder that $user_name may write: the daemon's data go there."
  fi
  runtime_find
  export XDG_RUNTIME_DIR="$runtime"
  RUN_DIR=$runtime/dind-station
  STATE_FILE=$RUN_DIR/state.json HOLDER_FILE=$RUN_DIR/holder LAST_FILE=$RUN_DIR/last
  WARNINGS_FILE=$RUN_DIR/warnings
  socket=$runtime/docker.sock
  pidfile=$runtime/docker.pid
  exec_root=$runtime/docker
  data_root=${XDG_DATA_HOME:-$HOME/.local/share}/docker
  kit_state=$RUN_DIR/rootlesskit
  kit_pid_file=$RUN_DIR/rootlesskit.pid
  state_log=${XDG_STATE_HOME:-$HOME/.local/state}/dind-station/dockerd.log
  mkdir -p "$RUN_DIR" "${state_log%/*}"
}

# runtime_find: sets runtime. Sockets go there, so it must be the user's alone.
runtime_find() {
  for runtime in "${XDG_RUNTIME_DIR:-}" "/run/user/$process_owner"; do
    case $runtime in /*) ;; *) continue ;; esac
    ! runtime_private "$runtime" || return 0
    [ "$runtime" != "${XDG_RUNTIME_DIR:-}" ] ||
      fail bad-config "XDG_RUNTIME_DIR is $runtime, expected a folder that belongs to $user_name and that nobody else may enter (mode 0700)."
  done
  runtime=/tmp/dind-station-$process_owner
  mkdir -m 0700 "$runtime" 2>/dev/null || :
  runtime_private "$runtime" ||
    fail bad-config "$runtime is not $user_name's alone: remove it, or set XDG_RUNTIME_DIR to a folder of your own with mode 0700."
}

runtime_private() {
  [ ! -L "$1" ] && [ -d "$1" ] && [ "$(stat -c '%u %a' "$1")" = "$process_owner 700" ]
}

# warn_keep NAME TEXT: a step that failed and stays true while the daemon runs: `status` and the windows say it again.
warn_keep() {
  step "$1" failed "$2"
  printf '%s %s\n' "$1" "$(one_line "$2")" >>"$WARNINGS_FILE"
}
