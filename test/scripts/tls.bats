load support

CERTS=/run/certs

setup_file() {
  require_bed
  install_helper
  ip netns add client
  ip link add eth0 type veth peer name eth0 netns client
  ip addr add 10.7.0.2/24 dev eth0
  ip link set eth0 up
  ip -n client addr add 10.7.0.3/24 dev eth0
  ip -n client link set lo up
  ip -n client link set eth0 up
  cp /etc/hosts /run/hosts.before
  echo '10.7.0.2 docker build.example.org' >>/etc/hosts
}
setup() { :; }
teardown() { umount /proc/1/environ 2>/dev/null || :; }
teardown_file() {
  reset_engine
  ip link delete eth0
  ip netns delete client
  cp /run/hosts.before /etc/hosts
}

# fresh: nothing runs, there is no certificate, and the helper is set up as users have it: with certificates, on all addresses.
fresh() {
  reset_engine
  rm -rf $CERTS
  conf tls_certdir=$CERTS
}
# fresh_fake: the same where the certificates are the subject, and no client that has to get in: any daemon will do.
fresh_fake() {
  fresh
  fake_engine
}
# served: a real daemon behind certificates that were made for it, left by the test before or new.
served() {
  if [ -e /run/served ] && [ "$(daemon_pid) $(sums)" = "$(cat /run/served)" ]; then return 0; fi
  fresh
  "$HELPER" start
  echo "$(daemon_pid) $(sums)" >/run/served
}
# client HOST ARGUMENT...: docker from another network namespace.
client() {
  local host=$1
  shift
  ip netns exec client env DOCKER_CERT_PATH=${DOCKER_CERT_PATH:-$CERTS/client} DOCKER_TLS_VERIFY=1 DOCKER_HOST="$host" timeout 20 docker "$@"
}
sums() { (cd $CERTS && find . -name '*.pem' -exec cksum {} + | sort); }
# Certificates of somebody else's authority in $1.
foreign() {
  mkdir -p "$1"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -days 30 -keyout "$1/key.pem" -out "$1/ca.pem" 2>/dev/null
  cp "$1/ca.pem" "$1/cert.pem"
}

@test "without a setting there is no TCP port" {
  fresh_fake
  rm /etc/dind-station/helper.conf
  run_helper start
  [ "$status" -eq 0 ]
  [ -z "$(ss -Htln 'sport = :2375 or sport = :2376')" ]
  [ ! -e $CERTS ]
}

@test "a client in another network namespace gets in by name and by address, verifying" {
  served
  client tcp://10.7.0.2:2376 version
  client tcp://docker:2376 info >/dev/null
  # On this side too.
  DOCKER_CERT_PATH=$CERTS/client DOCKER_TLS_VERIFY=1 DOCKER_HOST=tcp://localhost:2376 docker version >/dev/null
  # A name that the certificate does not have.
  run client tcp://build.example.org:2376 version
  [ "$status" -ne 0 ]
  [[ "$output" == *"certificate is valid for"* ]]
}

@test "no client without a certificate, or with one of another authority; no server of another authority is believed" {
  served
  run ip netns exec client curl -q -k -s https://10.7.0.2:2376/_ping
  [ "$status" -ne 0 ]
  foreign /run/other
  cp $CERTS/client/ca.pem /run/other/ca.pem
  DOCKER_CERT_PATH=/run/other run client tcp://10.7.0.2:2376 version
  [ "$status" -ne 0 ]
  foreign /run/other
  cp $CERTS/client/cert.pem $CERTS/client/key.pem /run/other/
  DOCKER_CERT_PATH=/run/other run client tcp://10.7.0.2:2376 version
  [ "$status" -ne 0 ]
  [[ "$output" == *"certificate"* ]]
  # Nor over plain TCP.
  run ip netns exec client env -u DOCKER_TLS_VERIFY DOCKER_HOST=tcp://10.7.0.2:2376 docker version
  [ "$status" -ne 0 ]
}

