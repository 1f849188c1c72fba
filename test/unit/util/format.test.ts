import { expect, test } from 'vitest';
import {
  asSentence,
  errorMessage,
  formatBytes,
  formatClock,
  formatCount,
  formatCpus,
  formatDuration,
  formatMiB,
  formatMinute,
  formatPercent,
  formatSeconds,
} from '../../../src/util/format';

test.each([
  [formatMiB(64 * 2 ** 20), '64.0 MiB'],
  [formatMiB(3 * 2 ** 30, 0), '3072 MiB'],
  [formatBytes(1023), '1023 bytes'],
  [formatBytes(1.5 * 2 ** 30), '1.5 GiB'],
  [formatBytes(2 ** 53), '8192.0 TiB'],
  [formatSeconds(4321), '4.3 s'],
  [formatDuration(999.4), '999 ms'],
  [formatDuration(1000), '1.0 s'],
  [formatCpus(0.418), '0.42'],
  [formatPercent(0.254), '25 %'],
  [formatMinute('2026-01-02T03:04:05.000Z'), '2026-01-02 03:04'],
  [formatCount(1, 'check'), '1 check'],
  [formatCount(0, 'process', 'processes'), '0 processes'],
  [errorMessage(new TypeError('it broke')), 'it broke'],
  [errorMessage('thrown text'), 'thrown text'],
])('%j is written %j', (written, expected) => {
  expect(written).toBe(expected);
});

test('a time of day has its date only where that is another one', () => {
  const at = new Date(2026, 0, 2, 3, 4).getTime();
  expect(formatClock(at, new Date(2026, 0, 2, 23, 59).getTime())).toBe('03:04');
  expect(formatClock(at, new Date(2026, 0, 3, 0, 0).getTime())).toBe('2026-01-02 03:04');
});

test('a clause is a sentence with a capital and a full stop; nothing is none', () => {
  expect(asSentence('verification is off')).toBe('Verification is off.');
  expect(asSentence('')).toBe('');
});
