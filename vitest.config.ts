import { defineConfig } from 'vitest/config';

const RELAXED = '--experimental-wasm-relaxed-simd';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
      },
      {
        // Browsers have relaxed SIMD and get other binaries; Node 20 runs them with a flag.
        extends: true,
        test: {
          name: 'relaxed SIMD',
          include: ['src/engine/kernels/**/*.test.ts', 'src/engine/resume.test.ts'],
          execArgv: [RELAXED],
        },
      },
    ],
  },
});
