/**
 * What every workload begins with. POSIX sh; besides it only dd, sleep, tee and mknod are used, so that any small image
 * serves. Numbers are read by the shell itself where a fork would disturb what is measured or fail at a limit.
 *
 * - `show KEY V1 V2` prints a file of the container's own group line by line; `-` when it is not there.
 * - `now` sets `t` to the machine's uptime in seconds.
 */
const prelude = `
C=/sys/fs/cgroup
if [ -e $C/cgroup.controllers ]; then V=2; else V=1; fi
show() {
  if [ $V = 1 ]; then f=$C/$2; else f=$C/$3; fi
  if [ -r "$f" ] && [ -f "$f" ]; then while read -r l; do echo "$1 $l"; done <"$f"; else echo "$1 -"; fi
}
now() { read -r t _ </proc/uptime; }
`;

/** The argv of a workload. `stays`: seconds that it lives on after its last line, unless it is ended. */
export function workload(script: string, stays = 0): string[] {
  return ['sh', '-c', `${prelude}${script}\necho end\n${stays > 0 ? `sleep ${String(stays)}\n` : ''}`];
}

/**
 * `burn N` starts so many endless loops; `take` prints `cpu FROM TO USED PERIODS THROTTLED BUSY`: uptime before and
 * after reading, microseconds of the group, and the machine's busy hundredths of a second, all CPUs together.
 * A reader in a throttled group may be stopped between two reads: the two times bound when the numbers were true.
 */
export const burning = `
B=
burn() { i=0; while [ $i -lt $1 ]; do (while :; do :; done) & B="$B $!"; i=$((i + 1)); done; }
take() {
  now; from=$t; u=; p=; h=
  if [ $V = 1 ]; then
    read -r u <$C/cpuacct/cpuacct.usage; u=\${u%???}; f=$C/cpu/cpu.stat
  else f=$C/cpu.stat; fi
  while read -r k v; do
    case $k in usage_usec) u=$v ;; nr_periods) p=$v ;; nr_throttled) h=$v ;; esac
  done <$f
  read -r _ us ni sy _ _ iq si st _ </proc/stat
  now
  echo "cpu $from $t \${u:-nan} \${p:-nan} \${h:-nan} $((us + ni + sy + iq + si + st))"
}
takes() { take; n=0; while [ $n -lt $1 ]; do sleep $2; take; n=$((n + 1)); done; }
`;

/**
 * `sampled` prints what the group used at most so far and how many of its processes were OOM killed, for a chart. A
 * kernel without a peak gives what is used now.
 */
export const sampling = `
peak() {
  if [ $V = 1 ]; then f=$C/memory/memory.max_usage_in_bytes; else f=$C/memory.peak; fi
  [ -r $f ] || f=$C/memory.current
  if [ -r $f ]; then read -r v <$f; echo $v; else echo nan; fi
}
kills() {
  if [ $V = 1 ]; then f=$C/memory/memory.oom_control; else f=$C/memory.events; fi
  if [ -r $f ]; then while read -r k v; do if [ "$k" = oom_kill ]; then echo $v; fi; done <$f; fi
}
sampled() { now; echo sample $t memory $(peak); echo sample $t kills $(kills); }
`;
