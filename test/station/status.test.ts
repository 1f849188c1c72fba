import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { command, endDaemons, freshSandbox, helper, helperVerb, pidsOf, socketPath } from '../sandbox.mjs';
import { allowed, cli, daemonPid, plainDaemon, writeConfiguration } from './station';

beforeAll(freshSandbox);

/** What a person and a script get told, and how soon. */
function expectStatus(state: string, cause: string | undefined, exit: number): void {
  const run = cli('status', '--json');
  const answer = JSON.parse(run.stdout) as { state: string; cause: { code: string } | null; exit: number };
  expect(answer.state).toBe(state);
  expect(answer.cause?.code).toBe(cause);
  expect(run.status).toBe(exit);
  expect(answer.exit).toBe(exit);
  expect(run.ms).toBeLessThan(allowed(2000));
}

/** With a socket that gives coder no access. */
function withoutAccess(body: () => void): void {
  command('setfacl', '-b', socketPath);
  try {
    body();
  } finally {
    command('setfacl', '-m', 'u:coder:rw', socketPath);
  }
}

test('stopped: nothing was ever started', () => {
  expectStatus('stopped', 'never-started', 1);
});

/** While these are not where they belong. */
function without(paths: readonly string[], body: () => void): void {
  for (const path of paths) renameSync(path, `${path}.away`);
  try {
    body();
  } finally {
    for (const path of paths) renameSync(`${path}.away`, path);
  }
}

test('not installed: says what is missing and how to install it, in status and in doctor', () => {
  endDaemons();
  const programs = ['dockerd', 'containerd'].map((name) => command('/bin/sh', '-c', `command -v ${name}`));
  without(programs, () => {
    expectStatus('not-installed', 'program-missing', 1);
    const { stdout } = cli('status');
    expect(stdout).toContain('dockerd and containerd are not installed');
    expect(stdout).toContain('apt-get install');
    expect(stdout).not.toContain('dind-station start');
    const { findings } = JSON.parse(cli('doctor', '--json').stdout) as {
      findings: { id: string; severity: string; remedy: { command: string } }[];
    };
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ id }) => id)).toContain('daemon.missing-dockerd');
    expect(errors[0]?.remedy.command).toContain('docker.io');
    // A start that missed it explains nothing once it is there.
    expect(cli('start').status).toBe(1);
    expectStatus('not-installed', 'program-missing', 1);
  });
  expectStatus('stopped', 'never-started', 1);
});

test('not set up: says so, and the first thing to do is the set-up', () => {
  endDaemons();
  without([dirname(helper)], () => {
    expectStatus('stopped', 'not-set-up', 1);
    const { nextSteps } = JSON.parse(cli('status', '--json').stdout) as { nextSteps: { command: string }[] };
    expect(nextSteps.map((step) => step.command)[0]).toContain('install coder');
  });
});

test('a start that a signal stopped is not on its way', async () => {
  endDaemons();
  // Found before the real one; it never comes so far as to make a socket.
  writeFileSync('/usr/local/sbin/dockerd', '#!/bin/sh\nexec sleep 300\n', { mode: 0o755 });
  const start = spawn(helper, ['start'], { stdio: 'ignore' });
  try {
    const stepNow = () => (JSON.parse(cli('status', '--json').stdout) as { step: string | null }).step;
    await expect.poll(stepNow, { timeout: 20_000 }).toBe('daemon.ready');
    expectStatus('starting', undefined, 1);
    start.kill('SIGSTOP');
    expectStatus('starting', 'paused', 1);
    expect(cli('status').stdout).toContain(`sudo kill -CONT ${String(start.pid)}`);
    start.kill('SIGCONT');
    expectStatus('starting', undefined, 1);
  } finally {
    start.kill('SIGCONT');
    helperVerb('cancel');
    if (start.exitCode === null) await once(start, 'exit');
    rmSync('/usr/local/sbin/dockerd');
  }
  expectStatus('stopped', 'stopped-by-user', 1);
});

test('stopped by somebody: says who', () => {
  endDaemons();
  cli('start');
  expect(cli('stop').status).toBe(0);
  expectStatus('stopped', 'stopped-by-user', 1);
  expect(cli('status').stdout).toContain('coder');
});

test('running', () => {
  endDaemons();
  expect(cli('start').status).toBe(0);
  expectStatus('running', undefined, 0);
});

test('killed: crashed, not just stopped', () => {
  plainDaemon();
  process.kill(daemonPid(), 'SIGKILL');
  expectStatus('failed', 'crashed', 1);
});

test('frozen daemon: connects, does not answer', () => {
  plainDaemon();
  const pid = daemonPid();
  process.kill(pid, 'SIGSTOP');
  try {
    expectStatus('hung', 'ping-timeout', 1);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('frozen containerd: answers pings, cannot run containers', () => {
  plainDaemon();
  const [pid = 0] = pidsOf('containerd');
  process.kill(pid, 'SIGSTOP');
  try {
    expectStatus('degraded', 'info-timeout', 1);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('containerd has exited: the daemon answers, and cannot run containers', () => {
  plainDaemon();
  for (const pid of pidsOf('containerd')) process.kill(pid, 'SIGKILL');
  try {
    expectStatus('cannot-run', 'containerd-dead', 1);
  } finally {
    endDaemons();
  }
});

test('a socket without permission', () => {
  plainDaemon();
  withoutAccess(() => expectStatus('denied', 'no-permission', 1));
});

test('a user in group docker whose process does not have the group yet is told exactly that', () => {
  plainDaemon();
  command('usermod', '-aG', 'docker', 'coder');
  try {
    withoutAccess(() => {
      // setpriv --init-groups would give the group; this is the process that was there before.
      const uid = command('id', '-u', 'coder');
      const answer = execFileSync(
        'sh',
        ['-c', `setpriv --reuid=${uid} --regid=${uid} --clear-groups ${process.execPath} dist/cli.js status || :`],
        { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: '/home/coder' } },
      );
      expect(answer).toContain('coder is in group docker by /etc/group, but this process is not');
    });
  } finally {
    command('gpasswd', '-d', 'coder', 'docker');
  }
});

test('a directory in the place of the socket', () => {
  endDaemons();
  mkdirSync(socketPath);
  expectStatus('misconfigured', 'socket-is-directory', 1);
});

test('a daemon that cannot start: the cause is told', () => {
  endDaemons();
  writeConfiguration('{"debug": true,}');
  const run = cli('start');
  expect(run.status).toBe(1);
  expect(run.stdout + run.stderr).toContain('daemon.json');
  expect(run.stdout + run.stderr).toContain('invalid character');
  expectStatus('failed', 'start-failed', 1);
});

test('usage is told apart from not fine', () => {
  expect(cli('status', '--colour').status).toBe(2);
  expect(cli('explode').status).toBe(2);
});
