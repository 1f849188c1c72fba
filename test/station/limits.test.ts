import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import type { LimitsRunResult } from '../../src/limits/runResult';
import { endDaemons, freshSandbox } from '../sandbox.mjs';
import {
  allowed,
  cli,
  cliRunning,
  containersOfRuns,
  daemonPid,
  docker,
  forgetfulDaemon,
  identity,
  limits,
  plainDaemon,
  startSleeper,
} from './station';

/** How long a container may take to come, milliseconds. */
const timeout = 60_000;

/** The nested engine is on cgroup v1 or v2, whichever this machine has. */
beforeAll(freshSandbox);

test('a healthy engine: nothing is not enforced, nothing is left, others are left alone', () => {
  plainDaemon();
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
  expect(containersOfRuns()).toEqual([]);
  expect(docker('volume', 'ls', '--quiet')).toBe('');
  expect(report.left).toEqual([]);
});

test('a reader that has seen enough of the progress ends nothing in the middle', () => {
  plainDaemon();
  // Of the progress, which goes to stderr, one line is read.
  const command = `exec ${process.execPath} dist/cli.js limits --only memory`;
  execFileSync('sh', ['-c', `(${command}) 2>&1 >/tmp/piped | head -n 1`]);
  expect(containersOfRuns()).toEqual([]);
  expect(readFileSync('/tmp/piped', 'utf8')).toContain('memory.oom-group');
});

test('a runtime that forgets every limit is found out', () => {
  forgetfulDaemon();
  const { verdicts, status } = limits('--only', 'cpu.quota,memory,pids,files.nofile');
  expect(new Set(Object.values(verdicts))).toEqual(new Set(['not-enforced']));
  expect(status).toBe(1);
});

test('a smaller quota around the engine is named', () => {
  plainDaemon();
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
  plainDaemon();
  process.kill(daemonPid(), 'SIGSTOP');
  const began = performance.now();
  const { report, status } = limits('--only', 'memory.limit,pids');
  expect(report.results.map(({ verdict, finding }) => [verdict, finding])).toEqual([
    ['error', 'engine.silent'],
    ['error', 'engine.silent'],
  ]);
  expect(report.results[0]?.reason).toContain('did not answer');
  expect(status).toBe(3);
  expect(performance.now() - began).toBeLessThan(allowed(10_000));
});

/** Starts a run and waits until one of its containers is there. */
async function inTheMiddle(): Promise<ReturnType<typeof cliRunning>> {
  const running = cliRunning('limits', '--only', 'cpu');
  await vi.waitFor(() => expect(containersOfRuns()).not.toEqual([]), { timeout, interval: 100 });
  return running;
}

test.each([
  ['Ctrl-C', 'SIGINT'],
  ['a terminal that is closed', 'SIGHUP'],
] as const)('%s in the middle leaves nothing', async (_what, signal) => {
  plainDaemon();
  const before = startSleeper(`kept-${signal}`);
  const running = await inTheMiddle();
  running.kill(signal);
  expect(await once(running, 'exit')).toEqual([3, null]);
  expect(containersOfRuns()).toEqual([]);
  expect(identity(`kept-${signal}`)).toBe(before);
});

test('kill -9 in the middle: the next start removes what was left, and never what belongs to a run that lives', async () => {
  plainDaemon();
  const before = startSleeper('kept-3');
  const killed = await inTheMiddle();
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(containersOfRuns()).not.toEqual([]);

  const { report } = limits('--only', 'pids');
  expect(report.leftovers).toBeGreaterThan(0);
  expect(containersOfRuns()).toEqual([]);

  const living = await inTheMiddle();
  expect(limits('--only', 'pids').report.leftovers).toBe(0);
  living.kill('SIGINT');
  await once(living, 'exit');
  expect(identity('kept-3')).toBe(before);
});

test('a running container is compared with its cgroup and its use', () => {
  plainDaemon();
  startSleeper('web');
  const limited = ['--name', 'limited', '--network', 'none', '--memory', '64m', '--pids-limit', '7'];
  docker('run', '-d', ...limited, 'sleeper', 'sleep', '1000');
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
  endDaemons();
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
  await vi.waitFor(() => expect(spawnSync('docker', ['version'], { env }).status).toBe(0), { timeout, interval: 100 });
  const run = spawnSync(process.execPath, ['dist/cli.js', 'limits', '--json', '--only', 'memory.limit,outer'], {
    encoding: 'utf8',
    env,
  });
  const report = JSON.parse(run.stdout) as LimitsRunResult;
  expect(report.results.map(({ verdict }) => verdict)).toEqual(['enforced', 'unsupported']);
  expect(report.results[1]?.reason).toContain('the engine is at tcp://127.0.0.1:2376');
  expect(run.status).toBe(0);
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await ended;
});

test('the results are kept, and compared with the ones before', () => {
  plainDaemon();
  limits('--only', 'pids');
  expect(cli('limits', '--only', 'pids').stdout).toMatch(/enforced since \d{4}-\d\d-\d\d \d\d:\d\d, \d+ runs/);
  expect(readFileSync('/home/coder/.local/state/dind-station/limits.json', 'utf8').length).toBeLessThan(100_000);
});
