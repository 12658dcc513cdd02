/** The bench's page in Chromium: bundled from the sources into a temporary folder, served isolated as the app is. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { CHROMIUM_ARGS, ensureChromium } from '../scripts/chromium.mjs';
import { serve } from '../scripts/serve.mjs';
import { IMAGE_FILES } from './models';
import type { Answer, Ask, AskKind, Asks, Contender, MeasuredTurn } from './training-page/protocol';

/** One step on the cpu backend takes up to 20 s. */
const PATIENCE_MS = 300_000;

export class TrainingPage {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #system: CDPSession;
  readonly #end: () => Promise<unknown>;

  private constructor(browser: Browser, page: Page, system: CDPSession, end: () => Promise<unknown>) {
    this.#browser = browser;
    this.#page = page;
    this.#system = system;
    this.#end = end;
  }

  static async open(): Promise<TrainingPage> {
    const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
    await build({
      configFile: false,
      root: join(import.meta.dirname, 'training-page'),
      base: './',
      publicDir: false,
      logLevel: 'error',
      worker: { format: 'es' },
      build: { target: 'es2023', outDir: folder, emptyOutDir: true },
    });
    for (const file of IMAGE_FILES)
      cpSync(join('public/datasets', file), join(folder, 'datasets', file), { recursive: true });
    const { server, url } = await serve(folder, 4420);
    const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...CHROMIUM_ARGS] });
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    return new TrainingPage(browser, page, await browser.newBrowserCDPSession(), async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Throws with the worker's own words. */
  async ask<K extends AskKind>(
    contender: Contender,
    kind: K,
    args: Asks[K]['args'],
  ): Promise<Asks[K]['answer']> {
    const answer = await this.#page.evaluate(
      ([to, message]) =>
        (window as unknown as { ask(to: Contender, message: Ask): Promise<Answer> }).ask(to, message),
      [contender, { kind, args } as Ask] as const,
    );
    if (!answer.ok) throw new Error(answer.error);
    return answer.value as Asks[K]['answer'];
  }

  /** A turn of the contender's worker. The other workers idle meanwhile, so the renderer's processor time is its own. */
  async turn(contender: Contender, ms: number): Promise<MeasuredTurn> {
    const before = await this.#processorSeconds();
    const turn = await this.ask(contender, 'turn', { ms });
    return { ...turn, processor: (await this.#processorSeconds()) - before };
  }

  async #processorSeconds(): Promise<number> {
    const { processInfo } = await this.#system.send('SystemInfo.getProcessInfo');
    return processInfo
      .filter(({ type }) => type === 'renderer')
      .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#end();
  }
}
