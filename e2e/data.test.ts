/** A user's own data: tables and pictures become data sets that train; what cannot be read says so in one clear sentence. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import type { Locator, Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { startBrowser } from './browser';
import { nodes, wires } from './canvas';
import { choose, pictures, seeds, table, textFile } from './files';
import { train } from './training';

const visit = startBrowser();
const folder = mkdtempSync(join(tmpdir(), 'weft-e2e-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function openUpload(page: Page): Promise<Locator> {
  await nodes(page).first().waitFor();
  await page.getByRole('complementary').getByRole('tab', { name: 'Data' }).click();
  await page.getByRole('button', { name: 'Add your own data' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add your own data' });
  await dialog.waitFor();
  return dialog;
}

const setEpochs = async (page: Page, epochs: number) => {
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill(String(epochs));
};

it('turns a table into a data set, fits the network to it and trains', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm' });
  const dialog = await openUpload(page);
  await choose(page, table('seeds.csv', seeds(120)));
  await dialog.getByText('120 rows and 3 columns are ready.').waitFor();
  const target = dialog.getByRole('combobox', { name: 'Column to predict' });
  expect(await target.inputValue()).toBe('kind');
  await dialog.getByRole('button', { name: 'Use this data' }).click();
  await dialog.waitFor({ state: 'hidden' });

  await nodes(page, 'Numbers input.*output 2').waitFor();
  await nodes(page, 'Classification').waitFor();
  expect(await nodes(page, 'Image input').count()).toBe(0);
  expect(await wires(page).count()).toBeGreaterThanOrEqual(3);
  const panel = page.getByRole('region', { name: 'Data set' });
  await panel.getByText('seeds', { exact: true }).waitFor();
  await panel.getByRole('cell', { name: 'bean' }).first().waitFor();

  await setEpochs(page, 1);
  await train(page).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  // One undo takes the data set, the new input and the new output back together (the epochs were an edit of their own).
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await nodes(page, 'Image input').waitFor();
  await close();
});

it('predicts the column that was picked: a number makes it a regression', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm' });
  const dialog = await openUpload(page);
  await choose(page, table('seeds.csv', seeds(120)));
  await dialog.getByRole('combobox', { name: 'Column to predict' }).selectOption('width');
  await dialog.getByRole('button', { name: 'Use this data' }).click();
  await nodes(page, 'Regression').waitFor();
  await setEpochs(page, 1);
  await train(page).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await page.getByRole('button', { name: 'See results' }).click();
  await page.getByRole('region', { name: 'Prediction against target' }).waitFor();
  await close();
});

it('keeps an uploaded set on this device and removes it when asked twice', async () => {
  const { page, context, close } = await visit({ query: '?doc=digits-mlp' });
  const dialog = await openUpload(page);
  await choose(page, table('seeds.csv', seeds(60)));
  await dialog.getByRole('button', { name: 'Keep for later' }).click();
  await nodes(page, 'Image input').waitFor();
  const again = await visit({ context, query: '?doc=digits-mlp' });
  await again.page.getByRole('complementary').getByRole('tab', { name: 'Data' }).click();
  const own = again.page.getByRole('region', { name: 'Your own' });
  await own.getByRole('button', { name: 'Use seeds' }).waitFor();
  await own.getByRole('button', { name: 'Remove seeds' }).click();
  await own.getByRole('button', { name: 'Remove', exact: true }).click();
  await own.getByRole('listitem').waitFor({ state: 'hidden' });
  await again.close();
  await close();
});

it('makes classes of the folders of a ZIP of pictures', async () => {
  const { page, close } = await visit({ query: '?doc=fashion-cnn&backend=wasm' });
  const dialog = await openUpload(page);
  await choose(page, {
    name: 'shades.zip',
    mimeType: 'application/zip',
    buffer: Buffer.from(zipSync(pictures(30))),
  });
  await dialog.getByText(/^shades\.\s*60 rows and 2 columns are ready\./).waitFor();
  await dialog.getByRole('button', { name: 'Use this data' }).click();
  await nodes(page, 'Image input.*output 8×8×1').waitFor();
  await setEpochs(page, 1);
  await train(page).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await page.getByRole('button', { name: 'See results' }).click();
  const matrix = page.getByRole('region', { name: 'Confusion matrix' });
  await matrix.getByRole('columnheader', { name: 'dark' }).waitFor();
  await matrix.getByRole('columnheader', { name: 'light' }).waitFor();
  await close();
});

it('takes a folder of pictures, and leaves a damaged one out by name', async () => {
  const { page, close } = await visit({ query: '?doc=fashion-cnn&backend=wasm' });
  const files = {
    ...pictures(20),
    'dark/broken.png': pictures(1)['dark/0.png']!.slice(0, 40),
    'notes.md': Buffer.from('hello'),
  };
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, 'shades', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  const dialog = await openUpload(page);
  await dialog.locator('input[webkitdirectory]').setInputFiles(join(folder, 'shades'));
  await dialog.getByText(/40 rows and 2 columns are ready\./).waitFor();
  await dialog.getByText(/1 images could not be decoded and were left out: .*broken\.png/).waitFor();
  await dialog.getByText(/1 other files were left out: .*notes\.md/).waitFor();
  await dialog.getByRole('button', { name: 'Use this data' }).click();
  await setEpochs(page, 1);
  await train(page).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await close();
});

const rows = seeds(60);
const remarks = [
  {
    what: 'a few uneven rows',
    file: table('uneven.csv', [...rows.slice(0, 5), '5.1,4.9', ...rows.slice(5), '1,2,pea,4']),
    says: /2 rows do not have 3 cells/,
  },
  {
    what: 'Latin-1 letters',
    file: textFile('latin.csv', `${rows.join('\n').replaceAll('pea', 'café')}\n`, 'latin1'),
    says: /latin\.csv is not UTF-8; it was read as/,
  },
  {
    what: 'decimal commas and semicolons',
    file: table(
      'comma.csv',
      seeds(60, ';').map((line) => line.replaceAll('.', ',')),
    ),
    says: /A comma was read as the decimal mark in: length, width/,
  },
  {
    what: 'no header',
    file: table('bare.csv', rows.slice(1)),
    says: /Columns were named column_1/,
  },
  {
    what: 'an empty column',
    file: table(
      'hole.csv',
      rows.map((line, row) => (row === 0 ? `${line},extra` : `${line},`)),
    ),
    says: /Column “extra” is empty and was left out/,
  },
] as const;

it.each(remarks)('reads a table with $what, and says so', async ({ file, says }) => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const dialog = await openUpload(page);
  await choose(page, file);
  await dialog.getByText(/rows and \d+ columns are ready/).waitFor();
  await dialog.getByText(says).waitFor();
  await dialog.getByRole('button', { name: 'Use this data' }).click();
  await nodes(page, 'Numbers input').waitFor();
  await close();
});

it('counts missing values, fills them and trains', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm' });
  const dialog = await openUpload(page);
  await choose(
    page,
    table(
      'gaps.csv',
      seeds(100).map((line, row) => (row % 10 === 3 ? line.replace(/,[^,]+,/, ',,') : line)),
    ),
  );
  await dialog.getByRole('button', { name: 'Use this data' }).click();
  await page
    .getByRole('region', { name: 'Data set' })
    .getByText(/10 missing/)
    .waitFor();
  await setEpochs(page, 1);
  await train(page).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await close();
});

const hopeless = [
  { what: 'an empty file', file: textFile('nothing.csv', ''), says: 'nothing.csv is empty.' },
  {
    what: 'rows of every length',
    file: table('wild.csv', [
      'a,b,c',
      ...Array.from({ length: 40 }, (_, row) => new Array(1 + (row % 5)).fill(row).join(',')),
    ]),
    says: /\d+ of 41 rows do not have \d cells .*Choose another separator or repair the file\./,
  },
  {
    what: 'a single column',
    file: table('words.csv', ['word', 'one', 'two', 'three']),
    says: /words\.csv has only one column\./,
  },
  {
    what: 'a PDF',
    file: textFile('report.csv', '%PDF-1.7\n1 0 obj\n'),
    says: /report\.csv is not a text table; its content looks like PDF\./,
  },
  {
    what: 'a header alone',
    file: table('head.csv', ['length,width,kind']),
    says: /head\.csv has a header and no rows below it\./,
  },
  {
    what: 'a damaged ZIP',
    file: {
      name: 'half.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from(zipSync(pictures(4))).subarray(0, 300),
    },
    says: /half\.zip cannot be unpacked\./,
  },
  {
    what: 'pictures of one class',
    file: {
      name: 'one.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from(
        zipSync(Object.fromEntries(Object.entries(pictures(4)).filter(([path]) => path.startsWith('dark')))),
      ),
    },
    says: /Images need at least two folders, one per class; found 1/,
  },
] as const;

it.each(hopeless)('refuses $what in one sentence and keeps the project', async ({ file, says }) => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const dialog = await openUpload(page);
  await choose(page, file);
  const alert = dialog.getByRole('alert');
  await alert.getByText('These files could not be used').waitFor();
  await alert.getByText(says).waitFor();
  await dialog.getByRole('button', { name: 'Try other files' }).click();
  await choose(page, table('seeds.csv', seeds(40)));
  await dialog.getByText('40 rows and 3 columns are ready.').waitFor();
  await dialog.getByRole('button', { name: 'Keep for later' }).click();
  await expect.poll(() => nodes(page).count()).toBe(5);
  await close();
});

it('obeys the separator that was chosen, and says when it is the wrong one', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const dialog = await openUpload(page);
  await dialog.getByText('Options').click();
  await dialog.getByRole('combobox', { name: 'Separator' }).selectOption({ label: 'semicolon' });
  await choose(page, table('seeds.csv', seeds(40)));
  await dialog
    .getByRole('alert')
    .getByText(/seeds\.csv has only one column\. Separators tried: ;/)
    .waitFor();
  await close();
});

it('turns down a file over the limit without reading it', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const huge = join(folder, 'huge.csv');
  writeFileSync(huge, 'a,b\n');
  truncateSync(huge, 201e6);
  const dialog = await openUpload(page);
  await choose(page, huge);
  await dialog
    .getByRole('alert')
    .getByText('huge.csv has 201 MB; up to 200 MB can be read. Use a part of it.')
    .waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => nodes(page).count()).toBe(5);
  await close();
});

it('looks at the rows of a shipped set, page by page', async () => {
  const { page, close } = await visit({ query: '?doc=penguins-ensemble' });
  await nodes(page).first().waitFor();
  await page.getByRole('region', { name: 'Training and results' }).getByRole('tab', { name: 'Data' }).click();
  const panel = page.getByRole('region', { name: 'Data set' });
  await panel.getByText(/^1 to 48 of \d+/).waitFor();
  await panel.getByRole('rowheader', { name: '1', exact: true }).waitFor();
  await panel.getByRole('button', { name: 'Next rows' }).click();
  await panel.getByText(/^49 to 96 of \d+/).waitFor();
  await panel.getByRole('rowheader', { name: '49', exact: true }).waitFor();
  await panel.getByRole('combobox', { name: 'Column to predict' }).waitFor();
  await close();
});
