import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { command, endDaemons, freshSandbox, pidsOf, socketPath } from '../sandbox.mjs';
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
