import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { command, endDaemons, freshSandbox, helperVerb } from '../sandbox.mjs';
import { allowed, cli, daemonPid, docker } from './station';

const runc = command('/bin/sh', '-c', 'command -v runc');
const proxy = command('/bin/sh', '-c', 'command -v docker-proxy');
const record = '/home/coder/.local/state/dind-station/verified.json';

beforeAll(freshSandbox);
beforeEach(() => {
  endDaemons();
  rmSync(record, { force: true });
});
afterEach(() => {
  for (const program of [runc, proxy]) if (existsSync(`${program}.away`)) renameSync(`${program}.away`, program);
});

interface Status {
  readonly state: string;
  readonly headline: string;
  readonly severity: string;
  readonly examined: boolean;
  readonly finding: string | null;
  readonly verified: { verdict: string; why: string | null; at: string | null } | null;
  readonly nextSteps: readonly { label: string; command: string }[];
  readonly exit: number;
}
interface Report {
  readonly verdict: {
    readonly title: string;
    readonly severity: string;
    readonly verified: string | null;
    readonly action: { label: string; command: string } | null;
  };
}

function status(...more: string[]): Status {
  const run = cli('status', '--json', ...more);
  const answer = JSON.parse(run.stdout) as Status;
  expect(run.status).toBe(answer.exit);
  expect(run.ms).toBeLessThan(allowed(2000));
  return answer;
}

/** `status` and `doctor` say the same: title, severity, what to do first, and whether a container ran. */
function agreed(...doctorOptions: string[]): Status {
  const said = status();
  const { verdict } = JSON.parse(cli('doctor', '--json', ...doctorOptions).stdout) as Report;
  expect(verdict).toMatchObject({
    title: said.headline,
    severity: said.severity,
    verified: said.verified?.verdict ?? null,
  });
  if (said.exit !== 0) expect(verdict.action).toEqual(said.nextSteps[0]);
  const lines = cli('doctor', ...doctorOptions)
    .stdout.trimEnd()
    .split('\n');
  expect(lines[0]).toContain(said.headline);
  expect(lines.at(-1)?.startsWith(said.headline)).toBe(true);
  return said;
}

/** How many containers were made since then, by the engine's own events; those of this very second are told a second later. */
function containersMade(since: string): number {
  const until = String(Date.now() / 1000 + 1);
  const events = docker(
    'events',
    '--since',
    since,
    '--until',
    until,
    '--filter',
    'event=create',
    '--format',
    '{{.ID}}',
  );
  return events === '' ? 0 : events.split('\n').length;
}
const now = (): string => String(Date.now() / 1000);

describe('what green may claim', () => {
  test('after a start: that a container ran, in status and in doctor', () => {
    expect(cli('start').stdout).toContain('A container has run.');
    const said = agreed();
    expect(said).toMatchObject({ state: 'running', headline: 'Docker is running', severity: 'ok', exit: 0 });
    expect(said.verified?.verdict).toBe('yes');
    expect(cli('status').stdout).toMatch(/verified +yes: a container ran at \d\d:\d\d\n/);
  });

  test('of a daemon that nobody has tried: that it responds; the request is offered, and remembered', () => {
    helperVerb('start');
    const open = agreed('--no-verify');
    expect(open.headline).toBe('Docker is responding, not verified');
    expect(open.nextSteps[0]?.command).toBe('dind-station verify');
    const asked = cli('verify');
    expect([asked.status, asked.stdout]).toEqual([0, 'A container has run.\n']);
    expect(status().verified?.verdict).toBe('yes');
    // Another start is another daemon.
    helperVerb('restart');
    expect(status().verified?.verdict).toBe('not-yet');
  });

  test('where it is turned off: no container is run by start, doctor or restart', () => {
    const since = now();
    expect(cli('start', '--no-verify').stdout).not.toContain('A container has run.');
    cli('doctor', '--no-verify');
    expect(containersMade(since)).toBe(0);
    cli('restart', '--no-verify');
    expect(containersMade(since)).toBe(0);
    expect(status().verified?.verdict).toBe('not-yet');
    // It is the count that can be seen to rise.
    cli('verify');
    expect(containersMade(since)).toBe(1);
    expect(docker('ps', '--all', '--quiet')).toBe('');
  });

  test("not that a container runs on an engine at another place, until it is asked for; then the engine's sentence", () => {
    cli('start');
    const host = ['--host', 'unix:///run/../run/docker.sock'];
    const open = status(...host);
    expect(open).toMatchObject({ state: 'running', exit: 0, verified: { why: 'not a daemon of this machine' } });
    expect(open.nextSteps[0]?.command).toBe(`dind-station verify ${host.join(' ')}`);
    renameSync(runc, `${runc}.away`);
    const asked = cli('verify', ...host);
    expect(asked.status).toBe(1);
    expect(asked.stderr).toContain("Docker can't run containers");
    expect(status(...host)).toMatchObject({ state: 'cannot-run', exit: 1, verified: { verdict: 'no' } });
  });
});

describe('an error that stands while the engine runs', () => {
  test('is the headline of status and of doctor, with one remedy, and status does not end with 0', () => {
    cli('start');
    renameSync(proxy, `${proxy}.away`);
    const said = agreed();
    expect(said).toMatchObject({
      ...{ state: 'running', severity: 'error', exit: 1, examined: true },
      finding: 'daemon.missing-docker-proxy',
    });
    expect(cli('status').stdout).toContain('Next steps:');
    // Nothing else than the engine is asked where that is wanted.
    expect(status('--quick')).toMatchObject({ severity: 'ok', exit: 0, finding: null });
  });

  test('is none of an engine that does not respond: status and doctor name the state', () => {
    expect(agreed()).toMatchObject({ state: 'stopped', exit: 1 });
    cli('start');
    process.kill(daemonPid(), 'SIGKILL');
    expect(agreed()).toMatchObject({ state: 'failed', severity: 'error', exit: 1 });
  });
});

describe("the image's health check", () => {
  const program = '/usr/local/bin/dind-station';
  const health = () => {
    const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', DIND_STATION_USER: 'coder' };
    const run = spawnSync('container/health.sh', [], { encoding: 'utf8', env: environment });
    return { status: run.status, said: run.stdout + run.stderr };
  };
  beforeAll(() => {
    writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${resolve('dist/cli.js')} "$@"\n`, { mode: 0o755 });
  });

  test('is green for a daemon that answers, and red when it is known to run no container, or is gone', () => {
    cli('start', '--no-verify');
    const since = now();
    expect(health()).toMatchObject({ status: 0 });
    renameSync(runc, `${runc}.away`);
    // Nobody knows yet, and the check runs none itself.
    expect(health()).toMatchObject({ status: 0 });
    expect(containersMade(since)).toBe(0);
    expect(cli('verify').status).toBe(1);
    const ill = health();
    expect(ill.status).toBe(1);
    expect(ill.said).toContain('"state":"cannot-run"');
    renameSync(`${runc}.away`, runc);
    expect(cli('verify').status).toBe(0);
    expect(health()).toMatchObject({ status: 0 });
    helperVerb('stop');
    expect(health().status).not.toBe(0);
  });

  test('waits 5 s at most for a command line that does not come back', () => {
    cli('start', '--no-verify');
    const commandLine = readFileSync(program);
    writeFileSync(program, '#!/bin/sh\nexec sleep 60\n');
    try {
      const began = performance.now();
      expect(health()).toMatchObject({ status: 0 });
      expect(performance.now() - began).toBeLessThan(10_000);
    } finally {
      writeFileSync(program, commandLine);
    }
  });
});