@test "the layout is that of the official image, EC keys, private keys 0600, no leftovers" {
  served
  [ "$(cd $CERTS && find . -type f | sort | xargs)" = './ca/cert.pem ./ca/checked ./ca/key.pem ./ca/lock ./client/ca.pem ./client/cert.pem ./client/key.pem ./server/ca.pem ./server/cert.pem ./server/key.pem ./server/names' ]
  local key
  for key in ca server client; do
    [ "$(stat -c '%a %u' $CERTS/$key/key.pem)" = '600 0' ]
    openssl pkey -in $CERTS/$key/key.pem -noout -text | grep -q 'NIST CURVE: P-256'
  done
  openssl verify -purpose sslserver -CAfile $CERTS/server/ca.pem $CERTS/server/cert.pem
  openssl verify -purpose sslclient -CAfile $CERTS/client/ca.pem $CERTS/client/cert.pem
  run openssl verify -purpose sslserver -CAfile $CERTS/client/ca.pem $CERTS/client/cert.pem
  [ "$status" -ne 0 ]
}

@test "tls_san adds names and addresses" {
  fresh
  conf tls_certdir=$CERTS 'tls_san=DNS:build.example.org,DNS:*.example.net,IP:192.0.2.7'
  run_helper start
  client tcp://build.example.org:2376 version
  run openssl x509 -in $CERTS/server/cert.pem -noout -ext subjectAltName
  [[ "$output" == *"IP Address:192.0.2.7"* ]]
  [[ "$output" == *"IP Address:0:0:0:0:0:0:0:1"* ]]
  [[ "$output" == *"DNS:*.example.net"* ]]
}

@test "tls_client_key=0644 opens the client's key, and no other" {
  fresh_fake
  conf tls_certdir=$CERTS tls_client_key=0644
  run_helper start
  [ "$(stat -c %a $CERTS/client/key.pem)" = 644 ]
  [ "$(stat -c %a $CERTS/server/key.pem)" = 600 ]
}

@test "a second start issues nothing, with containers and networks there too" {
  served
  local before
  before=$(sums)
  busybox_image
  docker network create more >/dev/null
  docker run -d --name one --network more busybox sleep 60 >/dev/null
  run_helper restart
  docker rm -f one >/dev/null
  docker network rm more >/dev/null
  [ "$(sums)" = "$before" ]
  [[ "$(step tls.server)" == "ok "*"nothing was issued." ]]
  [[ "$(step tls.client)" == "ok "*"nothing was issued." ]]
}

@test "after a week everything is checked anew, and still nothing issued" {
  fresh_fake
  run_helper start
  local before
  before=$(sums)
  sed -i "s/^[0-9]*/$(($(date +%s) - 700000))/" $CERTS/ca/checked
  run_helper restart
  [ "$(sums)" = "$before" ]
  [[ "$(step tls.server)" == "ok "*"fits and is valid until"* ]]
  # A file that was swapped is found at once.
  cp $CERTS/client/cert.pem $CERTS/server/cert.pem
  run_helper restart
  [[ "$(step tls.server)" == "changed "*"for another key." ]]
}

@test "a new address, or a certificate about to end, is issued again for the same key and authority; old clients go on" {
  served
  local ca key
  ca=$(cksum <$CERTS/ca/cert.pem)
  key=$(cksum <$CERTS/server/key.pem)
  ip addr add 10.7.0.77/24 dev eth0
  run_helper restart
  [[ "$(step tls.server)" == "changed "*"because the one there lacked IP:10.7.0.77." ]]
  client tcp://10.7.0.77:2376 version >/dev/null
  # That clients get in was seen: from here on what is issued is the subject.
  fake_engine
  ip addr del 10.7.0.77/24 dev eth0
  # An address that is gone is no reason.
  run_helper restart
  [[ "$(step tls.server)" == ok* ]]
  # One that ends within the month.
  openssl req -new -key $CERTS/server/key.pem -subj /CN=x 2>/dev/null |
    openssl x509 -req -days 3 -CA $CERTS/ca/cert.pem -CAkey $CERTS/ca/key.pem -set_serial 7 -out $CERTS/server/cert.pem 2>/dev/null
  run_helper restart
  [[ "$(step tls.server)" == "changed "*"because the one there was about to end." ]]
  [ "$(cksum <$CERTS/ca/cert.pem)" = "$ca" ]
  [ "$(cksum <$CERTS/server/key.pem)" = "$key" ]
}

