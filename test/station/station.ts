import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LimitsRunResult } from '../../src/limits/runResult';
import { command, endDaemons, helper, helperVerb, pidsOf, user } from '../sandbox.mjs';

/*
 * A station inside a sandbox, as its user finds it: helper installed for `coder`, engine from the distribution, the command
 * line as it ships (`dist/cli.js`). Root is needed for the faults; what is tested runs as `coder`. Each file begins with a
 * fresh sandbox and can be run alone, several at once in sandboxes of their own, but for those in alone.json.
 */

export interface CliRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Living processes of the daemon's; the first is its own. */
export function daemonPid(): number {
  const [pid] = pidsOf('dockerd');
  if (pid === undefined) throw new Error('no dockerd runs');
  return pid;
}

/** The docker command as root; throws when it fails. */
export function docker(...args: readonly string[]): string {
  return command('docker', ...args);
}

/** A daemon as it comes, without a container: the one of the test before where that still is one. */
export function plainDaemon(): void {
  if (existsSync('/etc/docker/daemon.json') || pidsOf('dockerd').length !== 1 || !answers()) {
    endDaemons();
    helperVerb('start');
  }
  const left = docker('ps', '--all', '--quiet');
  if (left !== '') docker('rm', '--force', ...left.split('\n'));
}

/** Whether it and its containerd answer. */
function answers(): boolean {
  return spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 3000 }).status === 0;
}

/** A daemon with a daemon.json. */
export function daemonWith(configuration: object): void {
  endDaemons();
  writeConfiguration(JSON.stringify(configuration));
  helperVerb('start');
}

/** A daemon whose runtime forgets every limit, which is not noticed by the engine. */
export function forgetfulDaemon(): void {
  const runtimes = { forgets: { path: join(import.meta.dirname, 'droppingRuntime') } };
  daemonWith({ runtimes, 'default-runtime': 'forgets' });
}

export function writeConfiguration(text: string): void {
  mkdirSync('/etc/docker', { recursive: true });
  writeFileSync('/etc/docker/daemon.json', text);
}

function ids(): { uid: number; gid: number } {
  const id = (flag: string) => Number(command('id', flag, user));
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

/** What a plain run of the command line takes at most where nothing else is busy, in milliseconds. */
const plainRunMs = 250;

/**
 * How long something may take here and now that may take `ms` milliseconds on a machine that is not busy: as many times
 * longer as a plain run of the command line takes, which is measured.
 */
export function allowed(ms: number): number {
  return ms * Math.max(1, cli('--version').ms / plainRunMs);
}

/** The same without waiting, for what happens in the middle. */
export function cliRunning(...args: string[]): ChildProcess {
  const { uid, gid } = ids();
  const env = { PATH: '/usr/bin:/bin', HOME: '/home/coder', LANG: 'C.UTF-8' };
  return spawn(process.execPath, ['dist/cli.js', ...args], { uid, gid, env, stdio: ['ignore', 'ignore', 'pipe'] });
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
  docker('run', '-d', '--name', name, '--network', 'none', 'sleeper', 'sleep', '100000');
  return identity(name);
}

/** What `dind-station limits` says of this engine. */
export function limits(...args: string[]): {
  report: LimitsRunResult;
  status: number;
  verdicts: Record<string, string>;
} {
  const { stdout, stderr, status } = cli('limits', '--json', ...args);
  if (stdout === '') throw new Error(`limits said nothing: ${stderr}`);
  const report = JSON.parse(stdout) as LimitsRunResult;
  return { report, status, verdicts: Object.fromEntries(report.results.map(({ id, verdict }) => [id, verdict])) };
}

/** Containers of runs of limit checks, of any run. */
export function containersOfRuns(): string[] {
  const found = docker('ps', '--all', '--quiet', '--filter', 'label=dind-station.limits.run');
  return found === '' ? [] : found.split('\n');
}

export function identity(name: string): string {
  return docker('inspect', '--format', '{{.State.Pid}} {{.State.StartedAt}}', name);
}
