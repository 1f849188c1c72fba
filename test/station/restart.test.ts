import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { parseHelperState } from '../../src/helper/helperState';
import { parseHelperEvent } from '../../src/helper/protocol';
import { endDaemons, freshSandbox, helperVerb, pidsOf } from '../sandbox.mjs';
import { allowed, cli, daemonPid, helperLines, identity, startSleeper } from './station';

/** Milliseconds that the helper took, by its own result. */
function restartMs(stdout: string): number {
  const results = stdout.split('\n').flatMap((line) => {
    const event = parseHelperEvent(line);
    return event?.event === 'result' ? [event.ms] : [];
  });
  return results.at(-1) ?? Number.POSITIVE_INFINITY;
}

beforeAll(freshSandbox);
beforeEach(endDaemons);

test('20 times kill -9 where PID 1 does not reap, each healed by one restart, the container kept', () => {
  helperVerb('start');
  const before = startSleeper('kept');
  const slow: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    process.kill(daemonPid(), 'SIGKILL');
    const run = cli('restart', '--json');
    expect(run.status).toBe(0);
    // The restart alone: what the command line does after it (it runs a container) is not what is timed.
    const ms = restartMs(run.stdout);
    if (ms > 3000 && ms > allowed(3000)) slow.push(ms);
  }
  expect(slow).toEqual([]);
  expect(identity('kept')).toBe(before);
  // Proof that nobody reaped: the dead daemons are still there as zombies.
  expect(readFileSync('/proc/1/comm', 'utf8').trim()).toBe('sleep');
});

test('two restarts at the same moment: one restarts, the other reports the same, one daemon runs', async () => {
  helperVerb('start');
  const both = [0, 1].map(async () => parseHelperEvent((await helperLines('restart')).at(-1) ?? ''));
  const results = (await Promise.all(both)).flatMap((event) => (event?.event === 'result' ? [event] : []));
  expect(results.map(({ code }) => code)).toEqual(['restarted', 'restarted']);
  expect(results.filter(({ joined }) => joined)).toHaveLength(1);
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(1);
  expect(pidsOf('dockerd')).toHaveLength(1);
});

test('every line and every state the helper writes is what the protocol says', async () => {
  for (const verb of ['status', 'start', 'start', 'restart', 'status', 'cancel', 'stop', 'stop', 'version']) {
    const lines = await helperLines(verb);
    const events = lines.map(parseHelperEvent);
    expect(
      events.every((event) => event !== undefined),
      `${verb}: ${lines.join('\n')}`,
    ).toBe(true);
    expect(events.at(-1)?.event).toBe('result');
    expect(events.slice(0, -1).every((event) => event?.event === 'step')).toBe(true);
  }
  const state = parseHelperState(readFileSync('/run/dind-station/state.json', 'utf8'));
  expect(state?.state).toBe('stopped');
});
