# shellcheck shell=sh
# Certificates for the daemon's TCP port, in the layout of Docker's own image: ca/, server/ and client/ below one folder,
# which may be a volume that several containers share. Made once; issued again only when a name is missing or the end is
# near. Keys are EC P-256: milliseconds instead of seconds.

TLS_DAYS=825
TLS_CA_DAYS=3650
# Issued again when less than this is left.
TLS_MARGIN=2592000
# So long another start may issue.
TLS_LOCK_MS=30000
# Of earlier names so many are kept at most, with those of now.
TLS_NAMES=60

# tls_choose: sets tls_dir to where the material is, empty without TLS, and adds the flags.
tls_choose() {
  tls_find
  [ -n "$tls_dir" ] || return 0
  if left_to_json tls tls tlsverify tlscacert tlscert tlskey || left_to_json tls hosts; then
    tls_dir=
    return 0
  fi
  command -v openssl >/dev/null ||
    fail no-tool "openssl is needed for the certificates in $tls_dir and is not installed: apt-get install openssl."
  tls_ensure
  flag_add --tlsverify
  flag_add "--tlscacert=$tls_dir/server/ca.pem"
  flag_add "--tlscert=$tls_dir/server/cert.pem"
  flag_add "--tlskey=$tls_dir/server/key.pem"
}

# tls_find: helper.conf decides, then what the container was started with. Sets tls_dir, san_more.
tls_find() {
  tls_dir=$tls_certdir san_more=$tls_san
  if [ "$tcp" = off ] || [ "$tcp" = plain ]; then
    tls_dir=
    return 0
  fi
  if [ -z "$tls_dir" ] && pid1_value DOCKER_TLS_CERTDIR; then
    if [ -z "$VALUE" ]; then
      step tls skipped "DOCKER_TLS_CERTDIR is empty: there is no TCP port (plain TCP is tcp=plain in $CONFIG_FILE)."
    else
      valid_path DOCKER_TLS_CERTDIR "$VALUE" "this container's environment"
      tls_dir=$VALUE
    fi
  fi
  if [ -z "$san_more" ] && pid1_value DOCKER_TLS_SAN; then
    valid_san DOCKER_TLS_SAN "$VALUE" "this container's environment"
    san_more=$VALUE
  fi
}

# valid_path KEY VALUE WHERE, valid_san KEY VALUE WHERE: refuse what is neither; both end up in a flag or a file.
valid_path() {
  case $2 in
    *[!a-zA-Z0-9/._@+-]* | */../* | */..) ;;
    /?*) return 0 ;;
  esac
  fail bad-config "$3: $1 is $2, expected an absolute path of letters, digits and ./_@+-."
}

valid_san() {
  for name in $(printf '%s\n' "$2" | tr ',' '\n' | sed 's/[^a-zA-Z0-9.:*_-]/?/g'); do
    case $name in
      DNS:*[!a-zA-Z0-9.*_-]* | IP:*[!0-9a-fA-F.:]*) ;;
      DNS:?* | IP:?*) continue ;;
    esac
    fail bad-config "$3: $1 is $2, expected names such as DNS:build.example.org,IP:192.0.2.7."
  done
}

# tls_ensure: from whatever is there to material that dockerd accepts.
tls_ensure() {
  tls_folder "$tls_dir"
  if [ -s "$tls_dir/server/ca.pem" ] && [ -s "$tls_dir/server/cert.pem" ] && [ -s "$tls_dir/server/key.pem" ] &&
    [ ! -s "$tls_dir/ca/key.pem" ]; then
    tls_users_own
    return 0
  fi
  if [ -s "$tls_dir/ca/cert.pem" ] && [ ! -s "$tls_dir/ca/key.pem" ]; then
    fail bad-config "$tls_dir/ca/cert.pem is there without ca/key.pem, so nothing can be issued: add the key, or server/ca.pem, server/cert.pem and server/key.pem of your own, or remove it."
  fi
  for part in ca server client; do
    tls_folder "$tls_dir/$part"
  done
  tls_lock
  tls_names
  tls_key "$tls_dir/ca/key.pem" 0600
  tls_key "$tls_dir/server/key.pem" 0600
  tls_key "$tls_dir/client/key.pem" "$tls_client_key"
  if tls_checked_lately && names_covered "$tls_dir/server"; then
    for part in ca server client; do
      step "tls.$part" ok "The certificate in $tls_dir/$part is as it was when checked less than a week ago: nothing was issued."
    done
  else
    tls_authority
    tls_leaf server
    tls_leaf client
    printf '%s %s\n' "$(date +%s)" "$(tls_sum)" >"$tls_dir/ca/checked.new"
    mv -f "$tls_dir/ca/checked.new" "$tls_dir/ca/checked"
  fi
  exec 8>&-
}

# tls_checked_lately: every file is as it was when all was checked, and that is less than a week ago. Then more than a
# month was left, so three weeks are now. Asking openssl eight times costs a fifth of a second of every start.
tls_checked_lately() {
  { read -r checked sum <"$tls_dir/ca/checked"; } 2>/dev/null || return 1
  case $checked in
    '' | *[!0-9]* | ????????????*) return 1 ;;
  esac
  age=$(($(date +%s) - checked))
  [ $age -ge 0 ] && [ $age -lt 604800 ] && [ "$sum" = "$(tls_sum)" ]
}

