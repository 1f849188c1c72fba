import { formatSeconds } from '../lib/progress.mjs';
import { table } from '../lib/table.mjs';
import { stageNames } from './stages.mjs';

/**
 * What `npm run test:all` is made of: each is a command of its own in package.json too. They run one after the other,
 * because each has daemons that are timed.
 * @type {readonly { name: string, about: string, argv: readonly string[] }[]}
 */
export const parts = [
  {
    name: 'test',
    about: 'every stage of npm test, start too, and all of scripts under both shells',
    argv: ['tools/test.mjs', '--both-shells', ...stageNames],
  },
  {
    name: 'matrix',
    about: 'engines, kinds of cgroups, nestings: npm run test:matrix',
    argv: ['tools/lab.mjs', 'matrix'],
  },
  { name: 'faults', about: 'failures, known and unknown: npm run test:faults', argv: ['tools/lab.mjs', 'faults'] },
  { name: 'chaos', about: 'random faults over one station: npm run chaos', argv: ['tools/lab.mjs', 'chaos'] },
  {
    name: 'platforms',
    about: 'the platform that doctor tells: npm run platforms',
    argv: ['tools/lab.mjs', 'platforms'],
  },
  { name: 'bad-states', about: 'what a start makes of each: npm run bad-states', argv: ['tools/lab.mjs', 'badStates'] },
  {
    name: 'container',
    about: 'the image: npm run station:container -- --check',
    argv: ['tools/container.mjs', '--check'],
  },
];

export const partNames = parts.map(({ name }) => name);

/** `last`: the line it ended with, which sums it up. @typedef {{ name: string, code: number, wallMs: number, last: string }} PartResult */

/**
 * @param {readonly PartResult[]} results
 */
export function partsTable(results) {
  const rows = results.map(({ name, code, wallMs }) => [
    name,
    code === 0 ? 'passed' : `FAILED (status ${code})`,
    formatSeconds(wallMs),
  ]);
  const lines = table([['part', 'result', 'wall'], ...rows]).split('\n');
  return lines.map((line, index) => (index === 0 ? line : `${line}  ${results[index - 1]?.last ?? ''}`)).join('\n');
}
