import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshSandbox } from '../sandbox.mjs';

/** A user without sudo, without the helper, and with a session of their own. */
const user = { name: 'ada', uid: 4000 };
const home = `/home/${user.name}`;
const runtime = `/run/user/${String(user.uid)}`;

beforeAll(() => {
  freshSandbox();
  execFileSync('useradd', ['--create-home', '--uid', String(user.uid), user.name]);
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const others = readFileSync(file, 'utf8').replace(new RegExp(`^${user.name}:.*\\n`, 'gm'), '');
    writeFileSync(file, others);
    appendFileSync(file, `${user.name}:400000:65536\n`);
  }
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'net', '/dev/net']);
  execFileSync('mknod', ['-m', '666', '/dev/net/tun', 'c', '10', '200']);
  for (const folder of [runtime, `${home}/.local/share/docker`]) mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', 'data', `${home}/.local/share/docker`]);
  execFileSync('chown', ['-R', `${user.name}:`, runtime, `${home}/.local`]);
  chmodSync(runtime, 0o700);
});

afterAll(() => {
  cli('stop', '--rootless');
  execFileSync('umount', [`${home}/.local/share/docker`, '/dev/net']);
  rmSync(runtime, { recursive: true, force: true });
  execFileSync('userdel', ['--remove', user.name]);
});

function cli(...args: string[]): { status: number; stdout: string; stderr: string } {
  const run = spawnSync(
    'setpriv',
    [`--reuid=${user.name}`, `--regid=${user.name}`, '--clear-groups', process.execPath, 'dist/cli.js', ...args],
    { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: home, XDG_RUNTIME_DIR: runtime } },
  );
  return { status: run.status ?? -1, stdout: run.stdout, stderr: run.stderr };
}

const stateNow = (): { state: string; endpoint: { source: string } } =>
  JSON.parse(cli('status', '--json').stdout) as { state: string; endpoint: { source: string } };

test("a user's own daemon, through its whole life, from the command line", () => {
  const started = cli('start', '--rootless');
  expect(started.stderr).toContain('NOT enforced');
  expect(started).toMatchObject({ status: 0 });
  // From here on the socket is found, so that no option is needed.
  expect(stateNow()).toMatchObject({ state: 'running', endpoint: { source: 'rootless socket' } });
  expect(cli('restart').status).toBe(0);
  expect(cli('logs', '--lines', '3').stdout.trim().split('\n')).toHaveLength(3);
  expect(cli('stop').status).toBe(0);
  const stopped = stateNow();
  expect(stopped).toMatchObject({ state: 'stopped', endpoint: { source: 'rootless socket' } });
  expect(cli('status').stdout).toContain('Stopped by ada');
  expect(cli('start').status).toBe(0);
  expect(stateNow().state).toBe('running');
}, 120_000);

test('what is missing is told at once, and root is told that it needs no --rootless', () => {
  cli('stop');
  chmodSync('/dev/net/tun', 0o600);
  chmodSync('/usr/bin/newuidmap', 0o755);
  const run = cli('start');
  chmodSync('/dev/net/tun', 0o666);
  chmodSync('/usr/bin/newuidmap', 0o4755);
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('2 thing(s) are missing');
  expect(run.stderr).toContain('chmod u+s /usr/bin/newuidmap');
  expect(run.stderr).toContain('chmod 0666 /dev/net/tun');
  const root = spawnSync(process.execPath, ['dist/cli.js', 'start', '--rootless'], { encoding: 'utf8' });
  expect(root.status).toBe(2);
  expect(root.stderr).toContain('--rootless is for a user without root');
}, 60_000);
