import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Workbench } from '../e2e/workbench';
import { Terminal } from './terminal';
import { enter, visit, type Visit } from './visit';

let visitor: Visit;
let workbench: Workbench;
let terminal: Terminal;

beforeAll(async () => {
  visitor = await visit();
  ({ workbench } = visitor);
});
afterAll(async () => {
  await visitor.end();
});

describe('the editor', () => {
  test('asks for its password and takes no other', async () => {
    await enter(visitor, 'guessed');
    await workbench.page.locator('.error', { hasText: 'Incorrect password' }).waitFor();
    await workbench.screenshot('container-login');
    await enter(visitor);
    await workbench.isThere();
  });

  test('shows a daemon that runs', async () => {
    await workbench.indicatorSays('Docker');
    for (const theme of ['light', 'dark'] as const) {
      await workbench.setTheme(theme);
      const hover = await workbench.tooltip();
      expect(await hover.innerText()).toContain('28.');
      await workbench.screenshot(`container-indicator-${theme}`);
      await workbench.leaveHover();
    }
  });
});

describe('docker in its terminal', () => {
  beforeAll(async () => {
    terminal = await Terminal.open(workbench);
    await terminal.type('clear');
    await terminal.type('tar c -C / bin/busybox | docker import -c \'ENTRYPOINT ["/bin/busybox"]\' - box');
    await terminal.shows(/^sha256:[0-9a-f]{10}/u);
  });

  test('does not know the password', async () => {
    await terminal.type('clear; echo "<$PASSWORD>"');
    await terminal.shows(/^<>$/u);
  });

  test('--cpus and --memory stand in the container', async () => {
    // Where they are read differs between cgroup v2 and v1; the other file is not there.
    const cpu = '/sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us';
    const memory = '/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes';
    await terminal.type(`docker run --rm --cpus 0.5 --memory 64m box cat ${cpu} ${memory} 2>/dev/null`);
    await terminal.shows(/^50000(?: 100000)?$/u);
    await terminal.shows(/^67108864$/u);
  });

  test('--memory kills what takes more', async () => {
    await terminal.type(
      'docker run --name hog --memory 32m --memory-swap 32m box dd if=/dev/zero of=/dev/null bs=128M',
    );
    await terminal.type("docker inspect -f 'OOMKilled={{.State.OOMKilled}} status={{.State.ExitCode}}' hog");
    await terminal.shows(/^OOMKilled=true status=137$/u);
    await workbench.screenshot('container-limits-dark');
    await terminal.type('docker rm hog');
  });

  test('-p: what it serves is reached', async () => {
    await terminal.type('mkdir -p ~/site && echo hello from a container >~/site/index.html && clear');
    await terminal.type('docker run -d --rm --name web -p 8099:80 -v ~/site:/www:rshared box httpd -f -h /www');
    await terminal.shows(/^[0-9a-f]{64}$/u);
    await terminal.type('curl -sS --retry 9 --retry-connrefused --retry-delay 1 localhost:8099/index.html');
    await terminal.shows(/^hello from a container$/u);
    await workbench.indicatorSays('Docker');
    await workbench.screenshot('container-terminal-dark');
    await workbench.setTheme('light');
    await workbench.screenshot('container-terminal-light');
    await workbench.setTheme('dark');
    await terminal.focus();
  });

  test('-v with rshared: a mount made inside is seen outside, and in the other container', async () => {
    await terminal.type('clear');
    const inside = 'mkdir -p /s/deep && mount -t tmpfs deep /s/deep && echo seen >/s/deep/index.html && sleep 99';
    const rights = '--cap-add SYS_ADMIN --security-opt apparmor=unconfined';
    await terminal.type(`docker run -d --rm --name mounter ${rights} -v ~/site:/s:rshared box sh -c '${inside}'`);
    await terminal.shows(/^[0-9a-f]{64}$/u);
    await terminal.type('sleep 1; findmnt -no FSTYPE ~/site/deep; curl -sS localhost:8099/deep/index.html');
    await terminal.shows(/^tmpfs$/u);
    await terminal.shows(/^seen$/u);
    await workbench.screenshot('container-rshared-dark');
    await terminal.type(
      `docker run --rm ${rights} -v ~/site:/s:rshared box umount /s/deep; docker stop -t 1 web mounter`,
    );
    await terminal.shows(/^mounter$/u);
  });
});
