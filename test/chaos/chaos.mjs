#!/usr/bin/env node
// Random faults, one after the other and two at once, over one station: is it back each time, and is all still there?
// Runs inside a bed, for `npm run chaos`; prints a line of JSON for each round.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { planChaos } from '../../tools/labs/chaosPlan.mjs';
import { difference } from '../../tools/labs/chaosSummary.mjs';
import { chaosFaults } from './faults.mjs';

/** @import { Round } from '../../tools/labs/chaosSummary.mjs' */

/** So long it may take to come back by itself, then so long after a restart that a person asks for, in milliseconds. */
const patienceMs = 15_000;
const restartMs = 60_000;
/** So long what a fault left behind may take to go, in milliseconds. */
const settleMs = 15_000;
const stepMs = 120_000;

/**
 * A step with what the prelude has. Into a file: what it leaves running would keep a pipe open for ever.
 * @param {string} text
 * @param {string} [delay] a part of a second
 */
function shell(text, delay = '0') {
  const within =
    '(. test/chaos/prelude.sh && eval "$1") >/tmp/chaos.step 2>&1 </dev/null; code=$?; cat /tmp/chaos.step; exit $code';
  const { status, stdout } = spawnSync('sh', ['-c', within, 'sh', text], {
    encoding: 'utf8',
    env: { ...process.env, DELAY: delay },
    timeout: stepMs,
  });
  const words = stdout.trim().split('\n').slice(-3).join(' | ');
  return { ok: status === 0, words: words === '' ? `status ${String(status)}` : words, stdout };
}

const isWell = () => shell('well').ok;
const inventory = () => shell('inventory').stdout.trim().split('\n');

/** @param {() => boolean} what @param {number} ms @returns {Promise<boolean>} whether it came to be so in time */
async function until(what, ms) {
  const began = performance.now();
  while (!what()) {
    if (performance.now() - began > ms) return false;
    await sleep(100);
  }
  return true;
}

/** @param {import('../../tools/labs/chaosPlan.mjs').Planned} planned @returns {Promise<string[]>} what could not be made */
async function make({ faults, gapMs, delay }) {
  /** @type {string[]} */
  const problems = [];
  for (const { name, make: text } of faults) {
    const made = shell(text, delay);
    if (!made.ok) problems.push(`${name} could not be made: ${made.words}`);
    await sleep(gapMs);
  }
  for (const { name, person } of faults) {
    const done = person === undefined ? { ok: true, words: '' } : shell(person);
    if (!done.ok) problems.push(`${name}, what a person did: ${done.words}`);
  }
  return problems;
}

/** @returns {Promise<Pick<Round, 'back' | 'why' | 'ms'>>} how it came back */
async function comeBack() {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  if (await until(isWell, patienceMs)) return { back: 'by itself', ms: ms() };
  const why = `${shell('well').words}; ${shell('helper status').words}`;
  const restarted = shell('station restart');
  if (await until(isWell, restartMs)) return { back: 'after a restart', why, ms: ms() };
  // A person does again what the diagnosis advises.
  const advised = shell('advised');
  if (advised.ok) {
    shell('station restart');
    if (await until(isWell, restartMs))
      return { back: 'after a restart', why: `${why}; after the first one: ${advised.words}`, ms: ms() };
  }
  // The sandbox is gone before anybody could look.
  console.log(shell('evidence').stdout);
  return { back: 'never', why: `${why}; restart: ${restarted.words}; ${shell('well').words}`, ms: ms() };
}

const [count, seed, ...names] = process.argv.slice(2);
const settled = shell('settle_in');
if (!settled.ok || !(await until(isWell, restartMs))) {
  console.error(`The station did not come up: ${settled.words}; ${shell('well').words}`);
  process.exit(1);
}
// What every life of a daemon leaves in its folders is there from the first round on.
shell('station restart');
await until(isWell, restartMs);
let before = inventory();

const chosen = names.length === 0 ? chaosFaults : chaosFaults.filter(({ name }) => names.includes(name));
for (const planned of planChaos(chosen, Number(count), Number(seed))) {
  const problems = await make(planned);
  const came = await comeBack();
  // One that nobody restarts ended with the container, and a person starts it again.
  shell('docker start sleeper');
  /** @type {string[]} */
  let changed = [];
  await until(() => (changed = difference(before, inventory())).length === 0, settleMs);
  // Told once.
  if (changed.length > 0) before = inventory();
  console.log(JSON.stringify({ faults: planned.faults.map(({ name }) => name), ...came, problems, changed }));
  if (came.back === 'never') process.exit(1);
}
