import { defineConfig } from 'vitest/config';
import { textTables } from './tools/lib/textTables.mjs';

/**
 * Suites that start, kill and freeze the one daemon of a sandbox: never two files at once in one, never outside of one.
 * Each file makes the sandbox fresh, so that it may have one of its own; those in test/station/alone.json want nothing
 * busy beside them.
 */
export default defineConfig({
  plugins: [textTables],
  test: {
    include: ['test/station/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
