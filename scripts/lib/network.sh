# shellcheck shell=sh
# The network the daemon makes: how big its packets may be, and which addresses it gives out.

# network_choose: MTU and address plan.
network_choose() {
  network_mtu
  network_addresses
}

# network_mtu: bridges get the MTU of the way out. A container that sends 1500 bytes into a tunnel of 1450 sees small
# answers work and big downloads hang.
network_mtu() {
  ! left_to_json network.mtu mtu || return 0
  route_device
  if [ -z "$DEVICE" ]; then
    step network.mtu skipped "There is no default route, so no MTU to follow."
    return 0
  fi
  { read -r mtu <"/sys/class/net/$DEVICE/mtu"; } 2>/dev/null || mtu=unreadable
  case $mtu in
    *[!0-9]*) step network.mtu skipped "The MTU of $DEVICE is not readable." ;;
    1500) step network.mtu ok "The way out, $DEVICE, has an MTU of 1500, as the daemon assumes." ;;
    *)
      flag_add "--mtu=$mtu"
      if json_has default-network-opts; then
        step network.mtu changed "The way out, $DEVICE, has an MTU of $mtu: docker0 gets it; for new networks $DAEMON_JSON decides."
      elif dockerd --help 2>/dev/null | grep -q -e --default-network-opt; then
        flag_add "--default-network-opt=bridge=com.docker.network.driver.mtu=$mtu"
        step network.mtu changed "The way out, $DEVICE, has an MTU of $mtu: docker0 and every new network get it."
      else
        step network.mtu changed "The way out, $DEVICE, has an MTU of $mtu: docker0 gets it. This engine cannot give it to networks you create: docker network create -o com.docker.network.driver.mtu=$mtu."
      fi
      ;;
  esac
}

# route_device: sets DEVICE to the device of the default route, IPv4 before IPv6, the lowest metric first.
route_device() {
  routes=/proc/net/route
  [ ! -e /proc/net/ipv6_route ] || routes="$routes /proc/net/ipv6_route"
  # shellcheck disable=SC2086 # one word a file
  DEVICE=$(awk '
    FILENAME ~ /ipv6_route$/ {
      # Metric in hexadecimal of eight digits: such compare as text.
      if ($1 ~ /^0+$/ && $2 == "00" && $10 != "lo" && (six == "" || $6 < metric6)) { six = $10; metric6 = $6 }
      next
    }
    $2 == "00000000" && $8 == "00000000" && (four == "" || $7 + 0 < metric) { four = $1; metric = $7 + 0 }
    END { print four != "" ? four : six }' $routes)
}

# network_addresses: leaves the daemon's own ranges unless something here already uses them. Then one /16 that nothing
# uses is split: its first part is docker0, its upper half the pool for new networks. The choice is kept with the data,
# because the networks that were made from it are kept there too.
network_addresses() {
  ! left_to_json network.addresses bip default-address-pools bridge fixed-cidr || return 0
  plan_file=$data_root/dind-station-addresses
  recorded=
  { read -r recorded <"$plan_file"; } 2>/dev/null || :
  case $recorded in
    *[!0-9.]* | *.*.* | *.*[!0-9]*) recorded= ;;
    [1-9]*.[0-9]*) ;;
    *) recorded= ;;
  esac
  address_plan "$recorded"
  case $PLAN in
    default)
      step network.addresses ok "The daemon's own address ranges collide with nothing here."
      return 0
      ;;
    none)
      step network.addresses failed "Every private address range collides with a route or resolver here: set bip and default-address-pools in $DAEMON_JSON."
      return 0
      ;;
  esac
  # Changing the bridge under running containers would cut them off.
  if [ "$PLAN" != "$recorded" ] && [ -d /sys/class/net/docker0 ]; then
    step network.addresses skipped "$REASON, but docker0 is there already and keeps its addresses: remove it while the daemon is stopped (ip link delete docker0) to get others."
    [ -n "$recorded" ] || return 0
    PLAN=$recorded
  elif [ "$PLAN" = "$recorded" ]; then
    step network.addresses ok "docker0 is $PLAN.0.1/20 and new networks come from $PLAN.128.0/17, as before."
  else
    mkdir -p "$data_root"
    echo "$PLAN" >"$plan_file.new"
    mv -f "$plan_file.new" "$plan_file"
    step network.addresses changed "$REASON: docker0 is $PLAN.0.1/20 and new networks come from $PLAN.128.0/17."
  fi
  flag_add "--bip=$PLAN.0.1/20"
  flag_add "--default-address-pool=base=$PLAN.128.0/17,size=24"
}

# address_plan RECORDED: sets PLAN to default, none, or the first two numbers of the /16 to use, and REASON to what
# collides. Routes through the daemon's own bridges do not count.
address_plan() {
  planned=$(awk -v recorded="$1" -v resolvers="$(resolvers_in /etc/resolv.conf)" '
    # The kernel prints addresses as the bytes lie in memory, the lowest first.
    function number(hex,  i, n, value) {
      for (i = 7; i >= 1; i -= 2)
        value = value * 256 + (index(digits, substr(hex, i, 1)) - 1) * 16 + index(digits, substr(hex, i + 1, 1)) - 1
      return value
    }
    function dotted(text,  part) {
      if (split(text, part, ".") != 4) return -1
      return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
    }
    function words(value) {
      return int(value / 16777216) "." int(value / 65536) % 256 "." int(value / 256) % 256 "." value % 256
    }
    # What lies between two addresses, in words; only resolvers when so told.
    function taken(low, high, resolver_only,  i) {
      for (i = 1; i <= n; i++)
        if (start[i] <= high && end[i] >= low && (!resolver_only || kind[i] == "the resolver"))
          return kind[i] " " words(start[i])
      return ""
    }
    function free(two,  low) {
      low = dotted(two ".0.0")
      return taken(low, low + 65535) == ""
    }
    BEGIN {
      digits = "0123456789ABCDEF"
      count = split(resolvers, list, " ")
      for (i = 1; i <= count; i++)
        if (list[i] !~ /^127\./ && dotted(list[i]) >= 0) {
          kind[++n] = "the resolver"; start[n] = end[n] = dotted(list[i])
        }
    }
    FNR > 1 && $8 != "00000000" && $1 !~ /^(docker0|docker_gwbridge|br-[0-9a-f]+)$/ {
      kind[++n] = "the route to"; start[n] = number($2); end[n] = start[n] + 4294967295 - number($8)
    }
    END {
      why = taken(dotted("172.16.0.0"), dotted("172.31.255.255"))
      if (why == "") why = taken(dotted("192.168.0.0"), dotted("192.168.255.255"), 1)
      if (recorded != "" && free(recorded)) { print recorded; print why; exit }
      if (recorded == "" && why == "") { print "default"; exit }
      for (i = 31; i >= 17; i--) if (free("172." i)) { print "172." i; print why; exit }
      for (i = 255; i >= 200; i--) if (free("10." i)) { print "10." i; print why; exit }
      if (free("192.168")) { print "192.168"; print why; exit }
      print "none"
    }' /proc/net/route)
  PLAN=${planned%%
*}
  REASON=${planned#*
}
  REASON="The daemon's own address ranges collide with ${REASON:-what was recorded}"
}

# resolvers_in FILE: prints the IPv4 name servers it lists.
resolvers_in() {
  sed -n 's/^[[:space:]]*nameserver[[:space:]][[:space:]]*\([0-9.]*\)[[:space:]]*$/\1/p' "$1" 2>/dev/null || :
}
