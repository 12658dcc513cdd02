/**
 * A page of the production build in real Chromium, for the tests beside this file. Every page starts with empty storage,
 * records what the console and the network say, and fails its test on an uncaught error or a request that leaves the origin.
 */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { CHROMIUM_ARGS } from '../scripts/chromium.mjs';

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors and console errors so far. */
  readonly errors: string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  /** Appended to the address, e.g. `?doc=digits-mlp&backend=cpu`. */
  readonly query?: string;
  readonly width?: number;
  readonly height?: number;
  /** The same context again: storage survives. */
  readonly context?: BrowserContext;
}

/** One browser per test file. */
export function useBrowser(): (options?: VisitOptions) => Promise<Visit> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: inject('chromium'), args: [...CHROMIUM_ARGS] });
  });
  afterAll(async () => {
    await browser.close();
  });
  return async ({ query = '', width = 1440, height = 900, context: known } = {}) => {
    const context =
      known ??
      (await browser.newContext({ viewport: { width, height }, locale: 'en-US', acceptDownloads: true }));
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], {
      origin: inject('url').replace(/\/$/, ''),
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && origin !== new URL(inject('url')).origin)
        errors.push(`left the origin: ${request.url()}`);
    });
    await page.goto(inject('url') + query);
    return {
      page,
      context,
      errors,
      close: async () => {
        expect(errors).toEqual([]);
        await (known ? page.close() : context.close());
      },
    };
  };
}
