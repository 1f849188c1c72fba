import { describe, expect, test } from 'vitest';
import { lastDecisiveLine, lastPanic } from '../../../../src/diagnosis/startFailures/decisiveLine';
import { diagnoseStart } from '../../../../src/diagnosis/startFailures/diagnoseStart';

const at = 'time="2026-11-23T10:59:40.756726574Z"';
const info = (text: string): string => `${at} level=info msg="${text}"`;
const error = (text: string, more = ''): string => `${at} level=error msg="${text}"${more}`;
const startingUp = info('Starting up');
const json = 'unable to configure the Docker daemon with file /etc/docker/daemon.json: ';

test('the last line without a time stamp decides, with the lines that continue it', () => {
  // The end of a log of engine 20.10.24 in a container without capabilities.
  const line = lastDecisiveLine([
    startingUp,
    info('[core] Channel Connectivity change to TRANSIENT_FAILURE'),
    "failed to start daemon: Error initializing network controller: error obtaining controller instance: failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (legacy): can't initialize iptables table `nat': Permission denied (you must be root)",
    'Perhaps iptables or your kernel needs to be upgraded.',
    ' (exit status 3)',
    '',
  ]);
  expect(line).toMatch(/^failed to start daemon: .*upgraded\. \(exit status 3\)$/);
  expect(diagnoseStart(line ?? '').id).toBe('iptables-not-permitted');
});

test('of the same failure again and again, one is taken', () => {
  // linuxserver/docker-wps-office#8
  const attempt = [
    'failed to start daemon: x: iptables failed: iptables -t nat -N DOCKER: modprobe: FATAL: Module ip_tables not found',
    "iptables v1.8.10 (legacy): can't initialize iptables table `nat': Table does not exist (do you need to insmod?)",
    'Perhaps iptables or your kernel needs to be upgraded.',
    ' (exit status 3)',
    'modprobe: FATAL: Module ip_tables not found in directory /lib/modules/5.14',
  ];
  const line = lastDecisiveLine([...attempt, ...attempt]);
  expect(line?.match(/failed to start daemon/g)).toHaveLength(1);
  expect(diagnoseStart(line ?? '').id).toBe('iptables-legacy-unsupported');
});

test('it is found above what a dying daemon still logs, and below what is harmless', () => {
  expect(
    lastDecisiveLine([
      startingUp,
      error('failed to load plugin io.containerd.snapshotter.v1.devmapper', ' error="devmapper not configured"'),
      'failed to start containerd: timeout waiting for containerd to start',
      info('stopping event stream following graceful shutdown'),
    ]),
  ).toBe('failed to start containerd: timeout waiting for containerd to start');
});

test('a bare line outranks an error that was logged after it', () => {
  expect(lastDecisiveLine([startingUp, 'chmod /x: read-only file system', error('leaking a mount')])).toBe(
    'chmod /x: read-only file system',
  );
});

test('without a bare line the last error counts, with its cause', () => {
  expect(
    lastDecisiveLine([
      startingUp,
      error('failed to mount overlay: invalid argument', ' storage-driver=overlay2'),
      error('could not open \\"/x\\"', ' error="no such file"'),
      error('failed to initialize a tracing processor', ' error="skip plugin"'),
      info('Processing signal'),
    ]),
  ).toBe('could not open "/x": no such file');
});

test('a line end within a message is a blank', () => {
  expect(lastDecisiveLine([startingUp, error('errors:\\ndenied: no access\\n')])).toBe('errors: denied: no access ');
});

test('only the newest attempt counts', () => {
  const earlier = 'failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid';
  expect(lastDecisiveLine([startingUp, earlier, startingUp, info('API listen')])).toBeUndefined();
  expect(lastDecisiveLine([startingUp, earlier])).toBe(earlier);
});

