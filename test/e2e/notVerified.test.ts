import { describe, expect, test } from 'vitest';
import { DiagnosticsPage } from './diagnosticsPage';
import { useEditor } from './station';

const workbench = useEditor({
  settings: { 'dindStation.verify': false },
  size: { width: 1280, height: 1400 },
});

describe('a window in which verifying is off', () => {
  test('claims no more than that the daemon responds, says why, and offers the request', async () => {
    const tooltip = await workbench.tooltip();
    const text = await tooltip.innerText();
    expect(text).toContain('Docker is responding, not verified');
    expect(text).toContain('Verification is off.');
    expect((await tooltip.locator('a').first().innerText()).trim()).toBe('Verify');
    await workbench.screenshot('not-verified-hover-dark');
    await workbench.leaveHover();
    expect(await workbench.indicator.locator('a').getAttribute('aria-label')).toMatch(
      /^Docker is responding, not verified\. Verification is off\./u,
    );
  });

  test('is told that a container ran once it was asked for, on the page and in the bar', async () => {
    const page = await DiagnosticsPage.open(workbench);
    await page.headline.getByText('Docker is responding, not verified').waitFor();
    await page.frame.getByRole('button', { name: 'Verify that containers run' }).click();
    await workbench.notification('A container has run').waitFor();
    await workbench.isVerified();
    await page.headline.getByText('Docker is running').waitFor();
    await workbench.clearNotifications();
  });
});
