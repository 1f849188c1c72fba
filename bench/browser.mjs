// An editor with our extension in a browser, watched: when the indicator's text changed, when the extension knew.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { startCodeServer } from '../test/editor/codeServer.mjs';

/** A text of the indicator and when it was on screen, milliseconds since the epoch. @typedef {{ text: string, at: number }} Shown */

/** @param {{ user: string, vsix: string }} options */
export async function openStation({ user, vsix }) {
  const server = await startCodeServer({ user, vsix });
  const profile = join(server.run, 'browser');
  mkdirSync(profile);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(server.pageUrl());
  const item = '.statusbar-item[id$="dindStation.indicator"]';
  await page.locator(item).waitFor({ timeout: 60_000 });

  /** @type {Shown[]} */
  const shown = [];
  await page.exposeFunction('indicatorShown', (/** @type {string} */ text, /** @type {number} */ at) =>
    shown.push({ text, at }),
  );
  // The frame after the change is when a person can see it.
  await page.evaluate(`
    let last = '';
    const look = () => {
      const text = document.querySelector('${item}')?.textContent?.trim() ?? '';
      if (text === last) return;
      last = text;
      requestAnimationFrame(() => window.indicatorShown(text, Date.now()));
    };
    new MutationObserver(look).observe(document.querySelector('.part.statusbar'), { subtree: true, childList: true, characterData: true });
    look();
  `);

  return {
    /** When the indicator first said this at or after a moment. @param {string} text @param {number} since */
    shownAt: async (text, since) => {
      for (let tries = 0; tries < 600; tries += 1) {
        const found = shown.find((entry) => entry.text === text && entry.at >= since);
        if (found !== undefined) return found.at;
        await sleep(50);
      }
      throw new Error(`the indicator did not say "${text}" within 30 s, but ${JSON.stringify(shown.slice(-3))}`);
    },
    /** The indicator's text now. */
    text: () => shown.at(-1)?.text ?? '',
    /** When the extension's log says that the engine became this, at or after a moment. @param {string} kind @param {number} since */
    knownAt: (kind, since) => {
      const line = logLines(join(server.run, 'ud', 'logs')).findLast((text) => text.includes(`, is ${kind}`));
      const at = Date.parse((line ?? '').slice(0, 23).replace(' ', 'T'));
      // The log cuts to whole milliseconds.
      if (!(at >= since - 1)) throw new Error(`the log does not say since when the engine is ${kind}: ${line}`);
      return at;
    },
    close: async () => {
      await context.close();
      await server.stop();
    },
  };
}

/** The lines of the extension's own log, wherever the editor put it. @param {string} folder */
function logLines(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('Docker-in-Docker Station.log'))
    .flatMap((path) => readFileSync(join(folder, path), 'utf8').split('\n'));
}
