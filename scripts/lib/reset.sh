# shellcheck shell=sh
# A fresh start without losing anything: everything in the data root is moved into a dated folder inside it, and can be
# moved back. Inside, because the data root is often a mount point, which cannot be renamed, and because only there a
# rename is sure to stay on one file system. Which move is under way is written down first, so that a run that was
# killed in the middle is finished by the next one, and no daemon starts on half of the data.

RESET_PREFIX=.dind-station-data-
# "aside DATE": everything is on its way into that folder. "clear DATE NOW": what is there now makes room, into NOW.
# "fill DATE": what is in DATE is on its way back.
RESET_MARK=.dind-station-moving

# reset_begin: what both ways have in common: everything that can refuse them is looked at before anything is touched.
reset_begin() {
  set_out stopping
  reset_look
  reset_containers
  [ "$CONTAINERS" -eq 0 ] ||
    reset_refuse containers-running "$CONTAINERS container(s) run, and their data would be moved under them: stop them first (docker stop \$(docker ps -q))."
  if [ -n "$DAEMON_PID" ]; then
    refuse_mounted
    root=/proc/$DAEMON_PID/root$(data_root_of "$DAEMON_PID")
    [ "$(stat -L -c %d:%i "$root" 2>/dev/null)" = "$(stat -c %d:%i "$RESET_ROOT")" ] ||
      reset_refuse conflict "dockerd with process id $DAEMON_PID keeps its data in ${root#"/proc/$DAEMON_PID/root"}, not in $data_root: name that as data-root in $DAEMON_JSON."
  else
    refuse_foreign
    ! data_locked ||
      reset_refuse conflict "Another daemon, which is not seen from here, works on $RESET_ROOT: stop that one first."
  fi
  foreign=$(reset_mounts | while IFS= read -r dir; do reset_left "$dir" || printf '%s\n' "$dir"; done | head -n 1)
  [ -z "$foreign" ] ||
    reset_refuse not-applicable "Something is mounted inside $RESET_ROOT and cannot be moved: $foreign. Nothing was changed."
}

# reset_refuse CODE MESSAGE: nothing was touched, so what stood before still stands.
reset_refuse() {
  [ -z "$state_now" ] || state_restore
  state_now=
  fail "$1" "$2"
}

# reset_stop: nobody is at work in the data root any more.
reset_stop() {
  if [ -n "$DAEMON_PID" ]; then
    stop_engine
  else
    stop_containerd
  fi
  reset_containers
  [ "$CONTAINERS" -eq 0 ] || fail containers-running "$CONTAINERS container(s) still run: stop them first."
  reset_unmount
}

# reset_look: sets RESET_ROOT to the data root as it really is, and refuses one in which others than root can move things.
reset_look() {
  RESET_ROOT=$(readlink -f "$data_root") || RESET_ROOT=$data_root
  [ -d "$RESET_ROOT" ] || reset_refuse nothing-to-move "There is no data root at $data_root: nothing was moved."
  root_path "$RESET_ROOT" ||
    reset_refuse not-trusted "$RESET_ROOT or a folder above it belongs to others than root, so nothing in it is moved: chown root:root, chmod go-w."
}

# reset_containers: sets CONTAINERS to those that run, under whatever containerd: that of a system keeps its tasks elsewhere.
reset_containers() {
  containers_live
  [ "$CONTAINERS" -eq 0 ] || return 0
  namespace_load
  for dir in /proc/[0-9]*; do
    { read -r comm <"$dir/comm"; } 2>/dev/null || continue
    [ "$comm" = containerd-shim ] || continue
    in_our_mounts "${dir#/proc/}" || continue
    [ "$(stat -c %u "$dir" 2>/dev/null)" = 0 ] || continue
    case " $({ tr '\000' ' ' <"$dir/cmdline"; } 2>/dev/null)" in
      *" -namespace moby "*) CONTAINERS=$((CONTAINERS + 1)) ;;
    esac
  done
}

