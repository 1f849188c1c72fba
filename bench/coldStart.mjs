// Cold starts of ours, with TLS and without, for the measurements that compare them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { askHelper, firstPing, pidsOf, prepareUser, requireSandbox } from './engine.mjs';

requireSandbox();
const user = prepareUser();
export const certificates = '/run/bench-certs';
const settings = '/etc/dind-station/helper.conf';

/** Ends every daemon in the sandbox, so that the next start is a cold one. */
export async function endAll() {
  await askHelper('stop', user);
  for (const name of ['dockerd', 'containerd']) {
    for (let tries = 0; pidsOf(name).length > 0; tries += 1) {
      for (const pid of pidsOf(name)) process.kill(pid, tries < 400 ? 'SIGTERM' : 'SIGKILL');
      await sleep(25);
    }
  }
  rmSync('/var/run/docker.sock', { force: true });
}

/** @param {boolean} tls @returns {Promise<number>} milliseconds from asking to the first answered ping */
export async function ours(tls) {
  rmSync(certificates, { recursive: true, force: true });
  mkdirSync('/etc/dind-station', { recursive: true });
  writeFileSync(settings, tls ? `tls_certdir=${certificates}\n` : '');
  const ready = firstPing();
  const { asked, result } = await askHelper('start', user);
  if (result.code !== 'started') throw new Error(`${result.message} ${result.cause}`);
  const took = (await ready) - asked;
  await endAll();
  rmSync(settings);
  return took;
}
