/** The whole way from an empty project to a result without a mouse, with the focus in sight at every stop. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { nodes, stillness, wire } from './canvas';

const visit = startBrowser();
const LEFT = 'Nodes, outline and data';

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

/** Walks with Tab until the target has the focus; a target that Tab never reaches fails the test. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < 120; stops++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not lead to ${target}`);
}
/** Tab strips are one stop: Tab to the strip, arrows inside. */
async function openTab(page: Page, list: string, name: string): Promise<void> {
  const strip = page.getByRole('tablist', { name: list });
  await tabTo(page, strip.locator('[role=tab][tabindex="0"]'));
  const tab = strip.getByRole('tab', { name });
  for (let steps = 0; steps < 5 && !(await hasFocus(tab)); steps++) await page.keyboard.press('ArrowRight');
  await expect.poll(() => tab.getAttribute('aria-selected')).toBe('true');
}

it('builds, connects, sets, trains and reads the result by keyboard alone', async () => {
  const { page, close } = await visit({ query: '?backend=wasm' });
  await nodes(page).first().waitFor();
  // The mouse is nowhere over the canvas: nothing may lean on where it points.
  await tabTo(page, page.getByRole('button', { name: 'Gallery', exact: true }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Empty project' }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();

  await openTab(page, LEFT, 'Data');
  await tabTo(page, page.getByRole('button', { name: 'Use Digits 8×8' }));
  await page.keyboard.press('Enter');

  await page.keyboard.press('Control+k');
  const search = page.getByRole('searchbox', { name: 'Search nodes' });
  await expect.poll(() => hasFocus(search)).toBe(true);
  for (const name of ['image input', 'flatten', 'dense', 'classification']) {
    await search.press('Control+a');
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await nodes(page, name[0]!.toUpperCase() + name.slice(1)).waitFor();
  }
  await expect.poll(() => wire(page, 'Dense', 'Classification').count()).toBe(1);

  // Wires are cut and drawn in the outline.
  await openTab(page, LEFT, 'Outline');
  const list = page.getByRole('list', { name: 'Nodes in the order data flows' });
  const dense = list.getByRole('button', { name: /^Dense\b/ });
  const last = list.getByRole('button', { name: /^Classification\b/ });
  await tabTo(page, page.locator('[data-outline-stop]'));
  await page.keyboard.press('End');
  await expect.poll(() => hasFocus(last)).toBe(true);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => hasFocus(dense)).toBe(true);
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Disconnect Flatten from Dense' }));
  await page.keyboard.press('Enter');
  await expect.poll(() => wire(page, 'Flatten', 'Dense').count()).toBe(0);
  await tabTo(page, page.getByRole('combobox', { name: 'Connect Input of Dense from' }), 'Shift+Tab');
  await page.keyboard.type('Fl');
  await expect.poll(() => wire(page, 'Flatten', 'Dense').count()).toBe(1);

  const units = page.getByRole('spinbutton', { name: 'Units' });
  await tabTo(page, units);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('24');
  await nodes(page, 'Dense, 24 units').waitFor();
  await page.keyboard.press('ArrowUp');
  await nodes(page, 'Dense, 25 units').waitFor();

  await page.keyboard.press('Control+Enter');
  await page.getByText(/^Finished after \d+ epochs\./).waitFor();
  await openTab(page, 'Training and results', 'Results');
  await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
  await page.getByText('297 test rows').waitFor();
  await close();
});

it('shows where the focus is, at every stop of the page', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  // What has the focus must look different from what had it: the thing itself, its frame, or what lies in it.
  await page.evaluate(() => {
    const looks = (element: Element) =>
      [element, element.parentElement, element.firstElementChild, element.querySelector('path')].flatMap(
        (each) =>
          [null, '::before', '::after'].map((part) => {
            if (!each) return '';
            const style = getComputedStyle(each, part);
            const { outline, boxShadow, borderColor, backgroundColor, stroke, strokeWidth, transform } =
              style;
            return [outline, boxShadow, borderColor, backgroundColor, stroke, strokeWidth, transform].join();
          }),
      );
    let last: { element: Element; focused: string } | null = null;
    Object.assign(window, {
      /** The element that Tab came to, and the one before if it looks no different without the focus. */
      lookAtFocus: () => {
        const unmarked = last && looks(last.element).join() === last.focused ? last.element : null;
        const element = document.activeElement;
        const name = (of: Element | null) =>
          of && `${of.tagName} ${of.getAttribute('aria-label') ?? of.textContent?.slice(0, 40)} #${of.id}`;
        const isPage = !element || element === document.body;
        last = isPage ? null : { element, focused: looks(element).join() };
        return { at: isPage ? null : name(element), unmarked: name(unmarked) };
      },
    });
  });
  const look = () =>
    page.evaluate(() =>
      (window as unknown as { lookAtFocus(): { at: string | null; unmarked: string | null } }).lookAtFocus(),
    );
  const stops: string[] = [];
  const unmarked: string[] = [];
  for (let count = 0; count < 150; count++) {
    await page.keyboard.press('Tab');
    await stillness(page);
    const seen = await look();
    if (seen.unmarked) unmarked.push(seen.unmarked);
    if (seen.at === null) break;
    stops.push(seen.at);
  }
  expect(unmarked).toEqual([]);
  expect(stops.length).toBeGreaterThan(30);
  await close();
});

const DIALOGS = [
  ['Gallery', 'Gallery'],
  ['Projects', 'Projects'],
  ['Import', 'Import'],
  ['Export', 'Export'],
] as const;

it.each(DIALOGS)('%s: the focus goes in, stays in, and Escape gives it back', async (button, title) => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  const opener = page.getByRole('button', { name: button, exact: true });
  await tabTo(page, opener);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.waitFor();
  const isInside = () => dialog.evaluate((element) => element.contains(document.activeElement));
  await expect.poll(isInside).toBe(true);
  for (let stops = 0; stops < 25; stops++) {
    await page.keyboard.press('Tab');
    expect(await isInside()).toBe(true);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await expect.poll(() => hasFocus(opener)).toBe(true);
  await close();
});

it('lists the shortcuts at a question mark, and obeys them on the canvas', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await dialog.getByText('Bypass or stop bypassing').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });

  const node = nodes(page, 'Flatten');
  await tabTo(page, node);
  await page.keyboard.press('Enter');
  await page
    .getByRole('complementary', { name: 'Inspector' })
    .getByRole('textbox', { name: 'Name' })
    .waitFor();
  const before = (await node.boundingBox())!;
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await node.boundingBox())!.y).toBeGreaterThan(before.y);
  await page.keyboard.press('F2');
  await page.keyboard.type('Row');
  await page.keyboard.press('Enter');
  await nodes(page, 'Row').waitFor();
  await close();
});

it('leads past the bar by its skip links', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await page.keyboard.press('Tab');
  expect(await hasFocus(page.getByRole('button', { name: 'Skip to the outline' }))).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(() => hasFocus(page.locator('[data-outline-stop]'))).toBe(true);
  await page.keyboard.press('End');
  await expect
    .poll(() =>
      hasFocus(
        page
          .getByRole('list', { name: 'Nodes in the order data flows' })
          .getByRole('button', { name: /^Classification\b/ }),
      ),
    )
    .toBe(true);
  await close();
});
