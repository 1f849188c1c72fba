import { readFileSync } from 'node:fs';
import { containerName, graceSeconds } from './names.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */

/** What is run inside a nested container to see whether a limit is there: the files of both kinds of cgroups. */
const readLimits =
  'for f in memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max memory.max cpu.max pids.max; do ' +
  'cat /sys/fs/cgroup/$f 2>/dev/null; done; true';

/**
 * A nested image from the machine's own static busybox: no registry is needed.
 */
const nestedImage = [
  'cd "$(mktemp -d)" && mkdir bin && cat >bin/busybox && chmod +x bin/busybox',
  'for name in sh cat sleep nc ls touch mkdir; do ln -s busybox bin/$name; done',
  'tar -c . | docker import - nested',
].join(' && ');

/**
 * What a person would try in a fresh station, then its end and its beginning. Every line says what was seen.
 *
 * @param {Engine} engine
 * @param {{ port: number, password: string, progress: import('../lib/progress.mjs').Progress, signal: AbortSignal }} options
 * @returns {Promise<number>} 0 when everything was as it should be
 */
export async function checkStation(engine, { port, password, progress, signal }) {
  let failures = 0;
  /**
   * @param {string} name
   * @param {() => Promise<string>} body returns what was seen; throws when that is wrong
   */
  const check = async (name, body) => {
    try {
      const seen = await body();
      progress.say(`✓ ${name}: ${seen}`);
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      progress.say(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  /** As the user in the station; a wrong exit status is an error. @param {string} script @param {Uint8Array} [input] */
  const inside = async (script, input) => {
    const argv = ['exec', '--interactive', '--user', 'coder', containerName, 'sh', '-ec', script];
    const { code, stdout, stderr } = await engine.docker(argv, { signal, ...(input && { input }) });
    if (code !== 0) throw new Error(`status ${code}: ${(stderr + stdout).trim()}`);
    return stdout.trim();
  };

  await check('engine', () => inside("docker version --format '{{.Server.Version}}, client {{.Client.Version}}'"));
  await check('command line', () => inside('dind-station status'));
  await check('extension', () => inside('code-server --list-extensions --show-versions | grep dind-station'));
  await check('editor asks for its password', () => signIn(port, password));
  await check('nested image', () => inside(nestedImage, readFileSync('/bin/busybox')));
  await check('--cpus --memory --pids-limit', async () => {
    const seen = await inside(`docker run --rm --cpus 0.5 --memory 64m --pids-limit 50 nested sh -c '${readLimits}'`);
    const values = seen.split(/\s+/);
    for (const wanted of ['67108864', '50000', '50']) {
      if (!values.includes(wanted)) throw new Error(`${wanted} is not among ${values.join(' ')}`);
    }
    return values.join(' ');
  });
  await check('-p', () =>
    inside(
      "docker run --rm -d --name web -p 8099:80 nested sh -c 'while :; do echo served | nc -l -p 80; done' >/dev/null; " +
        'sleep 1; curl --http0.9 -sS -m 5 http://127.0.0.1:8099/ || true; docker rm -f web >/dev/null',
    ).then((seen) => {
      if (!seen.includes('served')) throw new Error(`answered: ${seen}`);
      return seen;
    }),
  );
  await check('-v with rshared', () =>
    inside('mkdir -p ~/shared && docker run --rm -v ~/shared:/mnt:rshared nested touch /mnt/made && ls ~/shared'),
  );
  await check('docker restart, ten times', () => restarts(engine, inside, signal));
  await check('docker stop', () => stops(engine, signal));
  progress.say(failures === 0 ? 'Everything is as it should be.' : `${failures} of these are wrong.`);
  return failures === 0 ? 0 : 1;
}

/**
 * @param {number} port
 * @param {string} password
 */
async function signIn(port, password) {
  const base = `http://127.0.0.1:${port}`;
  const closed = await fetch(base, { redirect: 'manual' });
  const body = new URLSearchParams({ password });
  const opened = await fetch(`${base}/login`, { method: 'POST', body, redirect: 'manual' });
  const cookie = opened.headers.get('set-cookie');
  if (closed.status !== 302 || cookie === null)
    throw new Error(`status ${closed.status} before, ${opened.status} after`);
  return `status ${closed.status} before, a session after`;
}

/**
 * @param {Engine} engine
 * @param {(script: string) => Promise<string>} inside
 * @param {AbortSignal} signal
 */
async function restarts(engine, inside, signal) {
  /** @type {number[]} */
  const took = [];
  // One line for each end that was in order.
  const ends = async () =>
    Number(await inside('grep -c \'"what":"shutdown"\' /var/lib/dind-station/history.jsonl || true'));
  const before = await ends();
  for (let round = 0; round < 10; round += 1) {
    const began = performance.now();
    const { code, stderr } = await engine.docker(['restart', '--time', String(graceSeconds), containerName], {
      signal,
    });
    if (code !== 0) throw new Error(stderr);
    await inside(
      'for i in $(seq 100); do ! docker image inspect nested >/dev/null 2>&1 || exit 0; sleep 0.1; done; exit 1',
    );
    took.push(Math.round(performance.now() - began));
  }
  const orderly = (await ends()) - before;
  const seen = `${Math.min(...took)} to ${Math.max(...took)} ms, ${orderly} of 10 ends in order`;
  if (orderly !== 10) throw new Error(seen);
  return `daemon and image back each time, ${seen}`;
}

/**
 * @param {Engine} engine
 * @param {AbortSignal} signal
 */
async function stops(engine, signal) {
  const began = performance.now();
  await engine.docker(['stop', '--time', String(graceSeconds), containerName], { signal });
  const took = Math.round(performance.now() - began);
  const { stdout } = await engine.docker(['inspect', '--format', '{{.State.ExitCode}}', containerName], { signal });
  const logs = await engine.docker(['logs', '--tail', '4', containerName], { signal });
  const said = /is stopped after.*/.exec(logs.stdout + logs.stderr)?.[0] ?? 'nothing';
  if (stdout.trim() !== '0' || /killed/.test(said))
    throw new Error(`status ${stdout.trim()} after ${took} ms; ${said}`);
  return `status 0 after ${took} ms; the daemon ${said}`;
}