@test "two starters on one folder both succeed, and their material fits together" {
  fresh
  # On a busy machine one takes longer than the other waits otherwise.
  tune TLS_LOCK_MS=600000
  # Two machines in one: a second bed's worth of namespaces that shares the folder.
  local part
  part=$(
    cat <<'END'
set -eu
here=/usr/local/lib/dind-station
SAFE_PATH=$PATH verb=start
for file in report config process state launch tls tls_issue; do . $here/lib/$file.sh; done
RUN_DIR=/run/starter-$1
mkdir -p $RUN_DIR
settings_load
PID1_ENV=
tls_choose
reported=1
END
  )
  for _ in $(seq 5); do
    rm -rf $CERTS
    sh -c "$part" one 1 >/run/one.log 2>&1 3>&- &
    local first=$!
    sh -c "$part" two 2 >/run/two.log 2>&1 3>&- &
    wait $first
    wait $!
    cat /run/one.log /run/two.log
    # Each thing was made by one of them.
    [ "$(cat /run/one.log /run/two.log | grep -c 'Issued the certificate authority')" -eq 1 ]
    [ "$(cat /run/one.log /run/two.log | grep -c 'Made ')" -eq 3 ]
    openssl verify -CAfile $CERTS/ca/cert.pem $CERTS/server/cert.pem $CERTS/client/cert.pem
    cmp $CERTS/ca/cert.pem $CERTS/client/ca.pem
  done
}

@test "somebody holds the lock for ever: bounded, and said" {
  fresh
  mkdir -p $CERTS/ca
  flock $CERTS/ca/lock sleep 100 3>&- &
  local holder=$!
  while flock -n $CERTS/ca/lock true; do sleep 0.02; done
  tune TLS_LOCK_MS=1000
  run_helper start
  # shellcheck disable=SC2046 # one word a child
  kill "$holder" $(cat "/proc/$holder/task/$holder/children")
  [ "$status" -eq 75 ]
  [[ "$(result message)" == *"$CERTS/ca/lock"* ]]
  [ -z "$(pids containerd)" ]
}

@test "your own authority: verified, used, nothing made" {
  fresh
  mkdir -p $CERTS/server
  foreign /run/own
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mine -keyout $CERTS/server/key.pem 2>/dev/null |
    openssl x509 -req -days 300 -CA /run/own/ca.pem -CAkey /run/own/key.pem -set_serial 5 \
      -extfile <(printf 'subjectAltName=DNS:docker,IP:10.7.0.2') -out $CERTS/server/cert.pem 2>/dev/null
  cp /run/own/ca.pem $CERTS/server/ca.pem
  chmod 600 $CERTS/server/key.pem
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step tls)" == "ok "*"nothing was issued." ]]
  [ ! -e $CERTS/ca ]
  run ip netns exec client curl -q -s --cacert /run/own/ca.pem --cert /run/own/cert.pem --key /run/own/key.pem https://10.7.0.2:2376/_ping
  [ "$output" = OK ]
  # And one that does not fit ends the start before anything runs.
  reset_engine
  conf tls_certdir=$CERTS
  foreign /run/other
  cp /run/other/ca.pem $CERTS/server/ca.pem
  run_helper start
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"server/cert.pem is not signed by"* ]]
  [ -z "$(pids dockerd)" ]
}

@test "your own authority's key: it issues, and is kept" {
  fresh
  mkdir -p $CERTS/ca
  openssl genrsa -out $CERTS/ca/key.pem 2048 2>/dev/null
  local key
  key=$(cksum <$CERTS/ca/key.pem)
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(cksum <$CERTS/ca/key.pem)" = "$key" ]
  client tcp://docker:2376 version >/dev/null
}

@test "an authority without its key and without certificates: said, not half started" {
  fresh
  foreign /run/own
  mkdir -p $CERTS/ca
  cp /run/own/ca.pem $CERTS/ca/cert.pem
  run_helper start
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"without ca/key.pem"* ]]
}

@test "a folder that a user could write to is refused; the sticky one of the official image is not" {
  fresh_fake
  mkdir -p $CERTS/server
  chown coder $CERTS/server
  run_helper start
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"$CERTS/server for certificates must belong to root"* ]]
  rm -r $CERTS
  mkdir -m 777 $CERTS
  run_helper start
  [ "$status" -eq 78 ]
  chmod 1777 $CERTS
  run_helper start
  [ "$status" -eq 0 ]
}

@test "DOCKER_TLS_CERTDIR and DOCKER_TLS_SAN of the container's PID 1 count" {
  fresh
  rm /etc/dind-station/helper.conf
  environ_one DOCKER_TLS_CERTDIR=$CERTS DOCKER_TLS_SAN=DNS:build.example.org
  run_helper start
  [ "$status" -eq 0 ]
  client tcp://build.example.org:2376 version >/dev/null
  # Nothing of it but a name may go into a certificate's configuration.
  reset_engine
  environ_one DOCKER_TLS_CERTDIR=$CERTS $'DOCKER_TLS_SAN=DNS:x\n[evil]'
  run_helper start
  [ "$status" -eq 78 ]
  [[ "$(result message)" == *"DOCKER_TLS_SAN is"* ]]
}

