import { join } from 'node:path';
import Mocha from 'mocha';

/**
 * Entry of the suite that runs inside the extension host. Its tests are part of this bundle: the editor loads one file.
 * Results go to the console, which the runners forward; a failure rejects, which becomes their exit status.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 30_000, reporter: 'spec' });
  // What `addFile` would do for each file: give it the interface's globals, then let it define its suites.
  mocha.suite.emit('pre-require', globalThis, join(__dirname, 'editor.js'), mocha);
  await import('./activation.test');
  await import('./indicator.test');
  await import('./commands.test');
  await import('./cost.test');
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the tests in the editor failed.`);
}
