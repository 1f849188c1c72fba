import { describe, expect, test } from 'vitest';
import { daemon, useEditor } from './station';

const workbench = useEditor();

async function rows(): Promise<string[]> {
  await workbench.rows.first().waitFor();
  return (await workbench.rows.locator('.label-name').allInnerTexts()).map((text) => text.trim());
}

describe('the Docker menu', () => {
  test('opens from the indicator, with the state as its title and what can be done', async () => {
    await workbench.isVerified();
    await workbench.indicator.click();
    expect(await rows()).toEqual(
      expect.arrayContaining([
        'Restart Docker daemon',
        'Stop Docker daemon',
        'Show daemon log',
        'Show diagnostics',
        'Verify resource limits',
        'unix:///var/run/docker.sock',
        'Open settings',
      ]),
    );
    await workbench.page.locator('.quick-input-title', { hasText: 'Docker is running' }).waitFor();
    await workbench.screenshot('menu-running-dark');
    await workbench.page.keyboard.press('Escape');
  });

  test('is worked by the keyboard alone', async () => {
    const before = daemon.pid();
    await workbench.run('Show menu');
    await rows();
    await workbench.page.keyboard.type('restart');
    await workbench.page.keyboard.press('Enter');
    await workbench.indicatorSays('Docker: restarted');
    expect(daemon.pid()).not.toBe(before);
    await workbench.indicatorSays('Docker');
  });

  test('offers to start a daemon that is stopped', async () => {
    daemon.helper('stop');
    await workbench.indicatorSays('Docker: stopped');
    await workbench.indicator.click();
    const offered = await rows();
    expect(offered[0]).toBe('Start Docker daemon');
    expect(offered).not.toContain('Stop Docker daemon');
    await workbench.screenshot('menu-stopped-dark');
    await workbench.page.keyboard.press('Enter');
    await workbench.indicatorSays('Docker: started');
  });
});

describe('the palette', () => {
  test('finds each command by its title', async () => {
    await workbench.indicatorSays('Docker');
    for (const title of [
      'Restart Docker daemon',
      'Stop Docker daemon',
      'Show daemon log',
      'Show diagnostics',
      'Verify resource limits',
      'Show menu',
      'Set up helper',
    ]) {
      await workbench.paletteLists(title, `DinD Station: ${title}`);
    }
  });
});
