import { expect, test } from 'vitest';
import { valueOf } from '../../../src/host/facts/fact';
import { factsOf, machineNames, readMachine } from '../../fixtures/machine';

const names = machineNames('platforms');

test('there are fixtures of at least 14 platforms', () => {
  const all = names.flatMap((name) => readMachine('platforms', name).platform ?? []);
  expect(new Set(all).size).toBeGreaterThanOrEqual(14);
});

test.each(names)('the chain of %s is what it should be', async (name) => {
  const machine = readMachine('platforms', name);
  const facts = await factsOf(machine);
  const chain = valueOf(facts.platform)?.chain ?? [];
  expect(chain.map((link) => link.name).sort()).toEqual([...(machine.platform ?? [])].sort());
  expect(chain.every(({ evidence }) => evidence.length > 0)).toBe(true);
});

test('a stray /.dockerenv is a hint and no more', async () => {
  const facts = await factsOf(readMachine('platforms', 'microvm-stray-dockerenv'));
  const docker = valueOf(facts.platform)?.chain.find(({ name }) => name === 'docker');
  expect(docker).toMatchObject({ confidence: 'hint', evidence: [{ source: '/.dockerenv' }] });
});

test('values of variables that may be secrets are not in the facts', async () => {
  for (const name of ['coder-envbox', 'coder-docker', 'codespaces']) {
    expect(JSON.stringify(await factsOf(readMachine('platforms', name)))).not.toContain('planted');
  }
});
