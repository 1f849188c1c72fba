import { setTimeout as delay } from 'node:timers/promises';
import { containerName, graceSeconds, helper, places } from './names.mjs';

/** @typedef {import('./check.mjs').Bench} Bench */
/** @typedef {import('./check.mjs').Check} Check */

/** The health check looks every 10 s and takes three refusals for an illness; in milliseconds. */
const healthTimeoutMs = 90_000;

/** Run in the station: waits up to 20 s until the daemon is back and has the image that was made before. */
const untilImage =
  'for i in $(seq 200); do docker image inspect kept >/dev/null 2>&1 && break; sleep 0.1; done; docker image inspect -f "{{.Id}}" kept';

/** Run in the station: how many ends in order its history tells of. */
const countEnds = 'grep -c \'"what":"shutdown"\' /var/lib/dind-station/history.jsonl || true';

/**
 * Deaths, ends and beginnings of a station.
 *
 * @param {Bench} bench
 * @param {() => Promise<void>} anew removes the container and makes another on the same volumes
 * @returns {Check[]}
 */
export function lifeChecks(bench, anew) {
  return [
    { name: 'a daemon that is killed comes back', body: () => death(bench) },
    { name: 'its health is that of the daemon', body: () => health(bench) },
    { name: 'docker restart, ten times', body: () => restarts(bench) },
    { name: 'docker stop', body: () => stop(bench) },
    { name: 'volumes outlive the container', body: () => survival(bench, anew) },
  ];
}

/** @param {Bench} bench */
async function death({ docker, inside }) {
  await inside('tar c -C / bin/busybox | docker import - kept');
  const before = await docker(['exec', containerName, 'cat', '/run/docker.pid']);
  const began = performance.now();
  await docker(['exec', containerName, 'kill', '-KILL', before]);
  await inside(untilImage);
  const took = Math.round(performance.now() - began);
  const after = await docker(['exec', containerName, 'cat', '/run/docker.pid']);
  if (after === before) throw new Error(`process ${before} is there still`);
  const told = await inside('tail -n 1 /var/lib/dind-station/history.jsonl');
  return `process ${before} killed, ${after} answers after ${took} ms; its history ends with ${told}`;
}

/** @param {Bench} bench */
async function health(bench) {
  await untilHealth(bench, 'healthy');
  await bench.inside(`sudo -n ${helper} stop`);
  const ill = await untilHealth(bench, 'unhealthy');
  await bench.inside(`sudo -n ${helper} start`);
  const well = await untilHealth(bench, 'healthy');
  return `unhealthy ${ill} s after the daemon was stopped, healthy ${well} s after it was started`;
}

/**
 * @param {Bench} bench
 * @param {'healthy' | 'unhealthy'} wanted
 * @returns {Promise<number>} seconds
 */
async function untilHealth({ docker, signal }, wanted) {
  const began = performance.now();
  for (;;) {
    const state = await docker(['inspect', '--format', '{{.State.Health.Status}}', containerName]);
    const took = performance.now() - began;
    if (state === wanted) return Math.round(took / 1000);
    if (took > healthTimeoutMs) throw new Error(`${state} after ${Math.round(took / 1000)} s, expected ${wanted}`);
    await delay(500, undefined, { signal });
  }
}

/** @param {Bench} bench */
async function restarts({ docker, inside }) {
  /** @type {number[]} */
  const took = [];
  const before = Number(await inside(countEnds));
  for (let round = 0; round < 10; round += 1) {
    const began = performance.now();
    await docker(['restart', '--time', String(graceSeconds), containerName]);
    await inside(untilImage);
    took.push(Math.round(performance.now() - began));
  }
  const orderly = Number(await inside(countEnds)) - before;
  const seen = `${Math.min(...took)} to ${Math.max(...took)} ms, ${orderly} of 10 ends in order`;
  if (orderly !== 10) throw new Error(seen);
  return `daemon and image back each time, ${seen}`;
}

/** With a container in it that obeys: all of it has to end by itself. @param {Bench} bench */
async function stop({ docker, inside }) {
  await inside("docker run -d --rm --name obeys kept /bin/busybox sh -c 'trap exit TERM; while :; do sleep 0.1; done'");
  const began = performance.now();
  await docker(['stop', '--time', String(graceSeconds), containerName]);
  const took = Math.round(performance.now() - began);
  const status = await docker(['inspect', '--format', '{{.State.ExitCode}}', containerName]);
  const logs = await docker(['logs', '--tail', '8', containerName]);
  const said = /is stopped after.*/.exec(logs)?.[0] ?? 'says nothing';
  const seen = `status ${status} after ${took} ms; the daemon ${said}`;
  if (status !== '0' || /killed/.test(said) || took > graceSeconds * 1000) throw new Error(seen);
  return seen;
}

/**
 * @param {Bench} bench
 * @param {() => Promise<void>} anew
 */
async function survival({ docker, inside }, anew) {
  await docker(['start', containerName]);
  const made = await inside(`${untilImage}; date >~/kept`);
  const history = Number(await inside('grep -c . /var/lib/dind-station/history.jsonl'));
  await anew();
  const found = await inside(`${untilImage}; test -s ~/kept; rm ~/kept`);
  if (found !== made) throw new Error(`the image was ${made} and is ${found}`);
  const later = Number(await inside('grep -c . /var/lib/dind-station/history.jsonl'));
  if (later < history) throw new Error(`${later} lines of history are left of ${history}`);
  return `${Object.keys(places).length} volumes; image, file in the home and ${history} lines of history are there`;
}
