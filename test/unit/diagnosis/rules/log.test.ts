import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { runningCauses } from '../../../../src/host/logTable';
import { down, healthyFacts, type HealthyFacts } from '../healthy';

const said: Readonly<Record<string, string>> = {
  'v2-threaded': 'cannot enter cgroupv2 "/sys/fs/cgroup/docker" with domain controllers -- it is in threaded mode',
  'cgroup-read-only': 'unable to apply cgroup configuration: mkdir /sys/fs/cgroup/docker: read-only file system',
  dbus: 'failed to connect to dbus (hint: for rootless containers): dial unix /run/systemd/private',
  'orbstack-kernel-thread-ioctl':
    'Failed to determine whether process 9 is a kernel thread: Inappropriate ioctl for device',
  'bpf-device-controller-denied': 'bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted',
  'rt-runtime-without-parent-budget': 'write /x/cpu.rt_runtime_us: invalid argument',
  'cpus-not-available': 'Requested CPUs are not available - requested 7, available: 0-1',
  'session-keyring': 'unable to join session keyring: unable to create session key: disk quota exceeded',
  'oom-score-adj': 'failed to update /proc/self/oom_score_adj: Permission denied',
  'rlimit-refused': 'error setting rlimits for ready process: error setting rlimit type 7: operation not permitted',
  'childs-pid': "can't get final child's PID from pipe: EOF",
  'lxc-sysctl-reopen': 'open sysctl net.ipv4.ip_unprivileged_port_start file: reopen fd 8: permission denied',
  'sysbox-procfs': 'unsafe procfs detected: openat2 /proc/./sys/net: invalid cross-device link',
  'unable-to-apply-caps': 'unable to apply caps: operation not permitted',
  'apparmor-load-denied': 'Unable to replace "docker-default". Permission denied',
  'apparmor-profile-unknown': 'apparmor failed to apply profile: write /proc/self/attr/apparmor/exec',
  'seccomp-profile-bad-client': 'opening seccomp profile (/x) failed',
  'userns-remap-limits': 'privileged mode is incompatible with user namespaces',
  'too-many-open-files': 'accept4: too many open files; retrying in 5ms',
  inotify: 'failed to create inotify fd',
  'no-space': 'write /var/lib/docker/x: no space left on device',
  'resource-temporarily-unavailable': 'fork/exec /x: resource temporarily unavailable',
  'no-memory-controller': 'add cg to OOM monitor: cgroups: memory cgroup not supported on this system',
  'not-a-shared-mount': 'path /x is mounted on / but it is not a shared mount',
  'remove-device-busy': 'driver overlay2 failed to remove root filesystem: unlinkat /x: device or resource busy',
  'docker-desktop-bind-cache': 'bind source path does not exist: /host_mnt/x',
  'layer-directory-missing': 'open /var/lib/docker/overlay2/a/committed: no such file or directory',
  'docker-init': 'exec: "docker-init": executable file not found in $PATH',
  'image-config-corrupt': 'invalid image sha256:aa, failed to verify',
  'invalid-database': 'cannot open error=invalid database',
  'boltdb-wait': 'waiting for response from boltdb open',
  'no-chain': 'iptables: No chain/target/match by that name',
  'extension-missing': 'Extension DNAT revision 0 not supported, missing kernel module?',
  'raw-table': 'Unable to enable DIRECT ACCESS FILTERING - DROP rule',
  veth: 'failed to add the host (veth1) <=> sandbox (veth2) pair interfaces: operation not supported',
  'port-kept':
    'failed to start container: driver failed programming external connectivity on endpoint keeper (8f1f): Bind for 127.0.0.1:8099 failed: port is already allocated',
  'published-port-in-use': 'listen tcp4 0.0.0.0:8080: bind: address already in use',
  'publish-on-missing-ipv6': 'bind: cannot assign requested address',
  'address-pools': 'all predefined address pools have been fully subnetted',
  'subnet-overlaps-existing': 'Pool overlaps with other one on this address space',
  'lookup-refused': 'lookup registry on [::1]:53: read udp: connection refused',
  proxyconnect: 'proxyconnect tcp: dial tcp 127.0.0.1:3128: connect: connection refused',
  'docker-pull-rate-limit': 'toomanyrequests: You have reached your pull rate limit',
  'logging-driver': 'failed to initialize logging driver: journald is not enabled on this host',
  runtime: 'unknown or invalid runtime name: runsc',
  'architecture-mismatch': 'exec /bin/sh: exec format error',
  'minimum-memory': 'Minimum memory limit allowed is 6MB',
  'containerd-refused': 'dial unix /run/containerd/containerd.sock: connect: connection refused',
  'tls-handshake': 'http: TLS handshake error from 1.2.3.4: tls: x',
};