tls_sum() {
  cat "$tls_dir"/ca/*.pem "$tls_dir"/server/*.pem "$tls_dir"/client/*.pem | cksum
}

# tls_folder PATH: makes it, or refuses one that is not root's: who can put files there chooses who may be root.
tls_folder() {
  # Another starter may make it at the same moment.
  [ -d "$1" ] || mkdir -p "$1" 2>/dev/null || [ -d "$1" ] || fail bad-config "The folder $1 for certificates cannot be made."
  if [ "$1" = "$tls_dir" ]; then
    root_folder "$(readlink -f "${1%/*}/")" ||
      fail bad-config "The folders above $1 must belong to root and be writable by root only: who can replace it chooses who may be root."
  fi
  case $(stat -c '%u %A' "$1") in
    # Docker's own image has /certs with the sticky bit: others may add, not replace.
    "0 d"????????[tT]) [ "$1" = "$tls_dir" ] && [ ! -L "$1" ] && return 0 ;;
    *) root_only "$1" && return 0 ;;
  esac
  fail bad-config "The folder $1 for certificates must belong to root and be writable by root only: chown root:root $1; chmod go-w $1."
}

# tls_lock: one starter at a time issues; held until file descriptor 8 is closed.
tls_lock() {
  lock_file "$tls_dir/ca/lock"
  exec 8>>"$tls_dir/ca/lock"
  now_ms
  tls_deadline=$((NOW_MS + TLS_LOCK_MS))
  until flock -n 8; do
    now_ms
    [ $NOW_MS -lt $tls_deadline ] ||
      fail locked "Another start has held $tls_dir/ca/lock for $((TLS_LOCK_MS / 1000)) s: end that one first."
    sleep 0.05
  done
}

# tls_users_own: somebody else's authority: nothing is made, but what is there must fit together.
tls_users_own() {
  server=$tls_dir/server
  for path in "$server" "$server/key.pem" "$server/cert.pem" "$server/ca.pem"; do
    # A mounted secret is a link; who may write what it points to is what counts.
    root_only "$(readlink -f "$path")" ||
      fail bad-config "$path must belong to root and be writable by root only: chown root:root $path; chmod go-w $path."
  done
  if ! said=$(openssl verify -CAfile "$server/ca.pem" "$server/cert.pem" 2>&1); then
    fail bad-config "$server/cert.pem is not signed by $server/ca.pem: $(one_line "$said")."
  fi
  tls_pair "$server/key.pem" "$server/cert.pem" ||
    fail bad-config "$server/key.pem is not the key of $server/cert.pem: put the pair there that was issued together."
  if [ -n "$(find -L "$server/key.pem" -perm /044)" ]; then
    step tls failed "$server/key.pem is readable by others than root: chmod 600 $server/key.pem."
  fi
  if openssl x509 -checkend $TLS_MARGIN -noout -in "$server/cert.pem" >/dev/null 2>&1; then
    step tls ok "$server holds your own certificate, valid until $(tls_until "$server/cert.pem"): nothing was issued."
  else
    warn_keep tls "Your own certificate in $server ends on $(tls_until "$server/cert.pem"): put a new one there."
  fi
}

# tls_pair KEY CERT: they belong together.
tls_pair() {
  public=$(openssl pkey -in "$1" -pubout 2>/dev/null) && [ "$public" = "$(openssl x509 -in "$2" -noout -pubkey 2>/dev/null)" ]
}

tls_until() {
  openssl x509 -in "$1" -noout -enddate 2>/dev/null | sed 's/^notAfter=//'
}

# verb_tls: what is there.
verb_tls() {
  config_load
  daemon_json_load
  pid1_load
  tls_find
  if [ "$tcp" = off ] || [ "$tcp" = plain ]; then
    succeed tls "There is no TLS, because $CONFIG_FILE says tcp=$tcp."
  elif [ -z "$tls_dir" ]; then
    succeed tls "There is no TLS: tls_certdir is not set in $CONFIG_FILE, nor DOCKER_TLS_CERTDIR for this container."
  fi
  command -v openssl >/dev/null || fail no-tool "openssl is not installed: apt-get install openssl."
  for part in ca server client; do
    cert=$tls_dir/$part/cert.pem
    if [ ! -s "$cert" ]; then
      step "tls.$part" skipped "There is no $cert."
      continue
    fi
    names=$(openssl x509 -in "$cert" -noout -ext subjectAltName 2>/dev/null | sed -n 's/^ *//;/^DNS:\|^IP/p') || :
    print=$(openssl x509 -in "$cert" -noout -fingerprint -sha256 2>/dev/null) ||
      fail bad-config "$cert is not a certificate: remove it and start again, or put the right one there."
    step "tls.$part" ok "$cert, valid until $(tls_until "$cert")${names:+, for $names}, SHA-256 ${print#*=}."
  done
  succeed tls "A client needs ca.pem, cert.pem and key.pem of $tls_dir/client: docker --tlsverify, DOCKER_CERT_PATH=$tls_dir/client."
}
