import { describe, expect, test } from 'vitest';
import { judgeBroken, judgeRefusal } from '../../../src/limits/refusals';
import type { TestContainer } from '../../../src/limits/limitCheck';
import { altered, judged, recorded, recordings, surrounded, type Recording } from './recordings';

describe('recorded on a healthy engine', () => {
  test.each(recordings('enforced'))('$file', ({ check, evidence, environment }) => {
    if (check.id === 'files.storage') {
      expect(judgeRefusal(evidence['limited'] ?? never())).toMatchObject({
        verdict: 'unsupported',
        finding: 'storage.no-quota',
      });
      return;
    }
    const { verdict } = check.judge(evidence, environment);
    // Nothing is to be seen of swap on a machine without.
    expect(verdict).toBe(check.id === 'memory.swap' ? 'unsupported' : 'enforced');
  });
});

describe('recorded where ten others wanted the CPUs', () => {
  test.each(recordings('starved'))('$file', (recording) => {
    expect(judged(recording)).toMatchObject({ verdict: 'inconclusive', finding: 'machine.busy', again: true });
  });
});

describe('recorded with a runtime that forgets every limit', () => {
  /** What that runtime leaves in place. */
  const kept = new Set(['files.shm', 'isolation.network', 'isolation.read-only', 'isolation.device', 'files.storage']);
  test.each(recordings('dropped').filter(({ check }) => !kept.has(check.id)))('$file', (recording) => {
    expect(judged(recording)).toMatchObject({ verdict: 'not-enforced' });
  });
});

function never(): never {
  throw new Error('not recorded');
}

describe('memory', () => {
  const memory = (change: (key: string, value: string) => string | undefined, container = 'limited'): Recording =>
    altered(recorded('memory.limit'), container, change);

  test('an exit status alone proves nothing', () => {
    const quiet = memory((key, value) => {
      if (key === 'above.events') return value.replace('oom_kill 1', 'oom_kill 0');
      return value;
    });
    expect(judged(quiet).verdict).toBe('inconclusive');
    const elsewhere = memory((key, value) => (key.endsWith('.peak') || key.endsWith('.failcnt') ? '60000000' : value));
    expect(judged(elsewhere).verdict).toBe('inconclusive');
  });

  test('a block that lives where it must not is not enforced', () => {
    expect(judged(memory((key, value) => (key === 'above' ? '0' : value))).verdict).toBe('not-enforced');
  });

  test('a block killed far below the limit was killed by another', () => {
    const early = memory((key, value) => {
      if (key === 'below' || key === 'above') return '137';
      if (key === 'below.events') return value.replace('oom_kill 0', 'oom_kill 1');
      return key.endsWith('.peak') ? '40000000' : value;
    });
    expect(judged(early)).toMatchObject({ verdict: 'not-enforced', finding: 'cgroup.outer-limit' });
  });

  test.each(['127', '1'])('a block that ends with %s where nothing was killed says nothing of a limit', (status) => {
    const refused = memory((key, value) => {
      if (key === 'below' || key === 'above') return status;
      return key.endsWith('.peak') ? '4000000' : value.replace('oom_kill 1', 'oom_kill 0');
    });
    expect(judged(refused)).toMatchObject({ verdict: 'inconclusive' });
    expect(judged(refused).reason).toContain(`status ${status}), and nothing was killed`);
  });

  test('a limit of swap that the engine drops is no loss on a machine without swap', () => {
    const { check, environment, evidence } = recorded('memory.limit');
    const limitedOf = (swap: number): TestContainer => {
      const containers = check.containers({ ...environment, swap });
      return ('verdict' in containers ? [] : containers).find(({ name }) => name === 'limited') ?? never();
    };
    const dropped = { ...(evidence['limited'] ?? never()), dropped: ['MemorySwap'] };
    expect(judgeRefusal(dropped, limitedOf(0).mayDrop)).toBeUndefined();
    expect(judgeRefusal(dropped, limitedOf(2 ** 30).mayDrop)).toMatchObject({ verdict: 'unsupported' });
    expect(judgeRefusal({ ...dropped, dropped: ['Memory'] }, limitedOf(0).mayDrop)).toMatchObject({
      verdict: 'unsupported',
    });
  });

  test('a machine on which the control dies too proves nothing', () => {
    const dying = memory((key, value) => (key === 'above' ? '137' : value), 'control');
    expect(judged(dying)).toMatchObject({ verdict: 'inconclusive', finding: 'machine.no-room' });
  });

  test('a smaller limit around it is what holds', () => {
    expect(
      judged(
        surrounded(
          memory((_key, value) => value),
          { memory: 50 * 2 ** 20 },
        ),
      ),
    ).toMatchObject({
      verdict: 'not-enforced',
      finding: 'cgroup.outer-limit',
    });
  });

  test('no file of the controller is no support', () => {
    expect(judged(memory((key, value) => (key === 'limit' ? '-' : value)))).toMatchObject({
      verdict: 'unsupported',
      finding: 'cgroup.controller-missing',
    });
  });
});

