import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { command, helper, user } from '../sandbox.mjs';
import { daemon, useEditor } from './station';
import { until } from './until';

const workbench = useEditor();
afterEach(async () => {
  await workbench.clearNotifications();
});

describe('a socket that refuses this user', () => {
  test('is told from a daemon that is gone, with the reason, and a restart gives access', async () => {
    command('setfacl', '--remove', `u:${user}`, '/var/run/docker.sock');
    await workbench.indicatorSays('Docker: no permission');
    await workbench.notification('No permission for the Docker socket').waitFor();
    const text = await (await workbench.tooltip()).innerText();
    expect(text).toContain('is not in that group');
    await workbench.screenshot('no-permission-dark');
    await workbench.leaveHover();
    await workbench.run('Restart Docker daemon');
    await workbench.indicatorSays('Docker');
  });

  test('knows a user who joined the group after code-server was started', async () => {
    command('usermod', '--append', '--groups', 'docker', user);
    command('setfacl', '--remove', `u:${user}`, '/var/run/docker.sock');
    await workbench.indicatorSays('Docker: no permission');
    await until('the reason is read', async () => {
      const text = await (await workbench.tooltip()).innerText();
      await workbench.leaveHover();
      return text.includes('code-server was started before that');
    });
    command('gpasswd', '--delete', user, 'docker');
    daemon.helper('restart');
    await workbench.indicatorSays('Docker');
  });
});

describe('the privileged helper', () => {
  test('is asked for where sudo has no rule', async () => {
    const uid = command('id', '--user', user);
    const rule = `/etc/sudoers.d/dind-station-${uid}`;
    const text = readFileSync(rule, 'utf8');
    rmSync(rule);
    await workbench.run('Restart Docker daemon');
    const toast = workbench.notification('sudo has no rule');
    await toast.waitFor();
    expect(await toast.textContent()).toContain('Docker was not restarted');
    await workbench.screenshot('no-rule-dark');
    writeFileSync(rule, text, { mode: 0o440 });
  });

  test('is set up in a terminal, and what comes next is said', async () => {
    command(helper, '--plain', 'uninstall');
    // A user who may use sudo for everything, as in many images; here without a password, which a test cannot type.
    writeFileSync('/etc/sudoers.d/all', `${user} ALL=(ALL:ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    await workbench.run('Restart Docker daemon');
    const toast = workbench.notification('The privileged helper is not installed');
    await toast.waitFor();
    await workbench.press(toast, 'Set up helper');
    await workbench.notification('The privileged helper is set up').waitFor();
    await workbench.screenshot('helper-set-up-dark');
    rmSync('/etc/sudoers.d/all');
    expect(readFileSync('/etc/dind-station/users', 'utf8')).toContain(user);
    await workbench.run('Restart Docker daemon');
    await workbench.indicatorSays('Docker: restarted');
    await workbench.indicatorSays('Docker');
  });
});

describe("another machine's daemon", () => {
  test('is shown as what it is and left alone', async () => {
    const before = daemon.pid();
    // As `docker run -v /var/run/docker.sock:/var/run/docker.sock` leaves it: the socket itself is a mount.
    command('mount', '--bind', '/var/run/docker.sock', '/var/run/docker.sock');
    try {
      await workbench.run('Restart Docker daemon');
      await workbench.notification('Docker was not restarted').waitFor();
      await workbench.indicatorSays("Docker: host's");
      expect(daemon.pid()).toBe(before);
      await workbench.tooltip();
      await workbench.screenshot('foreign-dark');
      await workbench.leaveHover();
    } finally {
      command('umount', '/var/run/docker.sock');
    }
  });
});
