#!/bin/sh
# code-server as this image has it: run by its own Node, with quiet settings at first, and with the image's extension put
# into the user's folder when that holds another one. The home is a volume: a newer image must reach what an older left.
set -eu

editor=/opt/code-server
run() { "$editor/node" "$editor/node_modules/code-server/out/node/entry.js" "$@"; }

case ${1:-} in
  --help | -h | --version | -v | --install-extension | --uninstall-extension | --list-extensions) ;;
  *)
    data=${XDG_DATA_HOME:-$HOME/.local/share}/code-server
    if [ ! -e "$data/User/settings.json" ]; then
      mkdir -p "$data/User" && cp /opt/dind-station/settings.json "$data/User/" ||
        echo 'dind-station: the settings could not be written; the editor starts with its own.' >&2
    fi
    vsix=/opt/dind-station/dist/dind-station.vsix
    noted=$data/dind-station.vsix.sum
    if ! cmp -s "$vsix.sum" "$noted"; then
      if run --install-extension "$vsix" --force >/dev/null; then
        cp "$vsix.sum" "$noted"
      else
        echo 'dind-station: the extension could not be installed; the editor starts without it.' >&2
      fi
    fi
    ;;
esac
exec "$editor/node" "$editor/node_modules/code-server/out/node/entry.js" "$@"
