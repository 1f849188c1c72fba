# shellcheck shell=sh
# Remedies for broken files of the daemon's own. They are moved aside, each only when it is proven broken by its own
# bytes, and what is lost meanwhile is said. Images, volumes and containers are never touched.

action_move_network_database_aside() {
  data_database network/files/local-kv.db "The default networks are made anew; networks that you made are gone until you undo this or make them again."
}

action_move_volume_database_aside() {
  data_database volumes/metadata.db "The volumes and what is in them stay; their labels and driver options are gone until you undo this."
}

action_move_build_cache_aside() {
  data_database buildkit/cache.db "Builds begin with an empty cache."
}

# containerd's list of what it holds. With the engine's own store of images it has nothing to say of them; with
# containerd's store it is all there is, and then it is its owner's to decide.
action_move_containerd_metadata_aside() {
  containerd_needs_stopped
  storage_held
  case $HELD in
    *containerd*) action_not "The images in $data_root are in containerd's own store, and without its database all of them would be gone." ;;
  esac
  data_database containerd/daemon/io.containerd.metadata.v1.bolt/meta.db "Images, volumes and stopped containers stay."
}

containerd_needs_stopped() {
  CONTAINERD_PID=
  containerd_find
  [ -z "$CONTAINERD_PID" ] || action_not "containerd runs, process id $CONTAINERD_PID, and holds its database: dind-helper stop first."
}

# data_needs_stopped WHAT: by any daemon that works on the data root, seen from here or not.
data_needs_stopped() {
  action_needs_stopped "$1"
  ! data_locked || action_not "Another daemon, which is not seen from here, works on $data_root, so $1 is left alone: stop that one first."
}

# data_database BELOW_DATA_ROOT CONSEQUENCE
data_database() {
  database=$(readlink -f "$data_root")/$1
  [ -e "$database" ] || [ -L "$database" ] || action_so "There is no $database."
  plain -f "$database" || action_not "$database is no plain file: it is left alone."
  data_needs_stopped "$database"
  bolt_broken "$database" || action_so "$database is in order."
  undo_open "$action"
  move_aside "$database" data
  action_applied "$database is out of the way: $BROKEN. $2"
}

# bolt_broken FILE: sets BROKEN to why FILE is no whole bolt database; false when it looks like one. Of an empty file the
# daemon makes a database itself.
bolt_broken() {
  bytes=$(stat -c %s "$1")
  [ "$bytes" -gt 0 ] || return 1
  page=$(getconf PAGESIZE 2>/dev/null) || page=4096
  pages=$(bolt_pages "$1" 0 && bolt_pages "$1" "$page")
  # Of two that are good the larger number is the newer one: a database never gets smaller.
  pages=$(printf '%s\n' "$pages" | sort -n | tail -n 1)
  # The page size is that of the machine on which the database was made.
  page=${pages#* } pages=${pages% *}
  if [ -z "$pages" ]; then
    BROKEN='neither of its two first pages is that of a database'
  elif [ "$bytes" -lt $((pages * page)) ]; then
    BROKEN="it should have $pages pages, but its $bytes bytes are only $((bytes / page))"
  else
    return 1
  fi
}

# bolt_pages FILE OFFSET: prints how many pages are in use and how many bytes each has, when the page there is a good first
# one (bbolt's page.go and db.go): a header of 16 bytes, magic, version, page size, flags, then four numbers of 64 bits, the
# last is it.
bolt_pages() {
  od -A n -v -t u4 -j "$2" -N 64 "$1" 2>/dev/null | awk '
    { for (i = 1; i <= NF; i++) word[++n] = $i }
    # 0xED0CDAED
    END { if (n == 16 && word[5] == 3977042669 && word[6] == 2 && word[7] > 0) print word[15], word[7] }'
}

# The names of images; the images stay, without them.
action_move_repositories_aside() {
  data_needs_stopped "the list of image names"
  tags=
  for file in "$(readlink -f "$data_root")"/image/*/repositories.json; do
    plain -f "$file" || continue
    command -v jq >/dev/null || fail no-tool "jq is needed to read $file and is not installed: apt-get install jq."
    # jq takes an empty file for nothing at all; the daemon does not.
    jq -e 'type == "object"' "$file" >/dev/null 2>&1 || tags=$file
  done
  [ -n "$tags" ] || action_so "The list of image names is in order."
  undo_open "$action"
  move_aside "$tags" data
  action_applied "$tags is out of the way: it is no JSON object. Images stay, without their names (docker images shows <none>)."
}

# A daemon.json that cannot be read at all. One that can is its owner's to mend, above all when it names the data root:
# without it all images would seem to be gone.
action_move_daemon_json_aside() {
  [ -e "$DAEMON_JSON" ] || [ -L "$DAEMON_JSON" ] || action_so "There is no $DAEMON_JSON."
  action_needs_stopped "$DAEMON_JSON"
  mount_find "$DAEMON_JSON"
  [ -z "$MOUNT_TYPE" ] || action_not "$DAEMON_JSON is mounted from outside: only who mounted it can mend it."
  if [ -d "$DAEMON_JSON" ]; then
    broken='it is a folder'
  elif [ -f "$DAEMON_JSON" ] && [ ! -s "$DAEMON_JSON" ]; then
    broken='it is empty'
  else
    command -v jq >/dev/null || fail no-tool "jq is needed to read $DAEMON_JSON and is not installed: apt-get install jq."
    broken=$(jq empty "$DAEMON_JSON" 2>&1) || :
    if [ -z "$broken" ]; then
      action_not "$DAEMON_JSON is valid JSON: mend what is wrong in it instead of losing all of it."
    fi
    # Without its quotes, which may be what is broken, and in whatever width of characters.
    ! tr -d '\000' <"$DAEMON_JSON" | grep -q 'data-root\|graph' ||
      action_not "$DAEMON_JSON names a data root, so without it all images would seem to be gone: mend it instead ($broken)."
  fi
  undo_open "$action"
  move_aside "$DAEMON_JSON" daemon.json
  action_applied "$DAEMON_JSON is out of the way: $broken. The daemon starts with its defaults."
}
