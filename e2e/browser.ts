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
  /** Ends the visit. Its errors must be none but those that the test provoked. */
  close(provoked?: RegExp): Promise<void>;
}

export interface VisitOptions {
  /** Appended to the address, e.g. `?doc=digits-mlp&backend=cpu`. */
  readonly query?: string;
  readonly width?: number;
  readonly height?: number;
  /** The same context again: storage survives. */
  readonly context?: BrowserContext;
  /** For tests that add a script of their own to the page. */
  readonly bypassCSP?: boolean;
}

/** Long enough for two busy cores; whoever waits for a fact stops as soon as it is there. */
const PATIENCE_MS = 30_000;

/** One browser per test file. */
export function startBrowser(): (options?: VisitOptions) => Promise<Visit> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: inject('chromium'), args: [...CHROMIUM_ARGS] });
  });
  afterAll(async () => {
    await browser.close();
  });
  return async ({ query = '', width = 1440, height = 900, context: known, bypassCSP = false } = {}) => {
    const { origin } = new URL(inject('url'));
    const context =
      known ??
      (await browser.newContext({
        viewport: { width, height },
        locale: 'en-US',
        acceptDownloads: true,
        bypassCSP,
      }));
    context.setDefaultTimeout(PATIENCE_MS);
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const target = new URL(request.url());
      if (!['data:', 'blob:'].includes(target.protocol) && target.origin !== origin)
        errors.push(`left the origin: ${request.url()}`);
    });
    await page.goto(inject('url') + query);
    return {
      page,
      context,
      errors,
      close: async (provoked) => {
        expect(errors.filter((error) => !provoked?.test(error))).toEqual([]);
        await (known ? page.close() : context.close());
      },
    };
  };
}
