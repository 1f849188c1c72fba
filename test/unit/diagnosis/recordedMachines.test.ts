import { expect, test } from 'vitest';
import { diagnose } from '../../../src/diagnosis/diagnose';
import { factsOf, machineNames, readMachine } from '../../fixtures/machine';

/** Errors about the table of mounts, by machine. On every other recorded machine there is none. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'A-covered': ['cgroup.v1-mount-covered'],
  'A-foreign-bind': ['cgroup.v1-mount-covered'],
  'A-read-only-cover': ['cgroup.cgroup-mount-readonly'],
  // Given read-only by whoever started the container.
  'A-caps-ro': ['cgroup.cgroup-mount-readonly'],
  'A-unpriv': ['cgroup.cgroup-mount-readonly'],
  'B-caps-remount-nested-before': ['cgroup.cgroup-mount-readonly'],
  'B-caps-ro': ['cgroup.cgroup-mount-readonly'],
  'B-caps-ro-before': ['cgroup.cgroup-mount-readonly'],
  'B-unpriv': ['cgroup.cgroup-mount-readonly'],
  'B-unpriv-before': ['cgroup.cgroup-mount-readonly'],
};
const ofMounts = new Set(['cgroup.v1-mount-covered', 'cgroup.cgroup-mount-readonly', 'cgroup.cgroup-not-mounted']);

test.each(machineNames('machines'))('%s: what of its mounts keeps containers from starting', async (name) => {
  const { findings } = diagnose(await factsOf(readMachine('machines', name)));
  const all = findings.flatMap(({ id, explains }) => [id, ...explains.map((symptom) => symptom.id)]);
  expect(all.filter((id) => ofMounts.has(id))).toEqual(expected[name] ?? []);
});