@test "TLS in daemon.json is left alone" {
  fresh_fake
  json '{"hosts": ["unix:///var/run/docker.sock"]}'
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step tls)" == "skipped /etc/docker/daemon.json decides: it holds hosts." ]]
  [ -z "$(ss -Htln 'sport = :2376')" ]
}

@test "tcp=plain listens on loopback only, in about a second, and warns for as long as it runs" {
  fresh
  conf tcp=plain
  run_helper start
  [ "$status" -eq 0 ]
  local first=$output
  [ "$(ss -Htln 'sport = :2375' | awk '{ print $4 }')" = 127.0.0.1:2375 ]
  DOCKER_HOST=tcp://127.0.0.1:2375 docker version >/dev/null
  run_helper status
  [[ "$(step tcp)" == "failed The daemon listens on 127.0.0.1, port 2375, without TLS"* ]]
  output=$first
  quick 4000
}

@test "tcp=plain with tcp_address listens there, without the wait of 16 s" {
  fresh
  conf tcp=plain tcp_address=10.7.0.2
  run_helper start
  [ "$status" -eq 0 ]
  local first=$output
  run ip netns exec client curl -q -s http://10.7.0.2:2375/_ping
  [ "$output" = OK ]
  output=$first
  quick 4000
}

@test "tcp=plain costs no second: the port is handed to the daemon; without perl it still works" {
  fresh
  conf tcp=plain
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(ss -Htln 'sport = :2375' | wc -l)" -eq 1 ]
  grep -q -e '--host=fd://' <(tr '\000' '\n' <"/proc/$(daemon_pid)/cmdline")
  # The daemon's child processes do not hold the port.
  run_helper stop
  [ -z "$(ss -Htln 'sport = :2375')" ]
  mount --bind /dev/null /usr/bin/perl
  run_helper start
  umount /usr/bin/perl
  [ "$status" -eq 0 ]
  DOCKER_HOST=tcp://127.0.0.1:2375 docker version >/dev/null
}

@test "a port that is taken is named" {
  fresh
  conf tcp=plain
  perl -MIO::Socket::INET -e 'IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 2375, Listen => 1) and sleep 600' 3>&- &
  local holder=$!
  until_true '[ -n "$(ss -Htln "sport = :2375")" ]'
  run_helper start
  kill $holder 2>/dev/null || :
  [ "$(result code)" = daemon-exited ]
  [[ "$(result cause)" == *"cannot listen on 127.0.0.1, port 2375"* ]]
}

@test "the verb tls says what is there, and makes nothing" {
  fresh_fake
  run_helper tls
  [ "$(result code)" = tls ]
  [ ! -e $CERTS ]
  run_helper start
  run_helper tls
  [ "$status" -eq 0 ]
  [[ "$(step tls.server)" == "ok $CERTS/server/cert.pem, valid until "*"DNS:docker"*"SHA-256 "* ]]
  rm /etc/dind-station/helper.conf
  run_helper tls
  [[ "$(result message)" == "There is no TLS"* ]]
}

@test "a port with and without certificates is refused; an address without a port is said" {
  fresh_fake
  conf tls_certdir=$CERTS tcp=plain
  run_helper start
  [ "$(result code)" = bad-config ]
  [[ "$(result message)" == *"tcp is plain, but tls_certdir is $CERTS"* ]]
  [ -z "$(daemon_pid)" ]
  conf tls_certdir=$CERTS tcp=off
  run_helper tls
  [[ "$(result message)" == *"says tcp=off"* ]]
  conf tcp_address=0.0.0.0
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step tcp)" == "skipped There is no TCP port: tcp_address is 0.0.0.0, but"* ]]
}

@test "bad settings are refused" {
  fresh
  local line
  for line in tls_certdir=certs tls_certdir=/a/../b 'tls_certdir=/a b' tls_san=evil 'tls_san=DNS:a b' tls_client_key=0666 tcp=yes tcp_address=host; do
    conf "$line"
    run_helper start
    [ "$status" -eq 78 ]
    [[ "$(result message)" == *"${line%%=*} is "* ]]
  done
}
