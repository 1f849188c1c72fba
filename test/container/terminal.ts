import type { Workbench } from '../e2e/workbench';

/** How long a command typed into the terminal may take on a busy machine, milliseconds. */
const commandMs = 60_000;

/** The integrated terminal, used as a person uses it: typed into and read from. */
export class Terminal {
  private constructor(private readonly workbench: Workbench) {}

  static async open(workbench: Workbench): Promise<Terminal> {
    await workbench.run('Terminal: Create New Terminal');
    const terminal = new Terminal(workbench);
    await terminal.screen.waitFor({ timeout: commandMs });
    await terminal.shows(/\$\s*$/u);
    await terminal.focus();
    return terminal;
  }

  private get screen() {
    return this.workbench.page.locator('.terminal-wrapper.active .xterm-rows');
  }

  async focus(): Promise<void> {
    await this.workbench.page.locator('.terminal-wrapper.active .xterm').click();
  }

  /** Types one command and Enter. The shell reads ahead: the one before need not have ended. */
  async type(command: string): Promise<void> {
    await this.workbench.page.keyboard.type(command);
    await this.workbench.page.keyboard.press('Enter');
  }

  /** The lines on screen. */
  async lines(): Promise<string[]> {
    const rows = await this.screen.locator('> div').allInnerTexts();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
  }

  /** Waits until one line is this. */
  async shows(line: RegExp, ms = commandMs): Promise<void> {
    const deadline = Date.now() + ms;
    for (;;) {
      const lines = await this.lines();
      if (lines.some((text) => line.test(text))) return;
      if (Date.now() > deadline) {
        throw new Error(`Not within ${String(ms / 1000)} s: a line ${String(line)}. On screen:\n${lines.join('\n')}`);
      }
      await this.workbench.page.waitForTimeout(100);
    }
  }
}
