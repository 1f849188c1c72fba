import { describe, expect, test } from 'vitest';
import { exceptions, sortDifferences, sortProcesses } from '../../../tools/start/check/exceptions.mjs';
import { judgeCpus, judgeMemory } from '../../../tools/start/check/judge.mjs';
import { junitXml, summary } from '../../../tools/start/check/report.mjs';
import { lackingCapabilities } from '../../../tools/start/check/tryStation.mjs';
import { walkSteps } from '../../../tools/start/check/walk.mjs';

/** What a container with `--cpus 0.5` printed under cgroup v1 (Debian 12, dockerd 20.10), before and after its work. */
const cpuV1 = (
  /** @type {{ used?: string, periods?: number, throttled?: string, quota?: number }} */ values = {},
) => `uptime 100.00
cpu.cfs_quota_us ${values.quota ?? 50000}
cpu.cfs_period_us 100000
cpu.stat nr_periods 1
cpu.stat nr_throttled 0
cpu.stat throttled_time 0
cpuacct.usage 20000000
uptime 102.10
cpu.cfs_quota_us ${values.quota ?? 50000}
cpu.cfs_period_us 100000
cpu.stat nr_periods 22
cpu.stat nr_throttled ${values.periods ?? 20}
cpu.stat throttled_time ${values.throttled ?? '2900000000'}
cpuacct.usage ${values.used ?? '1050000000'}
`;

const cpuV2 = `uptime 100.00
cpu.max 50000 100000
cpu.stat usage_usec 20000
cpu.stat nr_throttled 0
cpu.stat throttled_usec 0
uptime 102.00
cpu.max 50000 100000
cpu.stat usage_usec 1020000
cpu.stat nr_throttled 19
cpu.stat throttled_usec 2100000
`;

describe('judgeCpus', () => {
  test('a limit that held, on cgroup v1 and v2', () => {
    expect(judgeCpus(cpuV1(), 0.5)).toEqual({
      seen: 'used 0.49 of a CPU, throttled in 20 periods, for 2.9 s; quota 0.50',
    });
    expect(judgeCpus(cpuV2, 0.5)).toEqual({
      seen: 'used 0.50 of a CPU, throttled in 19 periods, for 2.1 s; quota 0.50',
    });
  });

  test('more than the limit, no throttling, another quota and unreadable counters are each told', () => {
    expect(judgeCpus(cpuV1({ used: '4000000000' }), 0.5).wrong).toBe('it used more than 0.5 of a CPU');
    expect(judgeCpus(cpuV1({ periods: 0, throttled: '0' }), 0.5).wrong).toBe('the kernel never throttled it');
    const idle = judgeCpus(cpuV1({ periods: 0, throttled: '0', used: '200000000' }), 0.5);
    expect(idle.wrong).toBeUndefined();
    expect(idle.skipped).toContain('too busy, the container never came to its limit: used 0.09 of a CPU');
    expect(judgeCpus(cpuV1({ quota: -1 }), 0.5).wrong).toBe('the quota in the cgroup is not 0.5');
    expect(judgeCpus('uptime 1.00\nuptime 3.00\n', 0.5).wrong).toBe('the container could not read its CPU counters');
  });
});

describe('judgeMemory', () => {
  const limit = 128 * 2 ** 20;
  const memoryV1 = (
    /** @type {{ peak?: number, status?: number, count?: number, set?: number }} */ values = {},
  ) => `status ${values.status ?? 137}
memory.limit_in_bytes ${values.set ?? limit}
memory.max_usage_in_bytes ${values.peak ?? limit}
memory.failcnt ${values.count ?? 31}
memory.oom_control oom_kill_disable 0
memory.oom_control under_oom 0
memory.oom_control oom_kill ${values.count === 0 ? 0 : 1}
`;

  test('a limit that held, on cgroup v1 and v2', () => {
    const seen = 'limit 128 MiB, highest use 128 MiB, reached 31 times, 1 OOM kills';
    expect(judgeMemory(memoryV1(), limit)).toEqual({ seen });
    const v2 = `status 137\nmemory.max ${limit}\nmemory.peak ${limit}\nmemory.events low 0\nmemory.events max 31\nmemory.events oom 1\nmemory.events oom_kill 1\n`;
    expect(judgeMemory(v2, limit)).toEqual({ seen });
  });

  test('more than the limit, a child that survived, no hit and no limit are each told', () => {
    expect(judgeMemory(memoryV1({ peak: limit * 2 }), limit).wrong).toBe('it used more than 128 MiB');
    expect(judgeMemory(memoryV1({ status: 0 }), limit).wrong).toContain('ended with status 0, expected 137');
    expect(judgeMemory(memoryV1({ count: 0 }), limit).wrong).toBe('the kernel counted no hit of the limit');
    expect(judgeMemory(memoryV1({ set: 9223372036854771712 }), limit).wrong).toBe(
      'the limit in the cgroup is not 128 MiB',
    );
    expect(judgeMemory('status 137\n', limit).wrong).toBe('the container could not read its memory counters');
  });
});

