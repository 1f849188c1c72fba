import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { requireFile, startCodeServer, type CodeServerOptions, type RunningCodeServer } from '../editor/codeServer.mjs';
import { Workbench } from './workbench';

const root = join(__dirname, '../..');
const installed = '/usr/local/lib/dind-station/dind-helper';

/** Whom the editor runs as. */
export const user = 'coder';

/** Runs a program to its end and gives its output; fails with what it said. */
export function command(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(status)}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** The real daemon of the bed, and what can be done to it. */
export const daemon = {
  /** From the helper that is installed, as root. */
  helper: (verb: 'start' | 'stop' | 'restart'): string => command(installed, '--plain', verb),

  pid: (): number => Number(readFileSync('/run/docker.pid', 'utf8')),

  /** As the kernel would under memory pressure. */
  kill: (): void => {
    process.kill(daemon.pid(), 'SIGKILL');
  },
  freeze: (): void => {
    process.kill(daemon.pid(), 'SIGSTOP');
  },
  thaw: (): void => {
    process.kill(daemon.pid(), 'SIGCONT');
  },

  /** The containerd that belongs to it: not one of the dead that nobody reaped. */
  containerd: (): number => Number(command('pgrep', '--newest', '--runstates', 'R,S', '--exact', 'containerd')),

  docker: (...args: readonly string[]): string => command('/usr/bin/docker', ...args),

  /** Starts a container from the machine's own busybox and gives the process id of its first process. */
  container: (name: string): number => {
    if (daemon.docker('images', '--quiet', 'station-test') === '') {
      execFileSync('/bin/sh', ['-c', 'tar -cf - -C / bin/busybox | docker import - station-test'], { stdio: 'ignore' });
    }
    daemon.docker(
      'run',
      '--detach',
      '--name',
      name,
      '--network',
      'none',
      'station-test',
      '/bin/busybox',
      'sleep',
      '3600',
    );
    return Number(daemon.docker('inspect', '--format', '{{.State.Pid}}', name));
  },
};

/** Makes the bed ready: the user, the helper for it, a daemon that runs. Twice is as good as once. */
export function prepare(): void {
  if (!existsSync('/run/bed-ready')) {
    throw new Error('These tests kill and break a Docker daemon. Run them in the bed: node test/e2e/run.mjs');
  }
  if (spawnSync('id', [user], { stdio: 'ignore' }).status !== 0) command('useradd', '--create-home', user);
  rmSync('/etc/docker/daemon.json', { force: true });
  command('/bin/sh', join(root, 'scripts/dind-helper'), '--plain', 'install', user);
  daemon.helper('start');
}

/** An editor with the packed extension, and a browser in it. */
export class Station {
  private constructor(
    readonly server: RunningCodeServer,
    readonly workbench: Workbench,
  ) {}

  static async begin(options: CodeServerOptions = {}, size = { width: 1280, height: 800 }): Promise<Station> {
    const vsix = requireFile(process.env['DIND_STATION_VSIX'] ?? join(root, 'dist/dind-station.vsix'));
    const server = await startCodeServer({ user, vsix, ...options });
    try {
      const profile = join(server.run, 'browser');
      mkdirSync(profile);
      return new Station(server, await Workbench.open(server.pageUrl(), profile, size));
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.workbench.close();
    await this.server.stop();
  }
}

/** Waits for something that no event announces. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${String(ms / 1000)} s: ${what}.`);
    await pause(100);
  }
}
