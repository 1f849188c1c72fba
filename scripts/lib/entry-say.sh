# shellcheck shell=sh
# What the entrypoint says goes to the container's log: one line a thing, the failures with what to do.

say() {
  printf 'dind-station: %s\n' "$*" >&2
}

# is_number TEXT
is_number() {
  case $1 in
    '' | *[!0-9]* | ?????????*) return 1 ;;
  esac
}
