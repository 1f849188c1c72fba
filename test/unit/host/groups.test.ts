import { afterEach, expect, test } from 'vitest';
import { readGroups } from '../../../src/host/identity';
import { groupNamed, groupWithGid, parseGroups } from '../../../src/util/unixGroups';
import { makeTree, removeTree } from './tree';

let top = '';
afterEach(() => removeTree(top));

const text =
  'root:x:0:\ndocker:x:998:ada,bob\n# note\n\n+:::\nbroken\nodd:x:ten:eve\ndocker:x:7:late\nspaced:x:5: ada , \n';

test('names, numbers and members', async () => {
  top = makeTree({ '/etc/group': text });
  expect(await readGroups(top)).toEqual([
    { name: 'root', gid: 0, members: [] },
    { name: 'docker', gid: 998, members: ['ada', 'bob'] },
    { name: 'docker', gid: 7, members: ['late'] },
    { name: 'spaced', gid: 5, members: ['ada'] },
  ]);
});

test('the first of a name counts', () => {
  const groups = parseGroups(text);
  expect(groupNamed(groups, 'docker')?.gid).toBe(998);
  expect(groupNamed(groups, 'nobody')).toBeUndefined();
  expect(groupWithGid(groups, 0)?.name).toBe('root');
  expect(groupWithGid(groups, 1)).toBeUndefined();
});

test('no file', async () => {
  top = makeTree({});
  expect(await readGroups(top)).toEqual({ unreadable: '/etc/group: ENOENT' });
});
