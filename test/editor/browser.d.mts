import type { Browser, LaunchOptions } from 'playwright-core';

/** How Chromium is started. `flags` are more of Chromium's own. */
export function chromiumOptions(...flags: readonly string[]): LaunchOptions;
/** A browser of one's own. */
export function launchBrowser(...flags: readonly string[]): Promise<Browser>;
