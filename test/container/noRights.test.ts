import { afterAll, beforeAll, expect, test } from 'vitest';
import { signIn, type Visit } from './visit';

let visit: Visit;
beforeAll(async () => {
  visit = await signIn();
});
afterAll(async () => {
  await visit.end();
});

test('the editor of a container without rights says which it lacks', async () => {
  const { workbench } = visit;
  await workbench.indicatorSays('Docker: failed to start');
  await workbench.notification('lacks NET_ADMIN and SYS_ADMIN').waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    const hover = await workbench.tooltip();
    expect(await hover.innerText()).toContain('--privileged');
    await workbench.screenshot(`container-no-rights-${theme}`);
    await workbench.leaveHover();
  }
});
