/**
 * The helper's tests that run under busybox's shell too in an ordinary `npm test`: one for each verb, and one for each
 * part in which busybox differs from dash and the coreutils. All of them run under dash there, and under both in
 * `npm run test:all`. busybox's shell has most programs built in (awk, sed, stat, tail, find, flock, env, kill, sleep,
 * mount, unshare), so that a part which is only text and files differs too.
 *
 * @type {readonly { file: string, tests: readonly string[], reason: string }[]}
 */
export const busyboxTests = [
  {
    file: 'start.bats',
    tests: [
      'start brings up a daemon that the user can use at once, without a new login',
      "the daemon holds neither the lock nor the caller's output",
      'containers get the signals of a clean process, not those the helper ignores',
      'a daemon that cannot start ends the wait at once, with its own last line',
      'an engine that cannot be executed: one sentence says which file, and what to do',
      'a reader that goes away does not end the work half done',
      'a helper that fails where it should not says so, with the status that its help names',
    ],
    reason:
      'start: env -i and setsid in the background, descriptors, ignored signals, a broken pipe, set -e and the EXIT trap; command -v finds what cannot be executed',
  },
  {
    file: 'stop.bats',
    tests: [
      'stop ends the daemon and its containerd, and leaves no file behind',
      'a daemon that ignores SIGTERM is killed after the budget',
    ],
    reason: 'stop: kill by number and name, polls with fractions of a second, arithmetic on /proc/uptime',
  },
  {
    file: 'restart.bats',
    tests: ['two restarts at the same moment: one restarts, the other reports the same result'],
    reason: "restart: flock of busybox has no -w, read of the other run's result",
  },
  {
    file: 'lock.bats',
    tests: [
      'a second caller waits with a bound, then says who holds the lock',
      'cancel ends a start that is under way, and the daemon it was starting',
    ],
    reason: 'cancel: a trap during wait',
  },
  {
    file: 'config.bats',
    tests: [
      'every bad setting is refused with the key, the value and what was expected, and nothing is started',
      'lines that end as on another system are read',
    ],
    reason: 'patterns of case, read -r, printf of a carriage return',
  },
  {
    file: 'log.bats',
    tests: [
      'a log over its size is rotated by copying while the daemon writes to it',
      'logs prints the end of the log as it is',
    ],
    reason: 'logs and the rotation: cp -p, tail -c, stat -c',
  },
  {
    file: 'hostile.bats',
    tests: [
      "a PID 1 that is a user's says nothing; root's does, and a newline in a value makes no second variable",
      'numbers in helper.conf are whole ones, and nothing in it is evaluated',
      'a full disk below /run makes no healthy daemon look silent, and stops no verb',
      'a huge log of long lines does not hold a failing start up',
    ],
    reason:
      'status; tr of NUL bytes, arithmetic on what a file says, a printf that fails, tail behind two thousand million bytes',
  },
  {
    file: 'leftovers.bats',
    tests: ['a step of the clock does not make living processes look like strangers'],
    reason: 'stat -c %Y, /proc/stat through sed, readlink of a deleted program',
  },
  {
    file: 'iptables.bats',
    tests: ['where nft has no nat, the daemon uses legacy, and a container reaches out through it'],
    reason: "busybox's own unshare, and a program in quotes that its shell runs",
  },
  {
    file: 'network.bats',
    tests: [
      'a recorded range that collides later is replaced',
      "behind Docker's 127.0.0.11 the server it notes is found, and a nested container resolves through it",
    ],
    reason: "busybox's awk with numbers beyond 31 bits, hexadecimal arithmetic of the shell, groups in sed",
  },
  {
    file: 'storage.bats',
    tests: [
      'a data root without room, or without inodes, is told at the start and by status',
      'on an overlay it is vfs, told at the start, by status, and in the state file, again after a restart',
      'the daemon gets the hard limit of open files, whatever the caller had',
    ],
    reason: "stat -f -c, the words of busybox's mount, ulimit of its shell",
  },
  {
    file: 'nesting.bats',
    tests: [
      "only what is private is made shared, and the daemon's own mounts stay as it made them",
      'v1: read-only hierarchies are made writable, without which no container starts',
      'v1: what may not be changed is named, with the cure, and told again by status until it is so no more',
    ],
    reason: "prepare: busybox's mount with --make-shared and remount,bind",
  },
  {
    file: 'tls.bats',
    tests: [
      'a new address, or a certificate about to end, is issued again for the same key and authority; old clients go on',
      'two starters on one folder both succeed, and their material fits together',
      'the verb tls says what is there, and makes nothing',
    ],
    reason: 'tls: lists of names through awk and sort, date +%s, flock of a second descriptor',
  },
  {
    file: 'supervise.bats',
    tests: [
      'a daemon that is killed is back within seconds, and the history says so',
      'a death is noticed by the end of a connection that is held, and not at the next look',
      'a crash loop is told and ended; whoever mends the cause starts it and it is watched again',
    ],
    reason: 'supervise: a nap that USR1 ends, wait interrupted by a trap, a child that is still a shell',
  },
  {
    file: 'supervise-end.bats',
    tests: [
      'SIGTERM ends everything in order and at once when nothing holds on',
      'what does not listen is killed inside the budget and named',
    ],
    reason: 'the end of supervise: TERM during a nap, kill -s with a name, here-documents in loops',
  },
  {
    file: 'supervise-health.bats',
    tests: ['a supervisor that is killed leaves no process behind, while the daemon lives on'],
    reason: "exec in the background: the connection's parent is the supervisor itself",
  },
  {
    file: 'apply.bats',
    tests: ['undo replaces nothing: what took the place twice within a second is kept both times'],
    reason: "apply: busybox's own date and rename",
  },
  {
    file: 'apply-leftovers.bats',
    tests: [
      'a dead socket is moved aside and comes back; a living one is not touched',
      "an empty folder in the socket's place is removed and made again, mode and owner the same",
    ],
    reason: 'test -S, stat -c with mode and owner, chown by number',
  },
  {
    file: 'apply-data.bats',
    tests: ['a database that was cut short is broken, although its first pages are good'],
    reason: "busybox's od or dd on the bytes of a database, 64-bit arithmetic",
  },
  {
    file: 'apply-machine.bats',
    tests: [
      'private mounts are shared, and the same ones are private again',
      'read-only cgroups are made writable, and read-only again',
    ],
    reason: "busybox's mount and umount",
  },
  {
    file: 'reset-data.bats',
    tests: [
      'the data is moved aside, the daemon starts on none, and all of it comes back',
      'the preview counts, tells the space and changes nothing',
      'with /run full all of it is moved, or it is said that it is not',
    ],
    reason: 'reset-data, its preview and undo: find, du -skxc, df -Pk, timeout; a here-document that needs no file',
  },
  {
    file: 'facts.bats',
    tests: [
      'facts of a running daemon, for a user through sudo: every line is JSON, and nothing was changed',
      'a process with a hostile name and a hostile command line does not break the lines',
    ],
    reason: 'facts: quoting for JSON with sed and tr, readlink with newlines',
  },
  {
    file: 'runtimes.bats',
    tests: ['crun is found, registered without a restart, runs a container, and goes again'],
    reason: 'runtimes: tar and sed of busybox, for loops over names',
  },
  {
    file: 'install.bats',
    tests: [
      'install twice changes nothing the second time',
      'uninstall undoes it all',
      "version is the extension's",
      'a user that does not exist, and names that are none',
    ],
    reason: 'install, uninstall, version: patterns against hostile names, cmp, id, grep -x',
  },
  {
    file: 'entrypoint.bats',
    tests: [
      "the command has the container's PATH, its input and Ctrl-C",
      'asked to end while the daemon is starting, it ends in order and the command does not run',
      'a supervisor that is killed is started again, and takes the daemon over as it is',
    ],
    reason: 'the entrypoint: no env --default-signal in busybox, input of a background command, nested waits and traps',
  },
  {
    file: 'rootless.bats',
    tests: ['everything that is missing is told at once, each with its cure, and nothing is started'],
    reason: "the helper's sibling without root: stat -c %A, grep of /etc/subuid",
  },
  {
    file: 'rights.bats',
    tests: ['without its rights no daemon is started, and which ones and how to get them is said'],
    reason: 'bits of a hexadecimal number in the shell',
  },
];
