import { setTimeout as delay } from 'node:timers/promises';
import { fewerRights } from './runArguments.mjs';
import { withEnvFile } from './envFile.mjs';
import { containerName, image } from './names.mjs';

/** @typedef {import('./check.mjs').Bench} Bench */
/** @typedef {import('./check.mjs').Check} Check */

/** A container beside the station, without a port and with volumes of its own that go with it. */
const trial = 'dind-station-trial';
const editorTimeoutMs = 90_000;

/** Run in the trial: that a nested container has the limit that was asked for, whichever cgroups there are. */
const limited =
  'tar c -C / bin/busybox | docker import -c \'ENTRYPOINT ["/bin/busybox"]\' - box >/dev/null; ' +
  'docker run --rm --memory 64m box cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || true';

/**
 * The image with other rights, as another user, and with a command of one's own.
 *
 * @param {Bench} bench
 * @param {{ port: number, password: string, look: (suite: string) => Promise<string> }} browser
 * @returns {Check[]}
 */
export function rightsChecks(bench, browser) {
  const { docker } = bench;
  const asUser = (/** @type {string} */ script) => docker(['exec', '--user', 'coder', trial, 'bash', '-ec', script]);
  const memory = async () => {
    const seen = await asUser(limited);
    if (!seen.split('\n').includes('67108864')) throw new Error(`the limit reads "${seen}"`);
    return 'a nested --memory 64m is 67108864';
  };
  /** @type {(flags: readonly string[], body: () => Promise<string>) => () => Promise<string>} */
  const withTrial = (flags, body) => () => inTrial(bench, flags, body);
  return [
    {
      name: 'without any rights the editor starts and the reason is told',
      body: () => noRights(bench, browser),
    },
    {
      name: 'without any rights and with DIND_STATION_REQUIRED=1 it ends',
      body: async () => {
        const run = ['run', '--rm', '--env', 'DIND_STATION_REQUIRED=1', image, 'true'];
        const { code, stdout, stderr } = await bench.engine.docker(run, { signal: bench.signal });
        if (code !== 69) throw new Error(`status ${code}, expected 69: ${stdout}${stderr}`);
        return 'status 69';
      },
    },
    { name: 'SYS_ADMIN and NET_ADMIN are enough', body: withTrial(fewerRights, memory) },
    { name: '--cgroupns=private', body: withTrial([...fewerRights, '--cgroupns=private'], memory) },
    { name: '--cgroupns=host', body: withTrial([...fewerRights, '--cgroupns=host'], memory) },
    { name: '--user coder', body: withTrial([...fewerRights, '--user', 'coder'], memory) },
    {
      name: 'a command of one’s own',
      body: async () => {
        const run = [
          'run',
          '--rm',
          ...fewerRights,
          image,
          'sh',
          '-c',
          'id -un; docker version -f {{.Server.Version}}; exit 5',
        ];
        const { code, stdout, stderr } = await bench.engine.docker(run, { signal: bench.signal });
        if (code !== 5 || !/^coder\n\d+\./.test(stdout)) throw new Error(`status ${code}: ${stdout}${stderr}`);
        return `as ${stdout.trim().replace('\n', ', engine ')}, and its status 5 is the container's`;
      },
    },
  ];
}

/**
 * What a person sees who forgot the rights. The station gives its port away for it.
 *
 * @param {Bench} bench
 * @param {{ port: number, password: string, look: (suite: string) => Promise<string> }} browser
 */
async function noRights(bench, { port, password, look }) {
  const { docker, engine } = bench;
  await docker(['stop', containerName]);
  return withEnvFile(engine, password, (envFile) =>
    inTrial(bench, ['--publish', `${engine.publish}:${port}:8080`, '--env-file', envFile], async () => {
      const log = await docker(['logs', trial]);
      const reason = /the Docker daemon does not run: This container (lacks NET_ADMIN and SYS_ADMIN), .*--privileged/;
      const found = reason.exec(log)?.[1];
      if (found === undefined) throw new Error(log);
      return `it ${found}; ${await look('noRights')}`;
    }),
  );
}

/**
 * Runs `body` once the trial's editor answers, and ends it; an end that is not in order is an error as well.
 *
 * @param {Bench} bench
 * @param {readonly string[]} flags
 * @param {() => Promise<string>} body
 */
async function inTrial({ engine, docker, signal }, flags, body) {
  const remove = () => engine.docker(['rm', '--force', '--volumes', trial]);
  await remove();
  try {
    await docker(['run', '--detach', '--name', trial, '--stop-timeout', '20', ...flags, image]);
    const began = performance.now();
    const question = ['exec', trial, 'curl', '-sSf', '-o', '/dev/null', 'http://127.0.0.1:8080/healthz'];
    while ((await engine.docker(question, { signal })).code !== 0) {
      if (performance.now() - began > editorTimeoutMs) throw new Error(`no editor: ${await docker(['logs', trial])}`);
      await delay(200, undefined, { signal });
    }
    const ready = Math.round(performance.now() - began);
    const seen = await body();
    const ending = performance.now();
    await docker(['stop', '--time', '20', trial]);
    const took = Math.round(performance.now() - ending);
    const status = await docker(['inspect', '--format', '{{.State.ExitCode}}', trial]);
    if (status !== '0')
      throw new Error(
        `${seen}; but its end has status ${status} after ${took} ms: ${await docker(['logs', '--tail', '12', trial])}`,
      );
    return `${seen}; the editor answers after ${ready} ms; its end: status 0 after ${took} ms`;
  } finally {
    await remove();
  }
}
