/** The canvas under a hand: frames while panning, zooming and dragging with every node on the screen, and edit → shapes. */
import type { Page } from 'playwright-core';
import type { GraphDoc } from '../src/graph/document';
import { serialise } from '../src/graph/serialise';
import { residualGraph } from './compile';
import { openProject, openSite, type Site, type Trace, trace } from './page';
import { median, quantile, type Row, report } from './report';

const SIZES = [1000, 5000];
const VIEWS = ['all on the screen', 'at 100 %'] as const;
type View = (typeof VIEWS)[number];
const COLUMN = 264;
const LINE = 150;
/** Width over height of the canvas, so that all nodes fit at the largest zoom. */
const ASPECT = 1.6;
const MOVES = 60;
const EDITS = 9;

interface Point {
  readonly x: number;
  readonly y: number;
}

export async function benchCanvas(dist: string, runs: number): Promise<void> {
  const site = await openSite(dist);
  try {
    for (const size of SIZES) await benchSize(site, size, runs);
  } finally {
    await site.close();
  }
}

async function benchSize(site: Site, size: number, runs: number): Promise<void> {
  const page = await site.visit('?doc=digits-mlp');
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  const gestures: Row[] = [];
  const edits: Row[] = [];
  const started = performance.now();
  await openProject(page, serialise(gridded(size)));
  await page.evaluate('bench.painted()');
  const openMs = Math.round(performance.now() - started);
  for (const view of VIEWS) {
    await look(page, view);
    const drawn = await page.locator('.react-flow__node').count();
    for (const [gesture, act] of Object.entries(GESTURES)) {
      const traces: Trace[] = [];
      for (let run = 0; run <= runs; run++) {
        const taken = await trace(site, page, () => act(page));
        // The first one compiles code and rasterises what later ones reuse.
        if (run > 0) traces.push(taken);
        if (gesture === 'drag a node') await page.getByRole('button', { name: 'Undo' }).click();
        await look(page, view);
      }
      gestures.push({ view, drawn, gesture, ...frameRow(traces) });
    }
    edits.push({ view, drawn, ...(await editRow(page)), 'open the file, ms': openMs });
  }
  await page.context().close();
  const nodes = size.toLocaleString('en-US');
  report(`Canvas of ${nodes} nodes: frames while the mouse moves`, gestures);
  report(`Canvas of ${nodes} nodes: key press → new shapes painted`, edits);
}

/** A residual network in lines from left to right, on a shipped data set. */
function gridded(size: number): GraphDoc {
  const doc = residualGraph(size);
  const ids = Object.keys(doc.meaning.nodes);
  const columns = Math.ceil(Math.sqrt((ids.length * LINE * ASPECT) / COLUMN));
  const positions = Object.fromEntries(
    ids.map((id, index) => [id, { x: (index % columns) * COLUMN, y: Math.floor(index / columns) * LINE }]),
  );
  return {
    ...doc,
    meaning: { ...doc.meaning, dataset: { id: 'fashion-mnist' } },
    layout: { ...doc.layout, positions },
  };
}

async function look(page: Page, view: View): Promise<void> {
  const { x, y } = await center(page);
  await page.mouse.move(x, y);
  await page.getByRole('button', { name: 'Fit', exact: false }).first().click();
  if (view === 'at 100 %') await page.getByRole('button', { name: /% ?: / }).click();
  // The view glides to its place.
  await page.waitForTimeout(400);
  await page.mouse.move(x, y);
}

async function center(page: Page): Promise<Point> {
  const box = await page.getByRole('region', { name: 'Canvas' }).boundingBox();
  if (!box) throw new Error('There is no canvas');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const GESTURES: { readonly [name: string]: (page: Page) => Promise<void> } = {
  async pan(page) {
    const from = await center(page);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down({ button: 'middle' });
    await circle(page, from, 150);
    await page.mouse.up({ button: 'middle' });
  },
  async zoom(page) {
    const at = await center(page);
    await page.mouse.move(at.x, at.y);
    for (let turn = 0; turn < MOVES; turn++) await page.mouse.wheel(0, turn < MOVES / 2 ? -40 : 40);
  },
  async 'drag a node'(page) {
    const from = await middleNode(page);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await circle(page, from, 60);
    await page.mouse.up();
  },
};

async function circle(page: Page, { x, y }: Point, radius: number): Promise<void> {
  for (let move = 1; move <= MOVES; move++) {
    const angle = (2 * Math.PI * move) / MOVES;
    await page.mouse.move(x + radius * (1 - Math.cos(angle)), y + radius * Math.sin(angle));
  }
}

/** The middle of the drawn node that is nearest to the middle of the canvas. */
async function middleNode(
  page: Page,
  selector = '.react-flow__node',
): Promise<Point & { readonly id: string }> {
  const { x, y } = await center(page);
  return (await page.evaluate(`(() => {
    let best = null;
    for (const node of document.querySelectorAll(${JSON.stringify(selector)})) {
      const box = node.getBoundingClientRect();
      const at = { x: box.x + box.width / 3, y: box.y + box.height / 2, id: node.dataset.id };
      at.far = Math.hypot(at.x - ${x}, at.y - ${y});
      if (!best || at.far < best.far) best = at;
    }
    return best;
  })()`)) as Point & { readonly id: string };
}

function frameRow(traces: readonly Trace[]): Row {
  const frames = traces.flatMap((each) => each.frames);
  const tasks = traces.flatMap((each) => each.tasks);
  return {
    frames: frames.length,
    'median, ms': median(frames),
    'p95, ms': quantile(frames, 0.95),
    'worst, ms': Math.max(...frames),
    'over 33 ms, %': (100 * frames.filter((ms) => ms > 34).length) / frames.length,
    'long tasks': traces.reduce((sum, each) => sum + each.longTasks.length, 0),
    'longest task, ms': Math.max(...tasks.map((task) => task.clockMs)),
    'of which processor, ms': Math.max(...tasks.map((task) => task.processorMs)),
    'processor per frame, ms': tasks.reduce((sum, task) => sum + task.processorMs, 0) / frames.length,
  };
}

/** The number of filters of a convolution in the middle, up and down: breaks and mends the addition after it. */
async function editRow(page: Page): Promise<Row> {
  const node = await middleNode(page, '.react-flow__node[data-id^="a"]');
  await page.mouse.click(node.x, node.y);
  const filters = page.getByRole('spinbutton', { name: 'Filters' });
  await filters.focus();
  const times: number[] = [];
  for (let edit = 0; edit < EDITS; edit++) {
    const key = edit % 2 === 0 ? 'ArrowUp' : 'ArrowDown';
    await page.evaluate(
      `bench.edit = bench.keyToText('.react-flow__node[data-id="${node.id}"] .card-shape'); undefined`,
    );
    // Not through a locator: looking for a role among a thousand nodes would be measured, too.
    await page.keyboard.press(key);
    times.push((await page.evaluate('bench.edit')) as number);
  }
  await page.keyboard.press('Escape');
  return { edits: times.length, 'median, ms': median(times), 'worst, ms': Math.max(...times) };
}
