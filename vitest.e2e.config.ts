import { defineConfig } from 'vitest/config';

/** The tests that drive a real code-server in a real browser. They run in the bed: `node test/e2e/run.mjs`. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    // One editor and one browser at a time: each pair takes more than a gigabyte.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What follows builds on the state that the earlier test left: the first failure says most.
    bail: 0,
    reporters: ['verbose'],
  },
});
