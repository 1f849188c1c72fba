import { expect, test } from 'vitest';
import { infoDeadline, pingDeadline } from '../../../src/engine/deadlines';
import type { Endpoint } from '../../../src/engine/endpoint';
import { absent, after, helper, ok, ping, timeout, type Word } from './words';

const unix: Endpoint = { kind: 'unix', socketPath: '/s', source: 'default', display: 'unix:///s' };
const tcp: Endpoint = { kind: 'tcp', host: 'box', port: 1, basePath: '', source: 'setting', display: 'tcp://box:1' };
const took = (ms: number): Word => ping({ outcome: 'ok', ms });

test('a ping to a local engine is short, unless it may be starting, is slow, or is waited for', () => {
  const given = (...words: Word[]) => pingDeadline(unix, after(...words), false);
  expect(given()).toBe(900);
  expect(given(ok)).toBe(900);
  expect(given(absent)).toBe(5000);
  expect(given(timeout)).toBe(5000);
  expect(given(took(1200))).toBe(5000);
  expect(given(took(1200), ok)).toBe(900);
  expect(given(helper('starting'))).toBe(30_000);
  expect(pingDeadline(unix, after(helper('starting')), true)).toBe(900);
  expect(pingDeadline(unix, after(timeout), true)).toBe(5000);
});

test('an engine elsewhere has the time that its network takes', () => {
  expect([pingDeadline(tcp, after(), false), pingDeadline(tcp, after(ok), true)]).toEqual([5000, 5000]);
  expect(infoDeadline(tcp, after(ok))).toBe(10_000);
});

test('/info of a slow engine takes longer than that of a frozen containerd is waited for', () => {
  expect(infoDeadline(unix, after(ok))).toBe(2500);
  expect(infoDeadline(unix, after(took(1200), took(1200)))).toBe(10_000);
});
