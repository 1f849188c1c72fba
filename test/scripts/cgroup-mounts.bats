load support

# No daemon: the reader of mounts and control groups, on the kernel's texts.

RECORDINGS=$REPO/test/fixtures/machines

setup_file() { require_bed; }

# The reader as the shell under test runs it.
read_mounts() { /bin/sh -c '. "$1/scripts/lib/cgroup-mounts.sh"; cgroup_mounts "$2" "$3"' sh "$REPO" "$@"; }
found_at() { /bin/sh -c '. "$1/scripts/lib/cgroup-mounts.sh"; mount_find "$2" "$3"; printf "%s %s %s" "$MOUNT_ROOT" "$MOUNT_OPTIONS" "$MOUNT_TYPE"' sh "$REPO" "$@"; }

@test "cgroup mounts: every recorded machine reads as its table says" {
  for file in "$RECORDINGS"/*.json; do
    name=$(basename "$file" .json)
    jq -r '.files["/proc/self/mountinfo"]' "$file" >/tmp/mountinfo
    jq -r '.files["/proc/self/cgroup"]' "$file" >/tmp/cgroup
    read_mounts /tmp/mountinfo /tmp/cgroup | sed "s/^/$name	/"
  done >/tmp/places
  grep -v '^#' "$RECORDINGS/cgroup-mounts.tsv" | LC_ALL=C sort >/tmp/expected
  [ -s /tmp/places ]
  LC_ALL=C sort /tmp/places | diff /tmp/expected -
}

# table LINE...: id, parent, root, mount point, options, type and options of the file system.
table() {
  local id parent root place mode type super
  while read -r id parent root place mode type super; do
    echo "$id $parent 0:9 $root $place $mode,relatime shared:7 - $type $type $super"
  done >/tmp/mountinfo
}

@test "cgroup mounts: a bind on the same place covers, also where its ID is the smaller one" {
  table <<'TABLE'
1 0 / / rw ext4 rw
30 1 / /sys/fs/cgroup rw tmpfs rw
34 30 / /sys/fs/cgroup/memory rw cgroup rw,memory
35 30 / /sys/fs/cgroup/pids rw cgroup rw,pids
7 34 /outer/inner /sys/fs/cgroup/memory ro cgroup rw,memory
TABLE
  printf '%s\n' '5:memory:/outer/inner/own' '4:pids:/' '0::/' >/tmp/cgroup
  [ "$(read_mounts /tmp/mountinfo /tmp/cgroup)" = "memory	/sys/fs/cgroup/memory	/outer/inner	ro	/own	yes
pids	/sys/fs/cgroup/pids	/	rw	/	no
v2	-	-	-	-	no" ]
  [ "$(found_at /sys/fs/cgroup/memory /tmp/mountinfo)" = "/outer/inner ro,relatime cgroup" ]
}

@test "cgroup mounts: a mount on a folder above covers, and what was mounted into the new one does not exist twice" {
  table <<'TABLE'
1 0 / / rw ext4 rw
30 1 / /sys/fs/cgroup rw tmpfs rw
34 30 / /sys/fs/cgroup/memory rw cgroup rw,memory
35 30 / /sys/fs/cgroup/pids rw cgroup rw,pids
40 30 / /sys/fs/cgroup ro tmpfs rw
41 40 /a /sys/fs/cgroup/memory rw cgroup rw,memory
TABLE
  printf '%s\n' '5:memory:/b' '4:pids:/' >/tmp/cgroup
  [ "$(read_mounts /tmp/mountinfo /tmp/cgroup)" = "memory	/sys/fs/cgroup/memory	/a	rw	-	yes
pids	-	-	-	-	yes" ]
  [ "$(found_at /sys/fs/cgroup/pids /tmp/mountinfo)" = "  " ]
  [ "$(found_at /sys/fs/cgroup /tmp/mountinfo)" = "/ ro,relatime tmpfs" ]
}

@test "cgroup mounts: a later line that lies below a covered mount covers nothing" {
  # 50 was mounted before 40 came over its folder: the table names it last, and no lookup ends in it.
  table <<'TABLE'
1 0 / / rw ext4 rw
30 1 / /sys/fs/cgroup rw tmpfs rw
40 30 / /sys/fs/cgroup rw tmpfs rw
41 40 / /sys/fs/cgroup/memory rw cgroup rw,memory
50 30 /old /sys/fs/cgroup/memory rw cgroup rw,memory
TABLE
  printf '%s\n' '5:memory:/own' >/tmp/cgroup
  [ "$(read_mounts /tmp/mountinfo /tmp/cgroup)" = "memory	/sys/fs/cgroup/memory	/	rw	/own	no" ]
}

@test "cgroup mounts: two places, links, names in another order, and v2 under a cover" {
  table <<'TABLE'
1 0 / / rw ext4 rw
20 1 / /mnt/again rw cgroup rw,memory
30 1 / /sys/fs/cgroup rw tmpfs rw
34 30 / /sys/fs/cgroup/memory rw cgroup rw,memory
35 30 / /sys/fs/cgroup/cpu,cpuacct rw cgroup rw,cpuacct,cpu
36 30 / /sys/fs/cgroup/unified rw cgroup2 rw
37 36 /outer /sys/fs/cgroup/unified rw cgroup2 rw
38 30 /a\040b /sys/fs/cgroup/systemd rw cgroup rw,xattr,name=systemd
TABLE
  printf '%s\n' '9:name=systemd:/a b/c' '5:memory:/outer' '4:cpu,cpuacct:/../x' '0::/outer/inner' >/tmp/cgroup
  [ "$(read_mounts /tmp/mountinfo /tmp/cgroup)" = "name=systemd	/sys/fs/cgroup/systemd	/a b	rw	/c	no
memory	/sys/fs/cgroup/memory	/	rw	/outer	no
cpu,cpuacct	/sys/fs/cgroup/cpu,cpuacct	/	rw	-	no
v2	/sys/fs/cgroup/unified	/outer	rw	/inner	yes" ]
}

@test "cgroup mounts: in a chroot, whose table begins somewhere below, and with an empty table" {
  table <<'TABLE'
34 29 / /sys/fs/cgroup/memory rw cgroup rw,memory
35 34 /a /sys/fs/cgroup/memory rw cgroup rw,memory
TABLE
  printf '%s\n' '5:memory:/ab' >/tmp/cgroup
  [ "$(read_mounts /tmp/mountinfo /tmp/cgroup)" = "memory	/sys/fs/cgroup/memory	/a	rw	-	yes" ]
  : >/tmp/mountinfo
  [ "$(read_mounts /tmp/mountinfo /tmp/cgroup)" = "memory	-	-	-	-	no" ]
}
