/**
 * For vitest: a table (.tsv) that a source imports is its text, as in the bundles.
 *
 * @type {import('vitest/config').Plugin}
 */
export const textTables = {
  name: 'text-tables',
  transform(code, id) {
    return id.endsWith('.tsv') ? `export default ${JSON.stringify(code)}` : undefined;
  },
};
