# shellcheck shell=sh
# What happened to the daemon while it was supervised: one JSON object a line, when, what, why and how long, for every
# user to read. It outlives the container where /var/lib is on a volume.

HISTORY_FILE=/var/lib/dind-station/history.jsonl
HISTORY_MAX_BYTES=131072
HISTORY_KEEP_LINES=200

# history_prepare: makes sure that there is a place to write to; /run, which is always writable, is the second choice.
history_prepare() {
  mkdir -p "${HISTORY_FILE%/*}" 2>/dev/null || :
  # In a folder of somebody else's, a link could lead what root writes anywhere.
  if ! root_path "${HISTORY_FILE%/*}" || [ -L "$HISTORY_FILE" ] || ! { : >>"$HISTORY_FILE"; } 2>/dev/null; then
    step supervise.history skipped "$HISTORY_FILE cannot be written, or its folder is not root's alone; the history is in $RUN_DIR/history.jsonl instead and ends with the container."
    HISTORY_FILE=$RUN_DIR/history.jsonl
    : >>"$HISTORY_FILE"
  fi
  chmod 0644 "$HISTORY_FILE"
}

# history_add WHAT WHY [MS]: one entry; MS is how long it took or how long the daemon was away.
history_add() {
  json_text "$2"
  { printf '{"at":"%s","what":"%s","why":"%s","ms":%d}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$JSON" "${3:-0}" \
    >>"$HISTORY_FILE"; } 2>/dev/null || return 0
  history_bound
}

# history_bound: the oldest entries go when the file is over its size. A full disk leaves it as it is.
history_bound() {
  size=$(stat -c %s "$HISTORY_FILE" 2>/dev/null) || return 0
  [ "$size" -gt $HISTORY_MAX_BYTES ] || return 0
  if tail -n $HISTORY_KEEP_LINES "$HISTORY_FILE" 2>/dev/null >"$HISTORY_FILE.new"; then
    chmod 0644 "$HISTORY_FILE.new"
    mv -f "$HISTORY_FILE.new" "$HISTORY_FILE"
  else
    rm -f "$HISTORY_FILE.new"
  fi
}
