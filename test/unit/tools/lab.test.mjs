import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { choice, help, readArguments, wholeNumber } from '../../../tools/lib/lab.mjs';
import { run } from '../../../tools/lib/run.mjs';
import { ownFolder, repository } from './folders.mjs';

/** @typedef {import('../../../tools/lib/lab.mjs').Lab<object, unknown, unknown>} AnyLab */

/** The labs that there are, by the names of their files. @returns {Promise<[string, AnyLab][]>} */
async function labs() {
  const scripts = Object.values(manifest.scripts).flatMap(
    (line) => /^node tools\/lab\.mjs (?<name>\w+)$/.exec(line)?.groups?.['name'] ?? [],
  );
  return Promise.all(
    scripts.map(async (name) => {
      const { lab } = /** @type {{ lab: AnyLab }} */ (await import(`../../../tools/labs/${name}.mjs`));
      return /** @type {[string, AnyLab]} */ ([name, lab]);
    }),
  );
}

test('each lab is the command of package.json that it says it is, and its help begins with that', async () => {
  const all = await labs();
  expect(all.map(([name]) => name).sort()).toEqual([
    'badStates',
    'bench',
    'chaos',
    'faults',
    'matrix',
    'platforms',
    'unseen',
  ]);
  for (const [name, lab] of all) {
    expect(manifest.scripts).toMatchObject({ [lab.name]: `node tools/lab.mjs ${name}` });
    expect(help(lab)).toMatch(new RegExp(`^usage: npm run ${lab.name}(?: |\n)`));
    for (const option of Object.keys(lab.options ?? {})) expect(help(lab)).toMatch(`\n  --${option} `);
  }
});

describe('what a lab is asked for', () => {
  const asked = {
    name: 'dig',
    about: 'Digs.',
    options: { kind: choice(/** @type {const} */ (['sand', 'clay', 'rock'])), depth: wholeNumber(() => 3) },
    choices: { noun: 'hole', names: ['small', 'large'] },
  };
  /** @param {string[]} args */
  const read = (...args) => readArguments(lab(asked), args);

  test('everything, when nothing is named', () => {
    expect(read()).toEqual({ options: { kind: ['sand', 'clay', 'rock'], depth: 3 }, chosen: ['small', 'large'] });
  });

  test('what is named: options in the order of the lab, rows in that of the command line', () => {
    expect(read('large', '--kind', 'rock', '--kind=sand', 'small', '--depth', '7')).toEqual({
      options: { kind: ['sand', 'rock'], depth: 7 },
      chosen: ['large', 'small'],
    });
  });

  test.each([['--help'], ['-h']])('%s', (flag) => expect(read(flag)).toBe('help'));

  test.each([
    [['deep'], 'there is no hole deep; npm run dig -- --help lists them.'],
    [['--kind', 'air'], '--kind is "air"; expected one of: sand, clay, rock.'],
    [['--depth', '0'], '--depth is 0, expected a whole number from 1.'],
    [['--width', '1'], "Unknown option '--width'; see npm run dig -- --help."],
  ])('%j is refused with status 2', (args, message) => {
    expect(() => read(...args)).toThrow(expect.objectContaining({ name: 'Refusal', exitCode: 2, message }));
  });

  test('a lab without rows to name takes no names', () => {
    expect(() => readArguments(lab({ name: 'dig', about: '' }), ['small'])).toThrow("Unexpected argument 'small'");
  });
});

/**
 * @template O
 * @param {Pick<import('../../../tools/lib/lab.mjs').Lab<O, string, string>, 'name' | 'about' | 'options' | 'choices'>} some
 * @returns {import('../../../tools/lib/lab.mjs').Lab<O, string, string>}
 */
function lab(some) {
  const nothing = { rows: () => [], run: () => Promise.resolve(''), show: () => undefined, judge: () => true };
  return { ...nothing, ...some };
}

describe('the run of a lab', () => {
  /** Runs a lab with rows of these names in a process of its own; each is its own result, and `bad` is not as wanted. */
  async function ran(/** @type {string} */ more, /** @type {readonly string[]} */ ...args) {
    const folder = ownFolder();
    const program = join(folder, 'program.mjs');
    writeFileSync(
      program,
      `import { existsSync, writeFileSync } from 'node:fs';
import { runLab } from ${JSON.stringify(join(repository, 'tools/lib/lab.mjs'))};
const kept = ${JSON.stringify(join(folder, 'kept'))};
await runLab({
  name: 'dig',
  about: 'Digs.',
  choices: { noun: 'hole', names: ['good', 'bad', 'broken'] },
  prepare: () => Promise.resolve(console.log('prepared')),
  rows: ({ chosen }, { scratch }) => { writeFileSync(kept + '.scratch', scratch()); return chosen; },
  title: (row) => 'a ' + row + ' hole',
  run: (row, { note }) => {
    if (row === 'broken') throw new Error('it fell in');
    note('dug');
    return Promise.resolve(row);
  },
  keep: (results) => writeFileSync(kept, results.join()),
  show: (results) => console.log('| ' + results.join(' | ') + ' |'),
  judge: (results) => !results.includes('bad'),
  ${more}
}, process.argv.slice(2));
`,
    );
    const result = await run([process.execPath, program, ...args]);
    const read = (/** @type {string} */ name) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined;
    return { ...result, kept: read('kept'), scratch: read('kept.scratch') };
  }

  test('rows one after the other, each a step, then the table; 0 when all is as it should be', async () => {
    const { code, stdout, stderr, kept, scratch } = await ran('', 'good', 'good');
    expect({ code, stdout, kept }).toEqual({ code: 0, stdout: 'prepared\n| good | good |\n', kept: 'good,good' });
    expect(stderr).toMatch(/^✓ a good hole {2}\d+\.\d s {2}dug\n✓ a good hole .*\n$/);
    expect(existsSync(scratch ?? '')).toBe(false);
  });

  test('1 when it is not', async () => {
    expect(await ran('', 'good', 'bad')).toMatchObject({ code: 1, stdout: 'prepared\n| good | bad |\n' });
  });

  test('what was found is kept when a later row ends the run, and nothing else is left', async () => {
    const { code, stdout, stderr, kept, scratch } = await ran('', 'good', 'broken', 'bad');
    expect({ code, stdout, kept }).toEqual({ code: 70, stdout: 'prepared\n', kept: 'good' });
    expect(stderr).toContain('it fell in');
    expect(existsSync(scratch ?? '')).toBe(false);
  });

  test('a row without a title is no step', async () => {
    expect(await ran('title: undefined,', 'good')).toMatchObject({ code: 0, stderr: '' });
  });

  test('help and a wrong name prepare nothing', async () => {
    expect(await ran('', '--help')).toMatchObject({ code: 0, stdout: 'usage: npm run dig\n\nDigs.\n', stderr: '' });
    expect(await ran('', 'deep')).toMatchObject({ code: 2, stdout: '' });
  });
});

test('a lab that there is not is refused with those that there are', async () => {
  const { code, stderr } = await run([process.execPath, 'tools/lab.mjs', 'none'], { cwd: repository });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^lab: there is no lab none; there are: .*chaos/);
});
