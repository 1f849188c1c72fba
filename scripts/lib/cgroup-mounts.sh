# shellcheck shell=sh
# The one reader of mounts and control groups, for the helper and for the sandbox of the tests. It takes the kernel's texts as
# files, so that it can be tried on recordings.

# Mounts are looked up as the kernel does: from the root down, and where one mount lies on another, the upper one is entered.
# A mount that no lookup ends in is covered: it stays in the table and cannot be reached. parent[] decides, not the order
# of the lines: a mount ID is used again.
# shellcheck disable=SC2016 # awk's own variables
MOUNT_LOOKUP='
  function plain(text) { gsub(/\\040/, " ", text); gsub(/\\011/, "\t", text); gsub(/\\134/, "\\", text); return text }
  function below(path, folder) { return folder == "/" || path == folder || index(path, folder "/") == 1 }
  function mount_line(   i) {
    mounts++
    id[$1] = mounts; parent[mounts] = $2 == $1 ? "" : $2
    root[mounts] = plain($4); place[mounts] = plain($5); mode[mounts] = $6
    for (i = 7; i < NF && $i != "-"; i++);
    type[mounts] = $(i + 1); super[mounts] = "," $(i + 3) ","
  }
  function lookup(path,   here, next_one, i) {
    # 0 stands for what is above the table, of which a chroot shows nothing.
    here = 0
    do {
      next_one = 0
      for (i = 1; i <= mounts; i++)
        if (id[parent[i]] + 0 == here && i != here && below(path, place[i]) && (!next_one || length(place[i]) <= length(place[next_one])))
          next_one = i
      if (next_one) here = next_one
    } while (next_one)
    return here
  }'

# mount_find DIR [MOUNTINFO]: what is mounted on DIR and can be reached. Sets MOUNT_ROOT (which part of the file system),
# MOUNT_OPTIONS (of the mount: those of the file system lie about ro) and MOUNT_TYPE, all empty when nothing is.
mount_find() {
  MOUNT_ROOT='' MOUNT_OPTIONS='' MOUNT_TYPE=''
  # shellcheck disable=SC2034 # for whoever asks
  IFS='	' read -r MOUNT_ROOT MOUNT_OPTIONS MOUNT_TYPE <<TABLE
$(awk -v dir="$1" "$MOUNT_LOOKUP"'
    NF { mount_line() }
    END { found = lookup(dir); if (found && place[found] == dir) print root[found] "\t" mode[found] "\t" type[found] }' "${2:-/proc/self/mountinfo}")
TABLE
}

# cgroup_mounts MOUNTINFO CGROUP: prints a line for each hierarchy that CGROUP (/proc/PID/cgroup) names, with tabs between:
#
#   1 hierarchy    as the kernel names it (memory; cpu,cpuacct; name=systemd), v2 for the one of version 2
#   2 mount point  where it can be reached: the first place in the table below /sys/fs/cgroup, else the first at all; - for none
#   3 root         which of its groups is shown there; - for none
#   4 mode         rw or ro, of that mount; - for none
#   5 own          the path of the own group below the mount point: the path in CGROUP less the root, / for the root itself;
#                  - where the own group is not below the root, and so cannot be reached
#   6 covered      yes when the first line of this hierarchy in the table is a covered mount. runc 1.1 takes the first one
cgroup_mounts() { cgroup_read mounts "$1" "$2"; }

# cgroup_covers MOUNTINFO CGROUP: prints where the mounts lie that cover the first line of a hierarchy, one a line: what has
# to be unmounted there before a reader of the first line finds one that can be reached.
cgroup_covers() { cgroup_read covers "$1" "$2" | sort -u; }

# cgroup_read mounts|covers MOUNTINFO CGROUP
cgroup_read() {
  awk -v want="$1" "$MOUNT_LOOKUP"'
    function shows(m, names,   list, n, i) {
      if (names == "") return type[m] == "cgroup2"
      if (type[m] != "cgroup") return 0
      # Controllers of one hierarchy may be named in another order by the mount.
      n = split(names, list, ",")
      for (i = 1; i <= n; i++) if (index(super[m], "," list[i] ",") == 0) return 0
      return 1
    }
    function own_below(path, top,   inside) {
      # Outside of the own cgroup namespace the kernel writes /.., and a removed group stays only as a name.
      if (path !~ /^\// || path ~ /^\/\.\.(\/|$)/ || top ~ /^\/\.\.(\/|$)/ || path ~ / \(deleted\)$/ || !below(path, top)) return "-"
      inside = top == "/" ? path : substr(path, length(top) + 1)
      return inside == "" ? "/" : inside
    }
    NF == 0 { next }
    # The mount that stands in the way to m: of those that a lookup enters, the first that m does not lie in.
    function cover(m,   around, c) {
      for (c = m; c && !(c in around); c = id[parent[c]] + 0) around[c]
      around[0]
      c = lookup(place[m])
      while (!(id[parent[c]] + 0 in around)) c = id[parent[c]] + 0
      return place[c]
    }
    kind == "mounts" { mount_line(); next }
    {
      rest = substr($0, index($0, ":") + 1)
      hierarchies++
      name[hierarchies] = substr(rest, 1, index(rest, ":") - 1)
      group[hierarchies] = substr(rest, index(rest, ":") + 1)
    }
    END {
      for (h = 1; h <= hierarchies; h++) {
        usual = elsewhere = first = 0
        for (m = 1; m <= mounts; m++) {
          if (!shows(m, name[h])) continue
          if (!first) first = m
          if (lookup(place[m]) != m) continue
          if (!elsewhere) elsewhere = m
          if (!usual && below(place[m], "/sys/fs/cgroup")) usual = m
        }
        taken = usual ? usual : elsewhere
        covered = first && lookup(place[first]) != first ? "yes" : "no"
        if (want == "covers") {
          if (covered == "yes") print cover(first)
          continue
        }
        found = taken ? place[taken] "\t" root[taken] "\t" (("," mode[taken] ",") ~ /,ro,/ ? "ro" : "rw") "\t" own_below(group[h], root[taken]) : "-\t-\t-\t-"
        print (name[h] == "" ? "v2" : name[h]) "\t" found "\t" covered
      }
    }' kind=mounts "$2" kind=groups "$3"
}
