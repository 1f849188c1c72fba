/**
 * What parts of dockerode that nothing here calls are replaced by at bundling (`tools/lib/dockerodeParts.mjs`). Anything
 * may be taken from it, as dockerode does on loading; calling or constructing any of it throws.
 *
 * @param purpose what the part is for: `hosts behind ssh`
 */
export function absentPart(purpose: string): object {
  function refuse(): never {
    throw new Error(`The part of dockerode for ${purpose} is not in this build: nothing in it is known to use that.`);
  }
  const absent: object = new Proxy(refuse, {
    // `then` and symbols are asked for by the language itself (promises, inspection), not by a user of the module.
    get: (_target, name) => (typeof name === 'symbol' || name === 'then' || name === '__esModule' ? undefined : absent),
    apply: refuse,
    construct: refuse,
  });
  return absent;
}
