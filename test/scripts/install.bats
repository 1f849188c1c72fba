load support

setup_file() { require_bed; }
# Who may do what is the subject, whatever daemon is there.
setup() {
  reset_engine
  fake_engine
  rm -rf "$DIR" /etc/dind-station /etc/sudoers.d/dind-station-*
  install_helper
}

@test "the installed copy and every folder above it are root's alone" {
  run find / /usr /usr/local /usr/local/lib "$DIR" -maxdepth 0 \( ! -user 0 -o -perm /022 \)
  [ -z "$output" ]
  run find "$DIR" \( ! -user 0 -o -perm /022 \)
  [ -z "$output" ]
}

@test "sudo lists exact commands, without a wildcard" {
  run as_coder 'sudo -n -l'
  [ "$status" -eq 0 ]
  [[ "$output" == *"$HELPER start"* ]]
  [[ "$output" != *'*'* ]]
  [[ "$output" != *"$HELPER install"* ]]
}

@test "an argument behind a verb is refused by sudo and by the helper" {
  run as_coder "sudo -n $HELPER start --data-root=/etc"
  [ "$status" -ne 0 ]
  run_helper start --data-root=/etc
  [ "$status" -eq 64 ]
  [ "$(result code)" = usage ]
  [[ "$(result message)" == *"--data-root=/etc"* ]]
  [ -z "$(pids dockerd)" ]
}

@test "a user may not install through sudo" {
  run as_coder "sudo -n $HELPER install coder"
  [ "$status" -ne 0 ]
}

@test "the sudoers file has a name that sudo reads, and mode 0440" {
  local file
  file=/etc/sudoers.d/dind-station-$(id -u coder)
  [ "$(stat -c %a "$file")" = 440 ]
  visudo -c -q
}

@test "a login name with a dot gets a rule that sudo reads" {
  useradd --badname ann.lee 2>/dev/null || useradd --badnames ann.lee 2>/dev/null || :
  "$REPO/scripts/dind-helper" install ann.lee
  run su ann.lee -c 'sudo -n -l'
  [[ "$output" == *"$HELPER start"* ]]
}

@test "it can be called by a relative path and through its link" {
  cd "$REPO"
  run scripts/dind-helper version
  [ "$status" -eq 0 ]
  run dind-helper version
  [ "$status" -eq 0 ]
}

@test "install twice changes nothing the second time" {
  run "$REPO/scripts/dind-helper" install coder
  [ "$status" -eq 0 ]
  [ "$(result code)" = installed ]
  [[ "$output" == *"is already so"* ]]
  [ "$(grep -cx coder /etc/dind-station/users)" -eq 1 ]
}

@test "uninstall undoes it all" {
  run "$HELPER" uninstall
  [ "$status" -eq 0 ]
  [ ! -e "$DIR" ]
  [ ! -e /usr/local/sbin/dind-helper ]
  [ ! -e /etc/dind-station ]
  [ -z "$(find /etc/sudoers.d -name 'dind-station*')" ]
  run as_coder 'sudo -n -l'
  [[ "$output" != *dind-helper* ]]
}

@test "uninstall keeps settings that were changed" {
  echo socket_mode=0660 >>/etc/dind-station/helper.conf
  run "$HELPER" uninstall
  [ "$status" -eq 0 ]
  [[ "$output" == *"is kept"* ]]
  [ -e /etc/dind-station/helper.conf ]
}

@test "uninstall of one user takes socket and rule from that user only" {
  useradd second 2>/dev/null || :
  "$REPO/scripts/dind-helper" install second
  run_helper start
  run "$HELPER" uninstall coder
  [ "$status" -eq 0 ]
  run as_coder 'docker ps'
  [ "$status" -ne 0 ]
  su second -c 'docker ps'
  run as_coder 'sudo -n -l'
  [[ "$output" != *dind-helper* ]]
}

@test "a user that does not exist, and names that are none" {
  local name
  for name in nobody-here '' '-x' 'a b' '../etc' 'x;id' '*' 'coder ALL=(ALL) NOPASSWD: ALL' $'coder\nroot'; do
    run "$REPO/scripts/dind-helper" install "$name"
    [ "$status" -eq 64 ]
    [ "$(result code)" = bad-user ]
  done
  [ "$(find /etc/sudoers.d -name 'dind-station*' | wc -l)" -eq 1 ]
}

@test "a folder above that others can write is refused" {
  chmod o+w /usr/local/lib
  run "$REPO/scripts/dind-helper" install coder
  chmod o-w /usr/local/lib
  [ "$status" -eq 77 ]
  [ "$(result code)" = not-trusted ]
}

@test "another copy than the installed one does only install, through sudo" {
  cp -r "$REPO/scripts" /tmp/copy
  run env SUDO_USER=coder SUDO_UID=1001 /tmp/copy/dind-helper start
  [ "$status" -eq 77 ]
  [ "$(result code)" = not-trusted ]
}

@test "nothing of the caller's environment reaches the helper" {
  cat >/tmp/evil.sh <<'END'
touch /tmp/evil-was-here
END
  chmod +x /tmp/evil.sh
  mkdir -p /tmp/evilbin
  cp /tmp/evil.sh /tmp/evilbin/id
  cp /tmp/evil.sh /tmp/evilbin/stat
  run env PATH=/tmp/evilbin ENV=/tmp/evil.sh BASH_ENV=/tmp/evil.sh PERL5OPT=-Mevil IFS=e DOCKER_HOST=unix:///tmp/x \
    LANG=evil LC_ALL=evil HTTP_PROXY=http://evil container=evil "$HELPER" start
  [ "$status" -eq 0 ]
  [ ! -e /tmp/evil-was-here ]
  run tr '\0' '\n' <"/proc/$(daemon_pid)/environ"
  [[ "$output" != *evil* ]]
  # What a container was started with may add these, and nothing else.
  [ -z "$(printf '%s\n' "$output" | cut -d= -f1 | grep -vxE 'HOME|PATH|container|LANG|LC_ALL|[A-Z]+_PROXY')" ]
}

@test "an ordinary user without sudo is told that root is needed" {
  run as_coder "$HELPER start"
  [ "$status" -eq 77 ]
  [ "$(result code)" = not-root ]
}

@test "version is the extension's" {
  run_helper version
  [ "$(result message)" = "$(jq -r .version "$REPO/package.json")" ]
}

@test "a number is not taken for a login name, and costs nobody their rule" {
  run "$REPO/scripts/dind-helper" install "$(id -u coder)"
  [ "$status" -eq 64 ]
  [ "$(result code)" = bad-user ]
  run as_coder 'sudo -n -l'
  [[ "$output" == *"$HELPER start"* ]]
}
