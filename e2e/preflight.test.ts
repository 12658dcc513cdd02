/** The check before a run: what it says, that it picks the backend, and that what cannot fit is refused while the page lives. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { canvas, nodes } from './canvas';
import { epochRow, train, trainAgain, trainToEnd } from './training';

const visit = startBrowser();

const layer = (page: Page, name: string, index = 0) =>
  page.getByRole('table', { name: 'Layers' }).getByRole('button', { name }).nth(index);
const readout = (page: Page) => page.getByText(/^(wasm|cpu): .* per step, .* per epoch, .* at peak$/);

it('measures, says so, and trains on what was fastest', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&epochs=2' });
  await trainToEnd(page);
  await readout(page).click();
  const table = page.getByRole('table', { name: 'Backends measured' });
  const rows = await table.getByRole('row').allInnerTexts();
  const cells = rows.slice(1).map((row) => row.split('\t'));
  expect(cells.map(([backend]) => backend)).toEqual(['webgpu', 'webgl', 'wasm', 'cpu']);
  const used = cells.find((row) => row[4] === 'used')!;
  expect(used[1]).toMatch(/\d ms$/);
  expect(used[3]).toMatch(/^\d.* [kM]B$/);
  // No GPU here, or one in software: never tried.
  for (const [, step] of cells.slice(0, 2)) expect(step).toBe('–');
  await page.getByText(used[0]!, { exact: true }).first().waitFor();
  await close();
});

it('does not measure the same twice, and measures again what has changed', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=40' });
  await trainToEnd(page);
  const first = await readout(page).textContent();
  await trainToEnd(page);
  expect(await readout(page).textContent()).toBe(first);
  await layer(page, 'Dense').click();
  await page.getByRole('spinbutton', { name: 'Units' }).fill('2048');
  await trainToEnd(page);
  expect(await readout(page).textContent()).not.toBe(first);
  await close();
});

it('refuses what cannot fit within seconds, and lives', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&epochs=1' });
  for (const index of [0, 1]) {
    await layer(page, 'Dense', index).click();
    await page.getByRole('spinbutton', { name: 'Units' }).fill('60000');
    await canvas(page).click({ position: { x: 8, y: 8 } });
  }
  await train(page).click();
  const notice = page.getByRole('alert').filter({ hasText: 'Not started' });
  await notice
    .getByText(/does not fit in the .* that can be had here, whatever the batch size\. “Dense/)
    .waitFor({
      timeout: 5000,
    });
  await notice.getByRole('button', { name: 'Show the node' }).click();
  await page.getByRole('spinbutton', { name: 'Units' }).fill('16');
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await trainToEnd(page);
  await epochRow(page, 1).waitFor({ state: 'attached' });
  await close();
});

it('proposes the batch size that fits, one click away, and can be cancelled', async () => {
  const { page, close } = await visit({ query: '?doc=fashion-cnn&backend=wasm&epochs=1' });
  await layer(page, 'Conv2D').click();
  await page.getByRole('spinbutton', { name: 'Filters' }).fill('512');
  await canvas(page).click({ position: { x: 8, y: 8 } });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const batch = page
    .getByRole('tabpanel', { name: 'Training' })
    .getByRole('spinbutton', { name: 'Batch size' });
  await batch.fill('8192');
  await train(page).click();
  const smaller = page.getByRole('button', { name: /^Set batch size to \d+$/ });
  await smaller.waitFor();
  const [, size] = /(\d+)$/.exec((await smaller.textContent())!)!;
  expect(Number(size)).toBeLessThan(8192);
  await smaller.click();
  expect(await batch.inputValue()).toBe(size);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('progressbar', { name: 'Measuring…' }).waitFor({ state: 'detached' });
  await train(page).waitFor();
  await close();
});

it('shows what each node costs, and what is wrong with it', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=3' });
  await trainToEnd(page);
  const costs = canvas(page).getByText(/^[\d.]+ [mµ]s · [\d.]+ k?B$/);
  expect(await costs.count()).toBe(0);
  await page.getByRole('button', { name: 'View and settings' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Measured cost' }).click();
  await page.keyboard.press('Escape');
  await costs.first().waitFor();
  expect(await costs.count()).toBeGreaterThanOrEqual(2);
  await layer(page, 'Dense').click();
  const health = page.getByRole('region', { name: 'In training' });
  await health.getByText('Gradient norm').waitFor();
  await health.getByText('Kept for backward').waitFor();

  // A rate that throws the weights far out leaves ReLUs that never fire again.
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = page.getByRole('tabpanel', { name: 'Training' });
  await settings.getByRole('spinbutton', { name: 'Learning rate' }).fill('10');
  await settings.getByRole('spinbutton', { name: 'Epochs' }).fill('60');
  await trainToEnd(page);
  await trainAgain(page).waitFor();
  await nodes(page, 'Dense')
    .getByRole('button', { name: /dead|Dead|Exploding|Vanishing|Saturated/ })
    .first()
    .waitFor();
  await close();
});
