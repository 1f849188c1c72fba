# shellcheck shell=sh
# Making keys and certificates. Every file is written beside and renamed, so that a reader, in another container too,
# never sees half of one.

# tls_authority: the authority's key and certificate. A certificate that is renewed keeps key and name, so clients that
# hold the old one go on trusting.
tls_authority() {
  ca=$tls_dir/ca
  if [ -s "$ca/cert.pem" ] && tls_pair "$ca/key.pem" "$ca/cert.pem" && tls_lasts "$ca/cert.pem"; then
    step tls.ca ok "The certificate authority in $ca is there, valid until $(tls_until "$ca/cert.pem")."
    return 0
  fi
  tls_config ca <<'END'
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
  tls_run req -new -x509 -sha256 -key "$ca/key.pem" -subj '/CN=DinD Station CA' -days $TLS_CA_DAYS \
    -config "$RUN_DIR/tls.cnf" -extensions wanted -out "$ca/cert.pem.new"
  chmod 0644 "$ca/cert.pem.new"
  mv -f "$ca/cert.pem.new" "$ca/cert.pem"
  step tls.ca changed "Issued the certificate authority in $ca, valid until $(tls_until "$ca/cert.pem")."
}

# tls_leaf server|client: beside the key, the authority's certificate and the key's own. The certificate last: it
# is what a waiting client looks for.
tls_leaf() {
  dir=$tls_dir/$1
  cmp -s "$tls_dir/ca/cert.pem" "$dir/ca.pem" || tls_put "$tls_dir/ca/cert.pem" "$dir/ca.pem"
  if [ ! -s "$dir/cert.pem" ]; then
    why='there was none'
  elif ! tls_pair "$dir/key.pem" "$dir/cert.pem"; then
    why='the one there was for another key'
  elif ! openssl verify -CAfile "$dir/ca.pem" "$dir/cert.pem" >/dev/null 2>&1; then
    why='the one there was not of this authority, or over'
  elif ! tls_lasts "$dir/cert.pem"; then
    why='the one there was about to end'
  elif [ "$1" = server ] && ! names_covered "$dir"; then
    why="the one there lacked $LACKING"
  else
    step "tls.$1" ok "The certificate in $dir fits and is valid until $(tls_until "$dir/cert.pem"): nothing was issued."
    return 0
  fi
  if [ "$1" = server ]; then
    names_keep "$dir"
    tls_config server <<END
extendedKeyUsage = serverAuth
subjectAltName = $NAMES
END
  else
    tls_config client <<'END'
extendedKeyUsage = clientAuth
END
  fi
  tls_run req -new -sha256 -key "$dir/key.pem" -subj "/CN=DinD Station $1" -config "$RUN_DIR/tls.cnf" -out "$RUN_DIR/tls.csr"
  # A number of its own instead of a file that counts: two starters need not agree on one.
  tls_run x509 -req -sha256 -in "$RUN_DIR/tls.csr" -CA "$tls_dir/ca/cert.pem" -CAkey "$tls_dir/ca/key.pem" \
    -set_serial "0x$(openssl rand -hex 16)" -days $TLS_DAYS -extfile "$RUN_DIR/tls.cnf" -extensions wanted -out "$dir/cert.pem.new"
  chmod 0644 "$dir/cert.pem.new"
  if [ "$1" = server ]; then
    # What it was issued for, to compare with next time, tied to this very certificate.
    printf '%s\n%s\n' "$(cksum <"$dir/cert.pem.new")" "$NAMES" >"$dir/names.new"
    mv -f "$dir/names.new" "$dir/names"
  fi
  mv -f "$dir/cert.pem.new" "$dir/cert.pem"
  rm -f "$RUN_DIR/tls.csr" "$RUN_DIR/tls.cnf"
  step "tls.$1" changed "Issued the certificate in $dir, valid until $(tls_until "$dir/cert.pem"), because $why."
}

# tls_key PATH MODE: an EC key, made when there is none; an existing one, of whatever kind, is kept.
tls_key() {
  if [ ! -s "$1" ]; then
    # genpkey makes its file with the umask's rights, so it must be narrow before there is a key in it.
    (umask 077 && : >"$1.new")
    tls_run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.new"
    chmod 0600 "$1.new"
    mv -f "$1.new" "$1"
    step tls.key changed "Made $1."
  fi
  if [ "$(stat -c %a "$1")" != "${2#0}" ]; then
    chmod "$2" "$1"
    step tls.key changed "$1 has mode $2 now."
  fi
}

tls_put() {
  cp -f "$1" "$2.new"
  chmod 0644 "$2.new"
  mv -f "$2.new" "$2"
}

