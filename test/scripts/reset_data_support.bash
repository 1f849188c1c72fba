# What the tests of `dind-helper reset-data` share.
load support

ROOT=/var/lib/docker

setup() { reset_data; }

# An unfinished move would keep the daemons of the next file from starting.
reset_data() {
  reset_engine
  find "$ROOT" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
}

teardown() {
  no_containers
  umount /var/lib/docker/volumes 2>/dev/null || :
}

teardown_file() { reset_data; }

# A daemon with an image, a container, a volume with a file in it and a network.
furnish() {
  run_helper start
  [ "$status" -eq 0 ]
  busybox_image
  docker volume create kept >/dev/null
  echo mine >"$ROOT/volumes/kept/_data/file"
  docker create --network none --name box --volume kept:/v busybox cat /v/file >/dev/null
  docker network create mine >/dev/null
}

furnished() {
  [ "$(docker start --attach box)" = mine ]
  docker network inspect mine >/dev/null
}

asides() { find "$ROOT" -maxdepth 1 -name '.dind-station-data-*' | sort; }
