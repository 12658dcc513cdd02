/** Watching a run from outside: the button, the history table, the results. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

export const train = (page: Page): Locator => page.getByRole('button', { name: 'Train', exact: true });
export const trainAgain = (page: Page): Locator => page.getByRole('button', { name: 'Train again' });
export const history = (page: Page): Locator => page.getByRole('table', { name: 'Training history' });

/** A finished epoch is a row with its number as header. */
export const epochRow = (page: Page, epoch: number): Locator =>
  history(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: String(epoch), exact: true }) });

/** Numbers of the history's rows, one array per epoch: shares in percent, everything as printed. */
export async function historyNumbers(page: Page): Promise<readonly (readonly number[])[]> {
  const rows = await history(page).getByRole('row').allInnerTexts();
  return rows.slice(1).map((row) =>
    row
      .split('\t')
      .slice(1, -1)
      .map((cell) => Number(cell.replace(/[\s%]/g, ''))),
  );
}

/** Runs what is on the canvas to its end. */
export async function trainToEnd(page: Page): Promise<void> {
  // A short run is over between two looks from outside, so the page itself notes that its controls were there.
  const seen = await page.evaluateHandle(() => {
    const found = { controls: false };
    const observer = new MutationObserver(() => {
      if (!document.querySelector('[role="group"][aria-label="Training controls"]')) return;
      found.controls = true;
      observer.disconnect();
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return found;
  });
  await page.getByRole('button', { name: /^Train( again)?$/ }).click();
  await expect.poll(() => seen.evaluate(({ controls }) => controls), { timeout: 30_000 }).toBe(true);
  await trainAgain(page).waitFor({ timeout: 120_000 });
}
