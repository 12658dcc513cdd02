/** Building a network by hand: nodes, wires, repair, undo, clipboard, view. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import {
  canvas,
  connect,
  drag,
  dragTo,
  middle,
  nodes,
  openDrawer,
  port,
  spot,
  startEmpty,
  wire,
  wires,
} from './canvas';

const visit = startBrowser();

const paletteItem = (page: Page, name: string): Locator =>
  page.getByRole('tabpanel', { name: 'Nodes' }).getByRole('button', { name, exact: true });

async function place(page: Page, name: string, right: number, down: number): Promise<Locator> {
  const before = await nodes(page, name).count();
  await drag(page, await middle(paletteItem(page, name)), await spot(page, right, down));
  const added = nodes(page, name).nth(before);
  await added.waitFor();
  return added;
}

const undo = (page: Page) => page.getByRole('button', { name: 'Undo' });
const redo = (page: Page) => page.getByRole('button', { name: 'Redo' });
/** A click where nothing is: takes the selection away and gives the canvas the keyboard. */
const clickEmpty = async (page: Page) => {
  const { x, y } = await spot(page, 0.5, 0.04);
  await page.mouse.click(x, y);
};
const selectedCount = (page: Page): Promise<number> =>
  canvas(page).evaluate((element) => element.querySelectorAll('.react-flow__node.selected').length);

it('builds a network with the mouse: palette, wires, shapes, training', async () => {
  const { page, close } = await visit();
  await startEmpty(page);
  await page.getByRole('tab', { name: 'Data' }).first().click();
  await page.getByRole('button', { name: 'Use Digits 8×8' }).click();
  await page.getByRole('tab', { name: 'Nodes' }).click();

  const image = await place(page, 'Image input', 0.15, 0.25);
  await nodes(page, 'Image input, auto, output 8×8×1').waitFor();
  const flatten = await place(page, 'Flatten', 0.45, 0.25);
  const output = await place(page, 'Classification', 0.75, 0.25);
  expect(await wires(page).count()).toBe(0);

  await connect(page, image, flatten);
  await expect.poll(() => wire(page, 'Image input', 'Flatten').count()).toBe(1);
  await nodes(page, 'Flatten.*output 64').waitFor();
  // From the input back to an output works as well.
  await drag(page, await middle(port(output, 'target')), await middle(port(flatten, 'source')));
  await expect.poll(() => wire(page, 'Flatten', 'Classification').count()).toBe(1);

  await page
    .getByRole('complementary', { name: 'Inspector' })
    .getByText('No problems')
    .waitFor({ state: 'hidden' });
  await clickEmpty(page);
  await page.getByRole('complementary', { name: 'Inspector' }).getByText('No problems').waitFor();
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await close();
});

it('refuses a wire that makes no sense, and says why', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const lstm = await place(page, 'LSTM', 0.5, 0.8);
  const image = nodes(page, 'Image input');
  await dragTo(page, await middle(port(image, 'source')), await middle(port(lstm, 'target')));
  await canvas(page)
    .getByText(/LSTM needs a sequence .* at “Input”; it gets an image .* of 8×8×1/)
    .waitFor();
  await page.mouse.up();
  expect(await wires(page, 'Wire from Image input to LSTM').count()).toBe(0);
  await close();
});

it('refuses a wire that would close a circle', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const first = nodes(page, 'Dense, 128 units');
  const second = nodes(page, 'Dense, 64 units');
  await dragTo(page, await middle(port(second, 'source')), await middle(port(first, 'target')));
  await canvas(page)
    .getByText(/These nodes form a circle: .*Dense.* Data must flow one way/)
    .waitFor();
  await page.mouse.up();
  expect(await wires(page).count()).toBe(4);
  await close();
});

