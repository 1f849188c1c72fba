import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { InfoRound } from '../../../src/engine/infoPolling';
import { intervals } from '../../../src/util/timing';
import type { InfoResult } from '../../../src/engine/state';
import { Litter, unixEndpoint, wait } from './fakeDockerd';
import { fast } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

function round(path: string, repeat: boolean, times = 1) {
  const results: InfoResult[] = [];
  const clock = fast(times);
  const asker = new InfoRound({
    endpoint: unixEndpoint(path),
    clock,
    repeat,
    deadline: () => intervals.infoDeadline,
    onResult: (result) => results.push(result),
  });
  litter.later(() => asker.stop());
  return { asker, results };
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
  await Promise.all([often.asker.ask(), once.asker.ask()]);
  await vi.waitFor(() => expect(often.results.length).toBeGreaterThanOrEqual(4), { timeout: 4000 });
  // By the time that has passed: a busy machine is late with everything, also with this test.
  const intervalsPassed = (performance.now() - startedAt) / (intervals.info / 70);
  expect(often.results.length).toBeLessThanOrEqual(1 + intervalsPassed);
  expect(once.results).toHaveLength(1);
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
