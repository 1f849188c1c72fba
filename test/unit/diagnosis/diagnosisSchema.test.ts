import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv } from 'ajv';
import { format } from 'prettier';
import type * as v from 'valibot';
import { expect, expectTypeOf, test } from 'vitest';
import { diagnose } from '../../../src/diagnosis/diagnose';
import { diagnosisSchema, type Diagnosis } from '../../../src/diagnosis/diagnosisSchema';
import { factsOf, machineNames, readMachine, type Shelf } from '../../fixtures/machine';
import { down, healthyFacts } from './healthy';

const published = join(__dirname, '../../../schemas/diagnosis.schema.json');

type Plain<T> = T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T;

function validator() {
  return new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(readFileSync(published, 'utf8')));
}

/** What a reader of the output gets. */
function printed(diagnosis: Diagnosis): unknown {
  return JSON.parse(JSON.stringify(diagnosis));
}

test('the published schema is what the source says; write it anew with vitest -u', async () => {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...toJsonSchema(diagnosisSchema) };
  await expect(await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 })).toMatchFileSnapshot(
    published,
  );
});

test('the schema knows every property that a diagnosis has, and no other', () => {
  expectTypeOf<Plain<v.InferOutput<typeof diagnosisSchema>>>().toEqualTypeOf<Plain<Diagnosis>>();
});

test.each(['machines', 'platforms'] as const)(
  'what doctor prints of the recorded %s is valid',
  async (shelf: Shelf) => {
    const validate = validator();
    for (const name of machineNames(shelf)) {
      validate(printed(diagnose(await factsOf(readMachine(shelf, name)))));
      expect(validate.errors, name).toBeNull();
    }
  },
);

test('so is that of a daemon that is down, with a remedy the helper applies', () => {
  const validate = validator();
  const diagnosis = diagnose(healthyFacts(down));
  expect(diagnosis.findings[0]?.remedy.action).toBe('start-daemon');
  expect(validate(printed(diagnosis))).toBe(true);
});

test.each([
  ['another version', (one: Record<string, unknown>) => (one['schema'] = 2)],
  ['no sum', (one: Record<string, unknown>) => delete one['sum']],
  ['an area nobody knows', (one: Record<string, unknown>) => (one['areas'] = [{ area: 'moon', severity: 'ok' }])],
  [
    'a finding without evidence',
    (one: Record<string, unknown>) => delete (one['findings'] as Record<string, unknown>[])[0]?.['evidence'],
  ],
])('%s is not valid', (_name, change) => {
  const diagnosis = printed(diagnose(healthyFacts(down))) as Record<string, unknown>;
  change(diagnosis);
  expect(validator()(diagnosis)).toBe(false);
});