describe('memory reservation on cgroup v2', () => {
  const around = (...levels: readonly (number | undefined)[]): Recording => {
    const recording = recorded('memory.reservation');
    const places = ['/docker/x', '/docker', '/'].map((path, index) => {
      const memoryLow = levels[index];
      return { path, ...(memoryLow !== undefined && { memoryLow }) };
    });
    const outside = { version: 2 as const, path: '/docker/x', levels: places };
    return { ...recording, environment: { ...recording.environment, cgroup: 2, outside } };
  };

  test('protects nothing where the group around has nothing to give', () => {
    expect(judged(around(25_165_824, 0))).toMatchObject({ verdict: 'unsupported', kernel: '25165824' });
    expect(judged(around(25_165_824, 0)).reason).toContain('memory.low of /docker around it is 0');
    expect(judged(around(25_165_824, 50_000_000)).verdict).toBe('enforced');
    // What is reclaimed from the top that is seen does not ask the top itself.
    expect(judged(around(25_165_824, undefined, 0)).verdict).toBe('enforced');
  });

  test('is not told where the groups around cannot be seen; v1 does not depend on them', () => {
    const recording = recorded('memory.reservation');
    expect(judged({ ...recording, environment: { ...recording.environment, cgroup: 2 } }).verdict).toBe('unsupported');
    expect(judged(recording).verdict).toBe('enforced');
  });
});

describe('the others', () => {
  const changed = (id: string, key: string, value: string, container = 'limited'): Recording =>
    altered(recorded(id), container, (name, old) => (name === key ? value : old));

  test.each([
    ['pids.limit', 'limit', '32', 'not-enforced'],
    ['pids.limit', 'events', 'max 0', 'inconclusive'],
    ['cpu.cpuset', 'on', '0', 'not-enforced'],
    ['cpu.cpuset', 'set', '0-1', 'not-enforced'],
    ['files.nofile', 'raised', '0', 'not-enforced'],
    ['files.nofile', 'soft', '1024', 'not-enforced'],
    ['isolation.read-only', 'write', '0', 'not-enforced'],
    ['isolation.read-only', 'mount', 'rw', 'inconclusive'],
    ['isolation.device', 'write', '0', 'not-enforced'],
    ['isolation.device', 'node', '1', 'unsupported'],
    ['isolation.network', 'interface', 'eth0', 'not-enforced'],
    ['memory.reservation', 'reservation', '0', 'not-enforced'],
    ['memory.oom-group', 'bystander', '1', 'not-enforced'],
    ['memory.oom-group', 'hog', '0', 'not-enforced'],
    ['memory.swap', 'above', '0', 'not-enforced'],
    ['io.write-bytes', 'file', '254:0 1', 'not-enforced'],
    ['io.write-bytes', 'direct', 'no', 'enforced'],
  ])('%s with %s %s: %s', (id, key, value, verdict) => {
    // A line that the recording has not is no change: the verdict stays.
    expect(judged(changed(id, key, value)).verdict).toBe(verdict);
  });

  test('an interface that is down leads nowhere', () => {
    const withLine = (line: string): Recording => {
      const recording = recorded('isolation.network');
      const limited = recording.evidence['limited'] ?? never();
      const lines = [['interface', line] as const, ...limited.lines];
      return { ...recording, evidence: { ...recording.evidence, limited: { ...limited, lines } } };
    };
    expect(judged(withLine('tunl0 0x80'))).toMatchObject({
      verdict: 'enforced',
      kernel: 'interfaces: tunl0 (down), lo',
    });
    expect(judged(withLine('eth0 0x1003')).verdict).toBe('not-enforced');
    expect(judged(withLine('eth0 ')).verdict).toBe('not-enforced');
  });

  test('a container that ends without a kill for memory says nothing of who dies', () => {
    const cut = (oomKilled: boolean, group: string): Recording => {
      const recording = changed('memory.oom-group', 'group', group);
      const limited = recording.evidence['limited'] ?? never();
      const lines = limited.lines.filter(([key]) => !['hog', 'bystander', 'events', 'end'].includes(key));
      return {
        ...recording,
        evidence: { ...recording.evidence, limited: { ...limited, lines, exitCode: 137, oomKilled } },
      };
    };
    expect(judged(cut(false, '1'))).toMatchObject({ verdict: 'inconclusive', again: true });
    expect(judged(cut(false, '0')).verdict).toBe('inconclusive');
    expect(judged(cut(true, '1')).verdict).toBe('enforced');
    expect(judged(cut(true, '0')).verdict).toBe('not-enforced');
  });

  test.each([
    [
      'a file that could not be filled',
      (key: string, value: string) => (key === 'done' ? undefined : value),
      'inconclusive',
    ],
    ['no file in the kernel', (key: string, value: string) => (key === 'file' ? '-' : value), 'unsupported'],
  ])('block I/O with %s is %s', (_what, change, verdict) => {
    expect(judged(altered(recorded('io.read-bytes'), 'limited', change)).verdict).toBe(verdict);
  });

  test('buffered writes that pass by on v1 are told and do not change the verdict', () => {
    expect(judged(recorded('io.write-bytes'))).toMatchObject({ verdict: 'enforced', finding: 'cgroup.v1-buffered-io' });
  });

  test('a disk slower than the limit proves nothing', () => {
    const slow = altered(recorded('io.read-bytes'), 'control', (key, value) => {
      const [at = '', count = ''] = value.split(' ');
      return key === 'done' ? `${String(Number(at) + 10)} ${count}` : value;
    });
    expect(judged(slow)).toMatchObject({ verdict: 'inconclusive', again: true });
  });
});