it('explains a wrong shape at its node and repairs it with one click', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page, 'Flatten').click();
  await page.keyboard.press('Delete');
  await expect.poll(() => wire(page, 'Image input', 'Dense').count()).toBe(1);
  const problems = canvas(page)
    .getByRole('button', { name: /^(1 problem|\d+ problems) at / })
    .first();
  await problems.click();
  const card = canvas(page).getByRole('dialog');
  await card.getByText('needs').first().waitFor();
  await card.getByRole('button', { name: 'Insert Flatten' }).first().click();
  await nodes(page, 'Flatten').waitFor();
  await expect
    .poll(() =>
      canvas(page)
        .getByRole('button', { name: /problems? at / })
        .count(),
    )
    .toBe(0);
  await openDrawer(page, 'Problems');
  await page.getByText('No problems. The model can be trained.').waitFor();
  await undo(page).click();
  await expect.poll(() => nodes(page, 'Flatten').count()).toBe(0);
  await close();
});

it('lists problems in the drawer, leads to them, and Train says what is in the way', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page, 'Classification').click();
  await page.keyboard.press('Delete');
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await expect.poll(() => train.getAttribute('aria-disabled')).toBe('true');
  // It stays a button that leads to the reason, though it calls itself disabled.
  await train.click({ force: true });
  const panel = page.getByRole('region', { name: 'Problems' });
  await panel.getByText('There is no output. Add one to say what to predict.').waitFor();
  await panel.getByRole('button', { name: 'Fix: Add Classification' }).click();
  await nodes(page, 'Classification').waitFor();
  await expect.poll(() => train.getAttribute('aria-disabled')).not.toBe('true');
  await close();
});

it('edits settings in the inspector; shapes and costs follow at once', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page, 'Dense, 128 units').click();
  const units = page.getByRole('spinbutton', { name: 'Units' });
  await units.fill('10');
  await nodes(page, 'Dense, 10 units · relu, output 10').getByText('650 params').waitFor();
  await page.getByRole('combobox', { name: 'Activation' }).selectOption({ label: 'tanh' });
  await nodes(page, 'Dense, 10 units · tanh').waitFor();
  // What is no number never reaches the document; what is out of range is said at the field.
  await units.fill('0');
  await page
    .getByText(/at least 1|between 1 and/i)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Reset Units to 64' }).click();
  await nodes(page, 'Dense, 64 units · tanh, output 64').waitFor();
  await close();
});

it('undoes and redoes a whole session, by button and by key', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  expect(await undo(page).isDisabled()).toBe(true);
  await nodes(page, 'Dense, 128 units').click();
  await page.getByRole('spinbutton', { name: 'Units' }).fill('99');
  await nodes(page, 'Dense, 99 units').waitFor();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('First');
  await nodes(page, 'First').waitFor();
  await place(page, 'Dropout', 0.5, 0.8);
  await clickEmpty(page);
  const before = await middle(nodes(page, 'Dropout'));
  await drag(page, before, { x: before.x + 90, y: before.y - 20 });
  await expect.poll(async () => (await middle(nodes(page, 'Dropout'))).x).toBeGreaterThan(before.x + 60);
  await page.getByRole('textbox', { name: 'Project name' }).fill('Session');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.title()).toContain('Session');

  await page.keyboard.press('Control+z');
  await expect.poll(() => page.title()).toContain('Digits MLP');
  await page.keyboard.press('Control+z');
  await expect
    .poll(async () => Math.round((await middle(nodes(page, 'Dropout'))).x))
    .toBe(Math.round(before.x));
  await undo(page).click();
  await expect.poll(() => nodes(page, 'Dropout').count()).toBe(0);
  await undo(page).click();
  await nodes(page, 'Dense, 99 units').waitFor();
  await undo(page).click();
  await nodes(page, 'Dense, 128 units').waitFor();
  await expect.poll(() => undo(page).isDisabled()).toBe(true);

  for (let count = 0; count < 3; count++) await redo(page).click();
  await nodes(page, 'First').waitFor();
  await nodes(page, 'Dropout').waitFor();
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('Control+y');
  await expect.poll(() => page.title()).toContain('Session');
  await expect.poll(() => redo(page).isDisabled()).toBe(true);
  await close();
});