# tls_config: a configuration of our own on standard input, so that the machine's openssl.cnf adds nothing.
tls_config() {
  {
    printf '[req]\ndistinguished_name = name\n[name]\n[wanted]\n'
    cat
  } >"$RUN_DIR/tls.cnf"
}

tls_run() {
  if ! said=$(openssl "$@" 2>&1); then
    fail bad-config "openssl $1 failed for $tls_dir: $(one_line "$said")."
  fi
}

tls_lasts() {
  openssl x509 -checkend $TLS_MARGIN -noout -in "$1" >/dev/null 2>&1
}

# names_covered DIR: the certificate there was issued for every name of NAMES. More is no reason to issue again: an
# address that is gone may come back. Sets LACKING.
names_covered() {
  LACKING='a list of its names'
  {
    IFS= read -r sum && IFS= read -r issued
  } <"$1/names" 2>/dev/null || return 1
  [ "$sum" = "$(cksum <"$1/cert.pem")" ] || return 1
  LACKING=
  for name in $(echo "$NAMES" | sed 's/[*]/STAR/g; s/,/ /g'); do
    case ",$(echo "$issued" | sed 's/[*]/STAR/g')," in
      *",$name,"*) ;;
      *) LACKING="$LACKING${LACKING:+, }$name" ;;
    esac
  done
  [ -z "$LACKING" ]
}

# names_keep DIR: adds to NAMES what the certificate there was issued for, so that two places that share one folder do not
# take each other's names away at every start. Not without end: a folder outlives many containers.
names_keep() {
  [ -e "$1/names" ] && [ -e "$1/cert.pem" ] || return 0
  { IFS= read -r sum && IFS= read -r issued; } <"$1/names" || return 0
  [ "$sum" = "$(cksum <"$1/cert.pem")" ] || return 0
  both=$(printf '%s\n' "$NAMES,$issued" | tr ',' '\n' | sort -u)
  [ "$(printf '%s\n' "$both" | wc -l)" -gt $TLS_NAMES ] || NAMES=$(printf '%s\n' "$both" | tr '\n' ',' | sed 's/,$//')
}

# tls_names: sets NAMES to every name and address under which a client may call this place, in OpenSSL's words. The
# daemon's own bridges are left out: they come and go with containers, and a certificate would be issued at every start.
tls_names() {
  host=$(cat /proc/sys/kernel/hostname)
  # A resolver that does not answer must not hold the start up.
  full=$(timeout 2 hostname -f 2>/dev/null) || full=
  own=
  { read -r own </etc/hostname; } 2>/dev/null || :
  NAMES=$({
    for name in localhost docker "$host" "${host%%.*}" "$full" "$own"; do
      case $name in
        '' | *[!a-zA-Z0-9._-]*) ;;
        *) echo "DNS:$name" ;;
      esac
    done
    tls_addresses
    printf '%s\n' "$san_more" | tr ',' '\n' | grep . || :
  } | sort -u | tr '\n' ',')
  NAMES=${NAMES%,}
}

# tls_addresses: IPv4 from the local routes, IPv6 from the interfaces, without a program that may not be installed.
tls_addresses() {
  bridges=$(awk '$1 ~ /^(docker0|docker_gwbridge|br-[0-9a-f]+)$/ && $2 != "00000000" { print $2 "/" $8 }' /proc/net/route)
  awk -v bridges="$bridges" '
    function number(hex,  i, value) {
      for (i = 7; i >= 1; i -= 2)
        value = value * 256 + (index(digits, substr(hex, i, 1)) - 1) * 16 + index(digits, substr(hex, i + 1, 1)) - 1
      return value
    }
    BEGIN {
      digits = "0123456789ABCDEF"
      n = split(bridges, pair, "\n")
      for (i = 1; i <= n; i++) {
        split(pair[i], part, "/")
        low[i] = number(part[1]); high[i] = low[i] + 4294967295 - number(part[2])
      }
    }
    /\|--/ { address = $2 }
    /32 host LOCAL/ {
      split(address, b, ".")
      value = ((b[1] * 256 + b[2]) * 256 + b[3]) * 256 + b[4]
      for (i = 1; i <= n; i++) if (value >= low[i] && value <= high[i]) next
      print "IP:" address
    }' /proc/net/fib_trie
  [ -e /proc/net/if_inet6 ] || return 0
  # Eight groups of four digits, as they stand there.
  awk '$6 !~ /^(docker0|docker_gwbridge|br-[0-9a-f]+|veth.*)$/ { print $1 }' /proc/net/if_inet6 |
    sed 's/..../&:/g; s/:$//; s/^/IP:/'
}
