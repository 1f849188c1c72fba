// The sandbox that a suite runs in (test/bed/bed): its user, its helper and its daemon, and the way back to a machine on
// which nothing has happened yet. The suites of the command line, of the editor and of the browser all begin here.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../scripts/dind-helper', import.meta.url));

/** Login name of the person at the editor and at the terminal. */
export const user = 'coder';
export const helper = '/usr/local/lib/dind-station/dind-helper';
export const socketPath = '/var/run/docker.sock';

/** What daemons, the helper and tests leave behind. */
const ofDaemons = ['/var/run/docker.pid', '/run/dind-station', '/etc/docker', '/var/lib/dind-station'];
const ofHelper = ['/usr/local/lib/dind-station', '/etc/dind-station', '/usr/local/sbin/dockerd'];
const ofContainers = '/run/docker';
const dataRoot = '/var/lib/docker';

/** Mounts that were there before the first test, by their ids. */
const mountsAtFirst = '/run/sandbox-mounts';
const endMs = 30_000;

/** Runs a program to its end and gives its output; fails with what it said. @param {string} name @param {readonly string[]} args */
export function command(name, ...args) {
  const { status, stdout, stderr, error } = spawnSync(name, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} exited with ${String(status)}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** Living processes whose name begins so; zombies do not count. @param {string} name */
export function pidsOf(name) {
  const { stdout } = spawnSync('pgrep', ['--runstates', 'RSDTt', `^${name}`], { encoding: 'utf8' });
  return stdout.trim() === '' ? [] : stdout.trim().split('\n').map(Number);
}

/** Runs a verb of the installed helper as root and gives what it said. @param {string} verb */
export function helperVerb(verb) {
  return command(helper, '--plain', verb);
}

/** Back to a machine on which no daemon runs, none has run, and nothing is in the socket's place. */
export function endDaemons() {
  killDaemons();
  remove(socketPath, ...ofDaemons, ...logs());
}

/**
 * Back to a machine on which nothing has happened but that the helper was installed for `coder`: no daemon, no container
 * or image, no configuration, no rights beside the helper's, no mount that was not there at first. Outside of a sandbox it refuses.
 */
export function freshSandbox() {
  if (!existsSync('/run/bed-ready')) {
    throw new Error(
      'These tests kill and break a Docker daemon: run them in a sandbox, with test/bed/bed up NAME --bind "$PWD" and test/bed/bed run NAME COMMAND.',
    );
  }
  killDaemons();
  kill(containerProcesses);
  unmountNew();
  remove(socketPath, ...ofDaemons, ...logs(), ...ofHelper, ofContainers, ...below(dataRoot), ...rights());
  remove(`/home/${user}/.local/state`);
  if (spawnSync('id', [user], { stdio: 'ignore' }).status !== 0) {
    command('useradd', '--create-home', '--shell', '/bin/bash', user);
  } else if (command('id', '--name', '--groups', user).split(' ').includes('docker')) {
    command('gpasswd', '--delete', user, 'docker');
  }
  command(program, '--plain', 'install', user);
}

function killDaemons() {
  for (const name of ['dockerd', 'containerd', 'containerd-shim']) kill(() => pidsOf(name));
}

/** @param {readonly string[]} paths */
function remove(...paths) {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

/** @param {string} folder */
function below(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
}

/** The daemon's log, and the older ones that were rotated away. */
function logs() {
  return below('/var/log').filter((path) => path.startsWith('/var/log/dockerd.log'));
}

/** Rules of sudo for the helper, and the ones that tests add. */
function rights() {
  return below('/etc/sudoers.d').filter((path) => /\/(?:dind-station-\d+|all)$/u.test(path));
}

/** Processes of containers, which outlive a shim that is killed. */
function containerProcesses() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && groupOf(name).includes('/docker/') && stateOf(name) !== 'Z')
    .map(Number);
}

/** @param {string} pid */
function groupOf(pid) {
  return readOrEmpty(`/proc/${pid}/cgroup`);
}

/** @param {string} pid */
function stateOf(pid) {
  return /\) (?<state>.)/u.exec(readOrEmpty(`/proc/${pid}/stat`))?.groups?.['state'] ?? 'Z';
}

/** A file of a process that may be gone by now. @param {string} path */
function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Kills what is found until nothing is found any more. @param {() => number[]} find */
function kill(find) {
  const deadline = Date.now() + endMs;
  for (let found = find(); found.length > 0; found = find()) {
    if (Date.now() > deadline) throw new Error(`Not gone within ${endMs / 1000} s of SIGKILL: ${found.join(', ')}.`);
    for (const pid of found) spawnSync('kill', ['-KILL', String(pid)]);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** Mounts of this namespace, in the order in which they came; those of the control groups are the machine's. */
function mounts() {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map((fields) => ({ id: fields[0] ?? '', point: fields[4] ?? '' }))
    .filter(({ point }) => !point.startsWith('/sys/fs/cgroup'));
}

/** Unmounts what was mounted since the first call, the newest first: one that is shared may take another with it. */
function unmountNew() {
  const ids = () => mounts().map(({ id }) => id);
  if (!existsSync(mountsAtFirst)) writeFileSync(mountsAtFirst, ids().join('\n'));
  const first = new Set(readFileSync(mountsAtFirst, 'utf8').split('\n'));
  const newest = () =>
    mounts()
      .filter(({ id }) => !first.has(id))
      .pop();
  for (let found = newest(); found !== undefined; found = newest()) {
    execFileSync('umount', ['--lazy', found.point]);
  }
}
