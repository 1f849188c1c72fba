import { describe, expect, test } from 'vitest';
import { rules } from '../../../../src/diagnosis/rules/allRules';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { configure, covered, down, healthyFacts, inform, mount, type HealthyFacts } from '../healthy';
import { accessCases } from './access.cases';
import { engineCases } from './engine.cases';
import { machineCases } from './machine.cases';

const cases = [...machineCases, ...engineCases, ...accessCases];

function judged(id: string, change: Parameters<typeof healthyFacts>[0]) {
  return rules.find((rule) => rule.id === id)?.judge(healthyFacts(change));
}

describe.each(cases)('%s', (id, positive, nearMiss) => {
  test('is found where it is', () => {
    const verdict = judged(id, positive);
    expect(verdict).toMatchObject({
      title: expect.stringMatching(/[^.]$/),
      remedy: { command: expect.stringMatching(/./) },
    });
  });

  test('is not found where it only nearly is', () => {
    expect(judged(id, nearMiss)).toBeUndefined();
  });
});

test('every rule that is not of the log has a case', () => {
  const ids = rules.map(({ id }) => id).filter((id) => !/^(?:log|start)\./.test(id));
  expect(ids.filter((id) => !cases.some(([one]) => one === id))).toEqual([]);
  expect(cases.length).toBe(ids.length);
});

describe('a socket that refuses this user, and at which nobody listens', () => {
  const left = (change: Parameters<typeof healthyFacts>[0] = () => undefined) =>
    healthyFacts((facts) => {
      facts.engine.value.ping = { outcome: 'denied', path: {} as never };
      facts.processes.value.dockerd = [];
      facts.socket.value.listening = false;
      change(facts);
    });
  const ids = (facts: ReturnType<typeof left>) =>
    diagnose(facts)
      .findings.filter(({ severity }) => severity === 'error')
      .map(({ id }) => id);

  test('is dead, and no right would help', () => {
    expect(ids(left())).toEqual(['socket.socket-dead']);
  });

  test.each<[string, Parameters<typeof left>[0]]>([
    ['somebody listens', (facts) => void (facts.socket.value.listening = true)],
    ['it cannot be told whether', (facts) => void Reflect.deleteProperty(facts.socket.value, 'listening')],
    ['it is mounted from outside', (facts) => void (facts.socket.value.mount = mount('/run/docker.sock'))],
    ['processes are hidden', (facts) => void (facts.processes.value.hidden = true)],
    [
      'no engine is installed here',
      (facts) => void Reflect.deleteProperty(facts.daemonConfig.value.programs, 'dockerd'),
    ],
  ])('is refused rights, when %s', (_, change) => {
    expect(ids(left(change))).toContain('socket.socket-permission-denied');
  });
});

test('TLS files that cannot be read are what is wrong, and not the address that asks for them', () => {
  const ids = (message: string) =>
    diagnose(
      healthyFacts((facts) => {
        facts.engine.value.ping = { outcome: 'unreachable', code: 'UNUSABLE', message };
        const parts = { source: 'DOCKER_HOST', display: 'tcp://h:2376', host: 'h', port: 2376, basePath: '' } as const;
        for (const client of facts.endpoint.value.clients) {
          client.result = { ok: true, endpoint: { ...parts, kind: 'tls', tls: { ca: '/c/ca.pem', verify: true } } };
        }
      }),
    )
      .findings.filter(({ severity }) => severity === 'error')
      .map(({ id }) => id);
  expect(ids('The TLS file /c/ca.pem cannot be read (ENOENT).')).toEqual(['client.tls-client-files-missing']);
  expect(ids('connect ECONNREFUSED')).toEqual(['client.docker-host-wrong']);
});

describe('a helper that is not installed', () => {
  const missing = (change: (facts: HealthyFacts) => void = () => undefined) =>
    judged('helper.missing', (facts) => {
      facts.helper.value.installed = 'missing';
      change(facts);
    });
  const at = (endpoint: object) => (facts: HealthyFacts) =>
    void Object.assign(facts.endpoint.value.clients[0] ?? {}, { result: { ok: true, endpoint } });

  test('is set up by the copy that comes with this program, where it is known', () => {
    expect(missing((f) => void (f.helper.value.bundled = "/ext/it's/dind-helper"))).toMatchObject({
      severity: 'info',
      remedy: {
        command: `/usr/bin/sudo /bin/sh '/ext/it'\\''s/dind-helper' --plain install coder`,
        risk: 'none',
      },
    });
    expect(missing()).toMatchObject({
      remedy: { command: expect.stringContaining(' scripts/dind-helper --plain install coder') },
    });
  });

  test('is a warning where the engine does not answer', () => {
    expect(missing(down)).toMatchObject({ severity: 'warning' });
  });

  test('is set up by root without sudo', () => {
    const command = expect.stringMatching(/^\/bin\/sh /u);
    expect(missing((f) => void (f.identity.value.uid = 0))).toMatchObject({ remedy: { command } });
  });

  test.each<[string, (facts: HealthyFacts) => void]>([
    ['the daemon is another machine', at({ kind: 'tcp', host: 'h', port: 2375, basePath: '' })],
    ['the daemon is the own one of this user', at({ kind: 'unix', socketPath: '/run/user/1000/docker.sock' })],
    ['no daemon is installed here', (f) => void Reflect.deleteProperty(f.daemonConfig.value.programs, 'dockerd')],
  ])('is not missed where %s', (_, change) => {
    expect(missing(change)).toBeUndefined();
  });

  test('is what follows where this user cannot become root at all', () => {
    const { findings } = diagnose(
      healthyFacts((facts) => {
        facts.helper.value.installed = 'missing';
        facts.security.value.noNewPrivileges = true;
      }),
    );
    expect(findings.map(({ id }) => id)).toEqual(['helper.sudo-no-new-privs']);
    expect(findings[0]?.explains.map(({ id }) => id)).toEqual(['helper.missing']);
  });
});

