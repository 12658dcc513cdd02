/** How a run trains, set in the form: every group, what is wrong with a setting, and how a run with it ends. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { historyNumbers, train, trainAgain } from './training';

const visit = startBrowser();

const foldOf = (page: Page): Locator =>
  page.locator('details').filter({ hasText: 'Learning rate over time' });

/** Opens the fold; the other one belongs to the optimizer. */
const unfold = async (page: Page): Promise<Locator> => {
  const fold = foldOf(page);
  await fold.locator('summary').first().click();
  await fold.getByRole('combobox', { name: 'Learning-rate schedule' }).waitFor();
  return fold;
};

/** Short runs may be over before anyone sees them begin: the sign of the new run is that the notice has gone. */
async function trainChanged(page: Page): Promise<void> {
  const again = page.getByRole('button', { name: 'Train the changed graph' });
  await again.click();
  await again.waitFor({ state: 'detached' });
  await trainAgain(page).waitFor();
}

it('keeps the first view calm, and says on the fold what is set in it', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2' });
  const fold = foldOf(page);
  await fold.waitFor();
  expect(await page.getByRole('combobox', { name: 'Learning-rate schedule' }).isVisible()).toBe(false);
  await unfold(page);
  await fold.getByRole('combobox', { name: 'Gradient clipping' }).selectOption('Length of all gradients');
  await fold.getByText('Schedule, clipping, stopping… · Gradient clipping').waitFor();
  // One head: there is nothing to share.
  expect(await fold.getByRole('combobox', { name: 'Loss weights' }).count()).toBe(0);
  await close();
});

it('draws the learning rate of each schedule over the run', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=4' });
  const fold = await unfold(page);
  const schedule = fold.getByRole('combobox', { name: 'Learning-rate schedule' });
  const curve = (name: RegExp) => fold.getByRole('img', { name });
  await curve(/begins at 0\.001, at most 0\.001, ends at 0\.001\.$/).waitFor();
  await schedule.selectOption('Linear');
  await curve(/begins at 0\.001, at most 0\.001, ends at 0\.$/).waitFor();
  await fold.getByRole('spinbutton', { name: 'Final share' }).fill('0.5');
  await curve(/ends at 0\.0005\.$/).waitFor();
  await schedule.selectOption('One cycle');
  await curve(/begins at 0\.00004, at most 0\.001, ends at 4e-9\.$/).waitFor();
  await schedule.selectOption('Reduce on plateau');
  await curve(/^Learning rate as long as the watched loss keeps improving: 0\.001\. .* by 0\.1\.$/).waitFor();
  await schedule.selectOption('Step decay');
  await fold.getByRole('spinbutton', { name: 'Every' }).fill('1');
  await curve(/ends at 0\.000001\.$/).waitFor();
  await close();
});

it('trains with everything set at once, and the settings make a difference', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2' });
  await train(page).click();
  await trainAgain(page).waitFor();
  await page.getByText('Finished after 2 epochs.').waitFor();
  const plain = await historyNumbers(page);

  const fold = await unfold(page);
  const choose = (name: string, option: string) =>
    fold.getByRole('combobox', { name, exact: true }).selectOption(option);
  await choose('Learning-rate schedule', 'Cosine');
  await fold.getByRole('spinbutton', { name: 'Warm-up' }).fill('0.1');
  await choose('Gradient clipping', 'Each value');
  await fold.getByRole('spinbutton', { name: 'Limit' }).fill('0.01');
  await fold.getByRole('spinbutton', { name: 'Accumulate' }).fill('2');
  await fold.getByText('Effective batch: 64 rows (2 × 32).').waitFor();
  await choose('Weight averaging', 'Exponential (EMA)');
  await fold.getByRole('spinbutton', { name: 'Decay', exact: true }).fill('0.9');
  await choose('Class weights', 'Balanced');
  await trainChanged(page);
  await page.getByText('Finished after 2 epochs.').waitFor();
  const numbers = await historyNumbers(page);
  expect(numbers).toHaveLength(2);
  expect(numbers).not.toEqual(plain);
  for (const value of numbers.flat()) expect(value).toBeGreaterThan(0);
  await close();
});

it('ends when a measure is good enough, and says which', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=500' });
  const fold = await unfold(page);
  await fold.getByRole('switch', { name: 'Stop when good enough' }).check();
  const watched = fold.getByRole('combobox', { name: 'Watch' });
  expect(await watched.inputValue()).toBe('val_accuracy');
  await fold.getByRole('spinbutton', { name: 'Good enough' }).fill('0.8');
  await train(page).click();
  const sentence = page.getByText(
    /^Stopped because it is good enough: Validation accuracy [89]\d\.\d % in epoch \d+\.$/,
  );
  await sentence.waitFor();
  const rows = await historyNumbers(page);
  expect(rows.at(-1)![3]).toBeGreaterThanOrEqual(80);
  for (const row of rows.slice(0, -1)) expect(row[3]).toBeLessThan(80);
  // What the sentence names is only known while the settings are those of the run.
  await fold.getByRole('spinbutton', { name: 'Good enough' }).fill('0.9');
  await page.getByText(/^Stopped because the target was reached in epoch \d+\.$/).waitFor();
  await close();
});

it('ends when its time is over, and says so', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=100000' });
  const fold = await unfold(page);
  await fold.getByRole('switch', { name: 'Time limit' }).check();
  await fold.getByRole('spinbutton', { name: 'Minutes' }).fill('0.02');
  await train(page).click();
  await page.getByText(/^Stopped by the time limit in epoch \d+\.$/).waitFor();
  await trainAgain(page).waitFor();
  await close();
});

it('stands in the way of a setting that cannot work, and repairs it', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=1' });
  const fold = await unfold(page);
  await fold.getByRole('spinbutton', { name: 'Accumulate' }).fill('5000');
  await fold.getByText(/^Accumulate must be between 1 and \d+; it is 5000\./).waitFor();
  await fold.getByRole('button', { name: /Set Accumulate to \d+$/ }).click();
  await expect.poll(() => fold.getByText(/must be between/).count()).toBe(0);

  await page.getByRole('spinbutton', { name: 'Validation split' }).fill('0');
  await fold.getByRole('switch', { name: 'Stop when good enough' }).check();
  await fold.getByRole('combobox', { name: 'Watch' }).selectOption('Validation loss');
  await fold.getByText(/^Nothing called “val_loss” will be measured\./).waitFor();
  await fold.getByRole('button', { name: /Set Validation split to 0\.15$/ }).click();
  await expect.poll(() => fold.getByText(/will be measured/).count()).toBe(0);
  expect(await page.getByRole('spinbutton', { name: 'Validation split' }).inputValue()).toBe('0.15');
  await close();
});

it('gives a node a learning rate of its own, with undo', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2' });
  await train(page).click();
  await trainAgain(page).waitFor();
  const plain = await historyNumbers(page);
  const layer = (name: string) =>
    page.getByRole('table', { name: 'Layers' }).getByRole('button', { name }).first();
  await layer('Flatten').click();
  await page.getByRole('switch', { name: 'Bypass' }).waitFor();
  const factor = page.getByRole('spinbutton', { name: 'Learning-rate factor' });
  expect(await factor.count()).toBe(0);
  await page.keyboard.press('Escape');
  await layer('Dense').click();
  await factor.fill('0.01');
  await trainChanged(page);
  expect(await historyNumbers(page)).not.toEqual(plain);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => factor.inputValue()).toBe('1');
  await close();
});
