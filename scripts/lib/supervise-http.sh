# shellcheck shell=sh
# Two more ways of asking the engine than http.sh has: one that is held open, and one that makes it do something.

# http_hold PID: one ping, and then the connection is held without asking anything until the daemon closes it: PID, our
# parent, is told with USR1. A request that stays open, such as the one for events, would hold up the daemon's own end: from
# version 23 on it waits 5 s for them. Becomes that program, so that it can see whether PID was killed, and ends then.
http_hold() {
  # shellcheck disable=SC2016 # perl's variables, not the shell's
  exec perl -MIO::Socket::UNIX -e '
    my ($socket, $parent) = @ARGV;
    if (my $s = IO::Socket::UNIX->new(Peer => $socket)) {
      print $s "GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n";
      $s->flush;
      vec(my $wanted = "", fileno $s, 1) = 1;
      for (;;) {
        exit if getppid != $parent;
        next if select(my $ready = $wanted, undef, undef, 10) < 1;
        sysread $s, my $part, 4096 or last;
      }
    }
    kill USR1 => $parent if getppid == $parent;
  ' "$socket" "$1"
}

# http_post PATH SECONDS: an empty request; what is answered is of no interest, only that it is.
http_post() {
  if command -v curl >/dev/null; then
    curl -q --silent --output /dev/null --max-time "$2" --request POST --unix-socket "$socket" "http://docker$1"
  else
    http_post_perl "$1" "$2"
  fi >/dev/null 2>&1 9>&- 8>&-
}

http_post_perl() {
  # shellcheck disable=SC2016 # perl's variables, not the shell's
  perl -MIO::Socket::UNIX -e '
    my ($path, $seconds, $socket) = @ARGV;
    alarm $seconds;
    my $s = IO::Socket::UNIX->new(Peer => $socket) or exit 1;
    print $s "POST $path HTTP/1.0\r\nHost: docker\r\nContent-Length: 0\r\n\r\n";
    $s->flush;
    1 while sysread $s, my $part, 4096;
  ' "$1" "$2" "$socket"
}
