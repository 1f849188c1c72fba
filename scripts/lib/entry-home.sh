# shellcheck shell=sh
# The user's folders and the shells' histories. Only what is wrong is changed, and each change is said: a big home is
# never walked through.

# home_prepare: the home, and the folders that programs look for by the XDG rules.
home_prepare() {
  if [ "$(id -u)" -eq 0 ]; then
    home_own
  fi
  folder_set XDG_CONFIG_HOME "$USER_HOME/.config"
  folder_set XDG_DATA_HOME "$USER_HOME/.local/share"
  folder_set XDG_CACHE_HOME "$USER_HOME/.cache"
  folder_set XDG_STATE_HOME "$USER_HOME/.local/state"
  runtime_set
}

# home_own: an empty volume at the home's place belongs to root, and nothing of the user's can be kept there. A home of
# another user is one that was mounted on purpose.
home_own() {
  if [ ! -d "$USER_HOME" ]; then
    mkdir -p "$USER_HOME" && chown "$USER_UID:$USER_GID" "$USER_HOME" && say "made the home $USER_HOME of $USER_NAME."
    return 0
  fi
  owner=$(stat -c %u "$USER_HOME")
  if [ "$owner" = 0 ] && [ "$USER_UID" -ne 0 ]; then
    chown "$USER_UID:$USER_GID" "$USER_HOME" && say "gave the home $USER_HOME to $USER_NAME; it was root's."
  elif [ "$owner" != "$USER_UID" ] && ! (as_user test -w "$USER_HOME"); then
    say "the home $USER_HOME belongs to the user with number $owner and $USER_NAME (number $USER_UID) cannot write to it: give it to $USER_UID on the side that it is mounted from."
  fi
}

# folder_set NAME DEFAULT: exports the variable and makes the folder. A relative path is to be ignored, says the rule.
folder_set() {
  case $1 in
    XDG_CONFIG_HOME) folder=${XDG_CONFIG_HOME:-$2} ;;
    XDG_DATA_HOME) folder=${XDG_DATA_HOME:-$2} ;;
    XDG_CACHE_HOME) folder=${XDG_CACHE_HOME:-$2} ;;
    XDG_STATE_HOME) folder=${XDG_STATE_HOME:-$2} ;;
  esac
  case $folder in
    /*) ;;
    *)
      say "$1 is $folder, which is no absolute path: $2 is taken."
      folder=$2
      ;;
  esac
  export "$1=$folder"
  folder_own "$folder" 0700
}

# folder_own FOLDER MODE: exists and belongs to the user. It is made as the user, so that what lies above it is theirs as
# well; where that fails, the lowest folder above that is in the way is root's and was made by a mount.
folder_own() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    [ "$(stat -c %u "$1")" = "$USER_UID" ] || (as_user test -w "$1") || folder_give "$1"
    return 0
  fi
  [ ! -e "$1" ] && [ ! -L "$1" ] || return 0
  (umask 022 && as_user mkdir -p -m "$2" "$1") 2>/dev/null && return 0
  above=${1%/*}
  while [ -n "$above" ] && [ ! -d "$above" ]; do
    above=${above%/*}
  done
  # Above the home nothing is given away.
  case $above in
    "$USER_HOME" | "$USER_HOME"/*) folder_give "$above" ;;
  esac
  (umask 022 && as_user mkdir -p -m "$2" "$1") 2>/dev/null ||
    say "$USER_NAME cannot make the folder $1: give $USER_NAME the folder above it."
}

# folder_give FOLDER: to the user; itself only, and never through a link.
folder_give() {
  owner=$(stat -c %u "$1")
  if [ "$(id -u)" -ne 0 ]; then
    say "$1 does not belong to $USER_NAME: sudo chown $USER_UID:$USER_GID $1"
  elif [ ! -L "$1" ] && chown -h "$USER_UID:$USER_GID" "$1" 2>/dev/null; then
    say "gave $1 to $USER_NAME; it was the user's with number $owner."
  else
    say "$1 does not belong to $USER_NAME and cannot be given to them: the file system refuses."
  fi
}

# runtime_set: sockets go there; it must be the user's alone, or programs refuse it.
runtime_set() {
  XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$USER_UID}
  if [ "$(id -u)" -eq 0 ] && [ ! -e "$XDG_RUNTIME_DIR" ]; then
    mkdir -p "${XDG_RUNTIME_DIR%/*}"
    mkdir -m 0700 "$XDG_RUNTIME_DIR"
    chown "$USER_UID:$USER_GID" "$XDG_RUNTIME_DIR"
  elif [ ! -e "$XDG_RUNTIME_DIR" ] && ! (umask 077 && mkdir -p "$XDG_RUNTIME_DIR") 2>/dev/null; then
    XDG_RUNTIME_DIR=${TMPDIR:-/tmp}/runtime-$USER_UID
    (umask 077 && mkdir -p "$XDG_RUNTIME_DIR")
  fi
  [ "$(stat -c %u "$XDG_RUNTIME_DIR")" = "$USER_UID" ] || folder_give "$XDG_RUNTIME_DIR"
  if [ "$(stat -c %a "$XDG_RUNTIME_DIR")" != 700 ]; then
    chmod 0700 "$XDG_RUNTIME_DIR" 2>/dev/null || say "$XDG_RUNTIME_DIR must be readable by $USER_NAME only: chmod 700 $XDG_RUNTIME_DIR"
  fi
  export XDG_RUNTIME_DIR
}
