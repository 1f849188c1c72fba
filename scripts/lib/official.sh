# shellcheck shell=sh
# launcher=official: the scripts of Docker's own image do the preparing and launching (nesting, iptables, PID files,
# docker-init), and everything around stays ours: lock, leftovers, containerd, log, readiness, reasons, stopping.

OFFICIAL_ENTRYPOINT=/usr/local/bin/dockerd-entrypoint.sh
OFFICIAL_DIND=/usr/local/bin/dind

# official_check: refuses before anything is started when the scripts are not there or not root's.
official_check() {
  [ "$launcher" = official ] || return 0
  for path in "$OFFICIAL_ENTRYPOINT" "$OFFICIAL_DIND"; do
    [ -x "$path" ] ||
      fail no-tool "launcher=official needs $path, which is not installed: copy it from Docker's own image docker:dind, or set launcher=builtin in $CONFIG_FILE."
    root_only "$path" ||
      fail not-trusted "$path must belong to root and be writable by root only: chown root:root $path; chmod go-w $path."
  done
  step launcher ok "The official scripts launch the daemon: $OFFICIAL_ENTRYPOINT and $OFFICIAL_DIND."
}

# official_launch FLAGS...: becomes the entrypoint. With `dockerd` named it adds no listener of its own; that is how
# plain TCP on every address, its default, is avoided. Listeners and TLS material are ours either way.
official_launch() {
  env_add DOCKER_TLS_CERTDIR=
  # Their docker-init is meant to be PID 1. Here it is not, and without this it reaps no shim.
  env_add TINI_SUBREAPER=1
  if [ "$iptables" = legacy ]; then env_add DOCKER_IPTABLES_LEGACY=1; fi
  if [ "$iptables" = nft ]; then env_add DOCKER_IPTABLES_LEGACY=; fi
  launch_exec "$OFFICIAL_ENTRYPOINT" dockerd "$@"
}

# official_adopt: sets DAEMON_PID. What was launched is dockerd itself, or the docker-init whose child it is.
official_adopt() {
  DAEMON_PID=$launched_pid
  [ "$launcher" = official ] || return 0
  pid_in "$pidfile" && process_runs "$PID_FOUND" dockerd || return 0
  DAEMON_PID=$PID_FOUND
}
