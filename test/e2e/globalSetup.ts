import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { chromiumOptions } from '../editor/browser.mjs';
import { requireFile, startCodeServer } from '../editor/codeServer.mjs';
import { freshSandbox, user } from '../sandbox.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The one code-server of the run, and where its browser listens. */
    readonly editor: { readonly url: string; readonly run: string; readonly pid: number; readonly browser: string };
  }
}

/**
 * One code-server with the packed extension and one Chromium for all files of this run: `useEditor` gives each a new user, a new
 * window and a new daemon. Workspace trust is on here and off in the settings, so that a file may have it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  freshSandbox();
  const vsix = requireFile(
    process.env['DIND_STATION_VSIX'] ?? join(import.meta.dirname, '../../dist/dind-station.vsix'),
  );
  const server = await startCodeServer({ user, vsix, restricted: true });
  try {
    const browser = await chromium.launchServer({ ...chromiumOptions(), host: '127.0.0.1' });
    project.provide('editor', { url: server.url, run: server.run, pid: server.pid, browser: browser.wsEndpoint() });
    return async () => {
      await browser.close();
      await server.stop();
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
