/** A run after a run: it begins with what the last one learned where that still fits, or repeats it to the last bit. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { canvas, nodes, unfoldAll } from './canvas';
import { historyNumbers, trainAgain, trainToEnd } from './training';

const visit = startBrowser();

/** The marks of nodes that did not begin as they always do. */
const KEPT = /^(Began|Wider|New: began)/;
const panel = (page: Page) => page.getByRole('tabpanel', { name: 'Training' });
const openSettings = (page: Page) =>
  panel(page).getByRole('button', { name: 'Settings', exact: true }).click();

it('goes on with the weights of the last run, also in a layer made wider, and shows what was kept', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2' });
  await trainToEnd(page);
  const before = await historyNumbers(page);
  await openSettings(page);
  const marks = canvas(page).getByRole('img', { name: KEPT });
  expect(await marks.count()).toBe(0);
  await panel(page).getByRole('combobox', { name: 'Start from' }).selectOption('the last run');

  await page.getByRole('table', { name: 'Layers' }).getByRole('button', { name: 'Dense' }).nth(1).click();
  const units = page.getByRole('spinbutton', { name: 'Units' });
  expect(await units.inputValue()).toBe('64');
  await units.fill('96');
  await page.getByRole('button', { name: 'Train the changed graph' }).click();
  await panel(page).getByText('Began with earlier weights: 3 of 6 arrays unchanged.').waitFor();
  await trainAgain(page).waitFor();
  const markOf = (node: string) =>
    nodes(page, node).getByRole('img', { name: KEPT }).getAttribute('aria-label');
  expect(await markOf('Dense, 128 units')).toBe('Began with the weights of the run before');
  // Its outputs are more, and so are the inputs of the one after it.
  for (const wider of ['Dense, 96 units', 'Classification'])
    expect(await markOf(wider)).toMatch(/^Wider than before: the old weights are in it/);
  expect(await marks.count()).toBe(3);
  const after = await historyNumbers(page);
  // The first epoch begins where the run before ended.
  expect(after[0]![0]).toBeLessThan(before[1]![0]!);
  await close();
});

it('repeats a run to the last bit, and says so', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2' });
  await trainToEnd(page);
  const before = await historyNumbers(page);
  await openSettings(page);
  await unfoldAll(panel(page).getByRole('complementary', { name: 'Settings' }));
  await panel(page).getByRole('button', { name: 'Reproduce' }).click();
  await panel(page)
    .getByText(/^Reproduced: all \d+ steps are equal to the run before, to the last bit\.$/)
    .waitFor();
  await trainAgain(page).waitFor();
  expect(await historyNumbers(page)).toEqual(before);
  await close();
});
