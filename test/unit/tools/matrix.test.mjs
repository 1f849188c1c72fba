import { describe, expect, test } from 'vitest';
import { help, readArguments } from '../../../tools/lib/lab.mjs';
import { lab } from '../../../tools/labs/matrix.mjs';
import { places } from '../../../tools/labs/matrixPlaces.mjs';
import { readCells, sumUp, table } from '../../../tools/labs/matrixTable.mjs';

/** @typedef {import('../../../tools/labs/matrixPlaces.mjs').Place} Place */
/** @typedef {import('../../../tools/labs/matrixTable.mjs').Finding} Finding */

/** @param {readonly string[]} args */
function parseMatrixOptions(args) {
  const asked = readArguments(lab, args);
  if (asked === 'help') throw new Error('help is not asked for here');
  const { engine: engines, cgroup: cgroups, nesting: nestings } = asked.options;
  return { engines, cgroups, nestings };
}

const every = parseMatrixOptions([]);
const usage = help(lab);

describe('options of the matrix', () => {
  test('all of it by default, and each choice is in the usage', () => {
    for (const choice of [...every.engines, ...every.cgroups, ...every.nestings]) expect(usage).toContain(choice);
  });

  test('what is named, in the usual order', () => {
    const args = ['--engine', '28.5', '--engine', '20.10', '--cgroup=v2', '--nesting', 'host'];
    expect(parseMatrixOptions(args)).toEqual({ engines: ['20.10', '28.5'], cgroups: ['v2'], nestings: ['host'] });
  });

  test.each([
    [['--engine', '19.03'], '--engine is "19.03"; expected one of: 20.10, 26.1, 28.5.'],
    [['--nesting='], '--nesting is ""'],
    [['--bogus'], "'--bogus'; see npm run test:matrix -- --help."],
    [['28.5'], "'28.5'"],
  ])('%j is refused with exit status 2', (args, words) => {
    expect(() => parseMatrixOptions(args)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(words), exitCode: 2 }),
    );
  });
});

test('each engine is seen bare, nested and in the host’s cgroup namespace, on both kinds of cgroups', () => {
  const cells = places({ engine: every.engines, cgroup: every.cgroups, nesting: every.nestings }).flatMap(
    ({ engine, cgroups, nestings }) => nestings.map((nesting) => `${engine} ${cgroups} ${nesting}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const engine of every.engines) {
    for (const cgroups of every.cgroups) {
      for (const nesting of ['bare', 'nested', 'host', 'host-naive']) {
        expect(cells).toContain(`${engine} ${cgroups} ${nesting}`);
      }
    }
  }
  expect(places({ engine: ['26.1'], cgroup: ['v1'], nesting: ['nested-naive'] })).toEqual([]);
});

/** @type {Place} */
const place = {
  name: '28.5 on v2',
  engine: '28.5',
  cgroups: 'v2',
  kind: 'vm',
  nestings: ['host', 'host-naive'],
};

/**
 * @param {Finding['proof']} proof
 * @param {Finding['verdict']} verdict
 */
const finding = (proof, verdict) => ({ proof, verdict, why: `why ${proof} is ${verdict}` });

/** @param {readonly object[]} lines */
const printed = (...lines) => ({ code: 0, stdout: lines.map((line) => JSON.stringify(line)).join('\n'), stderr: '' });

describe('what a place printed', () => {
  test('findings go to the nesting named before them; other lines are passed over', () => {
    const result = printed({ nesting: 'host' }, finding('outer', 'enforced'), { nesting: 'host-naive' });
    result.stdout += `\nsome warning\n${JSON.stringify(finding('outer', 'not-enforced'))}\n`;
    const cells = readCells(place, result);
    expect(cells.map(({ nesting, findings }) => [nesting, findings.map(({ verdict }) => verdict)])).toEqual([
      ['host', ['enforced']],
      ['host-naive', ['not-enforced']],
    ]);
    // What an unprepared daemon does is shown with its reason, and not judged.
    expect(sumUp(cells)).toMatchObject({ passed: 1, failed: 0, unsupported: 0 });
    expect(table(cells)).toContain('- 28.5 v2 host-naive, outer not-enforced: why outer is not-enforced');
  });

  test('a place that did not come up fails in every cell, prepared or not', () => {
    const cells = readCells(place, { code: 125, stdout: '', stderr: 'vm: the machine ended without a result.\n' });
    expect(sumUp(cells)).toMatchObject({ passed: 0, failed: 2 });
    expect(table(cells)).toContain('status 125');
    expect(table(cells)).toContain('vm: the machine ended without a result.');
  });

  test('a place that ended early fails though all that it found was good', () => {
    const result = { ...printed({ nesting: 'host' }, finding('start', 'ok')), code: 124 };
    const one = { ...place, nestings: /** @type {const} */ (['host']) };
    expect(sumUp(readCells(one, result))).toMatchObject({ passed: 1, failed: 1 });
  });

  test('that doctor finds nothing wrong is as it should be, and has a column of its own', () => {
    const one = { ...place, nestings: /** @type {const} */ (['host']) };
    const cells = readCells(one, printed({ nesting: 'host' }, finding('doctor', 'silent')));
    expect(sumUp(cells)).toMatchObject({ passed: 1, failed: 0 });
    expect(table(cells)).toContain('| start | doctor | memory |');
  });

  test('what the kernel has not got is no failure, and its reason is shown', () => {
    const one = { ...place, nestings: /** @type {const} */ (['host']) };
    const cells = readCells(one, printed({ nesting: 'host' }, finding('memory', 'unsupported')));
    expect(sumUp(cells)).toMatchObject({ passed: 0, failed: 0, unsupported: 1 });
    expect(table(cells)).toContain('why memory is unsupported');
  });

  test.each(/** @type {const} */ (['alarm', 'not-enforced', 'refused', 'lost', 'error']))(
    '%s is a failure',
    (verdict) => {
      const one = { ...place, nestings: /** @type {const} */ (['host']) };
      const cells = readCells(one, printed({ nesting: 'host' }, finding('memory', verdict)));
      expect(sumUp(cells)).toMatchObject({ failed: 1 });
    },
  );
});
