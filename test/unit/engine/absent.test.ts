import { inspect } from 'node:util';
import { expect, test } from 'vitest';

interface Anything {
  readonly Client: Anything & (new () => unknown);
  readonly credentials: { readonly createInsecure: () => unknown };
}
// As a bundle gets it: a module that is one value.
const { default: absent } = (await import('../../../src/engine/stubs/absent')) as { readonly default: unknown };
const module = absent as Anything;

test('anything may be taken from it at load time', () => {
  expect(() => module.Client.Client.credentials).not.toThrow();
});

test('whatever is used of it says what is missing', () => {
  expect(() => new module.Client()).toThrow('not in this build');
  expect(() => module.credentials.createInsecure()).toThrow('not in this build');
});

test('it can be waited for and printed without being used', async () => {
  await expect(Promise.resolve(absent)).resolves.toBe(absent);
  expect(() => inspect(absent)).not.toThrow();
});
