load support

setup_file() {
  require_bed
  install_helper
  cp -L /etc/resolv.conf /run/resolv.before
}
setup() {
  reset_engine
  rm -f /var/lib/docker/dind-station-addresses
  ip link delete docker0 2>/dev/null || :
  rm -rf /var/lib/docker/network
}
# A stand-in for the daemon where what is chosen and told is the subject; the real one where its bridge or a container is.
teardown() {
  no_containers
  [ ! -e /run/dns.pid ] || kill "$(cat /run/dns.pid)" 2>/dev/null || :
  rm -f /run/dns.pid
  umount /etc/resolv.conf 2>/dev/null || :
  ip link delete eth0 2>/dev/null || :
  ip netns delete outside 2>/dev/null || :
  rm -rf /run/systemd/resolve
}

# outside ADDRESS ROUTER MTU: an eth0 here, and behind it a router that knows this one address.
outside() {
  ip netns add outside
  ip link add eth0 mtu "${3:-1500}" type veth peer name eth0 mtu "${3:-1500}" netns outside
  ip addr add "$1" dev eth0
  ip link set eth0 up
  ip -n outside addr add "$2/${1#*/}" dev eth0
  ip -n outside link set lo up
  ip -n outside link set eth0 up
  ip route add default via "$2"
}

resolv() {
  printf '%s\n' "$@" >/run/resolv.test
  mount --bind /run/resolv.test /etc/resolv.conf
}

# serve_names ADDRESS: a name server in the outside that answers every question for an address with 192.0.2.99.
serve_names() {
  ip netns exec outside perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(LocalAddr => $ARGV[0], LocalPort => 53, Proto => "udp") or die $!;
    while (defined(my $peer = $s->recv(my $q, 512))) {
      my ($id) = unpack "n", $q;
      my $question = substr $q, 12;
      my $type = unpack "n", substr($question, index($question, "\0") + 1, 2);
      my $answers = $type == 1 ? 1 : 0;
      $s->send(pack("nnnnnn", $id, 0x8180, 1, $answers, 0, 0) . substr($question, 0, index($question, "\0") + 5) .
        ($answers ? pack("nnnNnC4", 0xc00c, 1, 1, 60, 4, 192, 0, 2, 99) : ""));
    }' "$1" </dev/null >/run/names.log 2>&1 3>&- &
  echo $! >/run/dns.pid
  until_true '[ -n "$(ip netns exec outside ss -Hlun "sport = :53")" ]'
}

bridge_address() { ip -o -4 addr show docker0 | awk '{ print $4 }'; }

@test "docker0 and its containers get the MTU of the way out, and packets of that size pass whole" {
  outside 10.7.0.2/24 10.7.0.1 1402
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step network.mtu)" == "changed The way out, eth0, has an MTU of 1402: docker0 gets it."* ]]
  # 20.10 has no option for the networks that are made later.
  [[ "$(step network.mtu)" == *"docker network create -o com.docker.network.driver.mtu=1402"* ]]
  busybox_image
  [ "$(docker run --rm busybox cat /sys/class/net/eth0/mtu)" = 1402 ]
  docker run --rm busybox busybox ping -c 1 -W 2 -s 1374 10.7.0.1
}

@test "an MTU of 1500, and no way out at all, need no option" {
  fake_engine
  outside 10.7.0.2/24 10.7.0.1
  run_helper start
  [[ "$(step network.mtu)" == ok* ]]
  reset_engine
  fake_engine
  ip route delete default
  run_helper start
  [[ "$(step network.mtu)" == skipped* ]]
}

@test "an MTU in daemon.json is left alone" {
  fake_engine
  json '{"mtu": 1300}'
  outside 10.7.0.2/24 10.7.0.1 1402
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step network.mtu)" == "skipped /etc/docker/daemon.json decides: it holds mtu." ]]
}

@test "the default route with the lowest metric counts" {
  fake_engine
  outside 10.7.0.2/24 10.7.0.1 1402
  ip link add other type bridge
  ip addr add 10.8.0.2/24 dev other
  ip link set other mtu 1280 up
  ip route add default via 10.8.0.1 dev other metric 100
  run_helper start
  ip link delete other
  [[ "$(step network.mtu)" == *"eth0, has an MTU of 1402"* ]]
}

@test "without a collision the daemon's own addresses stay" {
  outside 10.7.0.2/24 10.7.0.1
  run_helper start
  [[ "$(step network.addresses)" == ok* ]]
  [ "$(bridge_address)" = 172.17.0.1/16 ]
}

