load apply_support

# broken_database ACTION FILE: what the daemon does not start with, what it says, and with what it starts.
broken_database() {
  local file=/var/lib/docker/$2 good
  good=$(sha256sum <"$file")
  apply "$1"
  code already-so
  [ "$(sha256sum <"$file")" = "$good" ]
  cp -p "$file" /root/good.db
  head -c 65536 /dev/urandom >"$file"
  run_helper start
  [ "$status" -ne 0 ]
  grep -q "invalid database" "$LOG"
  mended_and_back "$1" "$file"
  apply "$1"
  code applied
  run_helper start
  [ "$status" -eq 0 ]
  not_touched "$1" "$file"
  run_helper stop
  # What took its place is kept when the old one comes back.
  apply "undo-$1"
  code undone
  [ "$(stat -c %s "$file")" -eq 65536 ]
  [ -e "$(echo "$file".dind-station-later-*)" ]
}

@test "a broken network database: without it the daemon starts" {
  furnish
  broken_database move-network-database-aside network/files/local-kv.db
}

@test "a broken volume database: without it the daemon starts, and volumes keep what is in them" {
  furnish
  broken_database move-volume-database-aside volumes/metadata.db
  [ "$(cat /var/lib/docker/volumes/kept/_data/file)" = mine ]
}

@test "a broken build cache: without it the daemon starts" {
  furnish
  broken_database move-build-cache-aside buildkit/cache.db
}

@test "a database that was cut short is broken, although its first pages are good" {
  furnish
  file=/var/lib/docker/network/files/local-kv.db
  truncate -s 8192 "$file"
  apply move-network-database-aside
  code applied
  [[ "$(result message)" == *"bytes are only 2"* ]]
}

@test "a link in a database's place is not followed" {
  mkdir -p /var/lib/docker/network/files
  head -c 9000 /dev/urandom >/root/precious
  ln -s /root/precious /var/lib/docker/network/files/local-kv.db
  not_touched move-network-database-aside /root/precious /var/lib/docker/network/files
}

@test "a broken list of image names: without it the daemon starts, and the images are there" {
  furnish
  run_helper start
  images=$(docker images --quiet --no-trunc)
  apply move-repositories-aside
  code not-applicable
  run_helper stop
  apply move-repositories-aside
  code already-so
  file=$(echo /var/lib/docker/image/*/repositories.json)
  cp "$file" /root/tags
  truncate -s 20 "$file"
  run_helper start
  [ "$status" -ne 0 ]
  mended_and_back move-repositories-aside "$file"
  apply move-repositories-aside
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(docker images --quiet --no-trunc)" = "$images" ]
}

@test "a broken database of containerd: without it the daemon starts, and the images are there" {
  furnish
  run_helper start
  images=$(docker images --quiet --no-trunc)
  apply move-containerd-metadata-aside
  code not-applicable
  run_helper stop
  broken_database move-containerd-metadata-aside containerd/daemon/io.containerd.metadata.v1.bolt/meta.db
  apply move-containerd-metadata-aside
  run_helper start
  [ "$(docker images --quiet --no-trunc)" = "$images" ]
}

@test "a whole database of a machine with other pages is in order" {
  furnish
  # A machine with pages of 64 KiB, which are sixteen times what the database has.
  printf '#!/bin/sh\necho 65536\n' >/usr/local/sbin/getconf
  chmod +x /usr/local/sbin/getconf
  apply move-network-database-aside
  rm /usr/local/sbin/getconf
  code already-so
}

@test "a database that a daemon out of sight holds is not touched" {
  mkdir -p /var/lib/docker/volumes /var/lib/docker/network/files
  : >/var/lib/docker/volumes/metadata.db
  head -c 65536 /dev/urandom >/var/lib/docker/network/files/local-kv.db
  flock /var/lib/docker/volumes/metadata.db sleep 600 3>&- &
  # shellcheck disable=SC2034 # teardown ends it
  helper_pid=$!
  until_true '! flock -n /var/lib/docker/volumes/metadata.db true'
  not_touched move-network-database-aside /var/lib/docker/network
  not_touched move-repositories-aside /var/lib/docker/network
}

@test "undo does not take a database from under a living containerd" {
  furnish
  file=/var/lib/docker/containerd/daemon/io.containerd.metadata.v1.bolt/meta.db
  head -c 65536 /dev/urandom >"$file"
  apply move-containerd-metadata-aside
  code applied
  run_helper start
  docker run --detach --network none busybox sleep 600
  run_helper stop
  [ -n "$(pids containerd)" ]
  apply undo-move-containerd-metadata-aside
  code not-applicable
  [ ! -e "$(echo "$file".dind-station-later-*)" ]
  run_helper start
}

@test "a daemon.json that is no JSON is moved aside and comes back" {
  fake_engine
  json '{"debug": true,}'
  run_helper start
  [ "$status" -ne 0 ]
  mended_and_back move-daemon-json-aside /etc/docker/daemon.json
  apply move-daemon-json-aside
  run_helper start
  [ "$status" -eq 0 ]
}

@test "a daemon.json that is valid, or names a data root, is its owner's to mend" {
  json '{"debgu": true}'
  not_touched move-daemon-json-aside /etc/docker/daemon.json
  json '{"data-root": "/data",}'
  not_touched move-daemon-json-aside /etc/docker/daemon.json
}

@test "a daemon.json whose very data root is what is broken stays" {
  json '{"data-root: "/data"}'
  not_touched move-daemon-json-aside /etc/docker/daemon.json
  printf '{\0"\0d\0a\0t\0a\0-\0r\0o\0o\0t\0"\0:\0"\0/\0d\0"\0}\0' >/etc/docker/daemon.json
  not_touched move-daemon-json-aside /etc/docker/daemon.json
}
