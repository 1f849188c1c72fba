# Programs that stand in for those of the engine; read after prelude.sh, as root in a bed. What they say is in
# /run/stand-in/text, and as a string of JSON in /run/stand-in/text.json.
# shellcheck shell=sh
STAND=/run/stand-in
# The programs themselves, under their own names: iptables looks at its name.
THEMSELVES=/opt/stand-in

# asked SECONDS WORD...: the command line as the user asks it, at most so long.
asked() {
  limit=$1
  shift
  as_user timeout -k 2 "$limit" node dist/cli.js "$@"
}

# names PROGRAM: under which the engine calls it; the helper chooses the backend of iptables.
names() {
  case $1 in
    iptables) echo iptables iptables-nft iptables-legacy ;;
    *) echo "$1" ;;
  esac
}

# stand_in PROGRAM script|garbage|foreign [BODY]: makes what `replace` puts in its place. garbage: is no program; foreign: is one
# for another processor.
stand_in() {
  mkdir -p $STAND/new $THEMSELVES
  for name in $(names "$1"); do
    at=$(command -v "$name")
    if [ -L "$at" ]; then
      ln -s "$(readlink -f "$at")" "$THEMSELVES/$name"
    else
      cp "$at" "$THEMSELVES/$name"
    fi
    new=$STAND/new/$name
    case $2 in
      script) stand_in_script "$name" "$3" >"$new" ;;
      garbage) printf 'neither a program\000nor a script\n' >"$new" ;;
      foreign)
        cp "$THEMSELVES/$name" "$new"
        # The processor that the file is for.
        printf '\267\000' | dd of="$new" bs=1 seek=18 conv=notrunc 2>/dev/null
        ;;
    esac
    chmod 755 "$new"
  done
}

# stand_in_script NAME BODY: prints it. `verb`, `log` and `id` are what runc is called with.
stand_in_script() {
  printf '#!/bin/sh\nitself=%s\n' "$THEMSELVES/$1"
  cat <<'END'
verb='' log='' id='' before=''
for word; do
  [ "$before" != --log ] || log=$word
  case $word in create | start) verb=${verb:-$word} ;; esac
  before=$word id=$word
done
says() { cat /run/stand-in/text >&2; }
reports() { printf '{"level":"error","msg":%s}\n' "$(cat /run/stand-in/text.json)" >>"$log"; }
# calls: how often it has come to this.
calls() {
  echo >>/run/stand-in/count
  wc -l </run/stand-in/count
}
without_network() { grep -q '"NetworkMode":"none"' "/var/lib/docker/containers/$id/hostconfig.json"; }
END
  printf '%s\nexec "$itself" "$@"\n' "$2"
}

# replace PROGRAM: from now on the stand-in is what is found.
replace() {
  for name in $(names "$1"); do
    at=$(command -v "$name")
    mv "$STAND/new/$name" "$at.new"
    mv -f "$at.new" "$at"
  done
}

# start_and_replace PROGRAM: puts the stand-in there while a start is under way: as soon as containerd is up.
start_and_replace() {
  asked 150 start &
  starting=$!
  while [ ! -S /run/docker/containerd/containerd.sock ] && kill -0 "$starting" 2>/dev/null; do sleep 0.01; done
  replace "$1"
  wait "$starting"
}

# tries OPTION...: `docker run` with these, as a person types it.
tries() {
  timeout -k 1 20 docker rm --force stand-in-trial >/dev/null 2>&1 || :
  timeout -k 1 25 docker run --rm --name stand-in-trial "$@" busybox /bin/busybox true
}
