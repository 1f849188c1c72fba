import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { once } from 'node:events';

/**
 * A station inside a bed, as its user finds it: helper installed for `coder`, engine from the distribution, the command
 * line as it ships (`dist/cli.js`). Root is needed for the faults; what is tested runs as `coder`.
 */
export const socketPath = '/var/run/docker.sock';
const helper = '/usr/local/lib/dind-station/dind-helper';

export interface CliRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Throws outside a bed; installs the helper for `coder`. */
export function prepareStation(): void {
  readFileSync('/run/bed-ready');
  if (spawnSync('id', ['coder']).status !== 0)
    execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', 'coder']);
  execFileSync('scripts/dind-helper', ['install', 'coder']);
}

/** Back to a machine on which nothing runs and nothing is in the socket's place. */
export function resetStation(): void {
  for (const name of ['dockerd', 'containerd', 'containerd-shim']) {
    for (const pid of pidsOf(name)) process.kill(pid, 'SIGKILL');
  }
  for (const path of [socketPath, '/var/run/docker.pid', '/run/dind-station', '/etc/docker']) {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Living processes by name; zombies do not count. */
export function pidsOf(name: string): number[] {
  const { stdout } = spawnSync('pgrep', ['--runstates', 'RSDTt', `^${name}`], { encoding: 'utf8' });
  return stdout.trim() === '' ? [] : stdout.trim().split('\n').map(Number);
}

export function daemonPid(): number {
  const [pid] = pidsOf('dockerd');
  if (pid === undefined) throw new Error('no dockerd runs');
  return pid;
}

function ids(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'coder'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** `dind-station ARGS` as coder, with nothing of root's environment and without root's groups. */
export function cli(...args: string[]): CliRun {
  const { uid, gid } = ids();
  const began = performance.now();
  const run = spawnSync(
    'setpriv',
    [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups', process.execPath, 'dist/cli.js', ...args],
    { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: '/home/coder', LANG: 'C.UTF-8' } },
  );
  return { status: run.status ?? -1, stdout: run.stdout, stderr: run.stderr, ms: performance.now() - began };
}

/** The same without waiting, for what happens in the middle. */
export function cliRunning(...args: string[]): ChildProcess {
  const { uid, gid } = ids();
  const env = { PATH: '/usr/bin:/bin', HOME: '/home/coder', LANG: 'C.UTF-8' };
  return spawn(process.execPath, ['dist/cli.js', ...args], { uid, gid, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The helper as root, its output discarded; throws when it fails. */
export function helperVerb(verb: string): void {
  execFileSync(helper, [verb]);
}

/** Runs the helper and gives its lines. */
export async function helperLines(verb: string): Promise<string[]> {
  const child = spawn(helper, [verb], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.trimEnd().split('\n');
}

/** Starts a container that sleeps, from an image made here; gives what must not change while it is kept. */
export function startSleeper(name: string): string {
  const root = '/tmp/sleeper-image';
  mkdirSync(`${root}/bin`, { recursive: true });
  cpSync('/bin/busybox', `${root}/bin/busybox`);
  rmSync(`${root}/bin/sleep`, { force: true });
  symlinkSync('busybox', `${root}/bin/sleep`);
  execFileSync('sh', ['-c', `tar -C ${root} -c . | docker import - sleeper`]);
  execFileSync('docker', ['run', '-d', '--name', name, '--network', 'none', 'sleeper', 'sleep', '100000']);
  return identity(name);
}

export function identity(name: string): string {
  return execFileSync('docker', ['inspect', '--format', '{{.State.Pid}} {{.State.StartedAt}}', name], {
    encoding: 'utf8',
  });
}
