import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import { limitsView } from '../../src/vscode/diagnostics/limitsView';
import { freshSandbox, helperVerb } from '../sandbox.mjs';
import { explorer } from './explorer';
import { daemonWith, limits, plainDaemon } from './station';

/** Limits of CPU time and of block I/O are seen to hold only where enough of it is left for the workload to reach them. */
beforeAll(() => {
  freshSandbox();
  vi.stubEnv('XDG_STATE_HOME', '/tmp/limit-tests');
});

/** Whether this checkout lies on a disk, as the kernel numbers it (makedev(3)); asked without what is tested. */
function onDisk(): boolean {
  const { dev } = statSync('.');
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  return existsSync(`/sys/dev/block/${String(major)}:${String(minor)}`);
}

test.skipIf(!onDisk())('block I/O keeps to its limits where the data lies on a disk', () => {
  mkdirSync('test-output', { recursive: true });
  const data = mkdtempSync(`${process.cwd()}/test-output/data-on-disk-`);
  try {
    daemonWith({ 'data-root': data });
    const { report, verdicts } = limits('--only', 'io');
    const said = report.results.map(({ reason }) => reason).join('\n');
    expect(Object.values(verdicts), said).toEqual(['enforced', 'enforced', 'enforced', 'enforced']);
  } finally {
    helperVerb('stop');
    rmSync(data, { recursive: true, force: true });
  }
});

test('the page is told as a run goes, and has the moment of the kill and the stopped periods to draw', async () => {
  plainDaemon();
  const { tests, statuses } = explorer();
  for (const id of ['memory.limit', 'memory.oom-group', 'cpu.quota']) await tests.prove(id);
  expect(statuses.some(({ running }) => running?.underWay.includes('Memory'))).toBe(true);
  const last = statuses.at(-1);
  expect(last).not.toHaveProperty('running');
  const { checks } = limitsView(last ?? (await tests.status()), [], String);
  const charts = new Map(checks.map(({ id, chart }) => [id, chart]));
  expect(charts.get('memory.limit')).toMatchObject({ limit: 64, kills: [expect.any(Number)] });
  expect(charts.get('memory.oom-group')).toMatchObject({ limit: 48, kills: [expect.any(Number)] });
  expect(charts.get('cpu.quota')?.stops.length).toBeGreaterThan(5);
  expect(charts.get('cpu.quota')?.lines).toHaveLength(2);
});
