load support

setup() {
  reset_engine
  forget_rules
}
# A stand-in for the daemon where what is decided and told is the subject; the real one where rules or packets are.
teardown() {
  ip netns delete outside 2>/dev/null || :
  umount /usr/sbin/xtables-nft-multi 2>/dev/null || :
  environ_own
}
teardown_file() {
  reset_engine
  forget_rules
}

forget_rules() {
  local table tool
  for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
    "$tool" -P FORWARD ACCEPT 2>/dev/null || :
    for table in filter nat raw; do
      "$tool" -t $table -F 2>/dev/null || :
      "$tool" -t $table -X 2>/dev/null || :
    done
  done
  ip link delete docker0 2>/dev/null || :
}

# break_nft PATTERN WORDS: the nft programs refuse when their name or input holds PATTERN, as a kernel without that part.
break_nft() {
  mkdir -p /run/real
  [ -e /run/real/xtables-nft-multi ] || cp /usr/sbin/xtables-nft-multi /run/real/
  cat >/run/real/broken <<END
#!/bin/bash
name=\${0##*/}
input=
case \$name in *-restore) input=\$(cat) ;; esac
if [[ "\$name \$* \$input" =~ $1 ]]; then
  echo "\$name v1.8.9 (nf_tables): $2" >&2
  exit 1
fi
printf '%s\n' "\$input" | exec -a "\$name" /run/real/xtables-nft-multi "\$@"
END
  chmod +x /run/real/broken
  mount --bind /run/real/broken /usr/sbin/xtables-nft-multi
}

@test "where nft works it is used, and nothing of ours is put in the PATH" {
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step iptables.backend)" == "ok iptables is nft"* ]]
  [ ! -e /run/dind-station/iptables ]
  iptables-nft -t nat -S | grep -q -e '-N DOCKER'
  [ -z "$(daemon_env | grep NO_IPTABLES_RAW)" ]
  [ -z "$(daemon_args | grep ip6tables)" ]
}

@test "the probe leaves no trace in our own namespace" {
  conf iptables=legacy
  local before
  before=$(iptables-nft-save | grep -v '^#')
  ip netns add fresh
  nsenter --net=/run/netns/fresh sh -c '/usr/local/lib/dind-station/dind-helper start >/dev/null; iptables-nft-save; iptables-legacy-save' >/tmp/rules
  reset_engine
  ip netns delete fresh
  grep -q MASQUERADE /tmp/rules
  run cat /tmp/rules
  [[ "$output" != *PROBE* ]]
  [ "$(iptables-nft-save | grep -v '^#')" = "$before" ]
}

@test "where nft has no nat, the daemon uses legacy, and a container reaches out through it" {
  break_nft '(-t |\*)nat' 'CHAIN_ADD failed (No such file or directory): chain PREROUTING'
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$output" == *"CHAIN_ADD failed"* ]]
  [[ "$(step iptables.backend)" == *"changed The daemon uses iptables-legacy"* ]]
  iptables-legacy -t nat -S | grep -q -e '-N DOCKER'
  # The system's own choice is untouched.
  [ "$(readlink -f /usr/sbin/iptables)" = /usr/sbin/xtables-nft-multi ]
  # A place that knows no way back to a container: it answers only what the legacy rules have given our address.
  ip netns add outside
  ip link add tooutside type veth peer name eth0 netns outside
  ip addr add 10.9.9.1/24 dev tooutside
  ip link set tooutside up
  ip -n outside addr add 10.9.9.2/24 dev eth0
  ip -n outside link set eth0 up
  busybox_image
  docker run --rm busybox busybox ping -c 1 -W 2 10.9.9.2
  # Again: legacy has rules here now, and the folder is there.
  run_helper restart
  [[ "$(step iptables.backend)" == "ok The daemon uses iptables-legacy already: "*"rules of it are here already." ]]
}

@test "rules of the legacy backend that are here already make it the choice" {
  iptables-legacy -A FORWARD -s 192.0.2.1 -j ACCEPT
  run_helper start
  [[ "$(step iptables.backend)" == "changed The daemon uses iptables-legacy, for itself only: 1 rules of it are here already." ]]
  iptables-legacy -t nat -S | grep -q -e '-N DOCKER'
}

