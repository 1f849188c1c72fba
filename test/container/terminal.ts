import type { Locator } from 'playwright-core';
import type { Workbench } from '../e2e/workbench';

/** How long a command typed into the terminal may take on a busy machine, milliseconds. */
const commandMs = 60_000;

/** The integrated terminal, used as a person uses it: typed into and read from. */
export class Terminal {
  readonly #workbench: Workbench;

  private constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  static async open(workbench: Workbench): Promise<Terminal> {
    await workbench.run('Terminal: Create New Terminal');
    const terminal = new Terminal(workbench);
    await terminal.#screen.waitFor({ timeout: commandMs });
    await terminal.focus();
    return terminal;
  }

  /** The first of two: the other shows the command above what is on screen, when that is scrolled away. */
  get #screen(): Locator {
    return this.#workbench.page.locator('.terminal-wrapper.active .xterm-rows').first();
  }

  async focus(): Promise<void> {
    await this.#workbench.page.locator('.terminal-wrapper.active .xterm').first().click();
  }

  /** Types one command and Enter, once the shell waits for one. */
  async type(command: string): Promise<void> {
    await this.#until('a prompt', (lines) => lines.findLast((line) => line !== '')?.endsWith('$') === true);
    await this.#workbench.page.keyboard.type(command);
    await this.#workbench.page.keyboard.press('Enter');
  }

  /** The lines on screen. */
  async lines(): Promise<string[]> {
    const rows = await this.#screen.locator('> div').allInnerTexts();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
  }

  /** Waits until one line is this. */
  async shows(line: RegExp): Promise<void> {
    await this.#until(`a line ${String(line)}`, (lines) => lines.some((text) => line.test(text)));
  }

  async #until(what: string, holds: (lines: readonly string[]) => boolean): Promise<void> {
    const deadline = Date.now() + commandMs;
    for (;;) {
      const lines = await this.lines();
      if (holds(lines)) return;
      if (Date.now() > deadline) {
        throw new Error(`Not within ${String(commandMs / 1000)} s: ${what}. On screen:\n${lines.join('\n')}`);
      }
      await this.#workbench.page.waitForTimeout(100);
    }
  }
}
