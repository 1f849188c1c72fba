import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chromium, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';
import { extensionHosts, renewProfile, type CodeServerOptions } from '../editor/codeServer.mjs';
import { command, freshSandbox, helperVerb, user } from '../sandbox.mjs';
import { forget, newProfile, themes, Workbench } from './workbench';

/** The real daemon of the sandbox, and what can be done to it. */
export const daemon = {
  /** From the helper that is installed, as root. */
  helper: (verb: 'start' | 'stop' | 'restart'): string => helperVerb(verb),

  /** Writes its daemon.json, or removes it: what it reads at its next start. */
  configure: (text?: string): void => {
    if (text === undefined) {
      rmSync('/etc/docker/daemon.json', { force: true });
    } else {
      mkdirSync('/etc/docker', { recursive: true });
      writeFileSync('/etc/docker/daemon.json', text);
    }
  },

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
      command('/bin/sh', '-c', 'tar -cf - -C / bin/busybox | docker import - station-test');
    }
    const run = ['run', '--detach', '--name', name, '--network', 'none'];
    daemon.docker(...run, 'station-test', '/bin/busybox', 'sleep', '3600');
    return Number(daemon.docker('inspect', '--format', '{{.State.Pid}}', name));
  },
};

/** What a file of tests finds when its first test begins. */
export interface Start extends Pick<CodeServerOptions, 'settings' | 'machineSettings' | 'files'> {
  /** Folders open in Restricted Mode. */
  readonly restricted?: boolean;
  readonly size?: { readonly width: number; readonly height: number };
  /** What is done to the machine, on which the daemon runs, before the window opens. */
  readonly before?: () => void;
  /** What the indicator then says. */
  readonly indicator?: string;
}

/** The profile in which all files open their windows, one after the other: it goes with the browser. */
let shared: Promise<BrowserContext> | undefined;

async function profileOf(endpoint: string): Promise<BrowserContext> {
  shared ??= chromium.connect(endpoint).then(newProfile);
  return shared;
}

/**
 * What each file begins and ends with: the machine as it was at first, a daemon that runs, a user who has just come to
 * the code-server that all files share, and a window of theirs.
 */
export function useEditor(start: Start = {}): Workbench {
  const workbench = new Workbench();
  const { url, run, pid, browser: endpoint } = inject('editor');
  beforeAll(async () => {
    freshSandbox();
    helperVerb('start');
    start.before?.();
    const settings = {
      'workbench.colorTheme': themes.dark,
      'security.workspace.trust.enabled': start.restricted === true,
      ...start.settings,
    };
    const folder = await renewProfile({ run, pid }, { user, ...start, settings });
    await workbench.open(await profileOf(endpoint), `${url}?${new URLSearchParams({ folder }).toString()}`, start.size);
    await workbench.isThere();
    await workbench.indicatorSays(start.indicator ?? 'Docker');
  });
  afterAll(async () => {
    await forget(await profileOf(endpoint), url);
  });
  return workbench;
}

/** The process ids of the extension hosts of the shared code-server. */
export const extensionHostPids = (): number[] => extensionHosts(inject('editor').pid);
