import { defineConfig } from 'vitest/config';

/** Suites that start, kill and freeze the one daemon of a bed: never two files at once, never outside a bed. */
export default defineConfig({
  test: {
    include: ['test/station/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
