# shellcheck shell=sh
# What a container must be allowed to do before a daemon is worth starting in it.

# need_rights: refuses where no container could ever be started. Left to itself dockerd fails late and in words about
# iptables, and before that it settles for the storage driver vfs: a data root that has begun with vfs stays with it,
# also when the next container on the same volume has every right.
need_rights() {
  held=$(sed -n 's/^CapEff:[[:blank:]]*//p' /proc/self/status)
  [ -n "$held" ] || return 0
  lacking=
  # Numbers of linux/capability.h. Bridges and rules can be done without, if daemon.json says so; mounts cannot.
  [ $((0x$held >> 12 & 1)) -eq 1 ] || [ "$json_iptables" = false ] || lacking="NET_ADMIN"
  [ $((0x$held >> 21 & 1)) -eq 1 ] || lacking="$lacking${lacking:+ and }SYS_ADMIN"
  [ -z "$lacking" ] ||
    fail no-rights "This container lacks $lacking, without which no Docker daemon can work: run it with --privileged, or with --cap-add SYS_ADMIN, --cap-add NET_ADMIN and seccomp, apparmor and systempaths unconfined."
}
