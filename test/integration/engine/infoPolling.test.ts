import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { InfoRound } from '../../../src/engine/infoPolling';
import { intervals, type Clock } from '../../../src/util/timing';
import type { InfoResult } from '../../../src/engine/state';
import { Litter, unixEndpoint, wait } from './fakeDockerd';
import { fast } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

function round(path: string, repeat: boolean, times = 1) {
  const results: InfoResult[] = [];
  const system = fast(times);
  /** When it decided to ask again, and when it will, by the clock. */
  const due: { readonly decided: number; readonly at: number }[] = [];
  const clock: Clock = {
    ...system,
    after: (wait, run) => {
      const decided = system.elapsed();
      due.push({ decided, at: decided + wait });
      return system.after(wait, run);
    },
  };
  const asker = new InfoRound({
    endpoint: unixEndpoint(path),
    clock,
    repeat,
    deadline: () => intervals.infoDeadline,
    onResult: (result) => results.push(result),
  });
  litter.later(() => asker.stop());
  return { asker, results, due, clock };
}

test('a question that was called off brings nothing', async () => {
  const path = join(litter.folder(), 'docker.sock');
  const daemon = await litter.daemon(path, { info: 'silent' });
  const { asker, results } = round(path, false);
  const first = asker.ask();
  await wait(50);
  daemon.mode('info', 'ok');
  const second = asker.ask();
  await Promise.all([first, second]);
  expect(results).toHaveLength(1);
  const third = asker.ask();
  asker.stop();
  await third;
  expect(results).toHaveLength(1);
});

test('is asked again every 7 s, or never', async () => {
  const path = join(litter.folder(), 'docker.sock');
  await litter.daemon(path);
  const startedAt = performance.now();
  const often = round(path, true, 70);
  const once = round(path, false, 70);
  const began = often.clock.elapsed();
  await Promise.all([often.asker.ask(), once.asker.ask()]);
  await vi.waitFor(() => expect(often.results.length).toBeGreaterThanOrEqual(4), { timeout: 4000 });
  // By the time that has passed: a busy machine is late with everything, also with this test.
  const intervalsPassed = (performance.now() - startedAt) / (intervals.info / 70);
  expect(often.results.length).toBeLessThanOrEqual(1 + intervalsPassed);
  // The second time is due 7 s after the first one began, or at once when its answer came later. 10 ms are 700 here.
  const { decided = NaN, at = NaN } = often.due[0] ?? {};
  expect(at).toBeGreaterThanOrEqual(began + intervals.info);
  expect(at).toBeLessThan(Math.max(began + intervals.info, decided) + 700);
  expect(once.results).toHaveLength(1);
  expect(once.due).toEqual([]);
});

test('change after change does not call off the question that finds a frozen containerd', async () => {
  const path = join(litter.folder(), 'docker.sock');
  await litter.daemon(path, { info: 'silent' });
  const { asker, results } = round(path, true);
  const changes = setInterval(() => asker.soon(), 100);
  litter.later(() => clearInterval(changes));
  const asked = asker.ask();
  await wait(2000);
  expect(results).toEqual([]);
  await asked;
  expect(results).toMatchObject([{ outcome: 'timeout' }]);
}, 8000);
