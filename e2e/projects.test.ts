/** Projects live in the browser: saved by themselves, listed, renamed, copied, removed; starters open ready to train. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { starters } from '../src/lessons/starters/index';
import { startBrowser } from './browser';
import { nodes, openDrawer, startEmpty } from './canvas';

const visit = startBrowser();

const rename = async (page: Page, name: string) => {
  await page.getByRole('textbox', { name: 'Project name' }).fill(name);
  await page.keyboard.press('Enter');
};
const saved = (page: Page) => page.getByRole('img', { name: 'Saved on this device' });
const openDialog = async (page: Page, name: 'Gallery' | 'Projects') => {
  await page.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  return dialog;
};

it('saves by itself and opens again where it was left', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await rename(page, '我的网络');
  await nodes(page, 'Dense, 128 units').click();
  await page.getByRole('spinbutton', { name: 'Units' }).fill('48');
  await saved(page).waitFor();
  const again = await visit({ context });
  await expect.poll(() => again.page.title()).toBe('我的网络 – Weft');
  await nodes(again.page, 'Dense, 48 units').waitFor();
  await again.close();
  await close();
});

it('saves what was typed a moment before the page is left', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await rename(page, 'Left in haste');
  await page.goto('about:blank');
  const again = await visit({ context });
  await expect.poll(() => again.page.title()).toBe('Left in haste – Weft');
  await again.close();
  await close();
});

it('leaves nothing behind when a starter was only looked at', async () => {
  const { page, close } = await visit();
  await nodes(page).first().waitFor();
  const dialog = await openDialog(page, 'Projects');
  await dialog.getByText('Nothing saved yet.').waitFor();
  await close();
});

it('renames, duplicates, opens and deletes from the list', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await rename(page, 'Alpha');
  await saved(page).waitFor();
  const dialog = await openDialog(page, 'Projects');
  await dialog.getByRole('button', { name: 'Duplicate Alpha' }).click();
  await dialog.getByRole('button', { name: 'Alpha (2)', exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Rename Alpha (2)' }).click();
  await dialog.getByRole('textbox', { name: 'Name of the project' }).fill('Beta');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Beta', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await expect.poll(() => page.title()).toBe('Beta – Weft');
  await expect.poll(() => nodes(page).count()).toBe(5);

  await openDialog(page, 'Projects');
  await dialog.getByRole('button', { name: 'Delete Alpha' }).click();
  await dialog.getByText('Delete “Alpha” and its runs for good?').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.getByRole('button', { name: 'Delete Alpha' }).click();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect.poll(() => dialog.getByRole('listitem').count()).toBe(1);

  // Deleting the open one shows an empty canvas, and the name of the dead does not come back.
  await dialog.getByRole('button', { name: 'Delete Beta' }).click();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog.getByText('Nothing saved yet.').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => nodes(page).count()).toBe(0);
  await close();
});

it('keeps two projects apart', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await rename(page, 'One');
  await startEmpty(page);
  await rename(page, 'Two');
  await page.getByRole('button', { name: 'Dense', exact: true }).click();
  await expect.poll(() => nodes(page).count()).toBe(1);
  const dialog = await openDialog(page, 'Projects');
  await dialog.getByRole('button', { name: 'One', exact: true }).click();
  await expect.poll(() => nodes(page).count()).toBe(5);
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
  await openDialog(page, 'Projects');
  await dialog.getByRole('button', { name: 'Two', exact: true }).click();
  await expect.poll(() => nodes(page).count()).toBe(1);
  await close();
});

it.each(starters)('opens $id from the gallery without a problem', async ({ title, document }) => {
  const { page, close } = await visit();
  const dialog = await openDialog(page, 'Gallery');
  await dialog.getByRole('button', { name: title.en }).click();
  await dialog.waitFor({ state: 'hidden' });
  await expect.poll(() => nodes(page).count()).toBe(Object.keys(document().meaning.nodes).length);
  await openDrawer(page, 'Problems');
  await page.getByText('No problems. The model can be trained.').waitFor();
  expect(
    await page.getByRole('button', { name: 'Train', exact: true }).getAttribute('aria-disabled'),
  ).not.toBe('true');
  await close();
});

const untried = starters.filter(({ id }) => !['fashion-cnn', 'digits-mlp'].includes(id));
it.each(untried)('trains $id for an epoch', async ({ title }) => {
  const { page, close } = await visit({ query: '?backend=wasm' });
  const dialog = await openDialog(page, 'Gallery');
  await dialog.getByRole('button', { name: title.en }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await page.getByRole('button', { name: 'See results' }).click();
  await page.getByText(/\d+ test rows/).waitFor();
  await close();
});