describe('containers that were not run', () => {
  const blank = { lines: [], errors: '', exitCode: -1, oomKilled: false, warnings: [], dropped: [] };
  // Said by 20.10, 26.1 and 28.5 on the machines of the test beds.
  test.each([
    [
      'failed to write "25000": write /sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us: invalid argument',
      'unsupported',
      'cgroup.outer-limit',
    ],
    [
      'unable to apply cgroup configuration: cannot enter cgroupv2 "/sys/fs/cgroup/docker" with domain controllers -- it is in an invalid state',
      'unsupported',
      'cgroup.not-delegated',
    ],
    [
      'openat2 /sys/fs/cgroup/docker/x/memory.swap.max: no such file or directory',
      'unsupported',
      'cgroup.not-delegated',
    ],
    ['mkdir /sys/fs/cgroup/docker: read-only file system', 'unsupported', 'cgroup.not-delegated'],
    [
      "--storage-opt is supported only for overlay over xfs with 'pquota' mount option",
      'unsupported',
      'storage.no-quota',
    ],
    ['no space left on device', 'error', undefined],
    ['error while creating mount source path', 'error', undefined],
  ])('%s', (message, verdict, finding) => {
    const judgement = judgeRefusal({ ...blank, refused: { status: 500, message } });
    expect([judgement?.verdict, judgement?.finding]).toEqual([verdict, finding]);
    expect(judgement?.reason).toContain(message.slice(-30));
  });

  test('a limit that the engine did not keep is unsupported, with its warning', () => {
    const warned = {
      ...blank,
      dropped: ['CpusetCpus'],
      warnings: ['Your kernel does not support cpuset. Cpuset discarded.'],
    };
    expect(judgeRefusal(warned)).toMatchObject({ verdict: 'unsupported', finding: 'engine.dropped-option' });
    expect(judgeRefusal(warned)?.reason).toContain('Cpuset discarded');
  });

  test('a workload without its last line is an error, never a verdict', () => {
    const cut = { ...blank, lines: [['limit', '67108864']] as const, exitCode: 127, errors: 'dd: not found' };
    expect(judgeBroken('limited', cut, false)).toMatchObject({ verdict: 'error' });
    expect(judgeBroken('limited', cut, false)?.reason).toContain('dd: not found');
    expect(judgeBroken('limited', { ...cut, lines: [['end', '']] }, false)).toBeUndefined();
  });
});
