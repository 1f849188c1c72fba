load apply_support

@test "private mounts are shared, and the same ones are private again" {
  mount --make-rshared /
  mkdir -p /run/private
  mount -t tmpfs private /run/private
  mount --make-private /run/private
  apply share-root-mount
  code applied
  grep -q ' /run/private .* shared:' /proc/self/mountinfo
  apply share-root-mount
  code already-so
  apply undo-share-root-mount
  code undone
  run grep ' /run/private .* shared:' /proc/self/mountinfo
  [ "$status" -ne 0 ]
  grep -q ' / / .* shared:' /proc/self/mountinfo
  umount /run/private
}

@test "read-only cgroups are made writable, and read-only again" {
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has cgroup v2: npm test -- v2"
  run_helper prepare
  mount -o remount,bind,ro /sys/fs/cgroup/memory
  before=$(grep ' /sys/fs/cgroup' /proc/self/mountinfo | cut -d' ' -f5,6 | sort)
  apply remount-cgroup-writable
  code applied
  mkdir /sys/fs/cgroup/memory/probe
  rmdir /sys/fs/cgroup/memory/probe
  apply remount-cgroup-writable
  code already-so
  apply undo-remount-cgroup-writable
  code undone
  [ "$(grep ' /sys/fs/cgroup' /proc/self/mountinfo | cut -d' ' -f5,6 | sort)" = "$before" ]
  mount -o remount,bind,rw /sys/fs/cgroup/memory
}

@test "a hierarchy that is missing is mounted, and taken off again" {
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has cgroup v2: npm test -- v2"
  run_helper prepare
  umount /sys/fs/cgroup/memory
  apply mount-cgroup
  code applied
  [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]
  apply undo-mount-cgroup
  code undone
  [ ! -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]
  run_helper prepare
}

@test "forwarding that was switched off is on again, and off by undo; daemon.json may say no" {
  echo 0 >/proc/sys/net/ipv4/ip_forward
  apply set-ip-forward
  code not-applicable
  run_helper start
  apply set-ip-forward
  code already-so
  echo 0 >/proc/sys/net/ipv4/ip_forward
  apply set-ip-forward
  code applied
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
  apply undo-set-ip-forward
  code undone
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
  json '{"ip-forward": false}'
  apply set-ip-forward
  code not-applicable
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
}

@test "a user who lost the socket gets it back, and a socket open to everybody is closed; undone it is as it was" {
  fake_engine
  run_helper start
  apply close-socket
  code already-so
  setfacl -b "$SOCKET"
  chmod 0666 "$SOCKET"
  apply close-socket
  code applied
  as_coder 'docker ps'
  run setpriv --reuid 65534 --regid 65534 --clear-groups docker ps
  [ "$status" -ne 0 ]
  apply undo-close-socket
  code undone
  [ "$(stat -c %a "$SOCKET")" = 666 ]
  [ "$(getfacl -cp "$SOCKET" | grep -c coder)" -eq 0 ]
}

@test "a user whose entry is gone gets it back, and loses it by undo" {
  fake_engine
  run_helper start
  setfacl -x u:coder "$SOCKET"
  apply grant-socket-access
  code applied
  as_coder 'docker ps'
  apply undo-grant-socket-access
  run as_coder 'docker ps'
  [ "$status" -ne 0 ]
}

@test "undo does not give back an access that was taken since" {
  fake_engine
  run_helper start
  setfacl -m u:65534:rw "$SOCKET"
  setfacl -x u:coder "$SOCKET"
  apply grant-socket-access
  code applied
  setfacl -x u:65534 "$SOCKET"
  apply undo-grant-socket-access
  code not-undone
  [ "$(getfacl -cpn "$SOCKET" | grep -c 65534)" -eq 0 ]
}