@test "tables of the legacy backend without a rule decide nothing" {
  fake_engine
  iptables-legacy -nL >/dev/null
  run_helper start
  [[ "$(step iptables.backend)" == "ok iptables is nft"* ]]
}

@test "what a daemon left in the other backend is named: it would go on dropping packets" {
  run_helper start
  iptables-nft -S | grep -qx -e '-N DOCKER'
  conf iptables=legacy
  fake_engine
  run_helper restart
  [[ "$output" == *"Rules of a daemon before remain in nft"* ]]
}

@test "helper.conf overrules what was found" {
  conf iptables=legacy
  run_helper start
  [[ "$(step iptables.backend)" == *"iptables-legacy, for itself only: helper.conf says so." ]]
  iptables-legacy -t nat -S | grep -q -e '-N DOCKER'
}

@test "DOCKER_IPTABLES_LEGACY of the container decides, empty for nft" {
  fake_engine
  environ_one DOCKER_IPTABLES_LEGACY=1
  run_helper start
  environ_own
  [[ "$(step iptables.backend)" == *"iptables-legacy, for itself only: DOCKER_IPTABLES_LEGACY of this container says so." ]]
  reset_engine
  fake_engine
  environ_one DOCKER_IPTABLES_LEGACY=
  run_helper start
  environ_own
  [[ "$(step iptables.backend)" == "ok iptables is nft, and stays so: DOCKER_IPTABLES_LEGACY of this container says so." ]]
}

@test "IPv6 that does not work is given up alone, and status goes on saying so" {
  fake_engine
  break_nft '^ip6tables' "Table does not exist (do you need to insmod?)"
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step iptables.backend)" == "ok iptables is nft"* ]]
  [[ "$(step iptables.ipv6)" == "failed IPv6 rules cannot be written"*"Table does not exist"* ]]
  daemon_args | grep -qx -e --ip6tables=false
  run_helper status
  [ "$status" -eq 0 ]
  [[ "$(step iptables.ipv6)" == failed* ]]
  [[ "$(jq -r '.warnings[0]' /run/dind-station/state.json)" == "IPv6 rules cannot be written"* ]]
}

@test "what daemon.json says about ip6tables is not said again" {
  fake_engine
  json '{"ip6tables": false}'
  break_nft '^ip6tables' "Table does not exist"
  run_helper start
  [ "$status" -eq 0 ]
}

@test "a raw table that does not work is given up alone" {
  fake_engine
  break_nft '(-t |\*)raw' 'table raw does not exist'
  run_helper start
  [ "$status" -eq 0 ]
  daemon_env | grep -qx DOCKER_INSECURE_NO_IPTABLES_RAW=1
  [[ "$(step iptables.raw)" == *"table raw does not exist"* ]]
}

@test "where no backend works both reasons are said, and then the daemon's own" {
  break_nft '(-t |\*)nat' 'CHAIN_ADD failed'
  mount --bind /bin/false /usr/sbin/xtables-legacy-multi
  run_helper start
  umount /usr/sbin/xtables-legacy-multi
  [ "$status" -eq 69 ]
  [[ "$output" == *"The nft backend of iptables cannot write"*"CHAIN_ADD failed"* ]]
  [[ "$output" == *"The legacy backend of iptables cannot write"* ]]
  [ "$(result code)" = daemon-exited ]
}

@test "iptables off in daemon.json: nothing is tried" {
  fake_engine
  json '{"iptables": false}'
  run_helper start
  [ "$status" -eq 0 ]
  [[ "$(step iptables.backend)" == skipped* ]]
}

@test "the decision costs little" {
  fake_engine
  run_helper start
  local before after
  before=$(printf '%s\n' "$output" | jq -s '[.[] | select(.step == "storage.driver")][0].ms')
  after=$(printf '%s\n' "$output" | jq -s '[.[] | select(.step == "iptables.backend")][0].ms')
  echo "iptables.backend took $((after - before)) ms" >&3
}
