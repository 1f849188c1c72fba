import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { commandPath } from '../../../tools/lib/commandPath.mjs';
import { parseAptStatus } from '../../../tools/provision/aptStatus.mjs';
import { needSets } from '../../../tools/provision/needs.mjs';
import { isDebian, missingNeeds, provision } from '../../../tools/provision/provision.mjs';
import { ownFolder } from './folders.mjs';

/** @typedef {import('../../../tools/provision/needs.mjs').Need} Need */

/** @type {Need[]} */
const needs = [
  { command: 'dockerd', package: 'docker.io' },
  { command: 'docker', package: 'docker-cli', optional: true },
  { command: 'make', package: 'build-essential' },
  { command: 'g++', package: 'build-essential' },
  { file: '/etc/ssl/cert', package: 'ca-certificates' },
];

/** A machine with just these commands and files; `install` adds to them. */
function machineWith(/** @type {string[]} */ ...there) {
  const present = new Set(there);
  const exists = (/** @type {string} */ path) => present.has(path);
  const find = (/** @type {string} */ name) => (present.has(name) ? `/usr/bin/${name}` : undefined);
  return { present, exists, find };
}

const debian = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n';
const detail = () => undefined;

describe('what is missing', () => {
  test('commands and files are looked for separately', () => {
    expect(missingNeeds(needs, machineWith('dockerd', 'docker', 'make')).map((need) => need.package)).toEqual([
      'build-essential',
      'ca-certificates',
    ]);
  });

  test('nothing is asked and nothing run when all is there', async () => {
    const elevate = vi.fn();
    const machine = machineWith('dockerd', 'docker', 'make', 'g++', '/etc/ssl/cert');
    expect(await provision(needs, { elevate, detail, machine, osRelease: debian })).toEqual([]);
    expect(elevate).not.toHaveBeenCalled();
  });

  test('every set names what it needs once', () => {
    for (const set of Object.values(needSets)) {
      const names = set.map((need) => ('command' in need ? need.command : need.file));
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe('installing', () => {
  test('one call with each package once, optional ones marked', async () => {
    const machine = machineWith('docker-nothing');
    /** @type {string[][]} */
    const calls = [];
    const elevate = (/** @type {readonly string[]} */ argv) => {
      calls.push([...argv]);
      for (const name of ['dockerd', 'make', 'g++', '/etc/ssl/cert']) machine.present.add(name);
      return ['true'];
    };
    const installed = await provision(needs, {
      elevate: () => Promise.resolve(elevate),
      detail,
      machine,
      osRelease: debian,
    });
    expect(installed).toEqual(['docker.io', 'build-essential', 'ca-certificates', 'docker-cli']);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.slice(2)).toEqual(['docker.io', 'build-essential', 'ca-certificates', 'docker-cli?']);
  });

  test('a failure shows what apt said', async () => {
    const elevate = () => Promise.resolve(() => ['sh', '-c', 'echo "E: Unable to locate" >&2; exit 100']);
    await expect(provision(needs, { elevate, detail, machine: machineWith(), osRelease: debian })).rejects.toThrow(
      /status 100.*\nE: Unable to locate/s,
    );
  });

  test('a package that does not bring the command is noticed', async () => {
    const elevate = () => Promise.resolve(() => ['true']);
    await expect(provision(needs, { elevate, detail, machine: machineWith(), osRelease: debian })).rejects.toThrow(
      /dockerd, make, g\+\+, \/etc\/ssl\/cert: still not found/,
    );
  });

  test('without root: one line with the command to run', async () => {
    const elevate = () => Promise.resolve(undefined);
    await expect(
      provision(needs, { elevate, detail, machine: machineWith('make', 'g++'), osRelease: debian }),
    ).rejects.toThrow(
      'dockerd, ca-certificates: not found, and installing needs root or a sudo that asks for no password. ' +
        'Run: sudo apt-get update; sudo apt-get install --no-install-recommends docker.io ca-certificates',
    );
  });

  test('elsewhere than Debian: one line, and nobody is asked for root', async () => {
    const elevate = vi.fn();
    await expect(
      provision(needs, { elevate, detail, machine: machineWith('make', 'g++'), osRelease: 'ID=alpine\n' }),
    ).rejects.toThrow(/not Debian or Ubuntu.*docker\.io ca-certificates/);
    expect(elevate).not.toHaveBeenCalled();
  });

  test('an optional package alone is no reason to refuse', async () => {
    const machine = machineWith('dockerd', 'make', 'g++', '/etc/ssl/cert');
    const elevate = () => Promise.resolve(undefined);
    expect(await provision(needs, { elevate, detail, machine, osRelease: debian })).toEqual([]);
    expect(await provision(needs, { elevate, detail, machine, osRelease: 'ID=alpine' })).toEqual([]);
  });
});

test.each([
  [debian, true],
  ['NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n', true],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
  ['ID=fedora\nVARIANT_ID=debian\n', false],
  ['ID=notdebian\n', false],
  ['', false],
])('is %j Debian', (text, answer) => expect(isDebian(text)).toBe(answer));

test.each([
  ['dlstatus:3:41.2500:Retrieving file 3 of 9 (4s remaining)', '41 %  Retrieving file 3 of 9 (4s remaining)'],
  ['pmstatus:docker.io:62.5:Unpacking docker.io (amd64)', '62 %  Unpacking docker.io (amd64)'],
  ['pmstatus:libc6:amd64:10:Configuring libc6', '10 %  Configuring libc6'],
  ['Setting up docker.io (20.10) ...', undefined],
  ['pmerror:docker.io:50:broken', undefined],
])('apt says %j', (line, words) => expect(parseAptStatus(line)).toBe(words));

describe('finding a command', () => {
  test('on PATH first, then where the system keeps its own; a folder or a plain file is none', () => {
    const folder = ownFolder();
    mkdirSync(join(folder, 'tool'));
    writeFileSync(join(folder, 'plain'), '');
    writeFileSync(join(folder, 'sh'), '');
    chmodSync(join(folder, 'sh'), 0o755);
    const env = { PATH: `${relative(process.cwd(), folder)}:/none:${folder}` };
    expect(commandPath('tool', env)).toBeUndefined();
    expect(commandPath('plain', env)).toBeUndefined();
    expect(commandPath('sh', env)).toBe(join(folder, 'sh'));
    expect(commandPath('sh', { PATH: '' })).toMatch(/^\/.*\/sh$/);
  });
});
