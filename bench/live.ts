/** The first project of a new user, trained as it comes, in the real worker, with the charts live: speed, and the main thread. */
import type { Page } from 'playwright-core';
import { openSite, type Recorded } from './page';
import { median, quantile, type Row, report } from './report';

const STARTER = '?doc=fashion-cnn&backend=wasm&epochs=5';
/** The faint curve of single steps in charts/curve-layer.tsx, once it has a point. */
const FIRST_POINT = 'figure svg path[opacity="0.28"][d^="M"]';

interface LiveRun extends Recorded {
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
      taken.push(await trainOnce(page));
      await page.context().close();
    }
    const of = (key: 'firstPointMs' | 'totalMs' | 'samplesPerSecond' | 'accuracy'): number =>
      median(taken.map((each) => each[key]));
    const frames = taken.flatMap((each) => each.frames);
    const long = taken.flatMap((each) => each.longTasks);
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
        'longest, ms': Math.max(0, ...long),
      },
    ]);
  } finally {
    await site.close();
  }
}

async function trainOnce(page: Page): Promise<LiveRun> {
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await train.waitFor();
  await page.locator('.react-flow__node').first().waitFor();
  await page.evaluate(`addEventListener('click', (event) => {
    bench.clickedAt = event.timeStamp;
    bench.start();
    bench.found(${JSON.stringify(FIRST_POINT)}).then((at) => { bench.firstPointAt = at; });
  }, { capture: true, once: true })`);
  await train.click();
  const controls = page.getByRole('group', { name: 'Training controls' });
  await controls.waitFor();
  await page.getByRole('button', { name: 'Train again' }).waitFor();
  const recorded = (await page.evaluate(
    `({ ...bench.stop(), totalMs: performance.now() - bench.clickedAt, firstPointMs: bench.firstPointAt - bench.clickedAt })`,
  )) as Recorded & { readonly totalMs: number; readonly firstPointMs: number };
  const speed = await page.getByText(/samples\/s/).first().innerText();
  await page.getByRole('button', { name: 'See results' }).click();
  const results = page.getByRole('region', { name: 'Results', exact: true });
  const accuracy = await results.getByRole('definition').filter({ hasText: '%' }).first().innerText();
  return {
    ...recorded,
    samplesPerSecond: Number(/([\d\s,.]+) *samples/.exec(speed)?.[1]?.replace(/[^\d]/g, '')),
    accuracy: Number.parseFloat(accuracy),
  };
}
