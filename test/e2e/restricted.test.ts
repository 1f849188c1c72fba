import { describe, expect, test } from 'vitest';
import { daemon, useEditor } from './station';

const workbench = useEditor({
  restricted: true,
  // What a hostile folder would try: another daemon, silence, and a docker configuration of its own.
  files: {
    '.vscode/settings.json': JSON.stringify({
      'dindStation.dockerHost': 'tcp://192.0.2.1:2375',
      'dindStation.notifications': 'none',
      'terminal.integrated.env.linux': { DOCKER_HOST: 'tcp://192.0.2.1:2375' },
    }),
    '.docker/config.json': '{ "currentContext": "hostile" }',
  },
});

describe('Restricted Mode', () => {
  test('shows the daemon all the same', async () => {
    await workbench.indicatorSays('Docker');
    await workbench.page.getByText('Restricted Mode').first().waitFor();
    await workbench.screenshot('restricted-dark');
  });

  test('takes nothing from the folder: not the endpoint, not the silence', async () => {
    const text = await (await workbench.tooltip()).innerText();
    expect(text).toContain('unix:///var/run/docker.sock (default)');
    await workbench.leaveHover();
    daemon.kill();
    await workbench.indicatorSays('Docker: crashed');
    await workbench.notification('Docker crashed').waitFor();
  });

  test('restarts the daemon', async () => {
    await workbench.run('Restart Docker daemon');
    await workbench.indicatorSays('Docker');
  });
});
