/** 简体中文 and English, light and dark, and windows down to 1024×768. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { canvasMessages } from '../src/messages/canvas';
import type { Messages } from '../src/messages/catalogue';
import { dataMessages } from '../src/messages/data';
import { dialogsMessages } from '../src/messages/dialogs';
import { inspectorMessages } from '../src/messages/inspector';
import { keyboardMessages } from '../src/messages/keyboard';
import { outlineMessages } from '../src/messages/outline';
import { paletteMessages } from '../src/messages/palette';
import { problemsPanelMessages } from '../src/messages/problems-panel';
import { resultsMessages } from '../src/messages/results';
import { shellMessages } from '../src/messages/shell';
import { trainingMessages } from '../src/messages/training';
import { NODE_TYPES } from '../src/nodes/index';
import { startBrowser } from './browser';

const visit = startBrowser();

const AREAS: readonly Messages[] = [
  canvasMessages,
  dataMessages,
  dialogsMessages,
  inspectorMessages,
  keyboardMessages,
  outlineMessages,
  paletteMessages,
  problemsPanelMessages,
  resultsMessages,
  shellMessages,
  trainingMessages,
];
/** Whatever has another word in Chinese must not be seen in English: the interface's words, and the nodes' names. */
const ENGLISH: ReadonlySet<string> = new Set(
  [
    ...AREAS.flatMap((area) => Object.values(area)),
    ...NODE_TYPES.flatMap((type) => [type.title, type.summary]),
  ]
    .filter(({ en, zh }) => en !== zh && en.length > 2)
    .map(({ en }) => en),
);

/** All that is shown or read out: text, labels, titles, placeholders. */
const wordsOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const words: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Text) {
        const parent = node.parentElement;
        if (parent && !parent.closest('script, style, .katex')) words.push(node.data.trim());
      } else if (node instanceof Element) {
        for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt']) {
          const value = node.getAttribute(name);
          if (value) words.push(value);
        }
      }
    }
    return words.filter((word) => word !== '');
  });
const english = async (page: Page): Promise<readonly string[]> =>
  (await wordsOf(page)).filter((word) => ENGLISH.has(word));

it('speaks Chinese throughout, with no English word left', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=1&lang=zh' });
  await page.getByRole('button', { name: '训练', exact: true }).waitFor();
  await page
    .getByRole('group', { name: /^全连接层/ })
    .first()
    .waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  expect(await english(page)).toEqual([]);

  await page
    .getByRole('group', { name: /^全连接层/ })
    .first()
    .click();
  await page.getByRole('spinbutton', { name: '单元数' }).waitFor();
  expect(await english(page)).toEqual([]);
  await page.getByRole('tab', { name: '大纲' }).click();
  expect(await english(page)).toEqual([]);
  await page.getByRole('complementary').getByRole('tab', { name: '数据' }).click();
  expect(await english(page)).toEqual([]);

  await page.getByRole('button', { name: '训练', exact: true }).click();
  await page.getByRole('button', { name: '重新训练' }).waitFor();
  expect(await english(page)).toEqual([]);
  await page.getByRole('button', { name: '查看结果' }).click();
  await page.getByRole('region', { name: '混淆矩阵' }).waitFor();
  await page.getByRole('region', { name: '样本' }).getByRole('listitem').first().waitFor();
  expect(await english(page)).toEqual([]);

  await page.getByRole('button', { name: '示例库', exact: true }).click();
  await page.getByRole('dialog', { name: '示例库' }).waitFor();
  expect(await english(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: '键盘快捷键' }).waitFor();
  expect(await english(page)).toEqual([]);
  await close();
});

it('finds English words where there are some', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  expect(await english(page)).toEqual(expect.arrayContaining(['Train', 'Dense', 'Inspector', 'Gallery']));
  await close();
});

it('changes language and theme at once, and remembers both', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp' });
  await page.getByRole('button', { name: 'View and settings' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Dark' }).click();
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.getByRole('menuitemcheckbox', { name: '简体中文' }).click();
  await page.getByRole('button', { name: '训练', exact: true }).waitFor();
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const channels = (background.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  expect(Math.max(...channels)).toBeLessThan(80);

  const again = await visit({ context, query: '?doc=digits-mlp' });
  await again.page.getByRole('button', { name: '训练', exact: true }).waitFor();
  expect(await again.page.locator('html').getAttribute('data-theme')).toBe('dark');
  await again.close();
  await close();
});

it('follows the system theme as it changes', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light');
  await close();
});

const SCREENS = [
  { lang: 'en', width: 1024, height: 768, train: 'Train' },
  { lang: 'zh', width: 1024, height: 768, train: '训练' },
  { lang: 'en', width: 1366, height: 768, train: 'Train' },
  { lang: 'en', width: 2560, height: 1440, train: 'Train' },
] as const;

it.each(SCREENS)('fits a window of $width×$height ($lang)', async ({ lang, width, height, train }) => {
  const { page, close } = await visit({ query: `?doc=fashion-cnn&lang=${lang}`, width, height });
  const button = page.getByRole('button', { name: train, exact: true });
  await button.waitFor();
  await page.locator('.react-flow__node').first().waitFor();
  const size = await page.evaluate(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    return { scrollWidth, clientWidth, scrollHeight, clientHeight };
  });
  expect(size.scrollWidth).toBeLessThanOrEqual(size.clientWidth);
  expect(size.scrollHeight).toBeLessThanOrEqual(size.clientHeight);
  // Every button of the bar lies inside the window, and none on another.
  const boxes = await page
    .getByRole('banner')
    .getByRole('button')
    .evaluateAll((all) =>
      all
        .map((each) => each.getBoundingClientRect())
        .map(({ left, right, top, bottom }) => ({ left, right, top, bottom })),
    );
  for (const box of boxes) {
    expect(box.left).toBeGreaterThanOrEqual(0);
    expect(box.right).toBeLessThanOrEqual(width);
  }
  for (const [index, box] of boxes.slice(1).entries())
    expect(box.left).toBeGreaterThanOrEqual(boxes[index]!.right - 1);
  // The canvas keeps the better half of the window.
  const canvas = (await page.locator('#canvas').boundingBox())!;
  expect(canvas.width).toBeGreaterThan(width / 2);
  expect(canvas.height).toBeGreaterThan(height * 0.4);
  await close();
});

it('opens its side panels over the canvas in a narrow window', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp', width: 1024, height: 768 });
  await page.locator('.react-flow__node').first().waitFor();
  await page.getByRole('tab', { name: 'Nodes' }).click();
  await page.getByRole('searchbox', { name: 'Search nodes' }).waitFor();
  await page.getByRole('tab', { name: 'Nodes' }).click();
  await page.getByRole('searchbox', { name: 'Search nodes' }).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Open the inspector' }).click();
  await page.getByRole('complementary', { name: 'Inspector' }).waitFor();
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
  ).toBe(true);
  await close();
});
