import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runningCauses, startCauses } from '../../../src/host/logTable';

const table = join(__dirname, '../../../scripts/lib/causes.tsv');
const rows = readFileSync(table, 'utf8')
  .split('\n')
  .filter((row) => row !== '' && !row.startsWith('#'))
  .map((row) => row.split('\t'));

test('every row is of a kind that is read, and has all its cells', () => {
  for (const cells of rows) {
    expect(cells.length, cells.join(' | ')).toBe(cells[0] === 'line' ? 5 : 9);
    expect(['line', 'start', 'running'], cells.join(' | ')).toContain(cells[0]);
    expect(cells, cells.join(' | ')).not.toContain('');
  }
  expect(startCauses.length + runningCauses.length).toBe(rows.filter(([when]) => when !== 'line').length);
});

test('no cause is told twice, and a title is filled only from a group that its pattern has', () => {
  for (const causes of [startCauses, runningCauses]) {
    const ids = causes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
  for (const { id, pattern, title, consequence, nextStep } of [...startCauses, ...runningCauses]) {
    const groups = (new RegExp(`${pattern.source}|`).exec('')?.length ?? 1) - 1;
    const used = [...`${title} ${nextStep}`.matchAll(/\$(\d)/g)].map(([, group]) => Number(group));
    expect(Math.max(0, ...used), id).toBeLessThanOrEqual(groups);
    expect(consequence, id).toMatch(/\.$/);
  }
});

describe('a pattern means the same to everybody who reads the table', () => {
  test('it is written with what extended regular expressions and JavaScript share', () => {
    // In brackets a backslash is an ordinary character to one and not to the other, and so is "]" at the beginning.
    const onlyJavaScript = /\\[a-zA-Z0-9/"'`<>]|\(\?|[*+?]\?|(?<!\[)\{|\[\^?\]|\[\[:|\[[^\]]*\\|\(\||\|\)|\|\|/;
    expect(rows.map(([, , , pattern = '']) => pattern).filter((pattern) => onlyJavaScript.test(pattern))).toEqual([]);
  });

  const lines = readFileSync(join(__dirname, '../diagnosis/startLines.tsv'), 'utf8')
    .split('\n')
    .filter((row) => row !== '' && !row.startsWith('#'))
    .map((row) => row.split('\t').at(-1) ?? '');
  const firstThatFits = `
    BEGIN { while ((getline row <table) > 0) if (split(row, cell, "\\t") == 9 && cell[1] != "when" && row !~ /^#/) { id[++count] = cell[1] " " cell[2]; is[count] = cell[4] } }
    { found = ""; for (at = 1; at <= count; at++) if ($0 ~ is[at]) found = found " " id[at]; print found }`;
  const expected = lines.map((line) =>
    rows
      .filter(([when, , , pattern = '']) => when !== 'line' && new RegExp(pattern).test(line))
      .map(([when, id]) => ` ${String(when)} ${String(id)}`)
      .join(''),
  );

  test.each(['mawk', 'gawk', 'busybox awk'])('%s', (program) => {
    const [command = '', ...args] = program.split(' ');
    const { error, stdout } = spawnSync(command, [...args, '-v', `table=${table}`, firstThatFits], {
      input: `${lines.join('\n')}\n`,
      encoding: 'utf8',
    });
    if (error && 'code' in error && error.code === 'ENOENT') return;
    expect(stdout.trimEnd().split('\n')).toEqual(expected);
  });
});
