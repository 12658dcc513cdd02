/**
 * A run is interrupted at random moments in every way that a browser knows: its worker throws or falls silent, the page is reloaded or
 * left, the renderer process is killed. It goes on by itself, and ends with the numbers of a run that nothing happened to.
 * `WEFT_KILLS=100` interrupts that often; the seed is printed when it fails.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createRandom } from '../src/data/random';
import { startBrowser, type Visit } from './browser';
import { train } from './training';

const visit = startBrowser();
const KILLS = Number(process.env['WEFT_KILLS'] ?? 6);
const SEED = Number(process.env['WEFT_SEED'] ?? 4);
/** Long enough for the kills, at several checkpoints between two. */
const EPOCHS = 80 * KILLS;

/** Fingerprints of what lies in storage about the one finished run. */
const finished = (page: Page) =>
  page.evaluate(async () => {
    const open = indexedDB.open('weft');
    await new Promise((resolve) => {
      open.onsuccess = resolve;
    });
    const all = (table: string) =>
      new Promise<unknown[]>((resolve) => {
        const request = open.result.transaction(table).objectStore(table).getAll();
        request.onsuccess = () => resolve(request.result as unknown[]);
      });
    const runs = (await all('runs')) as {
      readonly curves: { readonly [column: string]: { readonly y: Float32Array<ArrayBuffer> } };
      readonly model: { readonly weights: readonly { readonly values: Float32Array<ArrayBuffer> }[] };
      readonly epochRows: readonly { readonly measures: object }[];
    }[];
    const left = (await all('unfinished')).length + (await all('checkpoints')).length;
    open.result.close();
    const run = runs[0];
    if (!run || left > 0) return null;
    const digest = async (values: readonly Float32Array<ArrayBuffer>[]) => {
      const bytes = new Uint8Array(await new Blob([...values]).arrayBuffer());
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16)).join('');
    };
    return {
      steps: run.curves['loss']!.y.length,
      loss: await digest([run.curves['loss']!.y]),
      accuracy: await digest([run.curves['accuracy']!.y]),
      weights: await digest(run.model.weights.map(({ values }) => values)),
      epochs: run.epochRows.map(({ measures }) => JSON.stringify(measures)).join(),
    };
  });

const progress = async (page: Page): Promise<number> =>
  Number(await page.getByRole('progressbar', { name: 'Training progress' }).getAttribute('aria-valuenow'));

/** How often the run shown has been gone on with. */
async function resumptions(page: Page): Promise<number> {
  const sentence = page.getByText(/^Interrupted .*; gone on from step/);
  if ((await sentence.count()) === 0) return 0;
  return Number(((await sentence.textContent()) ?? '').match(/(\d+) times/)?.[1] ?? 1);
}

/** The engine's own worker. */
const worker = (page: Page) => page.workers()[0]!;

type Kill = (page: Page, context: BrowserContext) => Promise<Visit | null>;
const KINDS: { readonly [name: string]: Kill } = {
  'the worker throws': async (page) => {
    await worker(page).evaluate(() => {
      setTimeout(() => {
        throw new Error('provoked');
      });
    });
    return null;
  },
  'the worker falls silent': async (page) => {
    await worker(page)
      .evaluate(() => self.close())
      .catch(() => undefined);
    return null;
  },
  'the page is reloaded': async (page) => {
    await page.reload();
    return null;
  },
  'the page is closed and opened': async (page, context) => {
    await page.close();
    return visit({ context });
  },
  'the renderer is killed': async (page, context) => {
    const crashed = page.waitForEvent('crash');
    const devtools = await context.newCDPSession(page);
    void devtools.send('Page.crash').catch(() => undefined);
    await crashed;
    await page.close();
    return visit({ context });
  },
};

/** The same run, once left alone and once with something happening; what happens is told for the message. */
async function run(epochs: number, disturb: (visit: Visit) => Promise<Visit>) {
  let now = await visit({ query: `?doc=digits-mlp&backend=wasm&epochs=${epochs}` });
  const { context } = now;
  await train(now.page).click();
  now = await disturb(now);
  await now.page.getByText(`Finished after ${epochs} epochs.`).waitFor({ timeout: 300_000 });
  await expect.poll(() => finished(now.page), { timeout: 20_000 }).not.toBeNull();
  const outcome = await finished(now.page);
  expect(now.errors.filter((error) => !error.includes('provoked'))).toEqual([]);
  await context.close();
  return outcome;
}

it(`survives ${KILLS} interruptions and ends on the same curve`, async () => {
  const undisturbed = await run(EPOCHS, async (now) => now);
  const random = createRandom(SEED);
  const names = Object.keys(KINDS);
  const happened: string[] = [];
  const outcome = await run(EPOCHS, async (first) => {
    let now = first;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const name = names[kill < names.length ? kill : Math.floor(random() * names.length)]!;
      const at = Math.floor(((kill + random()) / KILLS) * 95);
      const { page } = now;
      await expect.poll(() => progress(page), { timeout: 120_000, interval: 20 }).toBeGreaterThanOrEqual(at);
      happened.push(`${name} at ${await progress(page)} %`);
      now = (await KINDS[name]!(page, now.context)) ?? now;
      // Interrupted before it has gone on would be the same interruption.
      await expect.poll(() => resumptions(now.page), { timeout: 60_000, interval: 50 }).toBe(kill + 1);
    }
    return now;
  });
  const message = `seed ${SEED}: ${happened.join('; ')}`;
  expect(outcome, message).toEqual(undisturbed);
  console.info(`${happened.length} interruptions, ${outcome!.steps} steps, equal: ${message}`);
}, 1_200_000);
