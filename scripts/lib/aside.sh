# shellcheck shell=sh
# Putting things out of the way so that they can come back: by rename, never by copying or deleting, and with a record
# that was written before anything was done, so that a run that is killed in the middle can be undone as well.

UNDO_DIR=/var/lib/dind-station/undo

# real_path PATH: prints PATH with the links of its folder resolved, but not PATH itself. /var/run is a link everywhere.
real_path() {
  real_dir=$(readlink -f -- "$(dirname -- "$1")") || real_dir=$(dirname -- "$1")
  printf '%s/%s\n' "${real_dir%/}" "${1##*/}"
}

# plain -f|-d|-S PATH: PATH is one, and not a link to one.
plain() {
  [ ! -L "$2" ] && test "$1" "$2"
}

# rename_only FROM TO: a rename or nothing. mv would copy and delete where a rename is refused, which is the case on an
# overlay for a folder that comes from the image (rename(2), EXDEV). Sets REFUSED.
rename_only() {
  # rename(2) replaces a file, and mv puts things into a folder: what is there already stays as it is.
  if [ -e "$2" ] || [ -L "$2" ]; then
    REFUSED="$2 is there already"
    return 1
  fi
  if command -v perl >/dev/null; then
    # shellcheck disable=SC2016 # perl's variables
    said=$(perl -e 'rename($ARGV[0], $ARGV[1]) or do { print STDERR "$!\n"; exit 1 }' "$1" "$2" 2>&1) && return 0
  elif [ "$(stat -c %d "$1")" != "$(stat -c %d "$(dirname -- "$2")")" ] || [ "$(file_system_of "$1")" = overlay ]; then
    said='perl is not installed, and mv may copy here'
  else
    said=$(mv -n "$1" "$2" 2>&1) && return 0
  fi
  REFUSED=$said
  return 1
}

# undo_prepare: root's own folder for the records: what is in it decides what root does.
undo_prepare() {
  (umask 077 && mkdir -p "$UNDO_DIR")
  root_path "$UNDO_DIR" ||
    fail not-trusted "$UNDO_DIR must be root's alone, all the way up: chown root:root $UNDO_DIR; chmod 0700 $UNDO_DIR."
  chmod 0700 "$UNDO_DIR"
}

# undo_open ACTION: begins the record of one run. Sets RECORD to its folder and STAMP to its date, which is its name.
undo_open() {
  undo_prepare
  while :; do
    STAMP=$(date -u +%Y%m%dT%H%M%SZ)
    RECORD=$UNDO_DIR/$1/$STAMP
    [ -e "$RECORD" ] || break
    sleep 0.2
  done
  (umask 077 && mkdir -p "$RECORD" && life >"$RECORD/life" && : >"$RECORD/steps")
}

# life: prints what is another after this container or its machine was started anew.
life() {
  process_read 1 || P_START=0
  printf '%s %s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$P_START"
}

# record_whole: every step of the record is one that undo knows, with all of its words. A crash of the machine can leave
# half of a line, or nothing but zeros.
record_whole() {
  [ -s "$RECORD/steps" ] || return 0
  [ "$(tail -c 1 "$RECORD/steps" | wc -l)" -eq 1 ] || return 1
  awk '
    BEGIN { split("moved 2 folder 4 private 1 cgroups 0 mounted 1 readonly 1 sysctl 2 access 1", word, " ")
      for (i = 1; i in word; i += 2) words[word[i]] = word[i + 1] }
    !($1 in words) || NF != words[$1] + 1 { bad = 1 }
    END { exit bad }' "$RECORD/steps"
}

# undo_note KIND WORDS: one thing that is about to be changed, in the words that undo reads.
undo_note() {
  printf '%s\n' "$*" >>"$RECORD/steps"
}

# undo_newest ACTION: sets RECORD to the newest record of an action; false when there is none.
undo_newest() {
  RECORD=
  for record in "$UNDO_DIR/$1"/*/; do
    [ ! -e "${record}steps" ] || RECORD=${record%/}
  done
  [ -n "$RECORD" ]
}

# undo_drop: forgets a record that was used, or that came to nothing.
undo_drop() {
  rm -rf "$RECORD"
  rmdir "${RECORD%/*}" 2>/dev/null || :
}

# move_aside PATH STEP: renames PATH to a dated name beside it. Sets ASIDE.
move_aside() {
  moving=$(real_path "$1")
  # In a folder that a user can write, a name could become a link between our look at it and the rename.
  root_folder "${moving%/*}" ||
    action_refuse not-trusted "A folder above $moving can be written by others than root, so nothing in it is moved: move it yourself."
  ASIDE=$moving.dind-station-$STAMP
  undo_note moved "$moving" "$ASIDE"
  rename_only "$moving" "$ASIDE" || action_refuse not-applicable "$moving could not be moved aside: $REFUSED."
  step "$2" changed "Moved $moving to $ASIDE."
}
