/** Experiments: the range test sets a rate, seeds give a band, a search fills its table and is applied, and all of it can be cancelled. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { epochRow, train } from './training';

const visit = startBrowser();

const panel = (page: Page) => page.getByRole('region', { name: 'Experiments', exact: true });
async function openForm(page: Page, kind: string): Promise<void> {
  await page.getByRole('tab', { name: 'Experiments' }).click();
  await panel(page).getByRole('button', { name: kind, exact: true }).first().click();
}
const start = (page: Page) => panel(page).getByRole('button', { name: 'Start', exact: true }).click();
const runs = (page: Page) => panel(page).getByRole('table', { name: 'Runs', exact: true });
/** With nothing selected the inspector has the training settings. */
const inspected = (page: Page, name: string) =>
  page.getByRole('complementary', { name: 'Inspector' }).getByRole('spinbutton', { name });
const learningRate = (page: Page) => inspected(page, 'Learning rate');
const finished = (page: Page) =>
  panel(page)
    .getByRole('status')
    .filter({ hasText: /^finished/ })
    .waitFor({ timeout: 120_000 });
it('finds a learning rate on a copy of the model and sets it as one edit', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm' });
  await openForm(page, 'Learning rate');
  await start(page);
  const set = panel(page)
    .getByRole('button', { name: /^Set learning rate to / })
    .first();
  await set.waitFor({ timeout: 120_000 });
  await panel(page)
    .getByRole('img', { name: /^Smoothed loss against the learning rate, from 1e-7 to/ })
    .waitFor();
  const rate = Number(/to (.*)$/.exec((await set.textContent()) ?? '')?.[1]);
  expect(rate).toBeGreaterThan(1e-5);
  expect(rate).toBeLessThan(1);
  await set.click();
  await panel(page)
    .getByRole('button', { name: `The learning rate is ${rate}` })
    .waitFor();
  expect(Number(await learningRate(page).inputValue())).toBe(rate);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => learningRate(page).inputValue()).not.toBe(String(rate));
  await close();
});

it('repeats three seeds as a band with mean and deviation, while Train goes on beside', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=4' });
  await openForm(page, 'Repeated seeds');
  await panel(page).getByRole('spinbutton', { name: 'Seeds' }).fill('3');
  await start(page);
  await train(page).click();
  await page.getByRole('tab', { name: 'Experiments' }).click();
  await finished(page);
  await panel(page)
    .getByRole('img', { name: /^Validation loss by epoch over 3 runs\. After epoch 4: mean / })
    .waitFor();
  const rows = await runs(page).getByRole('row').allInnerTexts();
  expect(rows).toHaveLength(4);
  const losses = rows.slice(1).map((row) => row.split('\t')[2]);
  expect(new Set(losses).size).toBe(3);
  const summary = panel(page).getByRole('table', { name: 'All runs together' });
  await summary.getByRole('row', { name: /^Test accuracy \d+\.\d % ± \d+\.\d %/ }).waitFor();
  await page.getByRole('tab', { name: 'Training' }).click();
  await epochRow(page, 4).waitFor({ state: 'attached' });
  await close();
});

it('searches at random, marks the best run and applies it; a reload keeps the results', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=3' });
  await openForm(page, 'Search');
  // Something of its own, so that the project has a place in storage.
  await panel(page).getByRole('combobox', { name: 'Vary a setting…' }).selectOption({ label: 'Batch size' });
  await panel(page).getByRole('spinbutton', { name: 'Runs', exact: true }).fill('4');
  await start(page);
  await finished(page);
  const best = panel(page).getByText(/^Best: run \d, validation loss [\d.e-]+\.$/);
  await best.waitFor();
  await panel(page)
    .getByRole('img', { name: /^Parallel coordinates: one line for each of 4 runs/ })
    .waitFor();
  const table = runs(page);
  expect(await table.getByRole('row').count()).toBe(5);
  await table.getByRole('button', { name: 'Validation loss' }).click();
  const texts = (await table.getByRole('row').allInnerTexts()).slice(1).map((row) => row.split('\t'));
  const losses = texts.map((row) => Number(row[1]));
  expect(losses).toEqual([...losses].sort((a, b) => a - b));
  // The first row is the best one, and its settings are what is applied.
  expect(texts[0]![0]).toContain('Best');
  await panel(page).getByRole('button', { name: 'Use these settings', exact: true }).first().click();
  await panel(page).getByText('The project has these settings.').waitFor();
  expect(Number(await learningRate(page).inputValue())).toBeCloseTo(Number(texts[0]![2]), 8);
  expect(await inspected(page, 'Batch size').inputValue()).toBe(texts[0]![3]);
  await page.getByRole('img', { name: 'Saved on this device' }).waitFor();
  // The tab is open again by itself.
  await page.reload();
  await panel(page)
    .getByText(/^Best: run \d, validation loss/)
    .waitFor();
  expect(await runs(page).getByRole('row').count()).toBe(5);
  await panel(page).getByRole('button', { name: 'Delete' }).click();
  await panel(page).getByText('None yet').waitFor();
  await close();
});

it('by successive halving trains the best of each rung on, and the last of them is the best', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=9' });
  await openForm(page, 'Search');
  await panel(page).getByRole('combobox', { name: 'Strategy' }).selectOption('halving');
  await panel(page).getByRole('spinbutton', { name: 'Settings to start with' }).fill('9');
  // 9 × 1, then 3 × 2 and 1 × 6 more.
  await panel(page)
    .getByText(/13 runs, 21 epochs in all Each rung goes on where the one before stood/)
    .waitFor();
  await start(page);
  await finished(page);
  const rows = (await runs(page).getByRole('row').allInnerTexts()).slice(1).map((row) => row.split('\t'));
  expect(rows.map((row) => row[3])).toEqual([...Array(9).fill('1'), ...Array(3).fill('3'), '9']);
  expect(rows[12]![0]).toContain('Best');
  await close();
});

it('cancels one run, then all of them', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2000' });
  await openForm(page, 'Cross-validation');
  await panel(page).getByRole('spinbutton', { name: 'Folds' }).fill('4');
  await start(page);
  await panel(page).getByRole('progressbar', { name: 'Progress of run 1' }).waitFor();
  await panel(page).getByRole('button', { name: 'Cancel run 1', exact: true }).click();
  const row = (n: number) => runs(page).getByRole('row').nth(n);
  await expect.poll(() => row(1).textContent()).toContain('cancelled');
  // The next one takes its place.
  await panel(page).getByRole('progressbar', { name: 'Progress of run 2' }).waitFor();
  await panel(page).getByRole('button', { name: 'Cancel all' }).click();
  await panel(page)
    .getByRole('status')
    .filter({ hasText: /^cancelled · 4 of 4 runs/ })
    .waitFor();
  expect(await panel(page).getByRole('progressbar').count()).toBe(0);
  await close();
});
