import { defineConfig } from 'vitest/config';
import { textTables } from './tools/lib/textTables.mjs';

export default defineConfig({
  plugins: [textTables],
  test: {
    include: ['test/unit/**/*.test.{ts,mjs}', 'test/integration/**/*.test.ts'],
    pool: 'forks',
    // Tests start servers and child processes of their own; more workers than this only makes them wait for each other.
    maxWorkers: 2,
    // No test replaces a module, and to load all of them anew for each file is two fifths of the CPU time.
    isolate: false,
    // Generated cases take a while on a busy machine.
    testTimeout: 30_000,
  },
});
