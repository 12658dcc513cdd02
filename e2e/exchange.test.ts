/** In and out: project files and TensorFlow.js models, and what is said about files that cannot be opened. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { unzipSync } from 'fflate';
import type { Download, Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startBrowser } from './browser';
import { nodes, wires } from './canvas';
import { choose, type TestFile, textFile } from './files';
import { train, trainToEnd } from './training';

const visit = startBrowser();

interface ModelJson {
  readonly format: string;
  readonly modelTopology: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly shape: number[];
      readonly dtype: 'float32';
    }[];
  }[];
}

async function openDialog(page: Page, name: 'Export' | 'Import'): Promise<Locator> {
  await nodes(page).first().waitFor();
  await page.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  return dialog;
}
async function downloaded(page: Page, button: Locator): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return download;
}
const bytesOf = async (download: Download): Promise<Buffer> => readFileSync(await download.path());

/** Opens the files with tfjs itself, as any page would. */
async function load(json: ModelJson, weights: Uint8Array): Promise<tf.LayersModel> {
  await tf.setBackend('cpu');
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => [...group.weights]),
      weightData: new Uint8Array(weights).buffer,
    }),
  );
}
function expectedBytes({ weightsManifest }: ModelJson): number {
  const sizes = weightsManifest.flatMap((group) =>
    group.weights.map(({ shape }) => shape.reduce((a, b) => a * b, 1)),
  );
  return 4 * sizes.reduce((a, b) => a + b, 0);
}

it('exports a project file that opens again as the same network', async () => {
  const { page, close } = await visit({ query: '?doc=penguins-ensemble' });
  await nodes(page).first().waitFor();
  const drawn = { nodes: await nodes(page).count(), wires: await wires(page).count() };
  const dialog = await openDialog(page, 'Export');
  const download = await downloaded(
    page,
    dialog.getByRole('button', { name: 'Download penguins-ensemble.weft.json' }),
  );
  expect(download.suggestedFilename()).toBe('penguins-ensemble.weft.json');
  await dialog.getByText('Saved penguins-ensemble.weft.json.').waitFor();
  const text = (await bytesOf(download)).toString('utf8');
  const doc = JSON.parse(text) as { format: string; meaning: { nodes: object; edges: object } };
  expect(doc.format).toBe('weft');
  expect(Object.keys(doc.meaning.nodes)).toHaveLength(drawn.nodes);
  expect(Object.keys(doc.meaning.edges)).toHaveLength(drawn.wires);
  await close();

  const other = await visit({ query: '?doc=digits-mlp' });
  await openDialog(other.page, 'Import');
  await choose(other.page, textFile('penguins-ensemble.weft.json', text));
  await expect.poll(() => other.page.title()).toBe('Penguins ensemble – Weft');
  await expect.poll(() => nodes(other.page).count()).toBe(drawn.nodes);
  await openDialog(other.page, 'Export');
  const again = await downloaded(other.page, other.page.getByRole('button', { name: /^Download/ }));
  expect((await bytesOf(again)).toString('utf8')).toBe(text);
  await other.close();
});

it('exports a trained model that TensorFlow.js loads and runs', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm&epochs=3' });
  await trainToEnd(page);
  const dialog = await openDialog(page, 'Export');
  await dialog.getByText('With the trained weights of the last run.').waitFor();
  const download = await downloaded(page, dialog.getByRole('button', { name: 'One ZIP' }));
  expect(download.suggestedFilename()).toBe('digits-mlp-tfjs.zip');
  await dialog.getByText('Saved digits-mlp-tfjs.zip with trained weights.').waitFor();
  const files = unzipSync(await bytesOf(download));
  const json = JSON.parse(Buffer.from(files['model.json']!).toString('utf8')) as ModelJson;
  expect(json.format).toBe('layers-model');
  const weights = files[json.weightsManifest[0]!.paths[0]!]!;
  expect(weights.byteLength).toBe(expectedBytes(json));
  expect(weights.byteLength).toBe(4 * 17_226);

  const model = await load(json, weights);
  const scores = model.predict(tf.ones([2, 8, 8, 1])) as tf.Tensor;
  expect(scores.shape).toEqual([2, 10]);
  const sums = await scores.sum(1).array();
  for (const sum of sums as number[]) expect(sum).toBeCloseTo(1, 4);
  await close();
});

it('exports an untrained model as two files, opens them again and trains on', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp&backend=wasm' });
  const dialog = await openDialog(page, 'Export');
  await dialog.getByText(/^Untrained:/).waitFor();
  const downloads: Download[] = [];
  page.on('download', (download) => downloads.push(download));
  await dialog.getByRole('button', { name: 'Two files' }).click();
  await dialog.getByText(/Saved model\.json, .* with fresh weights\./).waitFor();
  await expect.poll(() => downloads.length).toBe(2);
  const files: TestFile[] = [];
  for (const download of downloads) {
    const name = download.suggestedFilename();
    files.push({
      name,
      mimeType: name.endsWith('.json') ? 'application/json' : 'application/octet-stream',
      buffer: await bytesOf(download),
    });
  }
  await page.keyboard.press('Escape');

  const imports = await openDialog(page, 'Import');
  await choose(page, files);
  await imports.waitFor({ state: 'hidden' });
  await expect.poll(() => page.title()).toBe('model – Weft');
  await nodes(page, 'Flatten.*output 64').waitFor();
  await page.getByRole('complementary', { name: 'Inspector' }).getByText('17,226').waitFor();
  await page.getByRole('complementary').getByRole('tab', { name: 'Data' }).click();
  await page.getByRole('button', { name: 'Use Digits 8×8' }).click();
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
  await train(page).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await close();
});