describe('a daemon that listens has started', () => {
  const listening = [startingUp, error('a start that was tried twice'), info('API listen on /var/run/docker.sock')];
  const pull = error('Handler for POST /v1.41/images/create returned error: network is unreachable');

  test('an error that it logs then is no reason of a failed start', () => {
    expect(lastDecisiveLine([...listening, pull])).toBeUndefined();
    expect(lastDecisiveLine([...listening, pull, 'a word of a plugin'])).toBeUndefined();
    expect(lastDecisiveLine([startingUp, pull])).toMatch(/^Handler for POST/);
    const ofJournal = 'Jun 12 15:46:30 eos dockerd[8290]: ';
    expect(lastDecisiveLine([...listening, pull].map((line) => ofJournal + line))).toBeUndefined();
  });

  test('a panic then is how it ended, and not why it did not start', () => {
    const lines = [...listening, pull, 'panic: runtime error', 'goroutine 1 [running]:'];
    expect(lastDecisiveLine(lines)).toBeUndefined();
    expect(lastPanic(lines)).toBe('panic: runtime error');
    expect(lastPanic([startingUp, 'panic: runtime error'])).toBeUndefined();
    expect(lastPanic([...lines, startingUp, info('API listen on /x')])).toBeUndefined();
  });

  test('a later attempt counts, also one that gave up before it said that it starts', () => {
    expect(lastDecisiveLine([...listening, pull, startingUp, 'failed to start daemon: x'])).toBe(
      'failed to start daemon: x',
    );
    expect(lastDecisiveLine([...listening, pull, `${json}EOF`])).toBe(`${json}EOF`);
    expect(lastDecisiveLine([...listening, pull, 'unknown flag: --x', "See 'dockerd --help'.", pull])).toBe(
      "unknown flag: --x See 'dockerd --help'.",
    );
  });

  test('it may be known from elsewhere, where the log has lost its beginning', () => {
    expect(lastDecisiveLine([pull])).toMatch(/^Handler for POST/);
    expect(lastDecisiveLine([pull], true)).toBeUndefined();
    expect(lastDecisiveLine([pull, startingUp, pull], true)).toMatch(/^Handler for POST/);
    expect(lastPanic([pull, 'panic: x'], true)).toBe('panic: x');
  });
});

test('a configuration error has no "Starting up" above it', () => {
  expect(lastDecisiveLine([`${json}EOF`, `${json}invalid character 'x'`])).toBe(`${json}invalid character 'x'`);
});

test('a panic is told by its first line, not by the stacks below it', () => {
  // Engine 20.10.24 over a truncated local-kv.db.
  expect(
    lastDecisiveLine([
      startingUp,
      'unexpected fault address 0x7fbe851a6008',
      'fatal error: fault',
      '[signal SIGBUS: bus error code=0x2 addr=0x7fbe851a6008 pc=0x5582d0a0da66]',
      '',
      'goroutine 1 [running]:',
      'runtime.throw({0x5582d162c9c6?, 0x30?})',
      '\t/usr/lib/go-1.19/src/runtime/panic.go:1047 +0x5f',
      'go.etcd.io/bbolt.(*freelist).read(0x0?, 0x0?)',
      'created by github.com/containerd/containerd.(*eventRemote).Subscribe',
      '\t/build/containerd/events.go:95 +0x1ca',
    ]),
  ).toBe('unexpected fault address 0x7fbe851a6008');
});

test('a journal puts its own words before each line', () => {
  // ironrobin/x13s-alarm#18, and the form of `journalctl --output short-iso`.
  expect(
    lastDecisiveLine([
      'Jun 12 15:46:30 eos dockerd[8290]: time="2024-06-12T15:46:30.514771139-05:00" level=info msg="Starting up"',
      'Jun 12 15:46:30 eos dockerd[8290]: failed to start daemon: x',
      'Jun 12 15:46:30 eos dockerd[8290]:  (exit status 3)',
      'Jun 12 15:46:30 eos dockerd[8290]: time="2024-06-12T15:46:30.5-05:00" level=info msg="stopping event stream"',
    ]),
  ).toBe('failed to start daemon: x (exit status 3)');
  expect(lastDecisiveLine(['2026-11-23T10:59:40+0000 box dockerd[12]: failed to start daemon: x'])).toBe(
    'failed to start daemon: x',
  );
});

test('remarks and healthy logs hold none', () => {
  expect(lastDecisiveLine(['failed to start daemon: x', 'Flag --graph has been deprecated'])).toBe(
    'failed to start daemon: x',
  );
  expect(lastDecisiveLine(['# Warning: iptables-legacy tables present', startingUp])).toBeUndefined();
  expect(lastDecisiveLine([])).toBeUndefined();
  expect(lastDecisiveLine([startingUp, info('API listen on /var/run/docker.sock')])).toBeUndefined();
});
