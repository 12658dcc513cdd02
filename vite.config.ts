import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Threads and SharedArrayBuffer need a cross-origin isolated page; the same headers are sent by scripts/serve.mjs. */
const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
  build: { target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 1500 },
});
