import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { errors, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { uiMs, until } from './until';

const screenshots = join(__dirname, '../../test-output/screenshots');

export const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'high-contrast': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;
export type Theme = keyof typeof themes;

/** Repeats a gesture until what it is made for is on screen. */
async function again(gesture: () => Promise<void>, wanted: Locator): Promise<void> {
  await until('what a gesture is made for is on screen', async () => {
    await gesture();
    try {
      await wanted.waitFor({ timeout: 5000 });
      return true;
    } catch (error) {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    }
  });
}

/** A profile of the browser, in which nobody has been anywhere. */
export async function newProfile(browser: Browser): Promise<BrowserContext> {
  // Spinners and slides are drawn by the CPU here, sixty times a second.
  const profile = await browser.newContext({ reducedMotion: 'reduce' });
  profile.setDefaultTimeout(uiMs);
  return profile;
}

/**
 * Closes the pages of a profile and takes from it what an address has stored, but not its cache: the editor's twenty
 * megabytes of program are fetched once for all files.
 */
export async function forget(profile: BrowserContext, url: string): Promise<void> {
  for (const page of profile.pages()) await page.close();
  await profile.clearCookies();
  const page = await profile.newPage();
  const session = await profile.newCDPSession(page);
  const storageTypes = 'cookies,indexeddb,local_storage,service_workers';
  await session.send('Storage.clearDataForOrigin', { origin: new URL(url).origin, storageTypes });
  await page.close();
}

/** A code-server page in Debian's Chromium, and the gestures a test makes in it. */
export class Workbench {
  #page: Page | undefined;

  /** The page. Tests open it before the first of them. */
  get page(): Page {
    if (this.#page === undefined) throw new Error('No page is open yet.');
    return this.#page;
  }

  /** Opens an address in a window of its own. What is on it may be a question for a password. */
  async open(context: BrowserContext, url: string, size = { width: 1280, height: 800 }): Promise<void> {
    this.#page = await context.newPage();
    await this.#page.setViewportSize(size);
    await this.#page.goto(url, { waitUntil: 'commit' });
  }

  async isThere(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
  }

  /** The indicator. */
  get indicator(): Locator {
    return this.page.locator('.statusbar-item[id$="dindStation.indicator"]');
  }

  /** Waits until the indicator's text is exactly this. */
  async indicatorSays(text: string, timeout = uiMs): Promise<void> {
    const found = this.indicator.locator('a', { hasText: new RegExp(`^\\s*${text}\\s*$`, 'u') });
    try {
      await found.waitFor({ timeout });
    } catch (error) {
      const shown = await this.indicator.allInnerTexts();
      await this.screenshot('indicator-says-something-else');
      throw new Error(`The indicator says ${JSON.stringify(shown)}, expected "${text}".`, { cause: error });
    }
  }

  /** Waits until a container has run, which the label says. */
  async isVerified(): Promise<void> {
    await this.indicator.locator('a[aria-label*="Verified: a container ran at"]').waitFor({ timeout: uiMs });
  }

  /** Types a command's title into the palette and runs the row that has exactly this title. */
  async run(title: string): Promise<void> {
    await this.#typeIntoPalette(title);
    // Rows that only contain the words are listed as well, and may come first: "Restart ..." for "Start ...".
    const label = new RegExp(`^(?:[^:]+: )?${title.replace(/^[^:]+: /u, '')}$`, 'u');
    // While the list is filtered its rows are filled with other commands: a click would run one of those.
    let seen = '';
    await until('the list of commands stays the same', async () => {
      const before = seen;
      seen = (await this.rows.allInnerTexts()).join('\n');
      return seen !== '' && seen === before;
    });
    await this.rows
      .filter({ has: this.page.locator('.label-name', { hasText: label }) })
      .first()
      .click();
  }

  /** Waits until the palette lists a row with exactly this label for what is typed. */
  async paletteLists(text: string, label: string): Promise<void> {
    await this.#typeIntoPalette(text);
    await this.rows.locator('.label-name', { hasText: new RegExp(`^${label}$`, 'u') }).waitFor();
    await this.page.keyboard.press('Escape');
  }

  async #typeIntoPalette(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type="text"]');
    // A key that is pressed while the workbench is busy with itself may get lost, or come twice and close what it opened.
    await until('the palette takes what is typed', async () => {
      await again(async () => this.page.keyboard.press('F1'), input);
      return input.fill(`>${text}`, { timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** The toast that has this text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  async press(notification: Locator, button: string): Promise<void> {
    await notification.hover();
    await notification.locator('.monaco-button', { hasText: button }).click();
  }

  /** Texts of the toasts that are on screen. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }

  async clearNotifications(): Promise<void> {
    await this.run('Notifications: Clear All Notifications');
    await this.page.locator('.notifications-toasts.visible').waitFor({ state: 'detached' });
  }

  /** The modal question. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** The rows of the quick pick that is open. */
  get rows(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** The text of the panel's output. The editor there draws only lines on screen. */
  async output(): Promise<string> {
    const text = await this.page.locator('.part.panel .view-lines').allInnerTexts();
    return text.join('\n').replaceAll('\u00a0', ' ');
  }

  /** The hover of the indicator. */
  async tooltip(): Promise<Locator> {
    // What the mouse lay on before, such as the search box in the title bar, may have a hover that is still there.
    const hover = this.page.locator('.workbench-hover', { hasText: 'Docker' }).first();
    // An indicator that changes in the moment before its hover comes has none.
    const leaveAndHover = async (): Promise<void> => {
      await this.leaveHover();
      await this.indicator.hover();
    };
    await again(leaveAndHover, hover);
    return hover;
  }

  async leaveHover(): Promise<void> {
    await this.page.mouse.move(600, 300);
    await until('no hover is shown', async () => (await this.page.locator('.workbench-hover:visible').count()) === 0);
  }

  /** Keeps a picture of the page as test output. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    // Toasts slide and hovers fade in: a picture in the middle of that shows neither, so each is taken to its end first.
    await this.page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
  }

  /** Through the picker: a settings file that is changed again and again from outside is not read each time. */
  async setTheme(theme: Theme): Promise<void> {
    await this.run('Preferences: Color Theme');
    const input = this.page.locator('.quick-input-widget input[type="text"]');
    await input.fill(themes[theme]);
    await this.rows.first().getByText(themes[theme], { exact: true }).waitFor();
    await this.page.keyboard.press('Enter');
    const name = { dark: 'vs-dark', light: 'vs', 'high-contrast': 'hc-black', 'hc-light': 'hc-light' }[theme];
    await this.page.locator(`.monaco-workbench.${name}`).waitFor();
    await input.waitFor({ state: 'hidden' });
  }

  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
    const now = `(({ clientWidth, clientHeight }) => [clientWidth, clientHeight].join())(document.querySelector('.monaco-workbench'))`;
    const wanted = [width, height].join();
    await until(`the workbench is ${wanted}`, async () => (await this.page.evaluate<string>(now)) === wanted);
  }
}
