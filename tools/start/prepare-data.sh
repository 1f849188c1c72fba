# shellcheck shell=sh
# Run as the station's user (sh -c, because that user may not be able to read this checkout): root must not write below
# a home folder, where a link could lead it anywhere.
#
#   $1 data folder  $2 folder to open, or empty  $3 yes: forget the editor's state  $4 yes: a password is wanted
#   stdin           the extension's VSIX
#
# Prints RUNTIME=, FOLDER= and PASSWORD= lines, and FRESH=no where there was data before.
set -eu
data=$1 folder=$2 fresh=$3 password=$4

if [ -d "$data/editor/User" ] && [ "$fresh" != yes ]; then
  echo FRESH=no
fi
if [ "$fresh" = yes ]; then
  rm -rf "$data/editor" "$data/extensions"
fi
umask 077
mkdir -p "$data/editor/User" "$data/extensions"

# Only what keeps a first start quiet (the second side bar holds a chat for which there is no model here); a file that is
# there is the user's.
settings=$data/editor/User/settings.json
if [ ! -e "$settings" ]; then
  cat >"$settings" <<'END'
{
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off"
}
END
fi

# The password stays the same from start to start, so that a browser that knows it goes on working.
if [ "$password" = yes ]; then
  if [ ! -s "$data/password" ]; then
    od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$data/password"
  fi
  word=$(cat "$data/password")
  printf 'auth: password\npassword: %s\n' "$word" >"$data/config.yaml"
  echo "PASSWORD=$word"
else
  printf 'auth: none\n' >"$data/config.yaml"
fi

cat >"$data/extension.vsix.new"
mv -f "$data/extension.vsix.new" "$data/extension.vsix"

# Where code-server puts its sockets: a login session's own folder if there is one, else one of ours. Not below the home
# folder, because a socket's path has room for 107 characters. Nobody else may have made it.
runtime=/run/user/$(id -u)
if [ ! -d "$runtime" ] || [ ! -w "$runtime" ]; then
  runtime=${TMPDIR:-/tmp}/dind-station-$(id -u)
  if ! mkdir "$runtime" 2>/dev/null; then
    owner=$(stat -c %u:%F "$runtime")
    [ "$owner" = "$(id -u):directory" ] || runtime=$(mktemp -d "${TMPDIR:-/tmp}/dind-station-XXXXXX")
  fi
  # code-server leaves its sockets behind; a younger one may be of a station on another port.
  find "$runtime" -maxdepth 1 -type s -name 'vscode-*' -mmin +1440 -exec rm -f {} +
fi
echo "RUNTIME=$runtime"

umask 022
if [ -z "$folder" ]; then
  folder=$HOME/project
  mkdir -p "$folder"
fi
if [ ! -d "$folder" ] || [ ! -r "$folder" ] || [ ! -x "$folder" ]; then
  echo "FOLDER="
  exit 0
fi
echo "FOLDER=$folder"