it('copies, pastes, duplicates, cuts and deletes', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page, 'Dense, 128 units').click();
  await page.keyboard.press('Control+c');
  await page.getByText('Copied 1 nodes.').waitFor();
  await page.keyboard.press('Control+v');
  await expect.poll(() => nodes(page).count()).toBe(6);
  expect(await nodes(page, 'Dense, 128 units').count()).toBe(2);
  await expect.poll(() => selectedCount(page)).toBe(1);
  await page.keyboard.press('Control+d');
  await expect.poll(() => nodes(page, 'Dense, 128 units').count()).toBe(3);
  await page.keyboard.press('Control+x');
  await expect.poll(() => nodes(page, 'Dense, 128 units').count()).toBe(2);
  await page.keyboard.press('Control+v');
  await expect.poll(() => nodes(page, 'Dense, 128 units').count()).toBe(3);
  await page.keyboard.press('Delete');
  await expect.poll(() => nodes(page, 'Dense, 128 units').count()).toBe(2);
  await close();
});

it('pastes into another project with settings and wires between what was copied', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page, 'Dense, 128 units').click();
  await nodes(page, 'Dense, 64 units').click({ modifiers: ['Shift'] });
  await expect.poll(() => selectedCount(page)).toBe(2);
  await page.keyboard.press('Control+c');
  await startEmpty(page);
  await clickEmpty(page);
  await page.keyboard.press('Control+v');
  await nodes(page, 'Dense, 128 units').waitFor();
  await nodes(page, 'Dense, 64 units').waitFor();
  await expect.poll(() => wires(page).count()).toBe(1);
  await close();
});

it('selects all, by box, and nothing', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await clickEmpty(page);
  await page.keyboard.press('Control+a');
  await expect.poll(() => selectedCount(page)).toBe(5);
  await page.getByRole('heading', { name: '5 nodes' }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => selectedCount(page)).toBe(0);

  const first = (await nodes(page, 'Image input').boundingBox())!;
  const second = (await nodes(page, 'Flatten').boundingBox())!;
  await page.keyboard.down('Shift');
  await drag(
    page,
    { x: first.x - 12, y: first.y - 25 },
    { x: second.x + second.width / 2, y: second.y + second.height + 25 },
  );
  await page.keyboard.up('Shift');
  await expect.poll(() => selectedCount(page)).toBe(2);
  await page.keyboard.press('Delete');
  await expect.poll(() => nodes(page).count()).toBe(3);
  await undo(page).click();
  await expect.poll(() => nodes(page).count()).toBe(5);
  await close();
});

it('searches on the canvas at a double click and adds what is chosen', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  const { x, y } = await spot(page, 0.5, 0.8);
  await page.mouse.dblclick(x, y);
  const search = page.getByRole('combobox', { name: 'Add a node' });
  await search.fill('conv2d');
  expect(
    await page
      .getByRole('listbox', { name: 'Add a node' })
      .getByRole('option', { selected: true })
      .textContent(),
  ).toBe('Conv2D');
  await page.keyboard.press('Escape');
  await search.waitFor({ state: 'hidden' });
  expect(await nodes(page).count()).toBe(5);
  await page.mouse.dblclick(x, y);
  await search.fill('注意力');
  await page.getByRole('option', { name: 'Multi-head attention' }).click();
  await nodes(page, 'Multi-head attention').waitFor();
  const added = await middle(nodes(page, 'Multi-head attention'));
  expect(Math.hypot(added.x - x, added.y - y)).toBeLessThan(80);
  await close();
});

it('offers what fits where a wire is dropped, and connects it', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const image = nodes(page, 'Image input');
  await drag(page, await middle(port(image, 'source')), await spot(page, 0.4, 0.85));
  const search = page.getByRole('combobox', { name: 'Nodes that fit Image input' });
  await search.waitFor();
  const offered = await page.getByRole('listbox').getByRole('option').allInnerTexts();
  expect(offered).toContain('Conv2D');
  expect(offered).not.toContain('LSTM');
  expect(offered).not.toContain('Image input');
  await search.fill('conv2d');
  await page.keyboard.press('Enter');
  await nodes(page, 'Conv2D').first().waitFor();
  await expect.poll(() => wire(page, 'Image input', 'Conv2D').count()).toBe(1);
  await close();
});

