/** axe-core over every screen in both themes: no violation of WCAG 2.2 A and AA, nor of its best practices. */
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { nodes, openDrawer, stillness, unfoldAll } from './canvas';
import { epochRow, train, trainToEnd } from './training';

const visit = startBrowser();
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds, as `rule: element`. Colours are judged when nothing moves any more. */
async function violations(page: Page, without: readonly string[] = []): Promise<readonly string[]> {
  await stillness(page);
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(async (ignored) => {
    const { axe } = window as unknown as {
      axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };
    };
    const rules = Object.fromEntries(ignored.map((rule) => [rule, { enabled: false }]));
    return (await axe.run(document, { rules })).violations.flatMap(({ id, help, nodes: places }) =>
      places.map(
        ({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')}: ${failureSummary ?? ''}`,
      ),
    );
  }, without);
  return found;
}

const THEMES = ['light', 'dark'] as const;

it.each(THEMES)('the main screen with a node selected, %s', async (theme) => {
  const { page, close } = await visit({ query: `?doc=fashion-cnn&theme=${theme}`, bypassCSP: true });
  await nodes(page).first().waitFor();
  expect(await violations(page)).toEqual([]);
  await nodes(page, 'Conv2D').first().click();
  await page.getByRole('spinbutton', { name: 'Filters' }).waitFor();
  await page.locator('.katex').first().waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});

it.each(THEMES)('outline, data and every drawer, %s', async (theme) => {
  const { page, close } = await visit({ query: `?doc=penguins-ensemble&theme=${theme}`, bypassCSP: true });
  await nodes(page).first().waitFor();
  const left = page.getByRole('complementary', { name: 'Nodes, outline and data' });
  await left.getByRole('tab', { name: 'Outline' }).click();
  await left.getByRole('button', { name: /^Wide\b/ }).click();
  await left.getByRole('button', { name: 'Bypass', exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await left.getByRole('tab', { name: 'Data' }).click();
  await openDrawer(page, 'Data');
  await page
    .getByRole('region', { name: 'Data set' })
    .getByRole('rowheader', { name: '1', exact: true })
    .waitFor();
  expect(await violations(page)).toEqual([]);
  await nodes(page, 'Classification').click();
  await page.keyboard.press('Delete');
  await openDrawer(page, 'Problems');
  await page.getByRole('region', { name: 'Problems' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});

it.each(THEMES)('a run, its end and its results, %s', async (theme) => {
  const { page, close } = await visit({
    query: `?doc=digits-mlp&backend=wasm&epochs=300&theme=${theme}`,
    bypassCSP: true,
  });
  await train(page).click();
  await epochRow(page, 2).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'See results' }).click();
  await page.getByRole('region', { name: 'Samples' }).getByRole('listitem').first().waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});

it.each(THEMES)('all settings of training, the receipt and the measured backends, %s', async (theme) => {
  const { page, close } = await visit({
    query: `?doc=digits-mlp&backend=wasm&epochs=2&theme=${theme}`,
    bypassCSP: true,
  });
  await trainToEnd(page);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const panel = page.getByRole('tabpanel', { name: 'Training' });
  await unfoldAll(panel);
  await panel.getByRole('table', { name: 'Backends measured' }).waitFor();
  await panel.getByRole('button', { name: 'Reproduce' }).waitFor();
  expect(await violations(page)).toEqual([]);
  const choose = (name: string, option: string) =>
    panel.getByRole('combobox', { name, exact: true }).selectOption(option);
  await choose('Learning-rate schedule', 'One cycle');
  await choose('Gradient clipping', 'Length of all gradients');
  await choose('Weight averaging', 'Exponential (EMA)');
  for (const name of ['Early stopping', 'Time limit', 'Stop when good enough'])
    await panel.getByRole('switch', { name }).check();
  await panel.getByRole('spinbutton', { name: 'Accumulate' }).fill('5000');
  await panel.getByText(/^Accumulate must be between/).waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});

it.each(THEMES)('experiments: every form and every result, %s', async (theme) => {
  const { page, close } = await visit({
    query: `?doc=digits-mlp&backend=wasm&epochs=1&theme=${theme}`,
    bypassCSP: true,
  });
  await nodes(page).first().waitFor();
  await openDrawer(page, 'Experiments');
  const panel = page.getByRole('region', { name: 'Experiments', exact: true });
  const form = (name: string) => panel.getByRole('button', { name, exact: true }).first().click();
  const start = async () => {
    await panel.getByRole('button', { name: 'Start', exact: true }).click();
    await panel
      .getByRole('status')
      .filter({ hasText: /^finished/ })
      .waitFor({ timeout: 120_000 });
  };
  await form('Learning rate');
  expect(await violations(page)).toEqual([]);
  await start();
  expect(await violations(page)).toEqual([]);
  for (const [name, count] of [
    ['Repeated seeds', 'Seeds'],
    ['Cross-validation', 'Folds'],
  ] as const) {
    await form(name);
    await panel.getByRole('spinbutton', { name: count }).fill('2');
    expect(await violations(page)).toEqual([]);
    await start();
    expect(await violations(page)).toEqual([]);
  }
  await form('Search');
  for (const label of ['Batch size', 'Optimizer'])
    await panel.getByRole('combobox', { name: 'Vary a setting…' }).selectOption({ label });
  await panel.getByRole('textbox', { name: 'Batch size, to' }).fill('1');
  await panel.getByText('Needs two numbers, the first smaller.').waitFor();
  expect(await violations(page)).toEqual([]);
  await panel.getByRole('textbox', { name: 'Batch size, to' }).fill('128');
  await panel.getByRole('spinbutton', { name: 'Runs', exact: true }).fill('3');
  await start();
  expect(await violations(page)).toEqual([]);
  await close();
});

it('a failed run', async () => {
  const { page, close } = await visit({ query: '?doc=weather-gru&backend=wasm', bypassCSP: true });
  await page.getByRole('combobox', { name: 'Optimizer' }).selectOption({ label: 'SGD' });
  await page.getByRole('spinbutton', { name: 'Learning rate' }).fill('100');
  await train(page).click();
  await page.getByRole('alert').getByText('The run failed.').waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});

it('regression results', async () => {
  const { page, close } = await visit({ query: '?doc=weather-gru&backend=wasm&epochs=1', bypassCSP: true });
  await trainToEnd(page);
  await page.getByRole('button', { name: 'See results' }).click();
  await page.getByRole('region', { name: 'Prediction against target' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});

it.each(THEMES)('every dialog, %s', async (theme) => {
  const { page, close } = await visit({ query: `?doc=digits-mlp&theme=${theme}`, bypassCSP: true });
  await nodes(page).first().waitFor();
  const dialog = page.getByRole('dialog');
  const found: Record<string, readonly string[]> = {};
  const check = async (name: string) => {
    await page.getByRole('dialog', { name }).waitFor();
    found[name] = await violations(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  };
  for (const name of ['Gallery', 'Projects', 'Import', 'Export']) {
    await page.getByRole('button', { name, exact: true }).click();
    await check(name);
  }
  for (const [item, name] of [
    ['Keyboard shortcuts', 'Keyboard shortcuts'],
    ['What each format supports', 'What each format supports'],
    ['All settings…', 'Settings'],
  ] as const) {
    await page.getByRole('button', { name: 'View and settings' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    await check(name);
  }
  await page.getByRole('complementary').getByRole('tab', { name: 'Data' }).click();
  await page.getByRole('button', { name: 'Add your own data' }).click();
  await check('Add your own data');
  expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
  await close();
});

it('menus, the search on the canvas and the empty canvas', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp', bypassCSP: true });
  await nodes(page, 'Dense').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Rename/ }).waitFor();
  // An open menu floats above the page, outside its landmarks; axe lets dialogs do that, but knows no such exception for menus.
  expect(await violations(page, ['region'])).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'View and settings' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Dark' }).waitFor();
  expect(await violations(page, ['region'])).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Gallery', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Empty project' }).click();
  const empty = page.getByRole('region', { name: 'Canvas' });
  await empty.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await empty.getByRole('button', { name: 'Add a node' }).first().click();
  await page.getByRole('combobox', { name: 'Add a node' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});
