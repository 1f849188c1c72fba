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

# furnished: a daemon that runs has all that furnish made.
furnished() {
  [ "$(docker start --attach box)" = mine ]
  docker network inspect mine >/dev/null
}

asides() { find "$ROOT" -maxdepth 1 -name '.dind-station-data-*' | sort; }
