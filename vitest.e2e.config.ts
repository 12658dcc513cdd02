import { defineConfig } from 'vitest/config';

/** Browser tests on the production build: one browser at a time, because two cores train as well as click. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
    fileParallelism: false,
    globalSetup: ['e2e/global-setup.ts'],
  },
});
