/** What somebody sees who comes for the first time: a network that is ready, its shapes, one obvious button; nothing else loaded. */
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { canvas, nodes, startEmpty, wire, wires } from './canvas';

const visit = startBrowser();

it('opens on a network that can be trained at once', async () => {
  const { page, close } = await visit();
  await expect.poll(() => page.title()).toBe('Fashion-MNIST CNN – Weft');
  await expect.poll(() => nodes(page).count()).toBe(9);
  await expect.poll(() => wires(page).count()).toBe(8);
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await train.waitFor();
  expect(await train.getAttribute('aria-disabled')).not.toBe('true');
  const { y, height } = (await train.boundingBox())!;
  expect(y + height).toBeLessThan(100);
  await page.getByRole('complementary', { name: 'Inspector' }).getByText('No problems').waitFor();
  await close();
});

it('has only one filled button, and that is Train', async () => {
  const { page, close } = await visit();
  const train = page.getByRole('button', { name: 'Train', exact: true });
  const filled = await train.evaluate((button) => {
    const fill = getComputedStyle(button).backgroundColor;
    return [...document.querySelectorAll('button')]
      .filter((each) => getComputedStyle(each).backgroundColor === fill)
      .map((each) => each.textContent);
  });
  expect(filled).toEqual(['Train']);
  await close();
});

it('writes shapes on nodes and on wires', async () => {
  const { page, close } = await visit();
  await nodes(page, 'Flatten.*output 1568').waitFor();
  await nodes(page, 'Conv2D.*output 28×28×16').getByText('160 params').waitFor();
  await canvas(page).getByText('14×14×16').first().waitFor();
  expect(await wire(page, 'Image input', 'Conv2D').count()).toBe(1);
  await close();
});

it('trains in an isolated page, and loads tfjs only with the first run', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=1' });
  const loaded: string[] = [];
  context.on('response', (response) => loaded.push(response.url()));
  await page.reload();
  await nodes(page, 'Dense').first().waitFor();
  const scripts = loaded.filter((url) => url.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(0);
  for (const url of scripts) {
    const code = await (await context.request.get(url)).text();
    expect(code.includes('registerKernel'), `${url} holds tfjs`).toBe(false);
  }
  expect(page.workers()).toEqual([]);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('button', { name: 'Train again' }).waitFor();
  expect(page.workers().length).toBeGreaterThan(0);
  await expect.poll(() => loaded.some((url) => url.endsWith('.wasm'))).toBe(true);
  await close();
});

it('tells how to begin on an empty canvas', async () => {
  const { page, close } = await visit();
  await startEmpty(page);
  await canvas(page).getByRole('button', { name: 'Add a node' }).first().click();
  await page.getByRole('combobox', { name: 'Add a node' }).fill('image');
  await page.keyboard.press('Enter');
  await nodes(page, 'Image input').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
  await canvas(page).getByRole('button', { name: 'Open the gallery' }).click();
  await page.getByRole('dialog', { name: 'Gallery' }).waitFor();
  await close();
});
