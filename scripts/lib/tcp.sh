# shellcheck shell=sh
# The daemon on a TCP port: not at all, unless TLS material has a place (tls_certdir) or helper.conf asks for plain TCP.

# The address of a port that this run opens and hands to dockerd.
tcp_handed=''

# tcp_choose: adds the listener. Whoever reaches a plain one is root here, so it is never a default.
tcp_choose() {
  tcp_handed=
  if [ -z "$tls_dir" ] && [ "$tcp" != plain ]; then
    [ -z "$tcp_address" ] ||
      step tcp skipped "There is no TCP port: tcp_address is $tcp_address, but neither tls_certdir nor tcp=plain is set in $CONFIG_FILE."
    return 0
  fi
  if json_has hosts; then
    step tcp skipped "$DAEMON_JSON decides: it holds hosts."
    return 0
  fi
  if [ "$tcp" = plain ]; then
    tcp_plain
    return 0
  fi
  address=${tcp_address:-0.0.0.0}
  flag_add "--host=tcp://$(tcp_bracketed "$address"):2376"
  step tcp ok "The daemon also listens on $address, port 2376, for clients with a certificate of this certificate authority."
}

# tcp_plain: dockerd opens such a port only after a wait of 1 s, and of 15 more unless --tls=false says that it is meant.
# A port that is open already and handed over it takes at once; we warn ourselves.
tcp_plain() {
  address=${tcp_address:-127.0.0.1}
  case "$launcher $address" in
    official* | *:*) ;;
    *) ! command -v perl >/dev/null || tcp_handed=$address ;;
  esac
  if [ -n "$tcp_handed" ]; then
    flag_add --host=fd://
  else
    flag_add "--host=tcp://$(tcp_bracketed "$address"):2375"
  fi
  flag_add --tls=false
  case $address in
    127.* | ::1 | localhost) reach="every program and user of this container or machine" ;;
    *) reach="everybody who reaches $address" ;;
  esac
  warn_keep tcp "The daemon listens on $address, port 2375, without TLS, as helper.conf says (tcp=plain): $reach can become root through it. tls_certdir gives the same with certificates."
}

# tcp_bracketed ADDRESS: prints an IPv6 address as a URL wants it.
tcp_bracketed() {
  case $1 in
    *:*) printf '[%s]\n' "$1" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# tcp_hand_over PROGRAM...: opens the port and becomes the program, with the port as its descriptor 3, as systemd does.
tcp_hand_over() {
  # shellcheck disable=SC2016 # perl's variables
  launch_exec perl -MIO::Socket::INET -MPOSIX=dup2 -e '
    my $address = shift;
    $^F = 3;
    my $port = IO::Socket::INET->new(LocalAddr => $address, LocalPort => 2375, Listen => 128, ReuseAddr => 1)
      or die "cannot listen on $address, port 2375: $!\n";
    if (fileno $port != 3) { dup2(fileno $port, 3); close $port }
    @ENV{"LISTEN_FDS", "LISTEN_PID"} = (1, $$);
    exec @ARGV or die "cannot run $ARGV[0]: $!\n";
  ' "$tcp_handed" "$@"
}