test('a full disk is cleared by Docker where it answers, and looked at where it does not', () => {
  const remedyOf = (...changes: readonly ((facts: HealthyFacts) => void)[]) =>
    diagnose(
      healthyFacts((facts) => {
        for (const root of facts.storage.value.roots) {
          if ('value' in root.space) root.space.value.freeBytes = 1e6;
        }
        for (const change of changes) change(facts);
      }),
    ).findings.find(({ id }) => id === 'storage.data-root-full')?.remedy.command;
  expect(remedyOf()).toBe('docker builder prune; docker image prune');
  expect(remedyOf(down)).toMatch(/^sudo du /u);
});

describe('configured address pools', () => {
  const judgedFor = (pools: unknown, ...subnets: string[]) =>
    judged('network.local-pools-exhausted', (facts) => {
      configure(facts, { 'default-address-pools': pools });
      const value = subnets.map((subnet) => ({ name: subnet, driver: 'bridge', subnets: [subnet] }));
      facts.engine.value.networks = { outcome: 'ok', ms: 1, value };
    });
  const two = [{ base: '10.200.0.0/23', size: 24 }];

  test('are used up when their last network is', () => {
    expect(judgedFor(two, '10.200.0.0/24', '10.200.1.0/24')).toMatchObject({
      title: expect.stringMatching(/ used up$/),
    });
    expect(judgedFor(two, '10.200.0.0/24', '10.99.0.0/24')).toBeUndefined();
  });

  test('are not judged when they hold nothing that can be counted', () => {
    expect(judgedFor([{ base: 'fd00::/64', size: 80 }], 'fd00::/80')).toBeUndefined();
    expect(judgedFor([{ base: 'nonsense', size: 24 }, null])).toBeUndefined();
  });
});

test('a passing process in a root that hands memory down is no fault', () => {
  const verdict = judged('cgroup.v2-nesting-not-prepared', (facts) => {
    Object.assign(facts.cgroup.value.levels[0] ?? {}, { processes: [77], processCount: 1 });
  });
  expect(verdict).toBeUndefined();
});

describe('what was taken for a fault on a recorded machine, and is none', () => {
  test('a rootless daemon without control groups says nothing about the kernel', () => {
    const verdict = judged('kernel.synology-no-cfs', (f) => inform(f, { cpuQuota: false, cgroupDriver: 'none' }));
    expect(verdict).toBeUndefined();
  });

  test('ids that an outer runtime maps make no rootless daemon', () => {
    const chain = (...names: ('sysbox' | 'rootless')[]) =>
      judged('security.rootless-xdg-runtime-dir', (f) => {
        f.platform.value.chain = names.map((name) => ({ layer: 'runtime', name, confidence: 'certain', evidence: [] }));
      });
    expect(chain('sysbox', 'rootless')).toBeUndefined();
    expect(chain('rootless')).toBeDefined();
  });

  test('containers that the daemon puts below this one are bounded by it', () => {
    const escaping = (parent: string) =>
      judged('cgroup.cgroupns-host-escapes-outer-limit', (f) => {
        f.cgroup.value.namespace.kind = 'host';
        f.cgroup.value.memberships = [{ hierarchy: 0, controllers: [], path: '/docker/abc/init' }];
        f.daemonConfig.value.flags = { 'cgroup-parent': [parent] };
      });
    expect(escaping('/docker/abc/docker')).toBeUndefined();
    for (const parent of ['/docker', '/docker/ab/docker', 'docker.slice'])
      expect(escaping(parent), parent).toBeDefined();
  });

  test("on version 1 the machine's tree bound in is told from a container's own part of it", () => {
    const escaping = (root: string) =>
      judged('cgroup.cgroupns-host-escapes-outer-limit', (f) => {
        const hierarchy = { controllers: ['memory'], mountPoint: '/sys/fs/cgroup/memory', readOnly: false };
        f.cgroup.value.namespace.kind = 'host';
        f.cgroup.value.version = 'v1';
        f.cgroup.value.mounts = [{ ...hierarchy, version: 1, root }];
        f.cgroup.value.memberships = [{ hierarchy: 4, controllers: ['memory'], path: '/docker/abc' }];
      });
    expect(escaping('/')).toBeDefined();
    expect(escaping('/docker/abc')).toBeUndefined();
  });
});

