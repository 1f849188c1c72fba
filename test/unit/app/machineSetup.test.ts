import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readSetup } from '../../../src/app/machineSetup';
import type { Endpoint } from '../../../src/engine/endpoint';
import { makeTree, removeTree } from '../host/tree';

const at = (socketPath: string): Endpoint => ({ kind: 'unix', socketPath, source: 'default', display: socketPath });
const ours = at('/var/run/docker.sock');
const helper = 'usr/local/lib/dind-station/dind-helper';

const tops: string[] = [];
afterEach(() => tops.splice(0).forEach(removeTree));

/** A machine with these files, each of them a program. */
function machine(...programs: readonly string[]): string {
  const top = makeTree(Object.fromEntries(programs.map((path) => [path, ''])));
  tops.push(top);
  for (const path of programs) chmodSync(join(top, path), 0o755);
  return top;
}

test('a machine with everything needs nothing', async () => {
  const top = machine('usr/bin/dockerd', 'usr/local/bin/containerd', 'usr/bin/apt-get', helper);
  expect(await readSetup(ours, top)).toEqual({ missing: [], install: undefined, helper: true });
});

test('what is missing is named, with how this machine installs it', async () => {
  const debian = machine('usr/bin/apt-get');
  expect(await readSetup(ours, debian)).toEqual({
    missing: ['dockerd', 'containerd'],
    install: 'sudo apt-get update && sudo apt-get install --reinstall docker.io containerd',
    helper: false,
  });
  expect((await readSetup(ours, machine('sbin/apk', 'usr/bin/dockerd')))?.install).toBe('sudo apk add containerd');
  expect((await readSetup(ours, machine(helper)))?.install).toBeUndefined();
});

test('where an init system has a Docker, it is asked for one, wherever that is', async () => {
  const unit = 'usr/lib/systemd/system/docker.service';
  expect((await readSetup(ours, machine(unit, 'run/systemd/system/x.mount')))?.missing).toEqual([]);
  expect((await readSetup(ours, machine('etc/init.d/docker', 'run/openrc/softlevel')))?.missing).toEqual([]);
  // Debian's package brings both files into containers, in which no such init runs.
  expect((await readSetup(ours, machine(unit, 'etc/init.d/docker')))?.missing).toEqual(['dockerd', 'containerd']);
  expect((await readSetup(ours, machine('run/openrc/softlevel')))?.missing).toEqual(['dockerd', 'containerd']);
});

test('a program outside of the PATH that the helper gives the daemon counts for nothing', async () => {
  const top = machine('opt/docker/dockerd', 'usr/bin/containerd');
  expect((await readSetup(ours, top))?.missing).toEqual(['dockerd']);
});

test('one that is there and cannot be executed is not missing: a start says what to do', async () => {
  const top = machine('usr/bin/dockerd', 'usr/bin/containerd');
  chmodSync(join(top, 'usr/bin/dockerd'), 0o644);
  expect((await readSetup(ours, top))?.missing).toEqual([]);
});

test("of a daemon that is not the helper's nothing is said", async () => {
  const top = machine();
  expect(await readSetup(at('/srv/docker.sock'), top)).toBeUndefined();
  const tcp: Endpoint = { kind: 'tcp', host: 'box', port: 1, basePath: '', source: 'setting', display: 'tcp://box:1' };
  expect(await readSetup(tcp, top)).toBeUndefined();
});
