import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import type { Finding } from '../../../../src/diagnosis/finding';
import { lineKind } from '../../../../src/host/logTable';
import { healthyFacts, type HealthyFacts } from '../healthy';

const stamped = (at: string, message: string, more = ''): string =>
  `time="2026-01-01T00:${at}Z" level=error msg=${JSON.stringify(message)}${more}`;
const id = 'c'.repeat(64);

function findings(errors: readonly string[], change: (facts: HealthyFacts) => void = () => undefined) {
  return diagnose(
    healthyFacts((facts) => {
      facts.daemonLog.value.errors = [...errors];
      change(facts);
    }),
  ).findings;
}

const graves = (found: readonly Finding[]) =>
  found.filter(({ severity }) => severity !== 'info').map(({ severity, id }) => `${severity} ${id}`);

describe('an error that no rule knows', () => {
  test('is a warning in its own words, and whole beside a title that is cut', () => {
    const long = `the moon ${'is '.repeat(300)}full`;
    const line = stamped('10:00', `Handler for POST /v1.41/containers/${id}/start returned error: ${long}`);
    const [finding] = findings([line]);
    expect(finding).toMatchObject({
      id: 'log.not-recognised',
      severity: 'warning',
      title: expect.stringMatching(/^Docker reported: the moon (?:is ){90,}.*…$/u),
      cause: expect.stringContaining(long),
      evidence: [{ source: '/var/log/dockerd.log', value: line }],
    });
  });

  test('is grouped with those that differ in numbers, the newest first, and never a number alone', () => {
    const lines = [
      stamped('10:00', 'old fault'),
      stamped('10:01', 'port 80 is odd'),
      stamped('10:02', 'port 81 is odd'),
    ];
    expect(findings(lines)[0]).toMatchObject({
      title: 'Docker reported: port 81 is odd',
      cause: 'dockerd: "port 81 is odd" (2 times), before that "old fault".',
      evidence: [{ value: lines[2] }, { value: lines[0] }],
    });
    const many = 'abcdefgh'.split('').map((name, at) => stamped(`10:0${String(at)}`, `fault ${name}`));
    expect(findings(many)[0]?.cause).toMatch(
      /: "fault h", .* before that "fault d", and 3 other messages in the log\.$/u,
    );
  });

  test('stands above what else is logged of the same container at that moment', () => {
    const lines = [
      stamped('10:00.1', 'cannot detach', ` container=${id}`),
      stamped('10:00.2', `Handler for POST /v1.41/containers/${id}/start returned error: odd`),
    ];
    expect(findings(lines)).toMatchObject([
      { title: 'Docker reported: odd', evidence: [{ value: lines[1] }, { value: lines[0] }] },
    ]);
  });

  test('is told by the trial of containers where it is what that ended with', () => {
    const message = 'failed to create task: the moon is full';
    const line = stamped('10:00', `Handler for POST /v1.41/containers/${id}/start returned error: ${message}`);
    const failed = (facts: HealthyFacts) => void (facts.verification.value = { verdict: 'no', step: 'start', message });
    expect(graves(findings([line], failed))).toEqual(['error daemon.containers-fail']);
    expect(graves(findings([line, stamped('10:01', 'another')], failed))).toEqual([
      'error daemon.containers-fail',
      'warning log.not-recognised',
    ]);
  });
});

test('a known line that keeps every container from running explains that, and is as grave', () => {
  const message = 'mkdir /sys/fs/cgroup/docker: read-only file system: unknown';
  const line = stamped('10:00', `Handler for POST /v1.41/containers/${id}/start returned error: ${message}`);
  const failed = (facts: HealthyFacts) => void (facts.verification.value = { verdict: 'no', step: 'start', message });
  const found = findings([line], failed);
  expect(graves(found)).toEqual(['error log.cgroup-read-only']);
  expect(found[0]?.explains.map((one) => one.id)).toEqual(['daemon.containers-fail']);
  expect(graves(findings([line]))).toEqual(['warning log.cgroup-read-only']);
});

