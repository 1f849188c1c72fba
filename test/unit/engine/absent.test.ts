import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { absentPart } from '../../../src/engine/stubs/absent';

interface Anything {
  readonly Client: Anything & (new () => unknown);
  readonly credentials: { readonly createInsecure: () => unknown };
}
const absent: unknown = absentPart('hosts behind ssh');
const module = absent as Anything;

test('anything may be taken from it at load time', () => {
  expect(() => module.Client.Client.credentials).not.toThrow();
});

test('whatever is used of it says what is missing', () => {
  expect(() => new module.Client()).toThrow('for hosts behind ssh');
  expect(() => new module.Client()).toThrow('not in this build');
  expect(() => module.credentials.createInsecure()).toThrow('not in this build');
});

test('it can be waited for and printed without being used', async () => {
  await expect(Promise.resolve(absent)).resolves.toBe(absent);
  expect(() => inspect(absent)).not.toThrow();
});
