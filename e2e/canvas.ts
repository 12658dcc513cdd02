/**
 * Hands on the canvas: finding nodes by what they are called, and moving the mouse as a person does. Ports and the empty pane
 * have no role (the outline is their accessible twin), so they alone are found by class.
 */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const canvas = (page: Page): Locator => page.getByRole('region', { name: 'Canvas' });

/** Nodes by the beginning of their accessible name, `Dense, 64 units · relu, output 64`. */
export const nodes = (page: Page, name = ''): Locator =>
  canvas(page).getByRole('group', { name: new RegExp(`^(?!Wire from)${name}`) });
export const wires = (page: Page, name = 'Wire from'): Locator =>
  canvas(page).getByRole('group', { name: new RegExp(`^${name}`) });
/** A wire's group lies in an image of its own and has no box; being there is all that can be asked. */
export const wire = (page: Page, source: string, target: string): Locator =>
  canvas(page).getByRole('group', { name: `Wire from ${source} to ${target}`, exact: true });

export type Side = 'source' | 'target';
export const port = (node: Locator, side: Side, index = 0): Locator =>
  node.locator(`.react-flow__handle.${side}`).nth(index);

export async function middle(target: Locator): Promise<Point> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (!box) throw new Error(`${target} has no place on the screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A spot of the canvas that is free of nodes, wires and tools, in shares of its width and height from its upper left. */
export async function spot(page: Page, right: number, down: number): Promise<Point> {
  const box = await canvas(page).boundingBox();
  if (!box) throw new Error('There is no canvas');
  return { x: box.x + box.width * right, y: box.y + box.height * down };
}

/** Presses at one point and moves to another, in steps, as a hand does; `release` ends the drag. */
export async function dragTo(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + (to.x - from.x) / 3, from.y + (to.y - from.y) / 3, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 8 });
}
export async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await dragTo(page, from, to);
  await page.mouse.up();
}

/** Draws a wire from an output to an input. */
export async function connect(page: Page, source: Locator, target: Locator): Promise<void> {
  await drag(page, await middle(port(source, 'source')), await middle(port(target, 'target')));
}

/** The empty canvas of a new project. */
export async function startEmpty(page: Page): Promise<void> {
  // Once the starter is there: before that, the canvas is empty by nature.
  await nodes(page).first().waitFor();
  await page.getByRole('button', { name: 'Gallery', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Empty project' }).click();
  await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
}

/** Opens a tab of the drawer, which may be closed or already show it. */
export async function openDrawer(
  page: Page,
  tab: 'Training' | 'Results' | 'Data' | 'Problems' | 'Experiments',
): Promise<Locator> {
  const drawer = page.getByRole('region', { name: 'Training and results' });
  const found = drawer.getByRole('tab', { name: tab });
  if ((await found.getAttribute('aria-selected')) !== 'true') await found.click();
  return drawer;
}

/** Opens every fold in a part of the page, also those that come with others. */
export async function unfoldAll(part: Locator): Promise<void> {
  const closed = part.locator('details:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
}

/** Waits until no transition or animation runs but those that never end. */
export async function stillness(page: Page): Promise<void> {
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          document
            .getAnimations()
            .filter((each) => each.playState === 'running')
            .filter((each) => each.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
            .length,
      ),
    )
    .toBe(0);
}
