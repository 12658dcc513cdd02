/**
 * A long run in Chromium with the charts live: whether memory stays flat. The page's heap is read after a garbage collection; the
 * renderer's resident memory (page, worker, wasm heap together) comes from the operating system, where that is Linux.
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { openSite, type Site } from './page';
import { median, type Row, report } from './report';

const STARTER = '?doc=fashion-cnn&backend=wasm&epochs=100000';
const MINUTE_MS = 60_000;

export async function benchEndurance(dist: string, _runs: number, minutes: number): Promise<void> {
  const site = await openSite(dist);
  try {
    const page = await site.visit(STARTER);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page
      .getByText(/samples\/s/)
      .first()
      .waitFor();
    const rows: Row[] = [];
    const startedAt = performance.now();
    for (let minute = 0; minute <= minutes; minute += 1) {
      await page.waitForTimeout(Math.max(0, startedAt + minute * MINUTE_MS - performance.now()));
      rows.push(await sample(site, page, minute));
    }
    report('A long run: memory by the minute', rows);
    const settled = rows.slice(Math.ceil(rows.length / 3));
    const growth = (column: string): number => {
      const values = settled.map((row) => row[column] as number);
      const half = values.length >> 1;
      return median(values.slice(half)) - median(values.slice(0, half));
    };
    report('A long run: growth between the middle and the last third', [
      {
        minutes,
        'page heap, MB': growth('page heap, MB'),
        'renderer resident, MB': growth('renderer resident, MB'),
      },
    ]);
  } finally {
    await site.close();
  }
}

async function sample(site: Site, page: Page, minute: number): Promise<Row> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  const progress = await page
    .getByText(/^Epoch \d+\/\d+/)
    .first()
    .textContent();
  return {
    minute,
    epoch: Number(/\d+/.exec(progress ?? '')?.[0]),
    'page heap, MB': usedSize / 2 ** 20,
    'renderer resident, MB': await resident(site),
  };
}

/** Of the largest renderer: the browser keeps a spare one. */
async function resident({ browser }: Site): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      try {
        const status = readFileSync(`/proc/${id}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
      } catch {
        return Number.NaN;
      }
    });
  return Math.max(...sizes);
}
