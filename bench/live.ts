/** The first project of a new user, trained as it comes, in the real worker, with the charts live: speed, and the main thread. */
import type { Page } from 'playwright-core';
import { openSite, type Site, type Trace, trace } from './page';
import { median, quantile, type Row, report } from './report';

const STARTER = '?doc=fashion-cnn&backend=wasm&epochs=5';
/** A curve of charts/curve-layer.tsx, once it has a point. */
const FIRST_POINT = 'figure g[stroke-linejoin="round"] path[d^="M"]';

interface LiveRun extends Trace {
  readonly firstPointMs: number;
  readonly totalMs: number;
  readonly samplesPerSecond: number;
  readonly accuracy: number;
}

export async function benchLive(dist: string, runs: number): Promise<void> {
  const site = await openSite(dist);
  try {
    const taken: LiveRun[] = [];
    for (let run = 0; run < runs; run++) {
      const page = await site.visit(STARTER);
      taken.push(await trainOnce(site, page));
      await page.context().close();
    }
    const of = (key: 'firstPointMs' | 'totalMs' | 'samplesPerSecond' | 'accuracy'): number =>
      median(taken.map((each) => each[key]));
    const frames = taken.flatMap((each) => each.frames);
    const tasks = taken.flatMap((each) => each.tasks);
    const row: Row = {
      runs,
      'Train → first point, ms': Math.round(of('firstPointMs')),
      '5 epochs, s': of('totalMs') / 1000,
      'samples per second': Math.round(of('samplesPerSecond')),
      'test accuracy, %': of('accuracy'),
    };
    report('Fashion-MNIST starter in Chromium', [row]);
    report('Main thread meanwhile', [
      {
        frames: frames.length,
        'median, ms': median(frames),
        'p95, ms': quantile(frames, 0.95),
        'worst, ms': Math.max(...frames),
        'tasks over 50 ms, per run': median(taken.map((each) => each.longTasks.length)),
        'longest, ms': Math.max(...tasks.map((task) => task.clockMs)),
        'of processor time, over 50 ms': tasks.filter((task) => task.processorMs > 50).length / runs,
        'longest of processor time, ms': Math.max(...tasks.map((task) => task.processorMs)),
      },
    ]);
  } finally {
    await site.close();
  }
}

async function trainOnce(site: Site, page: Page): Promise<LiveRun> {
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await train.waitFor();
  await page.locator('.react-flow__node').first().waitFor();
  await page.evaluate(`addEventListener('click', (event) => {
    bench.clickedAt = event.timeStamp;
    bench.found(${JSON.stringify(FIRST_POINT)}).then((at) => { bench.firstPointAt = at; });
  }, { capture: true, once: true })`);
  let times: { readonly totalMs: number; readonly firstPointMs: number } | undefined;
  const recorded = await trace(site, page, async () => {
    await train.click();
    await page.getByRole('group', { name: 'Training controls' }).waitFor();
    await page.getByText('Train again').waitFor();
    times = (await page.evaluate(
      '({ totalMs: performance.now() - bench.clickedAt, firstPointMs: bench.firstPointAt - bench.clickedAt })',
    )) as NonNullable<typeof times>;
  });
  const speed = await page
    .getByText(/samples\/s/)
    .first()
    .textContent();
  await page.getByRole('button', { name: 'See results' }).click();
  const results = page.getByRole('region', { name: 'Results', exact: true });
  const accuracy = await results.getByRole('definition').filter({ hasText: '%' }).first().textContent();
  return {
    ...recorded,
    ...times!,
    samplesPerSecond: countIn(speed ?? ''),
    accuracy: Number.parseFloat(accuracy ?? ''),
  };
}

/** `1.52 k samples/s` → 1520. */
function countIn(text: string): number {
  const [, digits = '', unit] = /([\d.,]+)\s*(k?)\s*samples/.exec(text) ?? [];
  return Number(digits.replace(',', '')) * (unit === 'k' ? 1000 : 1);
}
