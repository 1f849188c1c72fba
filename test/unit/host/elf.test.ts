import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseElf } from '../../../src/host/elf';

const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64'];

test('a program that needs a loader names it and its libraries', () => {
  const shell = parseElf(readFileSync('/bin/sh'));
  expect(shell?.architecture).toBe(machine);
  expect(shell?.interpreter).toMatch(/^\/lib.*ld-/);
  expect(shell?.needed).toContain('libc.so.6');
});

test('a static program needs nothing', () => {
  expect(parseElf(readFileSync('/bin/busybox'))).toEqual({ architecture: machine, interpreter: undefined, needed: [] });
});

test('bytes that are no program, or half of one, are undefined and never an exception', () => {
  expect(parseElf(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
  const whole = readFileSync('/bin/sh').subarray(0, 4096);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4095 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const damaged = Buffer.from(whole);
      damaged[at] = value;
      parseElf(damaged.subarray(0, 64 + at));
    }),
    { numRuns: 2000 },
  );
});
