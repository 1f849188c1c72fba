import { commandPath } from '../../lib/commandPath.mjs';

/** How long a cold editor on a busy machine may take for one thing, milliseconds. */
const uiMs = 180_000;

/** The station's page in a browser, and what the check does in it. */
export class StationPage {
  #context;
  #page;

  /**
   * @param {import('playwright-core').BrowserContext} context
   * @param {import('playwright-core').Page} page
   */
  constructor(context, page) {
    this.#context = context;
    this.#page = page;
  }

  /**
   * Opens the page and waits for the editor; goes in where a password is asked for.
   *
   * @param {string} url
   * @param {{ profile: string, password: string | undefined }} options
   */
  static async open(url, { profile, password }) {
    // Loaded late: it is there only after the npm packages.
    const { chromium } = await import('playwright-core');
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: commandPath('chromium') ?? '/usr/bin/chromium',
      headless: true,
      viewport: { width: 1280, height: 800 },
      // Ctrl-C is for this run, which closes the browser in its order.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
        // Without 3D the terminal draws its lines as text that can be read.
        '--disable-3d-apis',
      ],
    });
    context.setDefaultTimeout(uiMs);
    try {
      const page = context.pages()[0] ?? (await context.newPage());
      // What matters is the editor; its page goes on loading for long.
      await page.goto(url, { waitUntil: 'commit' });
      if (password !== undefined) {
        await page.locator('input.password').fill(password);
        await page.locator('input.password').press('Enter');
      }
      await page.locator('.monaco-workbench .part.statusbar').waitFor();
      return new StationPage(context, page);
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  /**
   * Waits until the indicator in the status bar says this.
   * @param {string} text
   */
  async indicatorSays(text) {
    const indicator = this.#page.locator('.statusbar-item[id$="dindStation.indicator"]');
    try {
      await indicator.locator('a', { hasText: new RegExp(`^\\s*${text}\\s*$`, 'u') }).waitFor();
    } catch (error) {
      const shown = (await indicator.allInnerTexts()).join(' ').trim();
      throw new Error(`the status bar says "${shown}", expected "${text}"`, { cause: error });
    }
  }

  /** Opens a terminal, as Ctrl+Shift+` does, and waits for its shell's prompt. */
  async openTerminal() {
    await this.#page.keyboard.press('Control+Shift+Backquote');
    await this.#page.locator('.terminal-wrapper.active .xterm-rows').first().waitFor();
    const deadline = Date.now() + uiMs;
    while ((await this.screen()).trim() === '') {
      if (Date.now() > deadline) throw new Error(`the terminal stayed empty for ${uiMs / 1000} s`);
      await this.#page.waitForTimeout(100);
    }
  }

  /**
   * Types a line into the terminal. A blank before it keeps it out of the shell's history.
   * @param {string} line
   */
  async type(line) {
    await this.#page.locator('.terminal-wrapper.active .xterm').first().click();
    await this.#page.keyboard.type(` ${line}`);
    await this.#page.keyboard.press('Enter');
  }

  /** What the terminal shows. */
  async screen() {
    const rows = await this.#page
      .locator('.terminal-wrapper.active .xterm-rows')
      .first()
      .locator('> div')
      .allInnerTexts();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  }

  /** Ends the terminal's shell, so that the person's editor does not show it again. */
  async closeTerminal() {
    await this.type('exit');
    await this.#page.locator('.terminal-wrapper.active').first().waitFor({ state: 'detached' });
  }

  async close() {
    await this.#context.close();
  }
}