describe('a mount that runc takes, and that another one covers', () => {
  const judgedWhen = (change: (facts: HealthyFacts) => void) =>
    judged('cgroup.v1-mount-covered', (facts) => {
      covered(facts);
      change(facts);
    });
  const daemon = (comm: string, pid: number, table: 'same' | 'own' | 'unreadable') => ({
    ...{ pid, comm },
    table:
      table === 'same'
        ? ('same' as const)
        : table === 'own'
          ? { mounts: [], runc: [] }
          : { unreadable: `/proc/${pid}/mountinfo: EACCES` },
  });

  test('is told with both mounts, whose table it is, and a restart', () => {
    expect(judgedWhen(() => undefined)).toMatchObject({
      severity: 'error',
      title: 'A mount of memory is covered by another: no container can start',
      evidence: [
        { source: '/proc/70/mountinfo', value: 'memory: / is mounted at /sys/fs/cgroup/memory' },
        { source: '/proc/70/mountinfo', value: 'over it: cgroup /outer at /sys/fs/cgroup/memory' },
        { value: 'dockerd (PID 70)' },
      ],
      remedy: { action: 'restart-daemon', risk: 'stops-containers' },
    });
  });

  test('is a warning where containers have a cgroup namespace of their own unless they ask for another', () => {
    const verdict = judgedWhen((f) => configure(f, { 'default-cgroupns-mode': 'private' }));
    expect(verdict).toMatchObject({ severity: 'warning', title: expect.stringContaining('some containers') });
    expect(judgedWhen((f) => configure(f, { 'default-cgroupns-mode': 'host' }))).toMatchObject({ severity: 'error' });
  });

  test('counts as containerd sees it, which starts runc', () => {
    const [own, same] = [daemon('containerd', 80, 'own'), daemon('dockerd', 70, 'same')];
    expect(judgedWhen((f) => void (f.cgroup.value.daemons = [same, own]))).toBeUndefined();
    expect(
      judgedWhen(
        (f) => void (f.cgroup.value.daemons = [daemon('dockerd', 70, 'own'), daemon('containerd', 80, 'same')]),
      ),
    ).toMatchObject({ severity: 'error' });
  });

  test('is not told of where one of two containerds sees another table', () => {
    const both = [daemon('containerd', 80, 'same'), daemon('containerd', 90, 'own')];
    expect(judgedWhen((f) => void (f.cgroup.value.daemons = both))).toBeUndefined();
  });

  test.each<[string, (facts: HealthyFacts) => void, string]>([
    [
      'the table of the daemon cannot be read',
      (f) => void (f.cgroup.value.daemons = [daemon('dockerd', 70, 'unreadable')]),
      '/proc/70/mountinfo: EACCES',
    ],
    ['an engine answers whose processes are not seen', (f) => void (f.cgroup.value.daemons = []), 'cannot be seen'],
    ['the runtime is another', (f) => inform(f, { defaultRuntime: 'crun' }), 'default runtime crun'],
  ])('is inconclusive when %s', (_, change, reason) => {
    expect(judgedWhen(change)).toEqual({ inconclusive: expect.stringContaining(reason) });
  });

  test('without a daemon is nothing where the helper starts one, and a warning where it is not installed', () => {
    const stopped = (installed: 'trusted' | 'missing') => (facts: HealthyFacts) => {
      down(facts);
      facts.cgroup.value.daemons = [];
      facts.helper.value.installed = installed;
    };
    expect(judgedWhen(stopped('trusted'))).toBeUndefined();
    expect(judgedWhen(stopped('missing'))).toMatchObject({ severity: 'warning' });
  });

  test('facts of an earlier version, which know nothing of it, are not judged', () => {
    expect(
      judgedWhen((f) => {
        delete f.cgroup.value.runc;
        delete f.cgroup.value.daemons;
      }),
    ).toBeUndefined();
  });
});

test('what is not visible of the own groups is inconclusive, with the reason', () => {
  const unseen = (id: string) =>
    judged(id, (f) => {
      const unknown = { value: 'unknown' as const };
      f.cgroup.value.effective = { cpus: unknown, memoryBytes: unknown, pids: unknown };
      f.cgroup.value.notVisible = { cgroup2: '/x is not below /y' };
    });
  for (const id of [
    'cgroup.outer-pids-limit',
    'cgroup.memory-thrash-under-outer-limit',
    'kernel.throttling-is-counted-at-the-limiting-level',
  ]) {
    expect(unseen(id), id).toEqual({ inconclusive: '/x is not below /y' });
  }
});
