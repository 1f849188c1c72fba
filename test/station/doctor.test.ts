import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { command, endDaemons, freshSandbox, helperVerb } from '../sandbox.mjs';
import { cli, daemonPid, plainDaemon, startSleeper, writeConfiguration } from './station';

beforeAll(freshSandbox);
beforeEach(endDaemons);

interface Judged {
  readonly exit: number;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** What `doctor` says of this bed, as coder. */
function doctor(): Judged {
  const run = cli('doctor', '--json');
  const { findings } = JSON.parse(run.stdout) as { findings: { id: string; severity: string }[] };
  const ids = (severity: string) => findings.filter((one) => one.severity === severity).map(({ id }) => id);
  return { exit: run.status, errors: ids('error'), warnings: ids('warning') };
}

/** True of a bed: no name server answers, and its process 1 does not reap what earlier tests killed. */
const ofTheBed = ['network.dns-of-daemon-missing', 'daemon.zombie-shims'];

function expectSilence(): void {
  const { exit, errors, warnings } = doctor();
  expect(errors).toEqual([]);
  expect(warnings.filter((id) => !ofTheBed.includes(id))).toEqual([]);
  expect(exit).toBe(0);
}

test('a healthy daemon has no error and no warning that is false', () => {
  expect(cli('start').status).toBe(0);
  expectSilence();
});

test("nor has one that was started by the scripts of Docker's own image", () => {
  const scripts = ['dockerd-entrypoint.sh', 'dind'];
  for (const name of scripts) {
    copyFileSync(join(import.meta.dirname, '../bed/official', name), join('/usr/local/bin', name));
  }
  onTestFinished(() => {
    for (const name of scripts) rmSync(join('/usr/local/bin', name));
    freshSandbox();
  });
  appendFileSync('/etc/dind-station/helper.conf', 'launcher=official\n');
  expect(cli('start').status).toBe(0);
  expect(command('ps', '-o', 'comm=', '-p', command('ps', '-o', 'ppid=', '-p', String(daemonPid())).trim())).toBe(
    'docker-init',
  );
  expectSilence();
});

test('killed: one error, which says so', () => {
  helperVerb('start');
  process.kill(daemonPid(), 'SIGKILL');
  const { exit, errors } = doctor();
  expect(errors).toEqual(['daemon.dockerd-killed-leftovers']);
  expect(exit).toBe(1);
});

test('a broken daemon.json: one error, with the start that failed under it', () => {
  writeConfiguration('{"debug": true,}');
  expect(cli('start').status).toBe(1);
  expect(doctor().errors).toEqual(['daemon.daemon-json-syntax']);
});

test('a daemon.json that is moved aside: mended, with the start as the next step, which helps', () => {
  writeConfiguration('{"debug": tru');
  expect(cli('start').status).toBe(1);
  const moved = cli('fix', 'daemon.daemon-json-syntax', '--yes');
  expect(moved.stdout).toContain('Fixed: /etc/docker/daemon.json is not valid JSON.');
  expect(moved.stdout).toMatch(/Next: .* has changed since\. dind-station fix start\.daemon-json-syntax/u);
  expect(doctor().errors).toEqual(['start.daemon-json-syntax']);
  expect(cli('fix', 'start.daemon-json-syntax').status).toBe(0);
  expect(doctor().errors).toEqual([]);
});

test('what a client asks for and cannot have is no fault of the engine', () => {
  plainDaemon();
  startSleeper('mine');
  const refused = [
    ['start', 'nosuch'],
    ['run', '--rm', 'sleeper', 'nosuch'],
    ['exec', 'mine', 'nosuch'],
    ['run', '--rm', '--storage-opt', 'nosuch=1', 'sleeper', 'sleep', '1'],
    ['run', '--rm', '--storage-opt', 'size=1G', 'sleeper', 'sleep', '1'],
    ['run', '--name', 'mine', 'sleeper', 'sleep', '1'],
  ];
  for (const args of refused) expect(spawnSync('docker', args).status, args.join(' ')).not.toBe(0);
  const { errors, warnings } = doctor();
  expect([...errors, ...warnings].filter((id) => !ofTheBed.includes(id))).toEqual([]);
});

test('a stale pid file whose number is taken: found', () => {
  const stranger = spawn('sleep', ['60']);
  try {
    writeFileSync('/var/run/docker.pid', String(stranger.pid));
    expect(doctor().errors).toEqual(['daemon.daemon-pidfile-live-pid']);
  } finally {
    stranger.kill();
  }
});

test('fix starts a daemon that was killed, and says mended only after looking', () => {
  helperVerb('start');
  process.kill(daemonPid(), 'SIGKILL');
  const run = cli('fix', 'daemon.dockerd-killed-leftovers');
  expect(run.stdout).toContain('Fixed');
  expect(run.status).toBe(0);
});