# reset_mounts: prints what is mounted inside, deepest first.
reset_mounts() {
  awk -v root="$RESET_ROOT/" 'index($5, root) == 1 { print $5 }' /proc/self/mountinfo | sort -r
}

# reset_left DIR: it is a mount that a daemon makes, and leaves when it is killed.
reset_left() {
  case ${1#"$RESET_ROOT"/} in
    overlay2/*/merged | fuse-overlayfs/*/merged | containers/*/mounts/* | containerd/daemon/* | btrfs | zfs/graph/* | vfs) ;;
    *) return 1 ;;
  esac
}

# reset_unmount: what an ended daemon left mounted.
reset_unmount() {
  reset_mounts | while IFS= read -r dir; do
    reset_left "$dir" || exit 1
    umount "$dir" 2>/dev/null || exit 1
    step reset.unmount changed "Took off $dir, which an ended daemon had left mounted."
  done || fail not-applicable "Something is mounted inside $RESET_ROOT and cannot be moved: $(reset_mounts | head -n 1). Nothing was moved."
}

# reset_entries DIR: prints what in it is the daemon's, a name a line.
reset_entries() {
  (cd "$1" && find . -mindepth 1 -maxdepth 1 ! -name '.dind-station-*' ! -name lost+found | cut -c 3-)
}

LATER=

# reset_move FROM TO: everything of the daemon's, one rename each. False with REFUSED at the first that is refused.
reset_move() {
  moved=0 name='' REFUSED='the names in it could not be read'
  names=$(reset_entries "$1") || return 1
  while [ -n "$names" ] && IFS= read -r name; do
    if [ -e "$2/$name" ] || [ -L "$2/$name" ]; then
      reset_later "$name" || return 1
      [ "$1" != "$RESET_ROOT" ] || continue
    fi
    rename_only "$1/$name" "$2/$name" || return 1
    moved=$((moved + 1))
  done <<END
$names
END
  REFUSED='something is left in it'
  [ -z "$(reset_entries "$1")" ]
}

# reset_later NAME: what has the name of something that was moved already was made since, by a daemon that somebody started
# in another way. It is put out of the way: neither is lost.
reset_later() {
  LATER=${LATER:-$RESET_ROOT/.dind-station-later-$(date -u +%Y%m%dT%H%M%SZ)}
  (umask 077 && mkdir -p "$LATER") || return 1
  rename_only "$RESET_ROOT/$1" "$LATER/$1" || return 1
  step reset.move changed "Moved $RESET_ROOT/$1, which was made since the interruption, into $LATER."
}

# reset_mark WORDS: by rename: half a line would be worse than none. False when it cannot be written.
reset_mark() {
  if (umask 077 && printf '%s\n' "$*" >"$RESET_ROOT/$RESET_MARK.new") 2>/dev/null &&
    mv -f "$RESET_ROOT/$RESET_MARK.new" "$RESET_ROOT/$RESET_MARK"; then
    return 0
  fi
  rm -f "$RESET_ROOT/$RESET_MARK.new"
  return 1
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

# reset_full: what is said where not even a folder or a line can be written.
reset_full() {
  [ -z "$FOLDER" ] || rmdir "$FOLDER" 2>/dev/null || :
  fail not-applicable "$RESET_ROOT cannot be written (is the disk full?), so nothing was moved. The daemon is stopped: dind-helper start."
}

verb_reset_data() {
  reset_begin
  if reset_marked; then
    [ "$MARK" = aside ] ||
      reset_refuse data-unfinished "Moving data back into $RESET_ROOT was interrupted: finish that first, with dind-helper undo-reset-data."
  elif [ -z "$(reset_entries "$RESET_ROOT")" ]; then
    reset_refuse nothing-to-move "$RESET_ROOT is empty: there is nothing to move aside."
  fi
  reset_stop
  if [ -n "$MARK" ]; then
    RESET_DATE=$MARK_DATE
    step reset.move ok "Going on with what was interrupted."
    reset_folder "$RESET_DATE"
  else
    reset_date
    # The folder first: a mark without it would keep the daemon from starting where there is no room for one.
    if ! reset_folder "$RESET_DATE" || ! reset_mark aside "$RESET_DATE"; then
      reset_full
    fi
  fi
  stage reset.move "Moving what is in $RESET_ROOT aside."
  reset_move "$RESET_ROOT" "$FOLDER" ||
    fail data-unfinished "$RESET_ROOT/$name could not be moved ($REFUSED): bring the rest back with dind-helper undo-reset-data."
  rm -f "$RESET_ROOT/$RESET_MARK"
  step reset.move changed "Moved $moved thing(s) into $FOLDER."
  succeed data-moved "The data root $RESET_ROOT is empty; all that was in it is in $FOLDER and still takes its space. To bring it back: dind-helper undo-reset-data."
}

# reset_newest: sets MARK_DATE to the date of what was moved aside last; false when there is nothing. A run that was killed
# at its beginning leaves an empty folder.
reset_newest() {
  MARK_DATE=
  for folder in "$RESET_ROOT/$RESET_PREFIX"*/; do
    if [ -d "$folder" ] && [ -n "$(reset_entries "$folder")" ]; then
      MARK_DATE=${folder#"$RESET_ROOT/$RESET_PREFIX"}
    fi
  done
  MARK_DATE=${MARK_DATE%/}
  [ -n "$MARK_DATE" ]
}

verb_undo_reset_data() {
  reset_begin
  reset_marked || reset_newest ||
    reset_refuse nothing-to-undo "There is no data that was moved aside in $RESET_ROOT."
  reset_stop
  if [ -z "$MARK" ] && [ -n "$(reset_entries "$RESET_ROOT")" ]; then
    reset_date
    MARK=clear MARK_NOW=$RESET_DATE
    if ! reset_folder "$MARK_NOW" || ! reset_mark clear "$MARK_DATE" "$MARK_NOW"; then
      reset_full
    fi
  fi
  stage reset.back "Bringing back what was moved aside at $MARK_DATE."
  if [ "$MARK" = clear ]; then
    reset_folder "$MARK_NOW"
    reset_move "$RESET_ROOT" "$FOLDER" || fail data-unfinished "$RESET_ROOT/$name could not be moved: $REFUSED."
    step reset.back changed "Moved the $moved thing(s) that were there into $FOLDER."
  fi
  # An unfinished move aside is turned round: what has not moved yet is where it belongs.
  reset_mark fill "$MARK_DATE" ||
    fail data-unfinished "$RESET_ROOT cannot be written (is the disk full?): make room, then dind-helper undo-reset-data."
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
  reset_containers
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
  reset_others
  free=$(df -Pk "$RESET_ROOT" | awk 'NR == 2 { print $4 }')
  step reset.space ok "It takes $SIZE. $((free / 1024)) MiB are free, and stay so: what is moved aside still takes its space."
  ! reset_marked || step reset.unfinished failed "Moving it was interrupted: finish it with dind-helper reset-data or dind-helper undo-reset-data."
  succeed data-preview "reset-data would stop the daemon and move $images image(s), $held container(s) and $volumes volume(s), $SIZE, into a dated folder in $RESET_ROOT${OTHERS:+, and with them what no daemon makes: $OTHERS}. Nothing is deleted."
}

# reset_others: sets OTHERS to the first names in the data root that are not known to be an engine's. They are moved as
# well, since an engine may have made them, but whoever keeps folders of their own there is told.
reset_others() {
  OTHERS=$(reset_entries "$RESET_ROOT" | grep -vxE 'builder|buildkit|containerd|containers|engine-id|image|network|plugins|rootfs|runtimes|swarm|tmp|tmp-old|trust|volumes|aufs|btrfs|devicemapper|fuse-overlayfs|overlay|overlay2|vfs|zfs|[0-9]+\.[0-9]+' |
    sort | head -n 5 | tr '\n' ' ') || :
  OTHERS=${OTHERS% }
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