it('inserts a node dropped on a wire', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const from = await middle(port(nodes(page, 'Dense, 128 units'), 'source'));
  const to = await middle(port(nodes(page, 'Dense, 64 units'), 'target'));
  await drag(page, await middle(paletteItem(page, 'Dropout')), {
    x: (from.x + to.x) / 2,
    y: (from.y + to.y) / 2,
  });
  await expect.poll(() => wire(page, 'Dense', 'Dropout').count()).toBe(1);
  await expect.poll(() => wire(page, 'Dropout', 'Dense').count()).toBe(1);
  await expect.poll(() => wires(page).count()).toBe(5);
  await close();
});

it('takes a wire off its port when it is dropped on nothing', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const target = await middle(port(nodes(page, 'Classification'), 'target'));
  await expect.poll(() => wires(page).count()).toBe(4);
  // Near the end, beside the port itself: that is where a wire is picked up.
  await drag(page, { x: target.x - 9, y: target.y }, await spot(page, 0.5, 0.85));
  await expect.poll(() => wire(page, 'Dense', 'Classification').count()).toBe(0);
  await expect.poll(() => page.getByRole('combobox').filter({ hasText: 'fit' }).count()).toBe(0);
  await close();
});

it('tidies up, zooms, fits and shows the overview', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  const moved = nodes(page, 'Dense, 64 units');
  const start = await middle(moved);
  await drag(page, start, { x: start.x - 60, y: start.y + 160 });
  await page.getByRole('button', { name: 'Tidy up' }).click();
  await page.getByText('Arranged 5 nodes.').waitFor();
  await expect
    .poll(async () => {
      const boxes = await nodes(page).evaluateAll((all) =>
        all.map((each) => each.getBoundingClientRect().toJSON() as DOMRect),
      );
      return boxes.every((a, i) =>
        boxes.every(
          (b, k) => i === k || a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top,
        ),
      );
    })
    .toBe(true);

  const zoom = page.getByRole('button', { name: /Zoom to 100 %$/ });
  const percent = async () => Number.parseInt((await zoom.textContent()) ?? '', 10);
  await zoom.click();
  await expect.poll(percent).toBe(100);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  // One step is a fifth; the way back starts where the motion has ended.
  await expect.poll(percent).toBe(120);
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await expect.poll(percent).toBe(100);
  const { x, y } = await spot(page, 0.5, 0.1);
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -400);
  await expect.poll(percent).toBeGreaterThan(100);
  await page.getByRole('button', { name: 'Fit everything' }).click();
  const pane = (await canvas(page).boundingBox())!;
  await expect
    .poll(async () => {
      const boxes = await nodes(page).evaluateAll((all) =>
        all.map((each) => each.getBoundingClientRect().toJSON() as DOMRect),
      );
      return (
        boxes.length === 5 && boxes.every((box) => box.left >= pane.x && box.right <= pane.x + pane.width)
      );
    })
    .toBe(true);

  const overview = page.getByRole('img', { name: 'Overview map' });
  expect(await overview.count()).toBe(0);
  await page.getByRole('button', { name: 'Show or hide the overview map' }).click();
  await overview.waitFor();
  await close();
});

it('bypasses, freezes and renames from the menu of a node', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const dense = nodes(page, 'Dense, 128 units');
  await dense.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Freeze weights' }).click();
  await dense.getByTitle('Weights frozen').waitFor();
  await dense.click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Bypass/ }).click();
  await nodes(page, 'Dense, 128 units')
    .and(page.locator('[aria-label*="ypassed"], :has([data-bypassed])'))
    .waitFor();
  await dense.click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Rename/ }).click();
  await page.getByRole('textbox', { name: 'New name of Dense' }).fill('Features');
  await page.keyboard.press('Enter');
  await nodes(page, 'Features').waitFor();
  await close();
});

it('writes notes that belong to the drawing and not to the model', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page).first().waitFor();
  await page.getByRole('button', { name: 'Add a note' }).click();
  await page.getByRole('textbox', { name: 'Note' }).fill('Try more units');
  await page.getByRole('img', { name: 'Saved on this device' }).waitFor();
  const again = await visit({ context });
  await expect
    .poll(() => again.page.getByRole('textbox', { name: 'Note' }).inputValue())
    .toBe('Try more units');
  await again.page.getByRole('complementary', { name: 'Inspector' }).getByText('17,226').waitFor();
  await again.close();
  await close();
});