@test "inside a container on 172.17.0.0/16 another range is taken, kept over restarts, and new networks come from it" {
  outside 172.17.0.5/16 172.17.0.1
  ip link add lan type bridge
  ip addr add 172.31.8.1/24 dev lan
  ip link set lan up
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step network.addresses)" == "changed The daemon's own address ranges collide with the route to 172.17.0.0: docker0 is 172.30.0.1/20"* ]]
  [ "$(bridge_address)" = 172.30.0.1/20 ]
  docker network create one >/dev/null
  [ "$(docker network inspect one --format '{{(index .IPAM.Config 0).Subnet}}')" = 172.30.128.0/24 ]
  busybox_image
  docker run --rm --network one busybox busybox ping -c 1 -W 2 172.17.0.1
  # The route that made us go from 172.31 away is gone; what was chosen stays.
  ip link delete lan
  run_helper restart
  [[ "$(step network.addresses)" == "ok docker0 is 172.30.0.1/20"*"as before." ]]
  [ "$(bridge_address)" = 172.30.0.1/20 ]
  # Also when nothing is left but the data.
  reset_engine
  ip link delete docker0
  run_helper start
  [ "$(bridge_address)" = 172.30.0.1/20 ]
  docker network inspect one >/dev/null
  docker network rm one
}

@test "a recorded range that collides later is replaced" {
  outside 172.17.0.5/16 172.17.0.1
  run_helper start
  [ "$(bridge_address)" = 172.31.0.1/20 ]
  reset_engine
  fake_engine
  ip link delete docker0
  ip link add lan type bridge
  ip addr add 172.31.8.1/24 dev lan
  ip link set lan up
  run_helper start
  ip link delete lan
  [ "$status" -eq 0 ]
  [[ "$(step network.addresses)" == changed*172.30.0.1/20* ]]
}

@test "a resolver inside the daemon's ranges is a collision" {
  fake_engine
  outside 10.7.0.2/24 10.7.0.1
  resolv 'nameserver 172.18.0.53'
  run_helper start
  [[ "$(step network.addresses)" == "changed The daemon's own address ranges collide with the resolver 172.18.0.53"* ]]
}

@test "a bridge that is there keeps its addresses" {
  run_helper start
  outside 172.18.0.5/16 172.18.0.1
  run_helper restart
  [ "$status" -eq 0 ]
  [[ "$(step network.addresses)" == skipped*"ip link delete docker0"* ]]
  [ "$(bridge_address)" = 172.17.0.1/16 ]
}

@test "a nonsense record is as good as none" {
  fake_engine
  echo '1;reboot' >/var/lib/docker/dind-station-addresses
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step network.addresses)" == ok* ]]
}

@test "bip in daemon.json is left alone" {
  json '{"bip": "10.66.0.1/24"}'
  outside 172.17.0.5/16 172.17.0.1
  run_helper start
  [ "$status" -eq 0 ]
  [ "$(bridge_address)" = 10.66.0.1/24 ]
}

@test "a resolver that containers reach is handed on as it is" {
  fake_engine
  outside 10.7.0.2/24 10.7.0.1
  resolv 'nameserver 10.7.0.1'
  run_helper start
  [[ "$(step dns)" == "ok Containers ask 10.7.0.1, as this place does." ]]
}

@test "behind Docker's 127.0.0.11 the server it notes is found, and a nested container resolves through it" {
  outside 10.7.0.2/24 10.7.0.1
  serve_names 10.7.0.1
  resolv 'nameserver 127.0.0.11' 'options ndots:0' '' '# Based on host file: /etc/resolv.conf (internal resolver)' '# ExtServers: [host(10.7.0.1)]'
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step dns)" == "changed The resolver here (127.0.0.11) is not reachable from containers, and 8.8.8.8,"*"they get 10.7.0.1." ]]
  busybox_image
  docker run --rm busybox busybox nslookup anything.example.org. | grep 192.0.2.99
}

@test "behind 127.0.0.53 systemd's list is what the daemon hands on by itself: no option, and it resolves" {
  outside 10.7.0.2/24 10.7.0.1
  serve_names 10.7.0.1
  mkdir -p /run/systemd/resolve
  echo 'nameserver 10.7.0.1' >/run/systemd/resolve/resolv.conf
  resolv 'nameserver 127.0.0.53'
  run_helper start
  [[ "$(step dns)" == "ok The resolver here (127.0.0.53) is not reachable from containers; 10.7.0.1, which the daemon hands them, answers." ]]
  busybox_image
  docker run --rm busybox busybox nslookup anything.example.org. | grep 192.0.2.99
}

@test "the router is asked last, and may be the answer" {
  fake_engine
  outside 10.7.0.2/24 10.7.0.1
  serve_names 10.7.0.1
  resolv 'nameserver 127.0.0.11'
  run_helper start
  [[ "$(step dns)" == *"they get 10.7.0.1." ]]
}

@test "where nobody answers it is said, with what was asked, and status repeats it" {
  fake_engine
  outside 10.7.0.2/24 10.7.0.1
  resolv 'nameserver 127.0.0.11'
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step dns)" == "failed "*"of 8.8.8.8 8.8.4.4 10.7.0.1 none answers"*"Set dns in /etc/docker/daemon.json"* ]]
  run_helper status
  [[ "$(step dns)" == failed* ]]
}
