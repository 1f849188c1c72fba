import { launchBrowser } from '../editor/browser.mjs';
import { newProfile, Workbench } from '../e2e/workbench';

/** A browser at a station that is up: `npm run station:container -- --check` says where, and its password. */
export interface Visit {
  readonly workbench: Workbench;
  end(): Promise<void>;
}

const { DIND_STATION_URL: url = '', DIND_STATION_PASSWORD: password = '' } = process.env;

/** Opens the station's page; it asks for the password. */
export async function visit(): Promise<Visit> {
  if (url === '' || password === '') {
    throw new Error('This looks at a station that is up: npm run station:container -- --check');
  }
  // Without 3D the terminal draws its lines as text that can be read.
  const browser = await launchBrowser('--disable-3d-apis');
  const workbench = new Workbench();
  await workbench.open(await newProfile(browser), url);
  return { workbench, end: () => browser.close() };
}

/** Types a password into the page that asks for it; the station's own unless another is given. */
export async function enter({ workbench }: Visit, typed = password): Promise<void> {
  const field = workbench.page.locator('input.password');
  await field.fill(typed);
  await field.press('Enter');
}

/** Opens the station's page and goes in. */
export async function signIn(): Promise<Visit> {
  const opened = await visit();
  await enter(opened);
  await opened.workbench.isThere();
  return opened;
}
