import { execFile, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { Litter, wait } from './fakeDockerd';
import { socketIn } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

/** Bundles a script that has `monitor`, for a process of its own. */
async function script(socketPath: string, options: string, body: string): Promise<string> {
  const folder = litter.folder();
  chmodSync(folder, 0o755);
  const outfile = join(folder, 'watch.cjs');
  const contents = `import { EngineMonitor } from './src/engine/monitor';
    const endpoint = { kind: 'unix', socketPath: ${JSON.stringify(socketPath)}, source: 'setting', display: '' } as const;
    const monitor = new EngineMonitor({ endpoint: { ok: true, endpoint }, helperStatePath: undefined, ${options} });
    ${body}`;
  await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
  });
  return outfile;
}

test('a process whose monitor was disposed of ends by itself', async () => {
  const path = socketIn(litter.folder());
  await litter.daemon(path);
  const file = await script(
    path,
    '',
    'monitor.onChange((state) => { if (state.details !== undefined) monitor.dispose(); });',
  );
  await promisify(execFile)(process.execPath, [file], { timeout: 5000 });
});

test('a process that only refreshes ends by itself', async () => {
  const path = socketIn(litter.folder());
  await litter.daemon(path);
  const file = await script(path, 'background: false', 'monitor.refresh().then(({ kind }) => console.log(kind));');
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 5000 });
  expect(stdout).toBe('running\n');
});

describe.runIf(process.getuid?.() === 0)('as a user without rights', () => {
  /** Runs the monitor as uid 65534; what it gives waits for words in its log. */
  async function watchAsNobody(path: string): Promise<(words: string) => Promise<void>> {
    const file = await script(path, 'log: (line) => console.log(line)', '');
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, file];
    const child = spawn('setpriv', nobody, { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
    litter.later(() => child.kill());
    let printed = '';
    let wake: () => void = () => undefined;
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString();
      wake();
    });
    return async (words) => {
      while (!printed.includes(words)) await new Promise<void>((resolve) => (wake = resolve));
    };
  }

  // Crowded, the two processes that take part may both wait for the CPU: then once more, by the same bound.
  test('a socket that is opened to us is seen at once', { retry: 2, timeout: 12_000 }, async () => {
    const folder = litter.folder();
    chmodSync(folder, 0o755);
    const path = socketIn(folder);
    await litter.daemon(path);
    chmodSync(path, 0o600);
    const until = await watchAsNobody(path);
    await until('is denied');
    // Long enough for the tries to be seconds apart: what is quick then is the watch.
    await wait(3500);
    chmodSync(path, 0o666);
    const openedAt = performance.now();
    await until('is running');
    expect(performance.now() - openedAt).toBeLessThan(400);
  });

  test('in a folder that cannot be watched it is found by asking', async () => {
    const folder = litter.folder();
    chmodSync(folder, 0o711);
    const path = socketIn(folder);
    const until = await watchAsNobody(path);
    await until('cannot be watched (EACCES)');
    await until('is stopped');
    await litter.daemon(path);
    chmodSync(path, 0o666);
    await until('is running');
  }, 15_000);
});
