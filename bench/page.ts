/** The production build in real Chromium, and a recorder of frames and tasks of its main thread. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, ensureChromium } from '../scripts/chromium.mjs';
import { serve } from '../scripts/serve.mjs';

export interface Site {
  readonly dist: string;
  /** A fresh browser profile: nothing cached, nothing stored. */
  visit(query?: string): Promise<Page>;
  readonly browser: Browser;
  readonly url: string;
  close(): Promise<void>;
}

const PATIENCE_MS = 180_000;

/** Builds first when there is no build. */
export async function openSite(dist: string): Promise<Site> {
  if (!existsSync(join(dist, 'index.html')))
    execFileSync('npx', ['vite', 'build', '--outDir', dist, '--emptyOutDir', '--logLevel', 'warn'], {
      stdio: 'inherit',
    });
  const { server, url } = await serve(dist, 4400);
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...CHROMIUM_ARGS] });
  return {
    dist,
    browser,
    url,
    async visit(query = '') {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      await page.addInitScript(RECORDER);
      await page.goto(url + query);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Opens a project file through the app's own dialog. */
export async function openProject(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const files = page.getByRole('dialog').locator('input[type=file]').first();
  await files.setInputFiles({
    name: 'bench.weft.json',
    mimeType: 'application/json',
    buffer: Buffer.from(text),
  });
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** As the file size check counts them: what loads at start and what on demand. */
export function chunkSizes(
  dist: string,
): { readonly file: string; readonly gzipped: number; readonly isFirst: boolean }[] {
  const script = join(import.meta.dirname, '../scripts/size.mjs');
  let output: string;
  try {
    output = execFileSync(process.execPath, [script], { cwd: dirname(dist), stdio: 'pipe' }).toString();
  } catch (error) {
    // Over the budget it exits with 1, after the same lines.
    output = String((error as { stdout?: Buffer }).stdout ?? '');
  }
  return [...output.matchAll(/^ *(\d+) {2}(first load|on demand ) {2}(\S+)$/gm)].map(
    ([, size, when, file]) => ({
      file: file!,
      gzipped: Number(size),
      isFirst: when === 'first load',
    }),
  );
}

export interface Recorded {
  /** Milliseconds between two animation frames. */
  readonly frames: readonly number[];
  /** Tasks of the main thread that the browser calls long (over 50 ms), in milliseconds. */
  readonly longTasks: readonly number[];
}

/** In the page, as text: a build tool would add helpers to functions that the page does not have. */
const RECORDER = `
window.bench = {
  start() {
    this.frames = [];
    this.longTasks = [];
    this.observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) this.longTasks.push(duration);
    });
    this.observer.observe({ type: 'longtask' });
    let last = null;
    const frame = (now) => {
      if (last !== null) this.frames.push(now - last);
      last = now;
      this.frame = requestAnimationFrame(frame);
    };
    this.frame = requestAnimationFrame(frame);
  },
  stop() {
    cancelAnimationFrame(this.frame);
    for (const { duration } of this.observer.takeRecords()) this.longTasks.push(duration);
    this.observer.disconnect();
    return { frames: this.frames, longTasks: this.longTasks };
  },
  /** Resolves when what is on the page now has been painted. */
  painted() {
    return new Promise((done) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(null);
      });
    });
  },
  /** Resolves with the time at which the selector first finds something, looked for in every frame. */
  found(selector) {
    return new Promise((done) => {
      const look = () => (document.querySelector(selector) ? done(performance.now()) : requestAnimationFrame(look));
      look();
    });
  },
  /** Resolves with the milliseconds from the next key press until the element's new text has been painted. */
  keyToText(selector) {
    const element = document.querySelector(selector);
    return new Promise((done) => {
      let pressed = 0;
      addEventListener('keydown', (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
      const watcher = new MutationObserver(async () => {
        watcher.disconnect();
        done((await this.painted()) - pressed);
      });
      watcher.observe(element, { childList: true, characterData: true, subtree: true });
    });
  },
};
`;

export interface Task {
  readonly clockMs: number;
  /** Without the time in which another program had the core. */
  readonly processorMs: number;
}

export interface Trace extends Recorded {
  readonly tasks: readonly Task[];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Records while `act` runs. */
export async function trace(site: Site, page: Page, act: () => Promise<void>): Promise<Trace> {
  await site.browser.startTracing(page, { categories: ['toplevel'] });
  await page.evaluate('bench.start()');
  await act();
  const recorded = (await page.evaluate('bench.stop()')) as Recorded;
  const { traceEvents } = JSON.parse((await site.browser.stopTracing()).toString()) as {
    traceEvents: readonly TraceEvent[];
  };
  return { ...recorded, tasks: mainThreadTasks(traceEvents) };
}

/** What the browser calls a task, by version. */
const TASKS = new Set(['RunTask', 'ThreadControllerImpl::RunTask']);

function mainThreadTasks(events: readonly TraceEvent[]): Task[] {
  const threads = events.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const tasksOf = threads.map(({ pid, tid }) =>
    events.filter(
      (event) => TASKS.has(event.name) && event.ph === 'X' && event.pid === pid && event.tid === tid,
    ),
  );
  // The browser keeps a spare renderer: the page's is the one that worked.
  const [busiest = []] = tasksOf.toSorted((a, b) => b.length - a.length);
  return busiest.map(({ dur = 0, tdur = 0 }) => ({ clockMs: dur / 1000, processorMs: tdur / 1000 }));
}