describe('what is tried in the terminal', () => {
  const step = (/** @type {string} */ name) => {
    const found = walkSteps.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no step ${name}`);
    return found.judge;
  };
  const outcome = { code: 0, output: 'word\n', word: 'word', lacking: [] };

  test("a command that failed is told by the engine's whole sentence", () => {
    const output = 'docker: Error response from daemon: OCI runtime create failed: error mounting "cgroup" to rootfs';
    for (const { name, judge } of walkSteps) {
      expect(judge({ ...outcome, code: 125, output }).wrong, name).toContain(output);
    }
  });

  test('a command that ended well without the word that it had to print failed', () => {
    for (const name of ['run', 'port', 'exec', 'build', 'mount']) {
      expect(step(name)({ ...outcome, output: 'another\n' }).wrong, name).toContain('lacks "word"');
      expect(step(name)(outcome).wrong, name).toBeUndefined();
    }
  });

  test('the command line of the extension has to see the engine', () => {
    const running = { ...outcome, code: 1, output: 'Docker is running: 1 container.\nThe disk is nearly full.\n' };
    expect(step('status')(running).wrong).toBeUndefined();
    const absent = { ...outcome, code: 127, output: 'walk.sh: dind-station: not found' };
    expect(step('status')(absent).wrong).toContain('dind-station: not found');
  });

  test('--privileged may fail only where the machine itself lacks a capability', () => {
    const failed = { ...outcome, code: 126, output: 'unable to apply caps: operation not permitted' };
    expect(step('privileged')(failed).wrong).toContain('unable to apply caps');
    expect(step('privileged')({ ...failed, lacking: ['CAP_SYS_RESOURCE'] })).toEqual({
      seen: '',
      skipped:
        'this machine itself lacks CAP_SYS_RESOURCE; the engine says: unable to apply caps: operation not permitted',
    });
    const cgroup = { ...failed, output: 'error mounting "cgroup" to rootfs', lacking: ['CAP_SYS_RESOURCE'] };
    expect(step('privileged')(cgroup).wrong).toContain('error mounting');
  });

  test('compose is skipped where it is not installed', () => {
    expect(step('compose')({ ...outcome, output: 'absent no plugin\n' }).skipped).toBe('no plugin');
  });
});

test('what is missing in the bounding set is named', () => {
  expect(lackingCapabilities('CapBnd:\t000001fffeffffff\n', 40)).toEqual(['CAP_SYS_RESOURCE']);
  expect(lackingCapabilities('CapBnd:\t000001ffffffffff\n', 40)).toEqual([]);
});

describe('what may remain', () => {
  const plain = { foreignDaemon: false, prepared: [] };
  const nobody = () => undefined;
  /** @type {(area: import('../../../tools/start/machine/snapshot.mjs').Area, kind: 'new' | 'gone' | 'changed', name: string, after?: string) => import('../../../tools/start/machine/compare.mjs').Difference} */
  const difference = (area, kind, name, after = '') => ({ area, kind, name, before: '', after });

  test('each exception has a reason in words, and none takes a whole area without a condition', () => {
    for (const { reason, name, when } of exceptions) {
      expect(reason.split(' ').length).toBeGreaterThan(3);
      if (when === undefined) expect(name.source.length).toBeGreaterThan(10);
    }
  });

  test('a mount, a link, a rule, a setting, a file and a cgroup of nobody are leftovers', () => {
    const left = [
      difference('mounts', 'new', '/tmp/x'),
      difference('mounts', 'changed', '/', '/ rw shared:/ ext4 /dev/vda'),
      difference('mounts', 'new', '/sys/fs/cgroup/memory (2)'),
      difference('network', 'new', 'link docker0'),
      difference('firewall', 'new', 'iptables-nft filter -A FORWARD -j DOCKER-USER', 'rule'),
      difference('firewall', 'changed', 'iptables-nft filter :FORWARD', 'DROP'),
      difference('firewall', 'new', 'iptables-nft filter :FORWARD', 'DROP'),
      difference('sysctls', 'changed', 'net.ipv4.ip_forward', '1'),
      difference('run', 'new', '/run/docker/plugins'),
      difference('cgroups', 'new', '/sys/fs/cgroup/memory/docker'),
      difference('cgroups', 'gone', '/sys/fs/cgroup/memory/docker/0123'),
    ];
    expect(sortDifferences(left, plain, nobody)).toEqual({ left, listed: new Map() });
  });

  test('what others did meanwhile is listed by its reason', () => {
    const of = [
      difference('firewall', 'new', 'iptables-nft filter :FORWARD', 'ACCEPT'),
      difference('sysctls', 'changed', 'fs.file-nr', '1'),
      difference('run', 'new', '/run/dind-station-bed/mine/pid'),
      difference('cgroups', 'new', '/sys/fs/cgroup/memory/session-4'),
    ];
    const { left, listed } = sortDifferences(of, plain, (folder) => (folder.endsWith('session-4') ? 77 : undefined));
    expect(left).toEqual([]);
    expect([...listed.values()].flat()).toHaveLength(4);
    expect([...listed.keys()]).toContain('holds a process that is not of this run');
  });

  test('the settings of a link are told with the link', () => {
    const link = difference('network', 'new', 'link docker0');
    const own = difference('sysctls', 'new', 'net.ipv4.conf.docker0.rp_filter', '0');
    const other = difference('sysctls', 'new', 'net.ipv4.conf.docker1.rp_filter', '0');
    expect(sortDifferences([link, own, other], plain, nobody).left).toEqual([link, other]);
    expect(sortDifferences([own], plain, nobody).left).toEqual([own]);
  });

  test("what the helper says it prepared, and another's daemon, are exceptions only then", () => {
    const shared = difference('mounts', 'changed', '/', '/ rw shared:/ ext4 /dev/vda');
    const file = difference('run', 'new', '/run/docker/plugins');
    expect(sortDifferences([shared], { ...plain, prepared: ['nesting.propagation'] }, nobody).left).toEqual([]);
    expect(sortDifferences([file], { ...plain, foreignDaemon: true }, nobody).left).toEqual([]);
  });

  test('processes: of this run, of others, of the kernel', () => {
    const make = (
      /** @type {number} */ pid,
      /** @type {number} */ ppid,
      /** @type {Partial<import('../../../tools/start/machine/processTable.mjs').SeenProcess>} */ more = {},
    ) => ({ pid, ppid, started: '1', zombie: false, uid: 0, name: `p${pid}`, args: '', here: true, ...more });
    const table = (/** @type {ReturnType<typeof make>[]} */ ...all) => new Map(all.map((one) => [`${one.pid}/1`, one]));
    const old = [make(1, 0), make(2, 0), make(10, 1), make(20, 1, { name: 'bash' }), make(30, 1, { name: 'dockerd' })];
    const { left, listed, ended } = sortProcesses({
      before: table(...old),
      after: table(
        ...old.slice(0, 4),
        make(100, 10), // below this run, still there
        make(101, 1), // was below this run, lost its parent
        make(102, 1, { zombie: true }), // the same, has ended
        make(103, 20), // somebody's in a shell
        make(104, 2), // a worker of the kernel
        make(105, 1), // nobody's
        make(106, 1, { uid: 1000 }), // of the station's user
        make(107, 1, { name: 'containerd-shim' }),
        make(108, 105, { name: 'dockerd' }), // a daemon below something that is nobody's
      ),
      own: (key) => ['100/1', '101/1', '102/1'].includes(key),
      self: 10,
      user: 1000,
    });
    expect(left.map(({ pid }) => pid)).toEqual([100, 101, 106, 107]);
    expect(ended.map(({ pid }) => pid)).toEqual([30]);
    expect([...listed].map(([reason, ones]) => [reason, ones.map(({ pid }) => pid)])).toEqual([
      ['of this run and ended; PID 1 has not collected it yet', [102]],
      ['began below a process that was there before', [103]],
      ['a thread of the kernel', [104]],
      ['began below PID 1 and was never below this run', [105, 108]],
    ]);
  });
});

test('outcomes are counted, and written as JUnit XML with their texts escaped', () => {
  /** @type {import('../../../tools/start/check/report.mjs').Outcome[]} */
  const outcomes = [
    { name: 'docker run', state: 'passed', ms: 1200, text: 'fine' },
    { name: 'docker exec', state: 'failed', ms: 300, text: 'error mounting "cgroup" <b>\u0007\nmore' },
    { name: 'docker compose up', state: 'skipped', ms: 0, text: 'not installed' },
  ];
  expect(summary(outcomes)).toBe('1 passed, 1 failed, 1 skipped');
  expect(summary(outcomes.slice(0, 1))).toBe('1 passed, 0 failed');
  const xml = junitXml(outcomes);
  expect(xml).toContain('tests="3" failures="1" errors="0" skipped="1" time="1.500"');
  expect(xml).toContain('<failure message="error mounting &quot;cgroup&quot; &lt;b&gt;">');
  expect(xml).toContain('&lt;b&gt;\nmore</failure>');
  expect(xml).toContain('<skipped message="not installed"/>');
});
