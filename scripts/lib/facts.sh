# shellcheck shell=sh
# What only root can read, for the diagnosis: one JSON object a line. Nothing is changed, and no value that a user gave
# is used as anything but text. Environments are not told of: passwords are kept there.

verb_facts() {
  config_load
  daemon_json_load
  facts_processes
  facts_container
  facts_iptables
  facts_data_root
  facts_root data "$data_root"
  # Where the containerd of this daemon keeps images, or the containerd of the system.
  facts_root containerd "$data_root/containerd/daemon"
  facts_root containerd /var/lib/containerd
  facts_databases
  facts_daemon_json
  facts_socket_acl
  facts_kernel_log
  succeed facts "$HELPER_VERSION"
}

# facts_list: prints the lines of its input as the inside of a JSON array, at most $1 of them.
facts_list() {
  list='' list_left=$1
  while [ "$list_left" -gt 0 ] && { IFS= read -r line || [ -n "$line" ]; }; do
    json_text "$line"
    list="$list${list:+,}\"$JSON\""
    list_left=$((list_left - 1))
  done
  printf '%s' "$list"
}

# facts_processes: process 1, the daemons and their containerd: where they write, what they wait for, what they hold.
facts_processes() {
  for folder in /proc/[0-9]*; do
    { read -r comm <"$folder/comm"; } 2>/dev/null || continue
    pid=${folder#/proc/}
    case $pid:$comm in
      1:* | *:dockerd | *:containerd) ! process_alive "$pid" || facts_process "$pid" "$comm" ;;
    esac
  done
}

