import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decisiveLine } from '../../../../src/diagnosis/startFailures/decisiveLine';

/** The cases that hold the helper's `log_cause` to the same answers, see `test/scripts/log.bats`. */
const cases = readFileSync(join(__dirname, '../../../fixtures/decisiveLines.tsv'), 'utf8')
  .split('\n')
  .filter((row) => row !== '' && !row.startsWith('#'))
  .map((row) => row.split('\t'))
  .map(([name = '', before = '', kind = '', line = '', log = '']) => ({ name, before, kind, line, log }));

test.each(cases)('$name', ({ before, kind, line, log }) => {
  const found = decisiveLine(log.split('\\n'), before === 'yes');
  expect(found && { kind: found.kind, line: found.line }).toEqual(kind === 'none' ? undefined : { kind, line });
});
