// C1: CPU proofs under background load, with limits that hold and with a runtime that forgets them. C2: memory proofs, the
// same two ways. A verdict is false when it says `enforced` of a limit that is off, or `not-enforced` of one that is on.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { bareDaemon, endDaemon, firstPing, requireSandbox } from './engine.mjs';
import { proofsNow } from './proofs.mjs';

requireSandbox();
/** CPU proofs, shared out over the loads and the two kinds of workload, and as many memory proofs; each with the limit on and off. */
const runs = Number(process.env['BENCH_RUNS'] ?? 100);
const loads = [0, 2, 4, 8];
const cpuProofs = ['cpu.quota', 'cpu.quota-threads'];
const forgetful = `${process.cwd()}/test/station/droppingRuntime`;

/** @typedef {{ right: number, wrong: number, untold: number, reasons: string[] }} Tally */

/** @param {string[]} only @param {string} right @param {string} wrong @param {Tally} tally */
function once(only, right, wrong, tally) {
  for (const { verdict, reason } of proofsNow(only).results) {
    if (verdict === right) tally.right += 1;
    else if (verdict === wrong) tally.wrong += 1;
    else {
      tally.untold += 1;
      tally.reasons.push(`${verdict}: ${reason}`);
    }
  }
}

/** Reasons that differ in their numbers only are of one kind: how often each, with an example. @param {string[]} reasons */
function kindsOf(reasons) {
  /** @type {Map<string, { example: string, times: number }>} */
  const kinds = new Map();
  for (const example of reasons) {
    const kind = example.replaceAll(/\d+(?:\.\d+)?/gu, '#');
    const seen = kinds.get(kind) ?? { example, times: 0 };
    kinds.set(kind, { ...seen, times: seen.times + 1 });
  }
  return [...kinds.values()].map((seen) => `; ${String(seen.times)} x ${seen.example}`).join('');
}

/** So many endless loops beside it. @param {number} count @param {() => void} work */
function underLoad(count, work) {
  const loops = Array.from({ length: count }, () => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  try {
    work();
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
  }
}

/** @type {import('./stats.mjs').Row[]} */
const rows = [];
for (const limit of ['on', 'off']) {
  mkdirSync('/etc/docker', { recursive: true });
  if (limit === 'off') {
    const runtimes = { forgets: { path: forgetful } };
    writeFileSync('/etc/docker/daemon.json', JSON.stringify({ runtimes, 'default-runtime': 'forgets' }));
  }
  const daemon = bareDaemon([]);
  await firstPing();
  const [right, wrong] = limit === 'on' ? ['enforced', 'not-enforced'] : ['not-enforced', 'enforced'];
  /** @param {string} id @param {string} what @param {readonly string[]} proofs taken in turns @param {number} load @param {number} count */
  const measure = (id, what, proofs, load, count) => {
    /** @type {Tally} */
    const tally = { right: 0, wrong: 0, untold: 0, reasons: [] };
    underLoad(load, () => {
      for (let run = 0; run < count; run += 1) once([proofs[run % proofs.length] ?? ''], right, wrong, tally);
    });
    rows.push({
      id,
      what,
      verdict: `${tally.wrong} false, ${tally.right} right, ${tally.untold} inconclusive${kindsOf(tally.reasons)}`,
      target: '0 false',
      reached: tally.wrong === 0,
    });
  };
  for (const load of loads) {
    measure('C1', `CPU, limit ${limit}, load ${load}`, cpuProofs, load, Math.ceil(runs / loads.length));
  }
  measure('C2', `memory, limit ${limit}`, ['memory.limit'], 0, runs);
  await endDaemon(daemon);
  rmSync('/etc/docker/daemon.json', { force: true });
}
console.log(JSON.stringify(rows));