facts_process() {
  fact=
  for link in exe:exe stdout:fd/1 stderr:fd/2; do
    json_text "$(readlink "/proc/$1/${link#*:}" 2>/dev/null || :)"
    fact="$fact\"${link%%:*}\":\"$JSON\","
  done
  json_text "$2"
  name=$JSON
  wchan=
  { IFS= read -r wchan <"/proc/$1/wchan" || [ -n "$wchan" ]; } 2>/dev/null || :
  json_text "$wchan"
  wchan=$JSON
  open=0
  for file in "/proc/$1/fd/"*; do
    [ ! -L "$file" ] || open=$((open + 1))
  done
  printf '{"fact":"process","pid":%d,"comm":"%s",%s"wchan":"%s","openFiles":%d}\n' "$1" "$name" "$fact" "$wchan" "$open"
}

# facts_container: the variable by which a runtime names itself to process 1; no other one of its environment.
facts_container() {
  value=$({ tr '\000\n' '\n ' </proc/1/environ; } 2>/dev/null | sed -n 's/^container=//p' | head -n 1)
  [ -n "$value" ] || return 0
  json_text "$value"
  printf '{"fact":"container","value":"%s"}\n' "$JSON"
}

# facts_iptables: rules by backend. The legacy program creates its tables by looking, so it is asked only where tables are.
facts_iptables() {
  for backend in nft legacy; do
    [ $backend = nft ] || [ -n "$(cat /proc/net/ip_tables_names 2>/dev/null)" ] || continue
    command -v "iptables-$backend-save" >/dev/null || continue
    if rules=$(timeout 2 "iptables-$backend-save" 2>&1); then
      printf '{"fact":"iptables","backend":"%s","value":%s}\n' $backend "$(printf '%s\n' "$rules" | facts_rules)"
    else
      json_text "iptables-$backend-save: $(printf '%s\n' "$rules" | head -n 1)"
      printf '{"fact":"iptables-unreadable","why":"%s"}\n' "$JSON"
    fi
  done
}

# facts_rules: counts what iptables-save printed.
facts_rules() {
  awk '
    /^\*/ { table = substr($1, 2); if (table ~ /^[a-z]+$/) rules[table] += 0; else table = "" }
    /^-A/ && table != "" { rules[table]++ }
    /^:DOCKER / && table == "nat" { docker = 1 }
    /^:FORWARD / && table == "filter" && $2 ~ /^[A-Z]+$/ { policy = $2 }
    /^-A DOCKER-USER / && $0 != "-A DOCKER-USER -j RETURN" { user++ }
    END {
      for (name in rules) list = list (list == "" ? "" : ",") "\"" name "\":" rules[name]
      printf "{\"tables\":{%s},\"dockerChain\":%s,\"dockerUserRules\":%d", list, docker ? "true" : "false", user
      if (policy != "") printf ",\"forwardPolicy\":\"%s\"", policy
      print "}"
    }'
}

# facts_data_root: whose images the data root holds, and how many containers.
facts_data_root() {
  drivers=
  for driver in aufs btrfs devicemapper fuse-overlayfs overlay overlay2 vfs zfs; do
    [ ! -d "$data_root/$driver" ] || drivers="$drivers${drivers:+,}\"$driver\""
  done
  printf '{"fact":"drivers","value":[%s]}\n' "$drivers"
  [ -d "$data_root/containers" ] || return 0
  count=0
  for folder in "$data_root"/containers/*/; do
    [ ! -d "$folder" ] || count=$((count + 1))
  done
  printf '{"fact":"containers","value":%d}\n' "$count"
}

# facts_root ROLE DIR: room where a user may not look. A file system that counts no inodes says 0, or with busybox '?'.
facts_root() {
  [ -d "$2" ] || return 0
  found=$(timeout 2 stat -f -c '%S %b %f %a %c %d' "$2" 2>/dev/null) || return 0
  case $found in
    *[!0-9\ ]*) return 0 ;;
  esac
  json_text "$2"
  # shellcheck disable=SC2086 # six numbers
  set -- "$1" "$JSON" $found
  # Bytes of a large disk are past what a 32-bit shell counts; awk counts them exactly up to 2^53.
  awk -v role="$1" -v path="$JSON" -v size="$3" -v all="$4" -v free="$5" -v left="$6" -v inodes="$7" -v unused="$8" 'BEGIN {
    printf "{\"fact\":\"root\",\"role\":\"%s\",\"path\":\"%s\",\"totalBytes\":%.0f,\"freeBytes\":%.0f,\"availableBytes\":%.0f", \
      role, path, size * all, size * free, size * left
    printf ",\"totalInodes\":%.0f,\"freeInodes\":%.0f}\n", inodes, unused
  }'
}

# facts_databases: the files without which the daemon does not start, by how they begin. bbolt's magic number stands at
# byte 16 of its first page, in the machine's order; a JSON file that was written begins with a brace.
facts_databases() {
  for file in network/files/local-kv.db volumes/metadata.db buildkit/cache.db \
    containerd/daemon/io.containerd.metadata.v1.bolt/meta.db; do
    facts_database "$file" bolt
  done
  for driver in overlay2 fuse-overlayfs vfs; do
    facts_database "image/$driver/repositories.json" json
  done
}

facts_database() {
  file=$data_root/$1
  [ -f "$file" ] && [ ! -L "$file" ] || return 0
  size=$(stat -c %s "$file") || return 0
  if [ "$size" -eq 0 ]; then
    state=empty
  elif [ "$2" = json ]; then
    state=damaged
    [ "$(head -c 1 "$file" | tr -d '\000')" != '{' ] || [ "$(tail -c 1 "$file" | tr -d '\000')" != '}' ] || state=ok
  else
    state=damaged
    case $(od -An -tx1 -j16 -N4 "$file" | tr -d ' \n') in
      edda0ced | ed0cdaed) state=ok ;;
    esac
  fi
  printf '{"fact":"database","path":"%s","sizeBytes":%d,"state":"%s"}\n' "$1" "$size" $state
}

# facts_daemon_json: its text, where a user may not read it. It is root's, and world-readable nearly everywhere.
facts_daemon_json() {
  [ -f "$DAEMON_JSON" ] || return 0
  case $(stat -c %A "$DAEMON_JSON") in
    ???????r*) return 0 ;;
  esac
  json_text "$(head -c 65536 "$DAEMON_JSON" | tr -d '\000')"
  printf '{"fact":"daemon-json","value":"%s"}\n' "$JSON"
}

facts_socket_acl() {
  [ -S "$socket" ] && command -v getfacl >/dev/null || return 0
  entries=$(getfacl --absolute-names --numeric --omit-header "$socket" 2>/dev/null | grep '^\(user\|group\):[0-9]' || :)
  printf '{"fact":"socket-acl","value":[%s]}\n' "$(printf '%s' "$entries" | facts_list 32)"
}

# facts_kernel_log: what of the kernel's messages speaks of memory kills, overlayfs, or file systems that went read-only.
facts_kernel_log() {
  command -v dmesg >/dev/null || return 0
  lines=$(timeout 2 dmesg 2>/dev/null | grep -iE 'out of memory|oom-kill|oom_reaper|overlayfs:|remount.*read-only|gvisor' | tail -n 20 || :)
  printf '{"fact":"kernel-log","value":[%s]}\n' "$(printf '%s' "$lines" | facts_list 20)"
}
