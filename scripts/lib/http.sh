# shellcheck shell=sh
# Asking the engine over its socket. A connection proves nothing: dockerd accepts long before it works and answers at the
# very moment it does, so one question that waits is both the exact and the cheapest way to notice readiness.

# http_get PATH SECONDS: sets HTTP_STATUS to the answer's status, 000 when there was none in time; true for 200. Sets
# HTTP_REFUSED when nobody even listens.
# In the background, so that a signal (cancel) is heard at once and not after the answer.
http_get() {
  if command -v curl >/dev/null; then
    curl -q --silent --output /dev/null --write-out '%{http_code}' --max-time "$2" --unix-socket "$socket" \
      "http://docker$1" >"$RUN_DIR/http.$$" 2>/dev/null 9>&- &
  elif command -v perl >/dev/null; then
    http_get_perl "$1" "$2" >"$RUN_DIR/http.$$" 2>/dev/null 9>&- &
  else
    fail no-tool "curl or perl is needed to ask the daemon and neither is installed: apt-get install curl."
  fi
  asking=$!
  HTTP_REFUSED=
  wait $asking && asked_status=0 || asked_status=$?
  asking=
  # curl's own number for it, and so our perl's.
  [ "$asked_status" -ne 7 ] || HTTP_REFUSED=1
  HTTP_STATUS=000
  read -r HTTP_STATUS <"$RUN_DIR/http.$$" || :
  rm -f "$RUN_DIR/http.$$"
  [ "$HTTP_STATUS" = 200 ]
}

# Perl is part of every Debian; curl is not.
http_get_perl() {
  # shellcheck disable=SC2016 # perl's variables, not the shell's
  exec perl -MIO::Socket::UNIX -e '
    my ($path, $seconds, $socket) = @ARGV;
    $SIG{ALRM} = sub { print "000"; exit 1 };
    alarm $seconds;
    my $s = IO::Socket::UNIX->new(Peer => $socket) or do { print "000"; exit 7 };
    print $s "GET $path HTTP/1.0\r\nHost: docker\r\n\r\n";
    $s->flush;
    my $line = <$s> // "";
    print $line =~ m{^HTTP/1\.[01] (\d{3})} ? $1 : "000";
  ' "$1" "$2" "$socket"
}
