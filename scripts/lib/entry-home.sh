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

# folder_give FOLDER: to the user, itself only, and only where it really is in the home or the folder of the histories:
# what lies in a home the user may have made a link to anywhere, also between two looks. So we go there first, and what is
# asked and given is the folder that we stand in.
folder_give() {
  owner=$(stat -c %u "$1")
  if [ "$(id -u)" -ne 0 ]; then
    say "$1 does not belong to $USER_NAME: sudo chown $USER_UID:$USER_GID $1"
    return 0
  fi
  home=$(readlink -f "$USER_HOME")
  if (folder_enter "$1" && chown -h "$USER_UID:$USER_GID" . 2>/dev/null); then
    say "gave $1 to $USER_NAME; it was the user's with number $owner."
  else
    say "$1 does not belong to $USER_NAME and is not given to them: it is outside the home $USER_HOME, or the file system refuses."
  fi
}

# folder_enter FOLDER: goes there; false when that is neither in the home nor the histories' folder.
folder_enter() {
  cd -P "$1" 2>/dev/null || return 1
  case $(pwd -P) in
    "$home" | "$home"/* | "$HISTORY_DIR") return 0 ;;
  esac
  return 1
}

# runtime_set: sockets go there; it must be the user's alone, or programs refuse it. One that is set and is not (/tmp, as a
# rule) is not changed, because others use it too.
runtime_set() {
  XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$USER_UID}
  if [ -e "$XDG_RUNTIME_DIR" ] && ! runtime_own; then
    say "XDG_RUNTIME_DIR is $XDG_RUNTIME_DIR, which is not $USER_NAME's alone: another is made."
    XDG_RUNTIME_DIR=/run/user/$USER_UID
  fi
  runtime_own || runtime_make "$XDG_RUNTIME_DIR" || {
    XDG_RUNTIME_DIR=$(as_user mktemp -d "${TMPDIR:-/tmp}/runtime-$USER_UID.XXXXXX") || {
      say "no folder for XDG_RUNTIME_DIR can be made."
      unset XDG_RUNTIME_DIR
      return 0
    }
  }
  export XDG_RUNTIME_DIR
}

# runtime_own: it is a folder, the user's, and nobody else's.
runtime_own() {
  [ "$(stat -c '%F %u %a' "$XDG_RUNTIME_DIR" 2>/dev/null)" = "directory $USER_UID 700" ]
}

# runtime_make FOLDER: mkdir without -p for the last part: what is there already, a link too, is not taken.
runtime_make() {
  if [ "$(id -u)" -ne 0 ]; then
    (umask 077 && mkdir -p "${1%/*}" && mkdir "$1") 2>/dev/null
  else
    mkdir -p "${1%/*}" && mkdir -m 0700 "$1" 2>/dev/null && chown -h "$USER_UID:$USER_GID" "$1"
  fi
}
