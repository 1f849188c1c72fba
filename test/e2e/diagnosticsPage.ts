import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { FrameLocator, Locator } from 'playwright-core';
import type { Workbench } from './workbench';

const axeSource = readFileSync(join(__dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');

/** The diagnostics page inside its two frames. */
export class DiagnosticsPage {
  readonly #workbench: Workbench;
  readonly frame: FrameLocator;

  private constructor(workbench: Workbench) {
    this.#workbench = workbench;
    this.frame = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** Runs the command and waits until the page has facts. */
  static async open(workbench: Workbench): Promise<DiagnosticsPage> {
    await workbench.run('Show diagnostics');
    const page = new DiagnosticsPage(workbench);
    await page.read();
    return page;
  }

  /** Waits until facts were drawn. */
  async read(): Promise<void> {
    await this.frame.locator('#page[aria-busy="false"]').waitFor();
  }

  get headline(): Locator {
    return this.frame.locator('.headline');
  }

  finding(id: string): Locator {
    return this.frame.locator(`[id="finding-${id}"]`);
  }

  /** What was said last. */
  get said(): Locator {
    return this.frame.locator('#said');
  }

  /** What has the focus: its key, or its text. */
  async focused(): Promise<string> {
    return this.evaluate<string>('document.activeElement?.dataset.key ?? document.activeElement?.textContent ?? ""');
  }

  /** Opens or closes everything that can be opened. */
  async disclose(open: boolean): Promise<void> {
    await this.evaluate(
      `document.querySelectorAll('details').forEach((details) => { details.open = ${String(open)}; })`,
    );
    await this.evaluate('window.scrollTo(0, 0)');
  }

  /** Pixels by which the page is wider than its frame, and the frame's own width. */
  async widths(): Promise<{ overflow: number; frame: number }> {
    const root = 'document.documentElement';
    return this.evaluate(`({ overflow: ${root}.scrollWidth - ${root}.clientWidth, frame: ${root}.clientWidth })`);
  }

  /** Where the top of an element is, as a part of the frame's height: from 0 to 1 it is in sight. */
  async heightOf(id: string): Promise<number> {
    const top = `Math.round(document.getElementById(${JSON.stringify(id)}).getBoundingClientRect().top)`;
    return this.evaluate(`${top} / window.innerHeight`);
  }

  /** Violations by axe, each with its elements. Run through the debugger: the page's own policy lets no script in. */
  async violations(): Promise<string[]> {
    await this.evaluate(axeSource);
    const { violations } = await this.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations'] })`);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
    );
  }

  /** The value of an expression inside the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const element = await this.#workbench.page.locator('iframe.webview.ready').elementHandle();
    const outer = await element.contentFrame();
    // By its id: a frame keeps the name it was made with, "pending-frame".
    const active = await outer?.waitForSelector('#active-frame', { state: 'attached' });
    const inner = await active?.contentFrame();
    if (inner === undefined || inner === null) throw new Error('The page has no frame.');
    return inner.evaluate<T>(expression);
  }
}
