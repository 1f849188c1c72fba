import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/diagnosis/diagnose';
import { sliceSchemas, type Facts, type SliceName } from '../../../src/host/facts/facts';
import { factSchema } from '../../../src/host/facts/schema';
import { parseFacts } from '../../../src/host/factsFile';
import { takeFacts } from '../../../src/host/takeFacts';
import { factsOf, machineNames, readMachine } from '../../fixtures/machine';
import { healthyFacts } from '../diagnosis/healthy';

type Json = Record<string, unknown>;

/** Facts as a file has them, with one value at a path replaced; `undefined` removes it. */
function fileWith(path: readonly string[], value: unknown, facts: Facts = healthyFacts()): string {
  const content = JSON.parse(JSON.stringify(facts)) as Json;
  const holder = path.slice(0, -1).reduce<Json>((node, key) => node[key] as Json, content);
  const last = path.at(-1) ?? '';
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return JSON.stringify(content);
}

function parsed(path: readonly string[], value: unknown): Facts {
  return parseFacts(fileWith(path, value), 'their.json');
}

function paths(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) => paths(item, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

describe('a slice of another form', () => {
  test.each([
    {
      name: 'a wrong type',
      path: ['storage', 'value', 'roots', '0', 'fsType'],
      value: 5,
      reason: 'the facts file has 5 at roots.0.fsType, expected string',
    },
    {
      name: 'a missing property',
      path: ['storage', 'value', 'devFuse', 'accessible'],
      value: undefined,
      reason: 'the facts file has no devFuse.accessible',
    },
    {
      name: 'a value of no list',
      path: ['storage', 'value', 'devFuse', 'kind'],
      value: 'x'.repeat(100),
      reason: `the facts file has "${'x'.repeat(59)}… at devFuse.kind, expected ("absent" | "character" | "other")`,
    },
    {
      name: 'a wrong type within a part that may be unreadable',
      path: ['storage', 'value', 'roots', '0', 'space', 'value', 'freeBytes'],
      value: 'much',
      reason: 'the facts file has "much" at roots.0.space.value.freeBytes, expected number',
    },
    {
      name: 'no object',
      path: ['storage'],
      value: null,
      reason: 'the facts file has null for it, expected Object',
    },
  ])('$name: it is unreadable, with the path and what was expected', ({ path, value, reason }) => {
    expect(parsed(path, value).storage).toEqual({ unreadable: reason });
  });

  test('its rules are inconclusive for that reason, and those of other slices are judged', () => {
    const content = JSON.parse(fileWith(['storage', 'value', 'roots'], 'all')) as Json;
    (content['socket'] as { value: Json }).value['mode'] = 0o666;
    const { findings, undecided } = diagnose(parseFacts(JSON.stringify(content), 'their.json'));
    expect(findings.map(({ id }) => id)).toContain('socket.socket-world-writable');
    expect(undecided.length).toBeGreaterThan(0);
    for (const { reason } of undecided)
      expect(reason).toContain('storage: the facts file has "all" at roots, expected Array');
  });

  test('an answer of the engine is checked by its outcome', () => {
    expect(parsed(['engine', 'value', 'info', 'value', 'cpus'], '4').engine).toEqual({
      unreadable: 'the facts file has "4" at info.value.cpus, expected number',
    });
    expect(parsed(['engine', 'value', 'ping', 'outcome'], 'maybe').engine).toMatchObject({
      unreadable: expect.stringContaining('the facts file has "maybe" at ping.outcome'),
    });
  });
});

test('properties of a newer version are kept, whole slices of them too', () => {
  const content = JSON.parse(fileWith(['storage', 'value', 'roots', '0', 'quota'], 7)) as Json;
  content['weather'] = { value: 'fine' };
  const facts = parseFacts(JSON.stringify(content), 'their.json');
  expect(facts).toEqual(content);
});

test('a slice that an older version does not have stays absent; one that every version has must be there', () => {
  expect(parsed(['storage'], undefined)).not.toHaveProperty('storage');
  expect(() => parsed(['cgroup'], undefined)).toThrow('their.json holds no facts (cgroup: ');
});

const sliceNames = Object.keys(sliceSchemas) as SliceName[];

/** What of the facts does not have the form of its schema. */
function wrong(facts: Facts): unknown[] {
  const content = JSON.parse(JSON.stringify(facts)) as Facts;
  return sliceNames.flatMap((name) => v.safeParse(factSchema(sliceSchemas[name]), content[name]).issues ?? []);
}

test('healthy facts have the form of the schemas, and so have those of this machine', async () => {
  expect(wrong(healthyFacts())).toEqual([]);
  expect(wrong(await takeFacts())).toEqual([]);
});

test.each(['machines', 'platforms'] as const)('so have those of the recorded %s, whole', async (shelf) => {
  for (const name of machineNames(shelf)) expect(wrong(await factsOf(readMachine(shelf, name))), name).toEqual([]);
});

test('doctor takes facts of which any one value is replaced by anything', () => {
  const all = paths(JSON.parse(JSON.stringify(healthyFacts())));
  expect(all.length).toBeGreaterThan(300);
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.jsonValue({ maxDepth: 2 }), (path, junk) => {
      const [slice = ''] = path;
      const text = fileWith(path, junk);
      // Another schema, time or duration is no file of facts at all, which is said in one sentence.
      if (path.length === 1 && !sliceNames.includes(slice as SliceName)) {
        try {
          diagnose(parseFacts(text, 'their.json'));
        } catch (error) {
          expect(String(error)).toContain('their.json holds no facts');
        }
        return;
      }
      const { undecided } = diagnose(parseFacts(text, 'their.json'));
      expect(undecided.filter(({ reason }) => reason.includes('do not have the form'))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
