import { defineConfig } from 'vitest/config';

/** The tests that drive a real code-server in a real browser. They run in a sandbox: `npm test -- e2e`. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    // One code-server and one browser, which the files use one after the other.
    globalSetup: ['test/e2e/globalSetup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // What follows builds on the state that the earlier test left: the first failure says most.
    bail: 0,
    reporters: ['verbose'],
  },
});