it('opens a Keras model from a layers-model file and can train it on fitting data', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        name: 'look',
      }),
      tf.layers.flatten({ name: 'row' }),
      tf.layers.dense({ units: 10, activation: 'softmax', name: 'digit' }),
    ],
  });
  const topology: unknown = model.toJSON(undefined, false);
  const { page, close } = await visit({ query: '?doc=fashion-cnn&backend=wasm' });
  await openDialog(page, 'Import');
  await choose(
    page,
    textFile(
      'model.json',
      JSON.stringify({ format: 'layers-model', modelTopology: topology, weightsManifest: [] }),
    ),
  );
  await nodes(page, 'look').or(nodes(page, 'Conv2D, 4 filters')).first().waitFor();
  const done = page.getByRole('dialog').getByRole('button', { name: 'Done' });
  if (await done.isVisible()) await done.click();
  await page.getByRole('complementary').getByRole('tab', { name: 'Data' }).click();
  await page.getByRole('button', { name: 'Use Digits 8×8' }).click();
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
  await train(page).click();
  await page.getByText(/Finished after 1 epochs?\./).waitFor();
  await close();
});

const WEFT = { format: 'weft', version: 1, name: 'x', meaning: { nodes: {}, edges: {} }, layout: {} };
const refused = [
  {
    what: 'a project of a newer version',
    file: textFile('new.weft.json', JSON.stringify({ ...WEFT, version: 99 })),
    says: /A newer Weft saved this project \(format 99; this one reads up to \d+\)\. Update Weft to open it\./,
  },
  {
    what: 'a damaged project',
    file: textFile('bad.weft.json', JSON.stringify({ ...WEFT, meaning: { nodes: [], edges: 3 } })),
    says: /The project is damaged at /,
  },
  {
    what: 'a file that breaks off',
    file: textFile('cut.weft.json', '{\n  "format": "weft",\n  "version": 1,\n  "na'),
    says: /This file is not readable JSON; reading stops at line 4/,
  },
  {
    what: 'a graph model',
    file: textFile(
      'model.json',
      JSON.stringify({ format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] }),
    ),
    says: /This is a graph model: it is frozen for inference and has no layers to edit\./,
  },
  {
    what: 'some other JSON',
    file: textFile('package.json', '{"name":"left-pad"}'),
    says: /neither a Weft project nor a tfjs model/,
  },
  {
    what: 'no JSON at all',
    file: textFile('photo.png', 'x'),
    says: 'There is no .json file to open among: photo.png.',
  },
] as const;

it.each(refused)('refuses $what in one sentence and keeps the work', async ({ file, says }) => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  await nodes(page, 'Dense, 128 units').click();
  await page.getByRole('spinbutton', { name: 'Units' }).fill('50');
  const dialog = await openDialog(page, 'Import');
  await choose(page, file);
  const alert = dialog.getByRole('alert');
  await alert.getByText('Nothing was opened.').waitFor();
  await alert.getByText(says).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await nodes(page, 'Dense, 50 units').waitFor();
  expect(await page.getByRole('button', { name: 'Undo' }).isEnabled()).toBe(true);
  await close();
});

it('opens a model with a layer it does not know, says which, and keeps its settings', async () => {
  const layer = (className: string, name: string, config: object, from: string | null) => ({
    class_name: className,
    name,
    config: { name, trainable: true, ...config },
    inbound_nodes: from === null ? [] : [[[from, 0, 0, {}]]],
  });
  const topology = {
    class_name: 'Model',
    config: {
      name: 'odd',
      layers: [
        layer('InputLayer', 'x', { batch_input_shape: [null, 8, 8, 1], dtype: 'float32' }, null),
        layer('CapsuleRouting', 'caps', { capsules: 8 }, 'x'),
        layer('Dense', 'out', { units: 10, activation: 'softmax' }, 'caps'),
      ],
      input_layers: [['x', 0, 0]],
      output_layers: [['out', 0, 0]],
    },
  };
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const dialog = await openDialog(page, 'Import');
  await choose(
    page,
    textFile(
      'model.json',
      JSON.stringify({ format: 'layers-model', modelTopology: topology, weightsManifest: [] }),
    ),
  );
  await dialog.getByText(/Opened as a new project\. What could not be taken over as it was:/).waitFor();
  await dialog.getByText(/Layer “caps” is of class CapsuleRouting, which Weft does not know/).waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await nodes(page, 'caps').waitFor();
  // Not trainable, and Train says so; but the settings leave again as they came.
  await expect.poll(() => train(page).getAttribute('aria-disabled')).toBe('true');
  const exports = await openDialog(page, 'Export');
  await exports.getByText('The model cannot be exported until its problems are solved.').waitFor();
  const download = await downloaded(page, exports.getByRole('button', { name: /^Download/ }));
  expect((await bytesOf(download)).toString('utf8')).toContain('"capsules"');
  await close();
});

it('shows what each format supports', async () => {
  const { page, close } = await visit({ query: '?doc=digits-mlp' });
  const dialog = await openDialog(page, 'Export');
  await dialog.getByRole('button', { name: 'Which node works in which format?' }).click();
  const matrix = page.getByRole('table', { name: 'Support of every node in every export format' });
  await matrix
    .getByRole('rowheader', { name: /^Dense/ })
    .first()
    .waitFor();
  await page
    .getByRole('textbox', { name: 'Filter nodes' })
    .or(page.getByRole('searchbox', { name: 'Filter nodes' }))
    .fill('lstm');
  await expect.poll(() => matrix.getByRole('rowheader').count()).toBe(1);
  await close();
});
