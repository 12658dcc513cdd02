/** 简体中文 and English, light and dark, and windows down to 1024×768. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Text } from '../src/graph/text';
import { canvasMessages } from '../src/messages/canvas';
import type { Messages } from '../src/messages/catalogue';
import { dataMessages } from '../src/messages/data';
import { dialogsMessages } from '../src/messages/dialogs';
import { experimentMessages } from '../src/messages/experiments';
import { inspectorMessages } from '../src/messages/inspector';
import { keyboardMessages } from '../src/messages/keyboard';
import { outlineMessages } from '../src/messages/outline';
import { paletteMessages } from '../src/messages/palette';
import { healthMessages, preflightMessages } from '../src/messages/preflight';
import { problemsPanelMessages } from '../src/messages/problems-panel';
import { resultsMessages } from '../src/messages/results';
import { shellMessages } from '../src/messages/shell';
import { trainingMessages } from '../src/messages/training';
import { trainingSettingsMessages } from '../src/messages/training-settings';
import type { Fields } from '../src/nodes/fields';
import { NODE_TYPES } from '../src/nodes/index';
import { TRAINING_GROUPS } from '../src/nodes/training-groups';
import { OPTIMIZERS, SCHEDULES } from '../src/nodes/training-index';
import { startBrowser } from './browser';
import { unfoldAll } from './canvas';

const visit = startBrowser();

const AREAS: readonly Messages[] = [
  canvasMessages,
  dataMessages,
  dialogsMessages,
  experimentMessages,
  healthMessages,
  inspectorMessages,
  keyboardMessages,
  outlineMessages,
  paletteMessages,
  preflightMessages,
  problemsPanelMessages,
  resultsMessages,
  shellMessages,
  trainingMessages,
  trainingSettingsMessages,
];
const wordsOfFields = (fields: Fields): readonly Text[] =>
  Object.values(fields).flatMap((field) => [
    field.title,
    field.help,
    ...(field.kind === 'choice' ? field.options.map(({ title }) => title) : []),
  ]);
/** Whatever has another word in Chinese must not be seen in English: the interface's words, those of nodes and settings. */
const ENGLISH: readonly string[] = [
  ...AREAS.flatMap((area) => Object.values(area)),
  ...NODE_TYPES.flatMap((type) => [type.title, type.summary]),
  ...[...OPTIMIZERS, ...SCHEDULES].flatMap(({ title, summary }) => [title, summary]),
  ...[...OPTIMIZERS, ...SCHEDULES, ...TRAINING_GROUPS].flatMap(({ fields }) => wordsOfFields(fields)),
]
  .filter(({ en, zh }) => en !== zh && en.length > 2)
  .map(({ en }) => en);
const WORDS: ReadonlySet<string> = new Set(ENGLISH);
const escaped = (part: string) => part.replace(/[\^$.*+?()[\]{}|]/g, '\\$&');
const PLACEHOLDER = /\{\w+\}/;
/** Sentences with something filled in, where an English word is left beside it. */
const SENTENCES: readonly RegExp[] = ENGLISH.filter((en) => PLACEHOLDER.test(en))
  .map((en) => en.split(PLACEHOLDER))
  .filter((parts) => parts.some((part) => /[a-z]{3}/i.test(part)))
  .map((parts) => new RegExp(`^${parts.map(escaped).join('.+')}$`, 's'));

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
  (await wordsOf(page)).filter(
    (word) => WORDS.has(word) || SENTENCES.some((sentence) => sentence.test(word)),
  );

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

it('speaks Chinese in the settings of training, about a run and its reproduction', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=2&lang=zh' });
  await page.getByRole('button', { name: '训练', exact: true }).click();
  await page.getByRole('button', { name: '重新训练' }).waitFor();
  const panel = page.getByRole('tabpanel', { name: '训练' });
  await panel.getByRole('button', { name: '设置', exact: true }).click();
  await unfoldAll(panel);
  await panel.getByRole('table', { name: '计算后端实测' }).waitFor();
  expect(await english(page)).toEqual([]);
  // At the end of a curve: which one it is, and a figure.
  await panel
    .getByText(/^验证 [\d.]/)
    .first()
    .waitFor();
  await panel.getByRole('button', { name: '重现' }).click();
  await panel.getByText(/^已重现/).waitFor();
  expect(await english(page)).toEqual([]);
  await panel.getByRole('combobox', { name: '起始权重' }).selectOption('上次训练的权重');
  await page.getByRole('button', { name: '重新训练' }).click();
  await panel.getByText(/^以已有权重开始：/).waitFor();
  await page.getByRole('button', { name: '重新训练' }).waitFor();
  expect(await english(page)).toEqual([]);

  for (const name of ['提前停止', '时间限制', '达标即停']) await panel.getByRole('switch', { name }).check();
  await panel.getByRole('spinbutton', { name: '梯度累积' }).fill('2');
  for (const [name, options] of [
    ['学习率调度', SCHEDULES.map(({ title }) => title.zh)],
    ['梯度裁剪', ['全部梯度的长度']],
    ['权重平均', ['指数（EMA）', '从某轮起等权（SWA）']],
    ['优化器', OPTIMIZERS.map(({ title }) => title.zh)],
  ] as const) {
    for (const option of options) {
      await panel.getByRole('combobox', { name, exact: true }).selectOption(option);
      await unfoldAll(panel);
      expect(await english(page)).toEqual([]);
    }
  }
  await close();
});

it('speaks Chinese about experiments', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=1&lang=zh' });
  await page.getByRole('tab', { name: '实验' }).click();
  const panel = page.getByRole('region', { name: '实验', exact: true });
  const form = (name: string) => panel.getByRole('button', { name, exact: true }).first().click();
  const start = async () => {
    await panel.getByRole('button', { name: '开始', exact: true }).click();
    await panel
      .getByRole('status')
      .filter({ hasText: /^已完成/ })
      .waitFor({ timeout: 120_000 });
    expect(await english(page)).toEqual([]);
  };
  await form('学习率');
  expect(await english(page)).toEqual([]);
  await start();
  for (const [name, count] of [
    ['重复种子', '种子数'],
    ['交叉验证', '折数'],
  ] as const) {
    await form(name);
    await panel.getByRole('spinbutton', { name: count }).fill('2');
    expect(await english(page)).toEqual([]);
    await start();
  }
  await form('超参数搜索');
  for (const label of ['批大小', '优化器'])
    await panel.getByRole('combobox', { name: '添加要变化的设置…' }).selectOption({ label });
  for (const strategy of ['网格', '逐次减半', '随机']) {
    await panel.getByRole('combobox', { name: '策略' }).selectOption(strategy);
    expect(await english(page)).toEqual([]);
  }
  await panel.getByRole('textbox', { name: '批大小，到' }).fill('1');
  await panel.getByText('需要两个数，前者较小。').waitFor();
  expect(await english(page)).toEqual([]);
  await panel.getByRole('textbox', { name: '批大小，到' }).fill('128');
  await panel.getByRole('spinbutton', { name: '次数', exact: true }).fill('3');
  await start();
  await close();
});

it('finds English words where there are some', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  expect(await english(page)).toEqual(expect.arrayContaining(['Train', 'Dense', 'Inspector', 'Gallery']));
  await page.getByRole('tab', { name: 'Experiments' }).click();
  const rates = page.getByText(/^A copy of the model takes up to \d+ steps/);
  await rates.waitFor();
  expect(await english(page)).toContain(await rates.textContent());
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