@test "undo does not give the access of an earlier socket to another: the daemon was restarted since" {
  run_helper start
  chmod 0666 "$SOCKET"
  apply close-socket
  code applied
  run_helper restart
  local access
  access=$(getfacl -cp "$SOCKET")
  apply undo-close-socket
  code not-undone
  [[ "$(result message)" == *"was started anew since"* ]]
  [ "$(getfacl -cp "$SOCKET")" = "$access" ]
  # A record that does not say which socket it means is of no socket.
  rm /var/lib/dind-station/undo/close-socket/*/socket
  apply undo-close-socket
  code not-undone
  [ "$(getfacl -cp "$SOCKET")" = "$access" ]
}

@test "undo touches no mount of another life of the container" {
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  apply remount-proc-sys
  code applied
  echo 'another 1' >"$(echo /var/lib/dind-station/undo/remount-proc-sys/*)/life"
  apply undo-remount-proc-sys
  local options
  options=$(findmnt -no OPTIONS /proc/sys | tail -n 1)
  umount /proc/sys
  code not-undone
  [[ "$options" == *rw* ]]
}

@test "no access is given through a link, which may lead to a file of anybody" {
  fake_engine
  run_helper start
  install -d -o coder /home/coder/run
  listen_and_die /home/coder/run/docker.sock
  ln -sfn /home/coder/run/docker.sock "$SOCKET"
  not_touched close-socket /home/coder/run/docker.sock
  run_helper install coder
  [ "$(getfacl -cp /home/coder/run/docker.sock | grep -c user:coder)" -eq 0 ]
}

@test "a read-only /proc/sys is made writable, and read-only again" {
  apply remount-proc-sys
  code already-so
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  apply remount-proc-sys
  code applied
  echo 1 >/proc/sys/net/ipv4/ip_forward
  apply undo-remount-proc-sys
  code undone
  run sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  umount /proc/sys
  [ "$status" -ne 0 ]
}

@test "securityfs is mounted, and taken off again" {
  [ -d /sys/kernel/security ] || skip "this kernel has no securityfs"
  umount /sys/kernel/security 2>/dev/null || :
  apply mount-securityfs
  code applied
  apply mount-securityfs
  code already-so
  apply undo-mount-securityfs
  code undone
  ! grep ' /sys/kernel/security ' /proc/self/mountinfo
}

# this_life RECORD: as if it had been written since the container was started.
# shellcheck source=/dev/null
this_life() (. "$REPO/scripts/lib/process.sh" && . "$REPO/scripts/lib/aside.sh" && life >"$1/life")

@test "undo takes off no mount that was there before, whatever its name" {
  [ -e /sys/fs/cgroup/memory/tasks ] || skip "no cgroup v1 here"
  mkdir -p "/sys/fs/cgroup/memory/a\\x2db" /sys/fs/cgroup/memory/c /var/lib/dind-station/undo/mount-cgroup/20260101T000000Z
  mount --bind "/sys/fs/cgroup/memory/a\\x2db" /sys/fs/cgroup/memory/c
  record=/var/lib/dind-station/undo/mount-cgroup/20260101T000000Z
  echo cgroups >"$record/steps"
  this_life "$record"
  awk '$5 ~ "^/sys/fs/cgroup(/|$)" { print $5, ("," $6 ",") ~ /,ro,/ ? "ro" : "rw", $4 }' /proc/self/mountinfo >"$record/mounts"
  apply undo-mount-cgroup
  code undone
  mountpoint /sys/fs/cgroup/memory/c
  umount /sys/fs/cgroup/memory/c
  rmdir "/sys/fs/cgroup/memory/a\\x2db" /sys/fs/cgroup/memory/c
}

@test "undo makes no mount private that a user put a link to in the place of theirs" {
  mkdir -p /root/shared /var/lib/dind-station/undo/share-root-mount/20260101T000000Z
  mount -t tmpfs none /root/shared
  mount --make-shared /root/shared
  ln -sfn /root/shared /home/coder/mine
  echo 'private /home/coder/mine' >/var/lib/dind-station/undo/share-root-mount/20260101T000000Z/steps
  this_life /var/lib/dind-station/undo/share-root-mount/20260101T000000Z
  apply undo-share-root-mount
  code undone
  propagation=$(findmnt --noheadings --output PROPAGATION /root/shared)
  umount /root/shared
  [ "$propagation" = shared ]
}

@test "killed before it mounted: there is nothing to take off" {
  umount /sys/kernel/security 2>/dev/null || :
  mkdir -p /var/lib/dind-station/undo/mount-securityfs/20260101T000000Z
  echo 'mounted /sys/kernel/security' >/var/lib/dind-station/undo/mount-securityfs/20260101T000000Z/steps
  this_life /var/lib/dind-station/undo/mount-securityfs/20260101T000000Z
  apply undo-mount-securityfs
  code undone
}