const line = (message: string): string => `time="2026-01-01T00:00:00Z" level=error msg=${JSON.stringify(message)}`;

function logged(message: string): string[] {
  const { findings } = diagnose(healthyFacts((facts) => void (facts.daemonLog.value.errors = [line(message)])));
  return findings.map(({ id }) => id);
}

describe.each(runningCauses.map(({ id }) => id))('log.%s', (id) => {
  test('is found, and alone', () => {
    expect(logged(said[id] ?? '')).toEqual([`log.${id}`]);
  });

  test('a line that only resembles it is shown as not recognised', () => {
    expect(logged(`something else about ${id.replaceAll('-', ' ').slice(0, 5)}`)).toEqual(['log.not-recognised']);
  });
});

test('what a healthy daemon writes is not shown', () => {
  expect(logged('could not use snapshotter devmapper in metadata plugin')).toEqual([]);
});

const starts = readFileSync(`${__dirname}/../startLines.tsv`, 'utf8')
  .trim()
  .split('\n')
  .filter((row) => !row.startsWith('#'))
  .map((row) => row.split('\t'));

test('the end of every known start is a finding of its id while Docker is down, and none while it answers', () => {
  expect(starts.length).toBeGreaterThan(50);
  const wrong = starts.flatMap((row) => {
    const [id = '', ...rest] = row;
    const text = rest.at(-1) ?? '';
    const ids = (change: Parameters<typeof healthyFacts>[0]): readonly string[] =>
      diagnose(healthyFacts(change)).findings.flatMap((one) => [one.id, ...one.explains.map((under) => under.id)]);
    const found = ids((facts) => {
      down(facts);
      facts.daemonLog.value.lastStart = [text];
    });
    const healthy = ids((facts) => void (facts.daemonLog.value.lastStart = [text]));
    return found.includes(`start.${id}`) && healthy.length === 0
      ? []
      : [`${id}: ${found.join(' ')} | ${healthy.join(' ')}`];
  });
  expect(wrong).toEqual([]);
});

