import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command } from '../sandbox.mjs';
import { daemon, useEditor } from './station';
import { until } from './until';

const workbench = useEditor({
  restricted: true,
  files: { 'docker/daemon.json': '{\n  "debug": "yes",\n  "storage-drvier": "overlay2"\n}\n' },
});

const proxy = command('/bin/sh', '-c', 'command -v docker-proxy');
afterAll(() => {
  if (existsSync(`${proxy}.away`)) renameSync(`${proxy}.away`, proxy);
});

/** The rows of the Problems view. */
function problems() {
  return workbench.page.locator(
    '.markers-panel .monaco-list-row .marker-message-details, .markers-panel .monaco-tl-row',
  );
}

async function rows(): Promise<string> {
  return (await problems().allInnerTexts()).join('\n');
}

/** Opens a file by its path, as a person would who has it from a message. */
async function open(path: string): Promise<void> {
  await workbench.page.keyboard.press('Control+P');
  const input = workbench.page.locator('.quick-input-widget input[type="text"]');
  await input.waitFor();
  await input.fill(path);
  // Files of that name which were open before stand in the list as well.
  await workbench.rows
    .filter({ hasText: dirname(path) })
    .first()
    .click();
  await workbench.page.locator('.monaco-editor .view-lines').first().waitFor();
}

describe('daemon.json in the editor', () => {
  test('has problems by the schema and by the rules, in Restricted Mode', async () => {
    await open('docker/daemon.json');
    await workbench.run('Problems: Focus on Problems View');
    await until('problems are listed', async () => /storage-drvier/u.test(await rows()));
    await until('the schema has its say', async () => /Incorrect type/u.test(await rows()));
    await until('the rules have theirs', async () => (await rows()).includes('"storage-drvier" is known to no engine'));
    await workbench.screenshot('daemon-json-problems');
  });

  test('has none left when it is closed', async () => {
    await workbench.run('View: Close All Editors');
    await until('no problem is listed', async () => !/storage-drvier/u.test(await rows()));
  });

  test("knows the running daemon's flags for the file that daemon reads", async () => {
    daemon.configure('{ "bridge-accept-fwmark": "1", "default-runtime": "runsc" }\n');
    await open('/etc/docker/daemon.json');
    await workbench.run('Problems: Focus on Problems View');
    await until('the version counts', async () =>
      /"bridge-accept-fwmark" is for engine 29\.0 and later, this one is 20\.10/u.test(await rows()),
    );
    expect(await rows()).toContain('The default runtime runsc is not declared');
    await workbench.run('View: Close All Editors');
  });

  test('a fault that stands while the engine runs is in the indicator', async () => {
    renameSync(proxy, `${proxy}.away`);
    daemon.configure();
    daemon.helper('restart');
    await workbench.page.locator('.statusbar-item.error-kind[id$="dindStation.indicator"]').waitFor();
    await workbench.indicatorSays('Docker');
    await workbench.notification('docker-proxy is not installed').waitFor();
    expect(await (await workbench.tooltip()).innerText()).toContain(
      'docker-proxy is not installed where the daemon looks',
    );
    await workbench.screenshot('indicator-standing-fault');
    await workbench.leaveHover();
  });

  test('is gone from there after the fault is', async () => {
    renameSync(`${proxy}.away`, proxy);
    daemon.helper('restart');
    await workbench.page
      .locator('.statusbar-item.error-kind[id$="dindStation.indicator"]')
      .waitFor({ state: 'detached' });
    await workbench.indicatorSays('Docker');
  });
});
