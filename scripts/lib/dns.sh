# shellcheck shell=sh
# Which name servers nested containers ask. A resolver on a loopback address (Docker's 127.0.0.11, systemd's 127.0.0.53)
# is not theirs: dockerd strikes it out and hands them a public one, which many networks do not let through.

SYSTEMD_RESOLV=/run/systemd/resolve/resolv.conf

# dns_choose: adds --dns only where what the daemon would hand on does not answer.
dns_choose() {
  ! left_to_json dns dns || return 0
  dns_handed_on
  if [ -n "$HANDED" ]; then
    step dns ok "Containers ask $HANDED, as this place does."
    return 0
  fi
  dns_candidates
  dns_answering "$CANDIDATES"
  case $ANSWERING in
    untested)
      step dns skipped "The resolver here ($LOOPBACK) is not reachable from containers; without perl it cannot be found out which is: apt-get install perl-base, or set dns in $DAEMON_JSON."
      ;;
    '')
      warn_keep dns "The resolver here ($LOOPBACK) is not reachable from containers, and of $CANDIDATES none answers: names will not resolve in containers on the default bridge. Set dns in $DAEMON_JSON to a server that they can reach."
      ;;
    *)
      first=${ANSWERING%% *}
      if [ "$first" = "${ASSUMED%% *}" ]; then
        step dns ok "The resolver here ($LOOPBACK) is not reachable from containers; $first, which the daemon hands them, answers."
      else
        for server in $ANSWERING; do flag_add "--dns=$server"; done
        step dns changed "The resolver here ($LOOPBACK) is not reachable from containers, and ${ASSUMED%% *}, which the daemon would hand them, does not answer: they get $ANSWERING."
      fi
      ;;
  esac
}

# dns_handed_on: sets HANDED to the servers that a container can ask as they stand in resolv.conf, LOOPBACK to the others.
dns_handed_on() {
  HANDED='' LOOPBACK=''
  # shellcheck disable=SC2013 # one word a line
  for server in $(sed -n 's/^[[:space:]]*nameserver[[:space:]][[:space:]]*\([0-9a-fA-F.:]*\).*/\1/p' /etc/resolv.conf 2>/dev/null); do
    case $server in
      127.* | ::1) LOOPBACK="$LOOPBACK${LOOPBACK:+ }$server" ;;
      *) HANDED="$HANDED${HANDED:+ }$server" ;;
    esac
  done
  LOOPBACK=${LOOPBACK:-none}
}

# dns_candidates: sets CANDIDATES: first what the daemon would hand on (ASSUMED), then who stands behind the resolver
# here: systemd's list, what Docker's resolver notes in resolv.conf, the router.
dns_candidates() {
  ASSUMED='8.8.8.8 8.8.4.4'
  behind=$(resolvers_in "$SYSTEMD_RESOLV")
  # dockerd reads systemd's list by itself, but only beside this one address.
  [ "$LOOPBACK" != 127.0.0.53 ] || [ -z "$behind" ] || ASSUMED=$(one_line "$behind")
  noted=$(sed -n 's/^# ExtServers: \[\(.*\)\]$/\1/p' /etc/resolv.conf 2>/dev/null | sed 's/host(\([^)]*\))/\1/g')
  router=$(awk '$2 == "00000000" && $3 != "00000000" { print $3; exit }' /proc/net/route)
  if [ -n "$router" ]; then
    # 0101070A is 10.7.1.1: the lowest byte first.
    upper=${router#????} lower=${router%????}
    router=$((0x${upper#??})).$((0x${upper%??})).$((0x${lower#??})).$((0x${lower%??}))
  fi
  CANDIDATES=
  for server in $ASSUMED $behind $noted $router; do
    case "$server $CANDIDATES " in
      127.* | *[!0-9.\ ]*) ;;
      "$server "*" $server "* | "$server $server "*) ;;
      *) CANDIDATES="$CANDIDATES${CANDIDATES:+ }$server" ;;
    esac
  done
}

# dns_answering SERVERS: asks all at once and waits a second. Sets ANSWERING to those that answer other than by a
# refusal, in the same order. A container's question leaves with this place's address, so what answers here answers there.
dns_answering() {
  if ! command -v perl >/dev/null; then
    ANSWERING=untested
    return 0
  fi
  # shellcheck disable=SC2016,SC2086 # perl's variables; one word a server
  ANSWERING=$(perl -MIO::Socket::INET -MIO::Select -e '
    # Who serves the root: every recursive server knows.
    my $question = pack("nnnnnn", 0x4453, 0x0100, 1, 0, 0, 0) . pack("Cnn", 0, 2, 1);
    my ($select, %server, %good, $answer) = (IO::Select->new);
    sub done { print join " ", grep { $good{$_} } @ARGV; exit }
    for my $address (@ARGV) {
      my $s = IO::Socket::INET->new(PeerAddr => $address, PeerPort => 53, Proto => "udp") or next;
      $s->send($question) or next;
      $server{fileno $s} = $address;
      $select->add($s);
    }
    $SIG{ALRM} = \&done;
    alarm 1;
    while ($select->count) {
      for my $s ($select->can_read) {
        $select->remove($s);
        defined $s->recv($answer, 4096) or next;
        my ($id, $flags) = unpack "nn", $answer;
        $good{$server{fileno $s}} = 1 if length $answer > 11 && $id == 0x4453 && $flags & 0x8000 && ($flags & 15) != 5;
      }
      # The first in the list decides: nothing later need be waited for once it is there.
      last if $good{$ARGV[0]};
    }
    done;
  ' $1 2>/dev/null 9>&-) || ANSWERING=
}
