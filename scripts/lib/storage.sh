# shellcheck shell=sh
# Which storage driver. dockerd tries in silence and ends, in silence too, with vfs, which copies every layer whole.
# Here the mounts are made once, for real, on an empty data root; one that holds data keeps its driver.

# Less is worth a word: a layer of a common image does not fit any more.
ROOM_MIB_ENOUGH=512
ROOM_FILES_ENOUGH=10000

# data_root_there: a symbolic link on the way to the data root that leads nowhere is a disk that is not mounted. What a start
# would make in its place hides the data once the disk is there.
data_root_there() {
  part=$data_root
  while [ -n "$part" ]; do
    if [ -L "$part" ] && [ ! -e "$part" ]; then
      fail data-root "The data root $data_root is behind the symbolic link $part to $(readlink "$part"), which does not exist: mount the disk that it is on, or remove the link."
    fi
    part=${part%/*}
  done
}

# storage_choose: adds --storage-driver only where overlay does not work.
storage_choose() {
  storage_room_say
  if [ "$json_storage_driver" = vfs ]; then
    storage_warn_vfs "$DAEMON_JSON says so"
    return 0
  fi
  ! left_to_json storage.driver storage-driver || return 0
  storage_held
  case $HELD in
    '') ;;
    vfs)
      # Left to itself dockerd would change to overlay2 as soon as that works, and every image and container be gone.
      flag_add --storage-driver=vfs
      storage_warn_vfs "$data_root holds its data: another driver begins with no images, in a new data root"
      return 0
      ;;
    *' '*)
      step storage.driver failed "$data_root holds data of several storage drivers ($HELD), and dockerd chooses none: name one as storage-driver in $DAEMON_JSON."
      return 0
      ;;
    *)
      step storage.driver ok "$data_root holds data of $HELD, which stays."
      return 0
      ;;
  esac
  mkdir -p "$data_root"
  storage_other_root
  if overlay_works "$data_root"; then
    step storage.driver ok "An overlay mount works on $data_root."
  elif fuse_overlay_works "$data_root"; then
    flag_add --storage-driver=fuse-overlayfs
    step storage.driver changed "No overlay mount works on $data_root ($FAULT), but fuse-overlayfs does: the daemon uses that."
  else
    flag_add --storage-driver=vfs
    storage_warn_vfs "no overlay mount works on $data_root ($FAULT), nor does fuse-overlayfs ($FUSE_FAULT)"
  fi
}

# storage_room: a data root without room is told before it stops pulls, builds and at last the daemon. Numbers in MiB.
storage_room() {
  room_read "$data_root" || return 0
  if [ "$ROOM_MIB" -lt $ROOM_MIB_ENOUGH ]; then
    ROOM="$data_root has $ROOM_MIB MiB left. docker system df says what takes the room, docker system prune frees what no container uses."
  elif [ "$ROOM_FILES" -lt $ROOM_FILES_ENOUGH ]; then
    ROOM="$data_root has $ROOM_FILES inodes left, so that new files are refused although there is room. docker system prune frees those that no container uses."
  fi
}

# storage_room_say: of now, at a start and whenever somebody asks: unlike what a start decided, it changes.
storage_room_say() {
  storage_room
  [ -z "$ROOM" ] || step storage.room failed "$ROOM"
}

# room_read DIR: sets ROOM_MIB and ROOM_FILES to what its file system has left, ROOM to nothing yet; false where it does not
# say. One without a table of inodes (btrfs) says 0 of 0.
room_read() {
  ROOM=
  read -r blocks size all_files ROOM_FILES <<END
$(stat -f -c '%a %S %c %d' "$1" 2>/dev/null)
END
  case "$blocks$size$all_files$ROOM_FILES" in
    '' | *[!0-9]*) return 1 ;;
  esac
  ROOM_MIB=$((blocks * size / 1048576))
  [ "$all_files" -gt 0 ] || ROOM_FILES=$ROOM_FILES_ENOUGH
}

storage_warn_vfs() {
  warn_keep storage.driver "The storage driver is vfs, because $1. Every layer and container is a full copy: slow, and many times the space. Put $data_root on a volume of ext4 or xfs, or apt-get install fuse-overlayfs."
}

# storage_held: sets HELD to the drivers whose data the data root holds; an empty folder is no data. Beside another
# driver's, dockerd passes over that of vfs.
storage_held() {
  HELD=
  for driver in overlay2 fuse-overlayfs btrfs zfs devicemapper aufs vfs; do
    [ -n "$(ls -A "$data_root/$driver" 2>/dev/null)" ] || continue
    [ "$driver" != vfs ] || [ -z "$HELD" ] || continue
    HELD="$HELD${HELD:+ }$driver"
  done
  if [ -z "$HELD" ] && [ -n "$(ls -A "$data_root/containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots" 2>/dev/null)" ]; then
    HELD=containerd
  fi
}

# storage_other_root: containerd's content is below the data root unless something else is mounted there.
storage_other_root() {
  root=$data_root/containerd
  [ -z "$json_has_containerd" ] || root=/var/lib/containerd
  [ -d "$root" ] && [ "$(stat -c %d "$root")" != "$(stat -c %d "$data_root")" ] || return 0
  overlay_works "$root" ||
    warn_keep storage.containerd "No overlay mount works on containerd's root $root ($FAULT): images in its store cannot be unpacked there. Put $root on a volume of ext4 or xfs."
}

# overlay_works DIR: mounts two layers below a writable one in DIR, and does what images do: write, replace a folder of
# the lower layer, delete a file of it. Sets FAULT.
overlay_works() {
  FAULT=
  probe=$1/.overlay-probe
  probe_prepare "$probe" || return 1
  said=$(mount -t overlay -o "lowerdir=$probe/a:$probe/b,upperdir=$probe/upper,workdir=$probe/work" overlay "$probe/all" 2>&1) ||
    case $said in
      # What mount says of every EINVAL.
      *'wrong fs type'* | *'nvalid argument'*) FAULT="its file system, $(file_system_of "$1"), cannot carry one" ;;
      *) FAULT=$(why "$said") ;;
    esac
  [ -n "$FAULT" ] || probe_use "$probe/all"
  umount "$probe/all" 2>/dev/null || :
  rm -rf "$probe"
  [ -z "$FAULT" ]
}

# file_system_of DIR: prints the type of the mount that DIR lies on.
file_system_of() {
  awk -v dir="$1/" '{
    point = $2 == "/" ? "/" : $2 "/"
    if (index(dir, point) == 1 && length(point) >= longest) { longest = length(point); type = $3 }
  }
  END { print type }' /proc/self/mounts
}

# fuse_overlay_works DIR: the same through fuse-overlayfs. Sets FUSE_FAULT.
fuse_overlay_works() {
  FUSE_FAULT=
  if ! command -v fuse-overlayfs >/dev/null; then
    FUSE_FAULT='not installed'
  elif [ ! -c /dev/fuse ]; then
    FUSE_FAULT='there is no /dev/fuse'
  else
    kept=$FAULT FAULT=
    probe=$1/.overlay-probe
    if probe_prepare "$probe"; then
      said=$(fuse-overlayfs -o "lowerdir=$probe/a:$probe/b,upperdir=$probe/upper,workdir=$probe/work" "$probe/all" 2>&1 9>&-) ||
        FAULT=$(why "$said")
      [ -n "$FAULT" ] || probe_use "$probe/all"
      umount "$probe/all" 2>/dev/null || :
      rm -rf "$probe"
    fi
    FUSE_FAULT=$FAULT FAULT=$kept
  fi
  [ -z "$FUSE_FAULT" ]
}

probe_prepare() {
  # A run that was killed may have left a mount.
  umount "$1/all" 2>/dev/null || :
  rm -rf "$1"
  if ! said=$(mkdir -p "$1/a/folder" "$1/b" "$1/upper" "$1/work" "$1/all" 2>&1); then
    FAULT=$(why "$said")
    return 1
  fi
  : >"$1/b/file"
}

# probe_use DIR: what overlay must be able to do on a merged folder. A file system without d_type mounts and then fails here.
probe_use() {
  { echo x >"$1/written" && rm "$1/file" && rmdir "$1/folder" && mkdir "$1/folder" && [ ! -e "$1/file" ]; } 2>/dev/null ||
    FAULT='it mounts, but files in it cannot be changed'
}
