# shellcheck shell=sh
# A fresh start without losing anything: everything in the data root is moved into a dated folder inside it, and can be
# moved back. Inside, because the data root is often a mount point, which cannot be renamed, and because only there a
# rename is sure to stay on one file system. Which move is under way is written down first, so that a run that was
# killed in the middle is finished by the next one, and no daemon starts on half of the data.

RESET_PREFIX=.dind-station-data-
# "aside DATE": everything is on its way into that folder. "clear DATE NOW": what is there now makes room, into NOW.
# "fill DATE": what is in DATE is on its way back.
RESET_MARK=.dind-station-moving

# reset_begin: what both ways have in common: nobody is at work in the data root any more.
reset_begin() {
  set_out stopping
  reset_look
  containers_live
  [ "$CONTAINERS" -eq 0 ] ||
    fail containers-running "$CONTAINERS container(s) run, and their data would be moved under them: stop them first (docker stop \$(docker ps -q))."
  if [ -n "$DAEMON_PID" ]; then
    refuse_mounted
    stop_engine
  else
    refuse_foreign
    stop_containerd
  fi
  containers_live
  [ "$CONTAINERS" -eq 0 ] || fail containers-running "$CONTAINERS container(s) still run: stop them first."
  reset_unmount
}

# reset_look: sets RESET_ROOT to the data root as it really is, and refuses one in which others than root can move things.
reset_look() {
  RESET_ROOT=$(readlink -f "$data_root") || RESET_ROOT=$data_root
  [ -d "$RESET_ROOT" ] || fail nothing-to-move "There is no data root at $data_root: nothing was moved."
  root_path "$RESET_ROOT" ||
    fail not-trusted "$RESET_ROOT or a folder above it belongs to others than root, so nothing in it is moved: chown root:root, chmod go-w."
}

