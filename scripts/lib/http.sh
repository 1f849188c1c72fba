# shellcheck shell=sh
# Asking the engine over its socket. A connection proves nothing: dockerd accepts long before it works and answers at the
# very moment it does, so a question that waits is both the exact and the cheapest way to notice readiness.

# http_get PATH SECONDS: true when the answer is 200. Sets HTTP_ANSWERED when there was any answer in time, HTTP_REFUSED
# when nobody even listens. The exit status tells: a file for the answer would make a full disk look like a silent daemon.
# In the background, so that a signal (cancel) is heard at once and not after the answer.
http_get() {
  if command -v curl >/dev/null; then
    curl -q --silent --fail --output /dev/null --max-time "$2" --unix-socket "$socket" "http://docker$1" \
      >/dev/null 2>&1 9>&- 8>&- &
  elif command -v perl >/dev/null; then
    http_get_perl "$1" "$2" >/dev/null 2>&1 9>&- 8>&- &
  else
    fail no-tool "curl or perl is needed to ask the daemon and neither is installed: apt-get install curl."
  fi
  asking=$!
  HTTP_REFUSED='' HTTP_ANSWERED=''
  wait $asking && asked_status=0 || asked_status=$?
  asking=
  # curl's own numbers, and so our perl's.
  # shellcheck disable=SC2034 # for whoever asks
  case $asked_status in
    0 | 22) HTTP_ANSWERED=1 ;;
    # curl says so too of a program that listens but does not take the connection, because too many wait already.
    7) socket_listened || HTTP_REFUSED=1 ;;
  esac
  [ "$asked_status" -eq 0 ]
}

# socket_taken: some program has the socket; HTTP_ANSWERED says whether it answers. A daemon that was just killed may be seen to
# listen while the kernel takes it apart, so what does not answer is asked again for a second.
socket_taken() {
  now_ms
  taken_deadline=$((NOW_MS + 1000))
  until http_get /_ping 2 || [ -n "$HTTP_ANSWERED" ]; do
    [ -z "$HTTP_REFUSED" ] || return 1
    now_ms
    [ "$NOW_MS" -lt "$taken_deadline" ] || return 0
    sleep 0.05
  done
}

# socket_listened: a program of this network namespace listens at the socket's path, by either of its names.
socket_listened() {
  awk -v a="$socket" -v b="$(readlink -f "$socket")" '
    # __SO_ACCEPTCON
    $4 == "00010000" && ($8 == a || $8 == b) { found = 1 }
    END { exit !found }' /proc/net/unix
}

# Perl is part of every Debian; curl is not.
http_get_perl() {
  # shellcheck disable=SC2016 # perl's variables, not the shell's
  exec perl -MIO::Socket::UNIX -e '
    my ($path, $seconds, $socket) = @ARGV;
    $SIG{ALRM} = sub { exit 28 };
    alarm $seconds;
    my $s = IO::Socket::UNIX->new(Peer => $socket) or exit 7;
    print $s "GET $path HTTP/1.0\r\nHost: docker\r\n\r\n";
    $s->flush;
    my $line = <$s> // "";
    exit($line =~ m{^HTTP/1\.[01] 200 } ? 0 : $line =~ m{^HTTP/} ? 22 : 52);
  ' "$1" "$2" "$socket"
}
