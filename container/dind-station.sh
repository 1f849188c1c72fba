#!/bin/sh
# The command line, run by the Node that came with code-server: the image has no other.
exec /opt/code-server/node /opt/dind-station/dist/cli.js "$@"
