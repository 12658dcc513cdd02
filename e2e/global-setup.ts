/** Serves the production build once for all browser tests, and makes sure that there is a browser. */
import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../scripts/chromium.mjs';
import { serve } from '../scripts/serve.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    url: string;
    chromium: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync('dist/index.html'))
    throw new Error('The browser tests run on the production build: npm run build first');
  const chromium = ensureChromium();
  const { server, url } = await serve('dist', 4310);
  project.provide('url', url);
  project.provide('chromium', chromium);
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
}
