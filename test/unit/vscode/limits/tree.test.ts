import { expect, test } from 'vitest';
import { catalogue } from '../../../../src/limits/catalogue';
import { checksOf, treeRows } from '../../../../src/vscode/limits/tree';

const rows = treeRows();

test('the tree has every check of the catalogue once, with the limit it asks for', () => {
  expect(rows.flatMap(({ checks }) => checks.map(({ id }) => id)).toSorted()).toEqual(
    catalogue.map(({ id }) => id).toSorted(),
  );
  for (const area of rows) {
    for (const { id } of area.checks) expect(`area:${id.split('.')[0] ?? ''}`).toBe(area.id);
  }
  expect(rows[1]?.checks[0]).toEqual({ id: 'memory.limit', label: 'Memory' });
});

test('no two rows have the same id', () => {
  const ids = rows.flatMap(({ id, checks }) => [id, ...checks.map((row) => row.id)]);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each<[string[] | undefined, string[], string[]]>([
  [['memory.limit'], [], ['memory.limit']],
  [['pids.limit', 'memory.limit'], [], ['memory.limit', 'pids.limit']],
  [['area:memory', 'memory.limit'], [], ['memory.limit', 'memory.swap', 'memory.reservation', 'memory.oom-group']],
  [['area:memory'], ['memory.swap', 'memory.oom-group'], ['memory.limit', 'memory.reservation']],
  [undefined, ['area:outer'], catalogue.map(({ id }) => id).filter((id) => !id.startsWith('outer.'))],
  [[], [], []],
])('%j without %j means %j', (include, exclude, ids) => {
  expect(checksOf(include, exclude).map(({ id }) => id)).toEqual(ids);
});

test('everything is meant when nothing is named, and a row that is not there is no check', () => {
  expect(checksOf(undefined, [])).toEqual(catalogue);
  expect(() => checksOf(['area:gpu'], [])).toThrow('gpu');
});
