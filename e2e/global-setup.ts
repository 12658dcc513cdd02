/** Serves the production build once for all browser tests, and makes sure that there is a browser. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
  // Another folder lets one build be tested while the next is being made.
  const build = process.env['WEFT_DIST'] ?? 'dist';
  if (!existsSync(join(build, 'index.html')))
    throw new Error(
      `The browser tests run on the production build, and there is none in ${build}: npm run build first`,
    );
  const chromium = ensureChromium();
  const { server, url } = await serve(build, 4310);
  project.provide('url', url);
  project.provide('chromium', chromium);
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
}
