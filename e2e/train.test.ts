/** A run from the click on Train to the results, with everything that can be done to it on the way. */
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { openDrawer } from './canvas';
import { epochRow, history, historyNumbers, train, trainAgain, trainToEnd } from './training';

const visit = startBrowser();

it('trains the digits to more than 90 % while the curves fill', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=200' });
  await train(page).click();
  const controls = page.getByRole('group', { name: 'Training controls' });
  await controls.getByText(/Epoch \d+\/200/).waitFor();
  await controls.getByText(/step \d+\/\d+/).waitFor();
  await controls.getByText(/left$/).waitFor();
  // The chart describes itself: waiting at first, then the latest point.
  await page.getByRole('img', { name: /^Loss by epoch\. Latest: .*\d/ }).waitFor();
  await epochRow(page, 1).waitFor({ state: 'attached' });
  await trainAgain(page).waitFor();
  await page.getByText('Finished after 200 epochs.').waitFor();

  const rows = await historyNumbers(page);
  expect(rows).toHaveLength(200);
  const [firstLoss, firstAccuracy] = rows[0]!;
  const [lastLoss, lastAccuracy, , validation] = rows.at(-1)!;
  expect(lastLoss).toBeLessThan(firstLoss! / 4);
  expect(lastAccuracy).toBeGreaterThan(firstAccuracy!);
  expect(validation).toBeGreaterThan(90);
  await close();
});

it('shows progress as a bar and epochs as a table that can be looked at', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=200' });
  await train(page).click();
  const bar = page.getByRole('progressbar', { name: 'Training progress' });
  await bar.waitFor();
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  await page.getByRole('checkbox', { name: 'Table' }).check();
  await epochRow(page, 2).waitFor({ state: 'visible' });
  expect(await history(page).getByRole('columnheader').allInnerTexts()).toEqual([
    'Epoch',
    'Loss',
    'Accuracy',
    'Validation loss',
    'Validation accuracy',
    'Time',
  ]);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await trainAgain(page).waitFor();
  await close();
});

it('pauses between two steps, goes on step by step, resumes and stops', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=500' });
  await train(page).click();
  await epochRow(page, 1).waitFor({ state: 'attached' });
  const controls = page.getByRole('group', { name: 'Training controls' });
  await controls.getByRole('button', { name: 'Pause' }).click();
  const step = controls.getByRole('button', { name: 'Step' });
  await step.waitFor();

  const place = async () => {
    const words = (await controls.textContent()) ?? '';
    const [, epoch, at, steps] = /Epoch (\d+)\/500[\s\S]*step (\d+)\/(\d+)/.exec(words) ?? [];
    return (Number(epoch) - 1) * Number(steps) + Number(at);
  };
  const paused = await place();
  await step.click();
  await expect.poll(place).toBe(paused + 1);
  await step.click();
  await expect.poll(place).toBe(paused + 2);
  // What was paused stayed paused: the steps that were made are the two that were asked for.
  await controls.getByText('Paused').waitFor();

  await controls.getByRole('button', { name: 'Resume' }).click();
  await controls.getByRole('button', { name: 'Pause' }).waitFor();
  await expect.poll(place).toBeGreaterThan(paused + 10);
  await controls.getByRole('button', { name: 'Stop' }).click();
  await page.getByText(/Stopped after \d+ epochs\./).waitFor();
  await trainAgain(page).waitFor();
  await close();
});

it('stays editable while it trains, and says that the curve belongs to the graph as it was', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=500' });
  await train(page).click();
  await epochRow(page, 1).waitFor({ state: 'attached' });
  await page.getByRole('table', { name: 'Layers' }).getByRole('button', { name: 'Dense' }).first().click();
  await page.getByRole('spinbutton', { name: 'Units' }).fill('16');
  await page.getByText('The graph has changed since this run.').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const again = page.getByRole('button', { name: 'Train the changed graph' });
  await again.click();
  // The notice goes with the run before, whose rows would else be taken for new ones.
  await page.getByText('The graph has changed since this run.').waitFor({ state: 'detached' });
  await epochRow(page, 1).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await trainAgain(page).waitFor();
  await close();
});

it('tests the model on rows it has never seen and shows them', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=12' });
  await trainToEnd(page);
  await page.getByRole('button', { name: 'See results' }).click();
  const results = page.getByRole('region', { name: 'Results', exact: true });
  await results.getByText('297 test rows').waitFor();
  const accuracy = results.getByRole('definition').filter({ hasText: '%' });
  expect(Number.parseFloat((await accuracy.textContent()) ?? '')).toBeGreaterThan(80);

  const matrix = results.getByRole('region', { name: 'Confusion matrix' });
  // A cell that holds rows is a button that shows them.
  // Cells without a row are no buttons, and the corner is empty.
  const counts = (await matrix.getByRole('cell').allInnerTexts()).filter((text) => text.trim() !== '');
  expect(counts.length).toBeGreaterThanOrEqual(10);
  expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(297);
  expect(await results.getByRole('region', { name: 'Per class' }).getByRole('row').count()).toBe(11);

  const samples = results.getByRole('region', { name: 'Samples' });
  await samples.getByRole('listitem').first().waitFor();
  const shown = await samples.getByRole('listitem').count();
  await samples.getByRole('checkbox', { name: 'Only wrong ones' }).check();
  await expect
    .poll(async () => {
      const cards = await samples.getByRole('listitem').allInnerTexts();
      return cards.length > 0 && cards.every((card) => card.includes('wrong') && card.includes('true:'));
    })
    .toBe(true);
  expect(shown).toBeGreaterThan(0);

  // A cell of the matrix filters the samples to its own.
  await samples.getByRole('checkbox', { name: 'Only wrong ones' }).uncheck();
  await matrix.getByRole('button', { name: /^[1-9]\d* of \d+ with true class 0 predicted as 0 / }).click();
  await samples.getByRole('button', { name: /0 predicted as 0/ }).waitFor();
  await expect
    .poll(async () =>
      (await samples.getByRole('listitem').allInnerTexts()).every((card) => card.includes('predicted: 0')),
    )
    .toBe(true);
  await close();
});

it('trains the convolutional starter for an epoch', async () => {
  const { page, close } = await visit({ query: '?doc=fashion-cnn&backend=wasm&epochs=1' });
  await trainToEnd(page);
  const [row] = await historyNumbers(page);
  expect(row![3]).toBeGreaterThan(60);
  await openDrawer(page, 'Results');
  await page.getByText('2000 test rows').waitFor();
  await close();
});

it('gives the same curve for the same seed, and another for another', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2' });
  await trainToEnd(page);
  const first = await historyNumbers(page);
  await trainToEnd(page);
  expect(await historyNumbers(page)).toEqual(first);
  await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
  await trainToEnd(page);
  expect(await historyNumbers(page)).not.toEqual(first);
  await close();
});

it('keeps a finished run with its project across a reload', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2' });
  await page.getByRole('textbox', { name: 'Project name' }).fill('Kept run');
  await page.keyboard.press('Enter');
  await trainToEnd(page);
  const numbers = await historyNumbers(page);
  await page.getByText('Finished after 2 epochs.').waitFor();
  await page.getByRole('img', { name: 'Saved on this device' }).waitFor();
  const again = await visit({ context });
  await expect.poll(() => again.page.title()).toBe('Kept run – Weft');
  await again.page.getByText('Finished after 2 epochs.').waitFor();
  expect(await historyNumbers(again.page)).toEqual(numbers);
  await again.close();
  await close();
});