# reset_unmount: what an ended daemon left mounted. What somebody else mounted inside cannot be moved by a rename.
reset_unmount() {
  awk -v root="$RESET_ROOT/" 'index($5, root) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
    while IFS= read -r dir; do
      case ${dir#"$RESET_ROOT"/} in
        overlay2/*/merged | fuse-overlayfs/*/merged | containers/*/mounts/* | containerd/daemon/* | btrfs | zfs/graph/* | vfs)
          umount "$dir" 2>/dev/null || exit 1
          step reset.unmount changed "Took off $dir, which an ended daemon had left mounted."
          ;;
        *) exit 1 ;;
      esac
    done || fail not-applicable "Something is mounted inside $RESET_ROOT and cannot be moved: $(awk -v root="$RESET_ROOT/" 'index($5, root) == 1 { print $5; exit }' /proc/self/mountinfo). Nothing was moved."
}

# reset_entries DIR: prints what in it is the daemon's, a name a line.
reset_entries() {
  (cd "$1" && find . -mindepth 1 -maxdepth 1 ! -name '.dind-station-*' ! -name lost+found | cut -c 3-)
}

# reset_move FROM TO: everything of the daemon's, one rename each. False with REFUSED at the first that is refused.
reset_move() {
  moved=0
  reset_entries "$1" >"$RUN_DIR/reset.$$"
  while IFS= read -r name; do
    rename_only "$1/$name" "$2/$name" || return 1
    moved=$((moved + 1))
  done <"$RUN_DIR/reset.$$"
  rm -f "$RUN_DIR/reset.$$"
}

# reset_mark WORDS: by rename: half a line would be worse than none.
reset_mark() {
  (umask 077 && printf '%s\n' "$*" >"$RESET_ROOT/$RESET_MARK.new")
  mv -f "$RESET_ROOT/$RESET_MARK.new" "$RESET_ROOT/$RESET_MARK"
}

# reset_marked: sets MARK, MARK_DATE and MARK_NOW to what an unfinished run was about; false when there is none.
reset_marked() {
  MARK='' MARK_DATE='' MARK_NOW=''
  { read -r MARK MARK_DATE MARK_NOW <"${RESET_ROOT:-$data_root}/$RESET_MARK"; } 2>/dev/null || return 1
  case $MARK:$MARK_DATE:$MARK_NOW in
    *[!a-zA-Z0-9:]*) fail internal "$RESET_ROOT/$RESET_MARK does not say what was under way." ;;
  esac
}

# reset_refuse_half: no daemon is started on half of the data.
reset_refuse_half() {
  reset_marked || return 0
  fail data-unfinished "Moving the data in $data_root was interrupted: finish it with dind-helper reset-data or dind-helper undo-reset-data."
}

# reset_folder DATE: makes the dated folder, root's alone.
reset_folder() {
  FOLDER=$RESET_ROOT/$RESET_PREFIX$1
  (umask 077 && mkdir -p "$FOLDER")
}

reset_date() {
  RESET_DATE=$(date -u +%Y%m%dT%H%M%SZ)
  while [ -e "$RESET_ROOT/$RESET_PREFIX$RESET_DATE" ]; do
    sleep 0.2
    RESET_DATE=$(date -u +%Y%m%dT%H%M%SZ)
  done
}

verb_reset_data() {
  reset_begin
  if reset_marked; then
    [ "$MARK" = aside ] || fail data-unfinished "Moving data back into $RESET_ROOT was interrupted: finish that first, with dind-helper undo-reset-data."
    RESET_DATE=$MARK_DATE
    step reset.move ok "Going on with what was interrupted."
  elif [ -z "$(reset_entries "$RESET_ROOT")" ]; then
    fail nothing-to-move "$RESET_ROOT is empty: there is nothing to move aside. The daemon is stopped."
  else
    reset_date
    reset_mark aside "$RESET_DATE"
  fi
  stage reset.move "Moving what is in $RESET_ROOT aside."
  reset_folder "$RESET_DATE"
  reset_move "$RESET_ROOT" "$FOLDER" ||
    fail data-unfinished "$RESET_ROOT/$name could not be moved ($REFUSED): bring the rest back with dind-helper undo-reset-data."
  rm -f "$RESET_ROOT/$RESET_MARK"
  step reset.move changed "Moved $moved thing(s) into $FOLDER."
  succeed data-moved "The data root $RESET_ROOT is empty; all that was in it is in $FOLDER and still takes its space. To bring it back: dind-helper undo-reset-data."
}

verb_undo_reset_data() {
  reset_begin
  if ! reset_marked; then
    MARK_DATE=
    for folder in "$RESET_ROOT/$RESET_PREFIX"*/; do
      [ ! -d "$folder" ] || MARK_DATE=${folder#"$RESET_ROOT/$RESET_PREFIX"}
    done
    MARK_DATE=${MARK_DATE%/}
    [ -n "$MARK_DATE" ] || fail nothing-to-undo "There is no data that was moved aside in $RESET_ROOT."
    if [ -n "$(reset_entries "$RESET_ROOT")" ]; then
      reset_date
      MARK=clear MARK_NOW=$RESET_DATE
      reset_mark clear "$MARK_DATE" "$MARK_NOW"
    fi
  fi
  stage reset.back "Bringing back what was moved aside at $MARK_DATE."
  if [ "$MARK" = clear ]; then
    reset_folder "$MARK_NOW"
    reset_move "$RESET_ROOT" "$FOLDER" || fail data-unfinished "$RESET_ROOT/$name could not be moved: $REFUSED."
    step reset.back changed "Moved the $moved thing(s) that were there into $FOLDER."
  fi
  # An unfinished move aside is turned round: what has not moved yet is where it belongs.
  reset_mark fill "$MARK_DATE"
  reset_folder "$MARK_DATE"
  reset_move "$FOLDER" "$RESET_ROOT" || fail data-unfinished "$FOLDER/$name could not be moved back: $REFUSED."
  rmdir "$FOLDER"
  rm -f "$RESET_ROOT/$RESET_MARK"
  step reset.back changed "Moved $moved thing(s) back into $RESET_ROOT."
  succeed data-restored "The data of $MARK_DATE is back in $RESET_ROOT. The daemon is stopped: dind-helper start."
}

# verb_reset_data_preview: what reset-data would move. Nothing is changed, and nothing is waited for.
verb_reset_data_preview() {
  places_load
  reset_look
  containers_live
  images=0 held=0 volumes=0
  for file in "$RESET_ROOT"/image/*/imagedb/content/sha256/*; do
    [ ! -e "$file" ] || images=$((images + 1))
  done
  for dir in "$RESET_ROOT"/containers/*/; do
    [ ! -d "$dir" ] || held=$((held + 1))
  done
  for dir in "$RESET_ROOT"/volumes/*/; do
    [ ! -d "$dir" ] || volumes=$((volumes + 1))
  done
  step reset.holds ok "$RESET_ROOT holds $images image(s), $held container(s), of which $CONTAINERS run, and $volumes volume(s)."
  reset_size
  free=$(df -Pk "$RESET_ROOT" | awk 'NR == 2 { print $4 }')
  step reset.space ok "It takes $SIZE. $((free / 1024)) MiB are free, and stay so: what is moved aside still takes its space."
  ! reset_marked || step reset.unfinished failed "Moving it was interrupted: finish it with dind-helper reset-data or dind-helper undo-reset-data."
  succeed data-preview "reset-data would stop the daemon and move $images image(s), $held container(s) and $volumes volume(s), $SIZE, into a dated folder in $RESET_ROOT. Nothing is deleted."
}

# reset_size: sets SIZE to words for how much the daemon's data takes. Counting millions of files can take minutes.
reset_size() {
  SIZE=
  # shellcheck disable=SC2046 # names of dockerd's own folders
  total=$(cd "$RESET_ROOT" && set -- $(reset_entries "$RESET_ROOT") && [ $# -gt 0 ] && timeout 8 du -skxc "$@" 2>/dev/null | tail -n 1) || total=
  case $total in
    *total) SIZE="$((${total%%[!0-9]*} / 1024)) MiB" ;;
    *)
      SIZE="an unknown size (not counted within 8 s)"
      [ -n "$(reset_entries "$RESET_ROOT")" ] || SIZE="0 MiB"
      ;;
  esac
}