describe('a line of the log is of the daemon that it is told of', () => {
  const old = stamped('00:00', 'an odd fault');
  const young = stamped('10:00', 'a newer fault');
  const rotated = (facts: HealthyFacts) => {
    facts.daemonLog.value.startFound = false;
    for (const one of facts.processes.value.dockerd) one.startedAt = '2026-01-01T00:05:00.000Z';
  };

  test('one that is older than the daemon tells of another, where the log has lost its beginning', () => {
    expect(findings([old, young], rotated)[0]?.cause).toBe('dockerd: "a newer fault".');
    expect(findings([old], rotated)).toEqual([]);
  });

  test('nothing is left out where the beginning is there, or no daemon or no time is known', () => {
    expect(findings([old])).toHaveLength(1);
    expect(findings(['level=error msg="an odd fault"'], rotated)).toHaveLength(1);
    const hidden = (facts: HealthyFacts) => {
      rotated(facts);
      facts.processes.value.dockerd = [];
    };
    expect(graves(findings([old], hidden))).toContain('warning log.not-recognised');
  });
});

describe('what a client asked for and cannot have is no fault of the engine', () => {
  const answered = (what: string, why: string): string => `Handler for ${what} returned error: ${why}`;
  const create = 'POST /v1.41/containers/create';
  const start = `POST /v1.41/containers/${id}/start`;
  const runc =
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';
  const requests: readonly string[] = [
    'Not continuing with pull after error: errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n',
    'Not continuing with pull after error: manifest unknown: manifest unknown',
    answered('POST /v1.41/images/create', 'pull access denied for nosuch, repository does not exist'),
    answered('POST /v1.41/images/create', 'manifest for busybox:nosuch not found: manifest unknown'),
    answered('GET /v1.41/containers/nosuch/json', 'No such container: nosuch'),
    answered('DELETE /v1.41/images/box', 'conflict: unable to remove repository reference "box"'),
    answered(`POST /v1.41/containers/${id}/pause`, `Container ${id} is not running`),
    answered(create, "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"),
    answered(create, 'unknown option nosuch'),
    `Error setting up exec command in container web: Container ${id} is not running`,
    answered(
      start,
      'driver failed programming external connectivity on endpoint web: Bind for 0.0.0.0:80 failed: port is already allocated',
    ),
    '/moby.buildkit.v1.frontend.LLBBridge/ResolveImageConfig returned error: rpc error: code = Unknown desc = docker.io/library/nope:latest: not found',
    'Error running exec 12ab in container: OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown',
    answered(start, `${runc}exec: "nosuch": executable file not found in $PATH: unknown`),
    answered('POST /v1.41/images/create', 'context canceled'),
    answered(
      'POST /v1.41/containers/dind-station-0b1c2d3e-0000-4000-8000-0123456789ab-89abcdef/start',
      'failed to create task: openat2 /sys/fs/cgroup/x/memory.swap.max: no such file or directory',
    ),
    'attach failed with error: write unix /var/run/docker.sock->@: write: broken pipe',
    '/moby.buildkit.v1.Control/Solve returned error: rpc error: code = Unknown desc = process "/bin/sh -c false" did not complete successfully: exit code: 1',
  ];

  test.each(requests)('%s', (message) => {
    expect(findings([stamped('10:00', message)])).toEqual([]);
  });

  test('each row of the table has a line here', () => {
    const table = readFileSync('scripts/lib/causes.tsv', 'utf8').split('\n');
    const patterns = table
      .map((row) => row.split('\t'))
      .filter(([when, kind]) => when === 'line' && kind === 'request');
    expect(patterns.length).toBeGreaterThan(5);
    const flat = requests.map((message) => message.replaceAll('\n', ' '));
    const unused = patterns.filter(
      ([, , , pattern = '']) => !flat.some((message) => new RegExp(pattern).test(message)),
    );
    expect(unused).toEqual([]);
    expect(flat.filter((message) => !lineKind.request.test(message))).toEqual([]);
  });

  test.each([
    ['the network failed', 'Not continuing with pull after error: Get "https://registry-1.docker.io/v2/": net/http: x'],
    [
      'runc itself is missing',
      answered(start, `${runc}unable to retrieve OCI runtime error: exec: "runc": executable file not found`),
    ],
    ['the words are quoted by something else', 'cannot write: Handler for GET /x returned error: No such container: y'],
    ['a container only looks like ours', answered('POST /v1.41/containers/dind-station-x/start', 'the moon is full')],
    [
      'a build ended for another reason',
      '/moby.buildkit.v1.Control/Solve returned error: rpc error: code = Internal desc = no such file',
    ],
  ])('but is one where %s', (_, message) => {
    expect(graves(findings([stamped('10:00', message)]))).toEqual(['warning log.not-recognised']);
  });

  test('does not hide a fault that is logged beside it', () => {
    const request = stamped('10:00', answered('GET /v1.41/containers/x/json', 'No such container: x'));
    expect(findings([request, stamped('10:00', 'the moon is full'), request])[0]?.title).toBe(
      'Docker reported: the moon is full',
    );
  });
});

