import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../compile/index';
import type { ModelPlan } from '../compile/plan';
import type { DatasetSchema } from '../graph/schema';
import { type ProjectTable, project } from '../lessons/project';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { exportTfjs, type TfjsFiles, WEIGHTS_FILE } from './export-tfjs';
import { nodeBackendEnv, tf } from './tf-node';

beforeAll(async () => {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
});

const IMAGES: DatasetSchema = {
  id: 'images',
  title: { en: 'Images', zh: '图像' },
  rows: 100,
  columns: [
    { kind: 'image', name: 'image', height: 8, width: 8, channels: 1 },
    { kind: 'category', name: 'label', classes: ['a', 'b', 'c'], counts: [40, 30, 30], missing: 0 },
  ],
  target: 'label',
  sequence: null,
  fixedTestRows: 0,
};

function planOf(graph: Pick<ProjectTable, 'nodes' | 'wires'>): ModelPlan {
  const doc = project({ name: 'test', dataset: 'images', training: {}, ...graph });
  return compile(doc, IMAGES).plan!;
}

/** Reads the two files as tfjs does when they are picked in a browser. */
const stockModel = ({ modelJson, weights }: TfjsFiles) =>
  tf.loadLayersModel({
    load: () =>
      tf.io.getModelArtifactsForJSON(JSON.parse(modelJson), async (manifest) => {
        expect(manifest.map(({ paths }) => paths)).toEqual([[WEIGHTS_FILE]]);
        return [manifest.flatMap((group) => group.weights), weights];
      }),
  });

const cnn = planOf({
  nodes: [
    { id: 'image', type: 'image-input', at: [0, 0] },
    { id: 'conv', type: 'conv-2d', config: { filters: 4, kernelSize: [3, 3], padding: 'same' }, at: [1, 0] },
    { id: 'norm', type: 'batch-normalization', at: [2, 0] },
    { id: 'drop', type: 'dropout', config: { rate: 0.5 }, at: [3, 0] },
    { id: 'flat', type: 'flatten', at: [4, 0] },
    { id: 'out', type: 'classification-output', at: [5, 0] },
  ],
  wires: ['image > conv', 'conv > norm', 'norm > drop', 'drop > flat', 'flat > out'],
});

describe('a model of stock layers', () => {
  it('loads in stock tfjs and predicts the same', async () => {
    const before = tf.memory().numTensors;
    const model = buildModel(tf, cnn, 4);
    const files = await exportTfjs(tf, model);
    expect(files.modelJson).not.toContain('Weft>');
    const x = tf.randomUniform([5, 8, 8, 1], 0, 1, 'float32', 1);
    const ours = tf.tidy(() => model.predict([x]).values[0]!);
    // Gone before the other is made: nothing may be shared.
    model.dispose();
    const stock = await stockModel(files);
    const theirs = stock.predict(x) as typeof ours;
    expect(theirs.shape).toEqual([5, 3]);
    expect(Array.from(theirs.dataSync())).toEqual(Array.from(ours.dataSync()));
    tf.dispose([x, ours, theirs]);
    stock.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has names of layers from the plan, one weights file, and a dropout that varies', async () => {
    const model = buildModel(tf, cnn, 4);
    const json = JSON.parse((await exportTfjs(tf, model)).modelJson);
    model.dispose();
    expect(json.format).toBe('layers-model');
    const layers: { class_name: string; config: { name: string; seed?: number | null } }[] =
      json.modelTopology.config.layers;
    expect(layers.map(({ config }) => config.name)).toEqual(
      expect.arrayContaining(cnn.nodes.map(({ name }) => name)),
    );
    expect(layers.find(({ class_name }) => class_name === 'Dropout')!.config.seed).toBeNull();
    const names = json.weightsManifest[0].weights.map(({ name }: { name: string }) => name);
    expect(names).toContain('conv_2d/kernel');
  });

  it('exports a second model of the same plan under the same names', async () => {
    const first = buildModel(tf, cnn, 4);
    const second = buildModel(tf, cnn, 4);
    const [a, b] = [await exportTfjs(tf, first), await exportTfjs(tf, second)];
    expect(b.modelJson).toBe(a.modelJson);
    expect(new Uint8Array(b.weights)).toEqual(new Uint8Array(a.weights));
    first.dispose();
    second.dispose();
  });
});
