import { defineConfig } from 'vitest/config';

/** A person in the station's container: run by `npm run station:container -- --check`, which has one up. */
export default defineConfig({
  test: {
    include: ['test/container/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['verbose'],
  },
});
