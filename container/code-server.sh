#!/bin/sh
# code-server as this image has it: run by its own Node, with the image's extension put into the user's folder when that
# holds another one. The home is a volume, and a newer image must reach what an older one left there.
set -eu

editor=/opt/code-server
run() { "$editor/node" "$editor/node_modules/code-server/out/node/entry.js" "$@"; }

case ${1:-} in
  --help | -h | --version | -v | --install-extension | --uninstall-extension | --list-extensions) ;;
  *)
    vsix=/opt/dind-station/dist/dind-station.vsix
    noted=${XDG_DATA_HOME:-$HOME/.local/share}/code-server/dind-station.vsix.sum
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
