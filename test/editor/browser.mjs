// Debian's Chromium, as every suite that opens a page starts it.
import { chromium } from 'playwright-core';

/** How it is started. @param {readonly string[]} flags */
export function chromiumOptions(...flags) {
  return {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...flags,
    ],
  };
}

/** @param {readonly string[]} flags */
export async function launchBrowser(...flags) {
  return chromium.launch(chromiumOptions(...flags));
}