describe('a daemon that had started and is down', () => {
  const info = (text: string): string => `time="2026-11-29T10:00:00Z" level=info msg="${text}"`;
  const pull = 'time="2026-11-29T10:01:00Z" level=error msg="Handler for POST /images/create returned error: EOF"';
  const found = (change: (facts: HealthyFacts) => void) =>
    diagnose(
      healthyFacts((facts) => {
        down(facts);
        facts.pidFiles.value = [{ role: 'dockerd', path: '/p', state: 'read', content: '70', pid: 70 }];
        change(facts);
      }),
    ).findings;
  const listening = [info('Starting up'), info('API listen on /var/run/docker.sock'), pull];

  test('was killed, whatever it logged of requests', () => {
    const findings = found((facts) => {
      facts.daemonLog.value.lastStart = listening;
      facts.daemonLog.value.errors = [pull];
    });
    expect(findings.filter(({ severity }) => severity === 'error').map(({ title }) => title)).toEqual([
      'The daemon was killed',
    ]);
    expect(findings.map(({ id }) => id)).toContain('log.not-recognised');
  });

  test('crashed, when its last words say so', () => {
    const findings = found((facts) => void (facts.daemonLog.value.lastStart = [...listening, 'panic: x']));
    expect(findings[0]).toMatchObject({ title: 'The daemon crashed', cause: 'Its last words: panic: x' });
  });

  test('has a log without a beginning when that was too long to be read, or the helper saw the daemon answer', () => {
    const ids = (change: (log: { sizeBytes: number }) => void, state?: 'running' | 'failed') =>
      found((facts) => {
        facts.daemonLog.value.lastStart = [pull];
        facts.daemonLog.value.startFound = false;
        change(facts.daemonLog.value);
        const ended = { code: state === 'running' ? 'started' : 'daemon-exited', message: 'm', cause: '' };
        const run = { verb: 'start', step: '', pid: 0, helperPid: 0, since: '2026-11-29T10:00:00Z', by: 'root' };
        if (state !== undefined)
          facts.helper.value.state = { schema: 1, state, ...run, ...ended, log: '/l', maxSeconds: 90 };
      }).map(({ id }) => id);
    expect(ids(() => undefined)).toContain('start.not-recognised');
    expect(ids(() => undefined, 'failed')).toContain('start.not-recognised');
    expect(ids(() => undefined, 'running')).toContain('daemon.dockerd-killed-leftovers');
    expect(ids((log) => void (log.sizeBytes = 1e9))).toContain('daemon.dockerd-killed-leftovers');
  });
});

test('a start that the helper refused is what is told, and not what the log says of the start before', () => {
  const findings = (code: string, verb = 'start') =>
    diagnose(
      healthyFacts((facts) => {
        down(facts);
        facts.daemonLog.value.lastStart = ['unknown flag: --x'];
        const run = { verb, step: '', pid: 0, helperPid: 0, since: '2026-11-29T10:00:00Z', by: 'root', cause: '' };
        const message = 'daemon.json names a path with a blank.';
        facts.helper.value.state = { schema: 1, state: 'failed', ...run, code, message, log: '/l', maxSeconds: 90 };
      }),
    ).findings.filter(({ severity }) => severity === 'error');
  expect(findings('bad-config').map(({ id, cause }) => [id, cause])).toEqual([
    ['start.refused', 'daemon.json names a path with a blank.'],
  ]);
  expect(findings('daemon-exited').map(({ id }) => id)).toEqual(['start.not-recognised']);
  expect(findings('not-stopped', 'stop').map(({ id }) => id)).toEqual(['start.not-recognised']);
});

describe('a start that failed over a database', () => {
  const first = (line: string, ...paths: readonly string[]) =>
    diagnose(
      healthyFacts((facts) => {
        down(facts);
        facts.daemonLog.value.lastStart = [line];
        facts.root.value.databases = paths.map((path) => ({ path, sizeBytes: 32768, state: 'ok' }));
      }),
    ).findings.find(({ id }) => id.startsWith('start.'));
  const volumes = 'failed to start daemon: error while opening volume store metadata database: invalid database';

  test('is told as damaged while the file is there, and only to be started again once it is not', () => {
    expect(first(volumes, '/var/lib/docker/volumes/metadata.db')).toMatchObject({
      id: 'start.volume-database',
      title: 'The list of volumes is damaged',
    });
    expect(first(volumes, '/var/lib/docker/network/files/local-kv.db')).toMatchObject({
      id: 'start.volume-database',
      title: 'The last start of Docker failed, and the data root has changed since',
      remedy: { action: 'start-daemon' },
    });
  });

  test('is told as damaged where it names another file than the one that is looked for', () => {
    const title = 'The build cache is damaged';
    expect(first('failed to open /var/lib/docker/buildkit/snapshots.db: invalid database')?.title).toBe(title);
    expect(first('failed to open /var/lib/docker/buildkit/cache.db: invalid database')?.title).not.toBe(title);
  });
});
