// P9: a complete diagnosis of a healthy machine, warm and as a command, against moby's check-config.sh on the same
// machine. P10: the same with many containers, ten thousand mounts and a log of a gigabyte.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, truncateSync } from 'node:fs';
import { bundle } from '../tools/lib/bundle.mjs';
import { sandboxFindings } from '../tools/lib/sandbox.mjs';
import { askHelper, prepareUser, requireSandbox, sleeper } from './engine.mjs';
import { summarize } from './stats.mjs';

requireSandbox();
// Root's home is closed to this user, and docker itself complains of that.
const user = { ...prepareUser(), env: { ...process.env, HOME: '/home/coder' } };
const runs = Number(process.env['BENCH_RUNS'] ?? 25);
const containers = Number(process.env['BENCH_CONTAINERS'] ?? 500);
const log = '/var/log/dockerd.log';
const checkConfig = '/usr/share/docker.io/contrib/check-config.sh';

const program = '/tmp/doctorWarm.cjs';
await bundle('bench/doctorWarm.ts', program);

/** @typedef {{ own: number[], whole: number[], mostRss: number, factsBytes: number, alarms: string[], undecided: number }} Warm */

/** @returns {Warm} facts and rules in one process, as the user */
function warm() {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, String(runs)], {
    ...user,
    cwd: '/',
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the warm process ended with ${String(status)}: ${stderr}`);
  return /** @type {Warm} */ (JSON.parse(stdout));
}

/**
 * @param {string} program
 * @param {readonly string[]} argv
 * @param {number} expected exit status
 * @returns milliseconds of each run, as the user
 */
function commands(program, argv, expected = 0) {
  const times = [];
  for (let run = -1; run < runs; run += 1) {
    const began = performance.now();
    const { status, stderr } = spawnSync(program, argv, { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
    const took = performance.now() - began;
    if (status !== expected)
      throw new Error(`${program} ${argv.join(' ')} ended with ${String(status)}: ${String(stderr)}`);
    if (run >= 0) times.push(took);
  }
  return times;
}

const doctor = () => commands(process.execPath, ['dist/cli.js', 'doctor', '--json']);
const falseAlarms = (/** @type {Warm} */ { alarms }) => alarms.filter((id) => !sandboxFindings.includes(id));
const mebibytes = (/** @type {number} */ bytes) => Math.round(bytes / 1024 / 1024);

const started = await askHelper('start', user);
if (!started.result.ok) throw new Error(`${started.result.message} ${started.result.cause}`);

const healthy = warm();
const own = summarize(healthy.own);
const whole = summarize(healthy.whole);
const command = summarize(doctor());
// It ends with 1, because it finds missing what this machine does without.
const script = summarize(commands('bash', [checkConfig], 1));
const told = spawnSync('bash', [checkConfig], { ...user, encoding: 'utf8' }).stdout;
// Of this machine, on which Docker works, whatever it calls missing is a false alarm.
const missing = told.split('\n').filter((line) => line.includes('missing')).length;
const wrong = falseAlarms(healthy);

// The load: containers that sleep, mounts of a private kind in the sandbox's own namespace, and a log of which the end is real.
sleeper('sleeper-0');
execFileSync('sh', [
  '-c',
  'seq "$1" | xargs -P 4 -I{} docker run -d --name sleeper-{} --network none sleeper sleep 100000 >/dev/null',
  'sh',
  String(containers - 1),
]);
// A folder with a hundred mounts, bound a hundred times with all that is in it.
execFileSync('sh', [
  '-c',
  `mkdir /mnt/heap && mount -t tmpfs heap /mnt/heap && mount --make-private /mnt/heap && mkdir /mnt/heap/all && cd /mnt/heap
   mkdir all/0 && mount -t tmpfs small all/0 && for i in $(seq 99); do mkdir all/$i && mount --bind all/0 all/$i; done
   for i in $(seq 100); do mkdir $i && mount --rbind all $i; done`,
]);
const mounts = Number(execFileSync('grep', ['-c', '', '/proc/self/mountinfo'], { encoding: 'utf8' }));
const end = execFileSync('tail', ['-c', '300000', log]);
mkdirSync('/var/log', { recursive: true });
truncateSync(log, 1_000_000_000);
appendFileSync(log, end);

const heavy = warm();
const heavyOwn = summarize(heavy.own);
const heavyWhole = summarize(heavy.whole);
const heavyCommand = summarize(doctor());
const ratio = heavyWhole.median / whole.median;
const grown = mebibytes(heavy.mostRss) - mebibytes(healthy.mostRss);

/** @type {import('./stats.mjs').Row[]} */
const rows = [
  {
    id: 'P9',
    what: 'facts and rules in a warm process, what this user sees',
    ours: own,
    reference: script,
    referenceIs: "moby's check-config.sh",
    verdict: `${String(own.median)} ms`,
    target: '<= 50 ms',
    reached: own.median <= 50,
  },
  {
    id: 'P9',
    what: "the same with root's facts, asked of the helper",
    ours: whole,
    reference: script,
    referenceIs: "moby's check-config.sh",
    verdict: `${String(whole.median)} ms`,
    target: 'told',
    reached: true,
  },
  {
    id: 'P9',
    what: 'dind-station doctor, the whole command',
    ours: command,
    reference: script,
    referenceIs: "moby's check-config.sh",
    verdict: `${String(command.median)} ms`,
    target: '<= 200 ms',
    reached: command.median <= 200,
  },
  {
    id: 'P9',
    what: 'false alarms on a machine where Docker works',
    verdict: `${String(wrong.length)}${wrong.length > 0 ? ` (${wrong.join(' ')})` : ''}, check-config.sh ${String(missing)}`,
    target: '0',
    reached: wrong.length === 0,
  },
  {
    id: 'P10',
    what: `${String(containers)} containers, ${String(mounts)} mounts, a log of 1 GB: what this user sees`,
    ours: heavyOwn,
    reference: own,
    referenceIs: 'P9 on the same machine',
    verdict: `${(heavyOwn.median / own.median).toFixed(2)} x`,
    target: 'told',
    reached: true,
  },
  {
    id: 'P10',
    what: "the same with root's facts",
    ours: heavyWhole,
    reference: whole,
    referenceIs: 'P9 on the same machine',
    verdict: `${ratio.toFixed(2)} x`,
    target: '<= 2 x',
    reached: ratio <= 2,
  },
  {
    id: 'P10',
    what: 'dind-station doctor, the whole command',
    ours: heavyCommand,
    reference: command,
    referenceIs: 'P9 on the same machine',
    verdict: `${(heavyCommand.median / command.median).toFixed(2)} x`,
    target: '<= 2 x',
    reached: heavyCommand.median / command.median <= 2,
  },
  {
    id: 'P10',
    what: 'memory of the warm process, and size of the facts',
    verdict: `${String(grown)} MiB more than ${String(mebibytes(healthy.mostRss))}; facts ${String(Math.round(heavy.factsBytes / 1024))} KB, ${String(Math.round(healthy.factsBytes / 1024))} before`,
    target: '<= 100 MiB more',
    reached: grown <= 100,
  },
];
console.log(JSON.stringify(rows));
