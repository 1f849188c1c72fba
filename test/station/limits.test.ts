import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LimitsReport } from '../../src/limits/report';
import {
  cli,
  cliRunning,
  daemonPid,
  helperVerb,
  identity,
  prepareStation,
  resetStation,
  startSleeper,
} from './station';

/** The nested engine is on cgroup v1 or v2, whichever this machine has. */
beforeAll(prepareStation);
beforeEach(resetStation);
afterAll(resetStation);

function limits(...args: string[]): { report: LimitsReport; status: number; verdicts: Record<string, string> } {
  const { stdout, stderr, status } = cli('limits', '--json', ...args);
  expect(stdout, stderr).not.toBe('');
  const report = JSON.parse(stdout) as LimitsReport;
  return { report, status, verdicts: Object.fromEntries(report.results.map(({ id, verdict }) => [id, verdict])) };
}

/** Containers of a run, of any run. */
function ours(): string[] {
  const argv = ['ps', '--all', '--quiet', '--filter', 'label=dind-station.limits.run'];
  return execFileSync('docker', argv, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}
const volumes = (): string => execFileSync('docker', ['volume', 'ls', '--quiet'], { encoding: 'utf8' }).trim();

test('a healthy engine: nothing is not enforced, nothing is left, others are left alone', () => {
  helperVerb('start');
  const before = startSleeper('kept-1');
  const { report, verdicts, status } = limits();
  const wrong = report.results.filter(({ verdict }) => verdict === 'not-enforced' || verdict === 'error');
  expect(wrong).toEqual([]);
  for (const id of [
    'memory.limit',
    'memory.oom-group',
    'pids.limit',
    'files.nofile',
    'files.shm',
    'isolation.device',
  ]) {
    expect([id, verdicts[id]]).toEqual([id, 'enforced']);
  }
  expect(status).toBe(report.results.some(({ verdict }) => verdict === 'inconclusive') ? 3 : 0);
  expect(identity('kept-1')).toBe(before);
  expect(ours()).toEqual([]);
  expect(volumes()).toBe('');
  expect(report.left).toEqual([]);
}, 180_000);

test('a reader that has seen enough of the progress ends nothing in the middle', () => {
  helperVerb('start');
  // Of the progress, which goes to stderr, one line is read.
  const command = `exec ${process.execPath} dist/cli.js limits --only memory`;
  execFileSync('sh', ['-c', `(${command}) 2>&1 >/tmp/piped | head -n 1`]);
  expect(ours()).toEqual([]);
  expect(readFileSync('/tmp/piped', 'utf8')).toContain('memory.oom-group');
});

/** Whether this checkout lies on a disk, as the kernel numbers it (makedev(3)); asked without what is tested. */
function onDisk(): boolean {
  const { dev } = statSync('.');
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  return existsSync(`/sys/dev/block/${String(major)}:${String(minor)}`);
}

test.skipIf(!onDisk())(
  'block I/O keeps to its limits where the data lies on a disk',
  () => {
    const data = `${process.cwd()}/test-output/data-on-disk`;
    mkdirSync('/etc/docker', { recursive: true });
    writeFileSync('/etc/docker/daemon.json', JSON.stringify({ 'data-root': data }));
    try {
      helperVerb('start');
      const { report, verdicts } = limits('--only', 'io');
      const said = report.results.map(({ reason }) => reason).join('\n');
      expect(Object.values(verdicts), said).toEqual(['enforced', 'enforced', 'enforced', 'enforced']);
    } finally {
      helperVerb('stop');
      rmSync(data, { recursive: true, force: true });
    }
  },
  120_000,
);

test('a runtime that forgets every limit is found out', () => {
  mkdirSync('/etc/docker', { recursive: true });
  const runtimes = { forgets: { path: `${process.cwd()}/test/station/droppingRuntime` } };
  writeFileSync('/etc/docker/daemon.json', JSON.stringify({ runtimes, 'default-runtime': 'forgets' }));
  helperVerb('start');
  const { verdicts, status } = limits('--only', 'cpu.quota,memory,pids,files.nofile');
  expect(new Set(Object.values(verdicts))).toEqual(new Set(['not-enforced']));
  expect(status).toBe(1);
}, 120_000);

test('a smaller quota around the engine is named', () => {
  helperVerb('start');
  const v1 = '/sys/fs/cgroup/cpu/cpu.cfs_quota_us';
  writeFileSync(v1, '20000');
  try {
    const { report } = limits('--only', 'cpu.quota');
    expect(report.results[0]).toMatchObject({ verdict: 'unsupported', finding: 'cgroup.outer-limit' });
  } finally {
    writeFileSync(v1, '-1');
  }
});

test('a frozen daemon: an error with the reason, soon', () => {
  helperVerb('start');
  process.kill(daemonPid(), 'SIGSTOP');
  const began = performance.now();
  const { report, status } = limits('--only', 'memory.limit,pids');
  expect(report.results.map(({ verdict, finding }) => [verdict, finding])).toEqual([
    ['error', 'engine.silent'],
    ['error', 'engine.silent'],
  ]);
  expect(report.results[0]?.reason).toContain('did not answer');
  expect(status).toBe(3);
  expect(performance.now() - began).toBeLessThan(10_000);
});

/** Starts a run and waits until one of its containers is there. */
async function inTheMiddle(): Promise<ReturnType<typeof cliRunning>> {
  const running = cliRunning('limits', '--only', 'cpu');
  for (let tries = 0; tries < 300; tries += 1) {
    if (ours().length > 0) return running;
    await sleep(100);
  }
  throw new Error('no container of the run appeared');
}

test.each([
  ['Ctrl-C', 'SIGINT'],
  ['a terminal that is closed', 'SIGHUP'],
] as const)('%s in the middle leaves nothing', async (_what, signal) => {
  helperVerb('start');
  const before = startSleeper(`kept-${signal}`);
  const running = await inTheMiddle();
  running.kill(signal);
  expect(await once(running, 'exit')).toEqual([3, null]);
  expect(ours()).toEqual([]);
  expect(identity(`kept-${signal}`)).toBe(before);
});

test('kill -9 in the middle: the next start removes what was left, and never what belongs to a run that lives', async () => {
  helperVerb('start');
  const before = startSleeper('kept-3');
  const killed = await inTheMiddle();
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(ours()).not.toEqual([]);

  const { report } = limits('--only', 'pids');
  expect(report.leftovers).toBeGreaterThan(0);
  expect(ours()).toEqual([]);

  const living = await inTheMiddle();
  expect(limits('--only', 'pids').report.leftovers).toBe(0);
  living.kill('SIGINT');
  await once(living, 'exit');
  expect(identity('kept-3')).toBe(before);
}, 120_000);

test('a running container is compared with its cgroup and its use', () => {
  helperVerb('start');
  startSleeper('web');
  execFileSync('docker', [
    'run',
    '-d',
    '--name',
    'limited',
    '--network',
    'none',
    '--memory',
    '64m',
    '--pids-limit',
    '7',
    'sleeper',
    'sleep',
    '1000',
  ]);
  const run = cli('limits', '--container', 'limited', '--json');
  const { limits: found, source } = JSON.parse(run.stdout) as {
    source: string;
    limits: { verdict: string; kernel?: number; used?: number }[];
  };
  expect(source).toBe('cgroup files');
  expect(found.map(({ verdict }) => verdict)).toEqual(['agrees', 'unlimited', 'agrees']);
  expect(found[0]).toMatchObject({ kernel: 64 * 2 ** 20 });
  expect(found[2]).toMatchObject({ kernel: 7, used: 1 });
  expect(run.status).toBe(0);
  expect(cli('limits', '--container', 'nobody').status).toBe(2);
});

test('an engine behind TLS: the workload goes there through the API', async () => {
  const folder = '/tmp/limits-tls';
  mkdirSync(folder, { recursive: true });
  const openssl = (text: string): void => void execFileSync('openssl', text.split(' '), { cwd: folder, stdio: 'pipe' });
  openssl(
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=ca -keyout ca-key.pem -out ca.pem',
  );
  writeFileSync(`${folder}/names`, 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n');
  openssl(
    'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=both -keyout key.pem -out request.pem',
  );
  openssl(
    'x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 1 -extfile names -out cert.pem',
  );
  const files = ['--tlscacert', `${folder}/ca.pem`, '--tlscert', `${folder}/cert.pem`, '--tlskey', `${folder}/key.pem`];
  // In places of its own: the daemon that the tests before killed has left its files.
  const places = [
    '--data-root',
    `${folder}/data`,
    '--exec-root',
    '/run/tls',
    '--pidfile',
    '/run/tls.pid',
    '--bridge',
    'none',
  ];
  const argv = ['-H', 'tcp://127.0.0.1:2376', '--tlsverify', ...files, ...places];
  const daemon = spawn('dockerd', argv, { stdio: 'ignore' });
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: '/root',
    DOCKER_HOST: 'tcp://127.0.0.1:2376',
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: folder,
  };
  while (spawnSync('docker', ['version'], { env }).status !== 0) await sleep(100);
  const run = spawnSync(process.execPath, ['dist/cli.js', 'limits', '--json', '--only', 'memory.limit,outer'], {
    encoding: 'utf8',
    env,
  });
  const report = JSON.parse(run.stdout) as LimitsReport;
  expect(report.results.map(({ verdict }) => verdict)).toEqual(['enforced', 'unsupported']);
  expect(report.results[1]?.reason).toContain('the engine is at tcp://127.0.0.1:2376');
  expect(run.status).toBe(0);
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await ended;
}, 120_000);

test('the results are kept, and compared with the ones before', () => {
  helperVerb('start');
  limits('--only', 'pids');
  expect(cli('limits', '--only', 'pids').stdout).toMatch(/enforced since \d{4}-\d\d-\d\d \d\d:\d\d, \d+ runs/);
  expect(readFileSync('/home/coder/.local/state/dind-station/limits.json', 'utf8').length).toBeLessThan(100_000);
});
