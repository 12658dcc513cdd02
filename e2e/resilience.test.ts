/** What may go wrong in the middle: the worker dies or hangs, the loss explodes, storage or a file is damaged. The work stays. */
import type { Page, Worker } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { nodes, openDrawer, wires } from './canvas';
import { choose, textFile } from './files';
import { epochRow, train } from './training';

const visit = startBrowser();

/** The engine's own worker, not the helpers that a backend may start. */
async function engine(page: Page): Promise<Worker> {
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  return page.workers()[0]!;
}
const failure = (page: Page) => page.getByRole('alert').filter({ hasText: 'The run failed.' });

it('goes on when the worker crashes, and says so', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=300' });
  await train(page).click();
  await epochRow(page, 2).waitFor({ state: 'attached' });
  const worker = await engine(page);
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('provoked');
    });
  });
  await page.getByText(/^Interrupted once; gone on from step/).waitFor();
  expect(await failure(page).count()).toBe(0);
  await page.getByText('Finished after 300 epochs.').waitFor({ timeout: 60_000 });
  expect(await epochRow(page, 1).count()).toBe(1);
  await close(/provoked/);
});

it('replaces a worker that no longer answers, and trains again', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=500' });
  await train(page).click();
  await epochRow(page, 1).waitFor({ state: 'attached' });
  const worker = await engine(page);
  await worker.evaluate(() => self.close()).catch(() => undefined);
  await page.getByRole('button', { name: 'Stop' }).click();
  await failure(page)
    .getByText(/^The run failed\. The training worker (did not answer|ended in the middle)/)
    .waitFor();
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill('2');
  await failure(page).getByRole('button', { name: 'Start again' }).click();
  await page.getByText('Finished after 2 epochs.').waitFor();
  await close();
});

it('names epoch, step and remedy when the loss is no number any more', async () => {
  const { page, close } = await visit({ query: '?doc=weather-gru&backend=wasm' });
  await page.getByRole('combobox', { name: 'Optimizer' }).selectOption({ label: 'SGD' });
  await page.getByRole('spinbutton', { name: 'Learning rate' }).fill('100');
  await train(page).click();
  await failure(page)
    .getByText(
      /The loss stopped being a number in epoch \d+, step \d+.* The learning rate is probably too high\./,
    )
    .waitFor();
  await failure(page).getByRole('button', { name: 'Set learning rate to 10' }).click();
  await expect.poll(() => page.getByRole('spinbutton', { name: 'Learning rate' }).inputValue()).toBe('10');
  await page.getByRole('spinbutton', { name: 'Learning rate' }).fill('0.01');
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
  await failure(page).getByRole('button', { name: 'Start again' }).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await close();
});

it('opens a project with a circle, shows it and offers the cut', async () => {
  const node = (type: string) => ({ type, typeVersion: 1, title: '', config: {} });
  const edge = (source: string, target: string, order: number) => ({
    source: { node: source, port: 'output' },
    target: { node: target, port: 'input' },
    order,
  });
  const file = {
    format: 'weft',
    version: 1,
    name: 'Ring',
    meaning: {
      nodes: {
        image: node('image-input'),
        a: node('dense'),
        b: node('dense'),
        out: node('classification-output'),
      },
      edges: { e1: edge('a', 'b', 0), e2: edge('b', 'a', 1), e3: edge('b', 'out', 2) },
      dataset: { id: 'digits' },
      training: { epochs: 1 },
    },
    layout: { positions: {}, frames: {}, notes: {} },
  };
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await choose(page, textFile('ring.weft.json', JSON.stringify(file)));
  await expect.poll(() => page.title()).toBe('Ring – Weft');
  await page.keyboard.press('Escape');
  await openDrawer(page, 'Problems');
  const panel = page.getByRole('region', { name: 'Problems' });
  await panel
    .getByText(/These nodes form a circle: .*Dense.*\. Data must flow one way; remove one wire\./)
    .first()
    .waitFor();
  expect(await train(page).getAttribute('aria-disabled')).toBe('true');
  await expect.poll(() => wires(page).count()).toBe(3);
  await panel.getByRole('button', { name: 'Fix: Remove the wire' }).first().click();
  await expect.poll(() => panel.getByText(/These nodes form a circle/).count()).toBe(0);
  await close();
});

it('starts with a sound project when what is stored is damaged', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await page.getByRole('textbox', { name: 'Project name' }).fill('Doomed');
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: 'Saved on this device' }).waitFor();
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('weft');
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const transaction = request.result.transaction('documents', 'readwrite');
          const store = transaction.objectStore('documents');
          store.getAllKeys().onsuccess = (event) => {
            for (const project of (event.target as IDBRequest<IDBValidKey[]>).result)
              store.put({ project, document: { format: 'weft', version: 1, meaning: 7 } });
          };
          transaction.oncomplete = () => {
            request.result.close();
            resolve();
          };
        };
      }),
  );
  const again = await visit({ context });
  await expect.poll(() => again.page.title()).toBe('Fashion-MNIST CNN – Weft');
  await again.page.getByRole('button', { name: 'Projects', exact: true }).click();
  await again.page.getByRole('dialog').getByRole('button', { name: 'Doomed', exact: true }).waitFor();
  await again.close();
  await close();
});

it('works without storage: it opens, trains, and says that nothing is kept', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp' });
  await context.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { get: () => undefined });
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const private_ = await visit({ context, query: '?doc=digits-mlp&backend=wasm&epochs=1' });
  await train(private_.page).click();
  await private_.page.getByText(/Finished after 1 epochs?\./).waitFor();
  await private_.page.getByRole('textbox', { name: 'Project name' }).fill('Not kept');
  await private_.page.keyboard.press('Enter');
  await private_.page.getByRole('img', { name: 'Could not save. Export the project to keep it.' }).waitFor();
  await private_.close();
  expect(await page.title()).toContain('Digits');
  await close();
});

it('keeps a run of one project from another that is opened meanwhile', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=500' });
  await train(page).click();
  await epochRow(page, 1).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Gallery', exact: true }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Weather/ })
    .click();
  await nodes(page, 'GRU').waitFor();
  await train(page).waitFor();
  await page.getByRole('heading', { name: 'No run yet' }).waitFor();
  await close();
});
