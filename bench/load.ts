/** What the browser loads, and how long a new user waits for the Train button. */
import { chunkSizes, openSite } from './page';
import { median, report } from './report';

const BUDGET = 300_000;

interface Visit {
  readonly paintMs: number;
  readonly readyMs: number;
  readonly bytes: number;
}

/** Navigation timings of the page; run after the button is there. */
const TIMINGS = `(() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const bytes = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.transferSize, 0);
  return { paintMs: paint ? paint.startTime : 0, bytes };
})()`;

export async function benchLoad(dist: string, runs: number): Promise<void> {
  const site = await openSite(dist);
  try {
    const sizes = chunkSizes(dist).toSorted(
      (a, b) => Number(b.isFirst) - Number(a.isFirst) || b.gzipped - a.gzipped,
    );
    const first = sizes.filter(({ isFirst }) => isFirst).reduce((sum, { gzipped }) => sum + gzipped, 0);
    report('Chunks, gzipped', [
      ...sizes.map(({ file, gzipped, isFirst }) => ({
        file,
        bytes: gzipped,
        loads: isFirst ? 'first' : 'on demand',
      })),
      { file: `first load, budget ${BUDGET.toLocaleString('en-US')}`, bytes: first, loads: '' },
    ]);
    const cold: Visit[] = [];
    const warm: Visit[] = [];
    for (let run = 0; run < runs; run++) {
      const page = await site.visit('?doc=fashion-cnn');
      const measure = async (): Promise<Visit> => {
        const ready = await page.evaluate(`bench.found('header button[aria-disabled="false"]')`);
        return { ...((await page.evaluate(TIMINGS)) as Omit<Visit, 'readyMs'>), readyMs: ready as number };
      };
      cold.push(await measure());
      await page.reload();
      warm.push(await measure());
      await page.context().close();
    }
    const row = (visit: string, all: readonly Visit[]) => ({
      visit,
      runs,
      'first paint, ms': Math.round(median(all.map((each) => each.paintMs))),
      'Train can be pressed, ms': Math.round(median(all.map((each) => each.readyMs))),
      'bytes over the wire': median(all.map((each) => each.bytes)),
    });
    report('Opening the page', [row('first', cold), row('again', warm)]);
  } finally {
    await site.close();
  }
}
