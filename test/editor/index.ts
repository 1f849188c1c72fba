import { homedir } from 'node:os';
import { join } from 'node:path';
import Mocha from 'mocha';

/** The console's lines, and the results as JUnit's XML in a file of the home folder, where the environment names one. */
class ConsoleAndFile extends Mocha.reporters.Spec {
  readonly #file: Mocha.reporters.XUnit | undefined;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const name = process.env['DIND_STATION_TEST_REPORT'];
    if (name === undefined) return;
    const reporterOptions = { output: join(homedir(), name), suiteName: 'editor' };
    this.#file = new Mocha.reporters.XUnit(runner, { reporterOptions });
  }

  override done(failures: number, finish: (failures: number) => void): void {
    if (this.#file === undefined) finish(failures);
    else this.#file.done(failures, finish);
  }
}

/**
 * Entry of the suite that runs inside the extension host. Its tests are part of this bundle: the editor loads one file.
 * Results go to the console, which the runners forward; a failure rejects, which becomes their exit status.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 60_000, reporter: ConsoleAndFile });
  // What `addFile` would do for each file: give it the interface's globals, then let it define its suites.
  mocha.suite.emit('pre-require', globalThis, join(__dirname, 'editor.js'), mocha);
  await import('./activation.test');
  await import('./indicator.test');
  await import('./commands.test');
  await import('./cost.test');
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the tests in the editor failed.`);
}