test('what containerd cannot send to a shim that has ended is no fault, anything else that it cannot send is one', () => {
  const sent = (socket: string, why: string) =>
    findings([
      stamped('10:00', 'failed sending message on channel', ` error="write unix ${socket}->@: write: ${why}"`),
    ]);
  const ofShims = '/var/run/docker/containerd/containerd.sock.ttrpc';
  expect(sent(ofShims, 'broken pipe')).toEqual([]);
  expect(graves(sent('/run/other.sock', 'broken pipe'))).toEqual(['warning log.not-recognised']);
  expect(graves(sent(ofShims, 'no buffer space available'))).toEqual(['warning log.not-recognised']);
});

describe('runc that says nothing but that its child ended', () => {
  const line = stamped(
    '10:00',
    `Handler for POST /v1.41/containers/${id}/start returned error: can't get final child's PID from pipe: EOF: unknown`,
  );
  const withoutRights = (facts: HealthyFacts) => {
    const { own } = facts.capabilities.value;
    own.bounding = own.bounding.filter((name) => name !== 'SYS_RESOURCE');
  };

  test('is explained by the capability that this container lacks', () => {
    const found = findings([line], withoutRights);
    expect(graves(found)).toEqual(['warning security.no-sys-resource']);
    expect(found[0]?.explains.map((one) => one.id)).toEqual(['log.childs-pid']);
    expect(JSON.stringify(found)).not.toContain('namespace');
    expect(findings([], withoutRights).map((one) => one.id)).not.toContain('security.no-sys-resource');
  });

  test('is explained by a quota of namespaces that is used up, whatever it lacks', () => {
    const found = findings([line], (facts) => {
      withoutRights(facts);
      facts.sysctls.value.maxNamespaces = { net: 0 };
    });
    expect(graves(found)).toEqual(['error kernel.namespace-quota']);
  });
});

describe('zombies', () => {
  const of = (count: number, pids: number | 'max' = 'max') =>
    findings([], (facts) => {
      facts.cgroup.value.effective.pids = pids === 'max' ? { value: pids } : { value: pids, folder: '/sys/fs/cgroup' };
      facts.processes.value.zombies = { count, shims: count, parents: [{ pid: 1, comm: 'sleep', count }] };
    }).find((one) => one.id === 'daemon.zombie-shims');

  test('are what a PID 1 leaves that reaps nothing: a note until they are in the way', () => {
    expect(of(30)).toMatchObject({ severity: 'info', title: 'PID 1 (sleep) reaps nothing: 30 zombies so far' });
    expect(of(8191)?.severity).toBe('info');
    expect(of(8192)?.severity).toBe('warning');
  });

  test('count against the limit that is there', () => {
    expect(of(249, 1000)?.severity).toBe('info');
    expect(of(250, 1000)).toMatchObject({
      severity: 'warning',
      consequence: 'Each takes one of 1000 tasks; when all are taken, nothing can be started.',
    });
  });
});
