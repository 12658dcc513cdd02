/** Real documents through the real compiler, data layer and engine on wasm: what a user gets who presses Train. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../compile/index';
import type { Dataset } from '../data/dataset';
import { findDataset, parseShipped } from '../data/datasets/index';
import { prepareData } from '../data/prepare';
import type { TrainingSettings } from '../graph/training-settings';
import { type ProjectTable, project } from '../lessons/project';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { predict } from './predict';
import { run } from './run';
import { RunControl } from './run-control';
import type { RunEvent } from './run-event';
import { nodeBackendEnv, tf } from './tf-node';

beforeAll(async () => {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
});

function shipped(id: string): Dataset {
  const descriptor = findDataset(id)!;
  const files = descriptor.files.map(
    (file) => new Uint8Array(readFileSync(new URL(`../../public/datasets/${id}/${file}`, import.meta.url))),
  );
  const parsed = parseShipped(descriptor, files);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

interface Trial {
  readonly dataset: Dataset;
  readonly graph: Pick<ProjectTable, 'nodes' | 'wires'>;
  readonly training: Partial<TrainingSettings>;
  /** Training rows used; small sets keep the test short. */
  readonly rows: number;
}

async function train({ dataset, graph, training, rows }: Trial) {
  const doc = project({ name: 'test', dataset: dataset.schema.id, training, ...graph });
  const compiled = compile(doc, dataset.schema);
  expect(compiled.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const prepared = prepareData(dataset, compiled.data!);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  const whole = prepared.value;
  const cut = (of: Int32Array, count: number) => of.slice(0, count);
  const data = {
    ...whole,
    rows: {
      train: cut(whole.rows.train, rows),
      validation: cut(whole.rows.validation, rows / 4),
      test: cut(whole.rows.test, rows / 2),
    },
  };
  const before = tf.memory().numTensors;
  const plan = compiled.plan!;
  const model = buildModel(tf, plan, compiled.training!.seed);
  const events: RunEvent[] = [];
  const control = new RunControl();
  for await (const event of run({
    tf,
    model,
    training: compiled.training!,
    data,
    control,
    backend: { name: 'wasm', threads: 1 },
  })) {
    events.push(event);
  }
  const last = events.at(-1)!;
  if (last.kind !== 'done') throw new Error(JSON.stringify(last));
  const predictions = await predict({
    tf,
    model,
    fitted: data.fitted,
    inputs: (of) => data.batch(of).inputs,
    rows: data.rows.test,
    batchSize: 7,
  });
  expect(model.parameters).toBe(compiled.total.parameters);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { data, evaluation: last.evaluation!, predictions, events };
}

const adam = (learningRate: number) => ({
  optimizer: { type: 'adam', config: { learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } },
});

describe('a convolution network on digits', () => {
  it('learns, with batch normalisation and dropout, and predicts what it was evaluated at', async () => {
    const { data, evaluation, predictions } = await train({
      dataset: shipped('digits'),
      graph: {
        nodes: [
          { id: 'image', type: 'image-input', at: [0, 0] },
          {
            id: 'conv',
            type: 'conv-2d',
            config: { filters: 8, kernelSize: [3, 3], padding: 'same' },
            at: [1, 0],
          },
          { id: 'norm', type: 'batch-normalization', config: { momentum: 0.8 }, at: [2, 0] },
          { id: 'pool', type: 'max-pooling-2d', at: [3, 0] },
          { id: 'flat', type: 'flatten', at: [4, 0] },
          { id: 'drop', type: 'dropout', config: { rate: 0.2 }, at: [5, 0] },
          { id: 'out', type: 'classification-output', at: [6, 0] },
        ],
        wires: ['image > conv', 'conv > norm', 'norm > pool', 'pool > flat', 'flat > drop', 'drop > out'],
      },
      training: { epochs: 6, batchSize: 32, ...adam(0.01) },
      rows: 600,
    });
    expect(evaluation.measures['accuracy']).toBeGreaterThan(0.85);
    const [head] = predictions;
    if (head?.kind !== 'class') throw new Error('class head');
    const truth = data.batch(data.rows.test).targets[0]!.values;
    const correct = Array.from(truth).filter((label, i) => head.indices[i] === label).length;
    expect(correct / truth.length).toBeCloseTo(evaluation.measures['accuracy']!, 10);
    const first = head.scores.subarray(0, 10).reduce((a, b) => a + b);
    expect(first).toBeCloseTo(1, 5);
  });
});

describe('tables', () => {
  it('classifies penguins', async () => {
    const { evaluation } = await train({
      dataset: shipped('penguins'),
      graph: {
        nodes: [
          { id: 'x', type: 'numbers-input', at: [0, 0] },
          { id: 'hidden', type: 'dense', config: { units: 16 }, at: [1, 0] },
          { id: 'out', type: 'classification-output', config: { metrics: ['accuracy', 'f1'] }, at: [2, 0] },
        ],
        wires: ['x > hidden', 'hidden > out'],
      },
      training: { epochs: 12, ...adam(0.01) },
      rows: 240,
    });
    expect(evaluation.measures['accuracy']).toBeGreaterThan(0.9);
    expect(evaluation.measures['f1']).toBeGreaterThan(0.85);
  });
});

describe('a padded text through a masked recurrent layer', () => {
  it('trains a binary head, whose prediction becomes the scores of both classes', async () => {
    const { predictions, events, data } = await train({
      dataset: shipped('sentiment'),
      graph: {
        nodes: [
          { id: 'text', type: 'tokens-input', config: { length: 24, vocabulary: 800 }, at: [0, 0] },
          { id: 'embed', type: 'embedding', config: { dimension: 8 }, at: [1, 0] },
          { id: 'gru', type: 'gru', config: { units: 8 }, at: [2, 0] },
          { id: 'out', type: 'binary-output', at: [3, 0] },
        ],
        wires: ['text > embed', 'embed > gru', 'gru > out'],
      },
      training: { epochs: 4, batchSize: 32, ...adam(0.02) },
      rows: 400,
    });
    const losses = events.filter((event) => event.kind === 'epoch').map(({ measures }) => measures['loss']!);
    expect(losses.at(-1)).toBeLessThan(0.75 * losses[0]!);
    const [head] = predictions;
    if (head?.kind !== 'class') throw new Error('class head');
    for (let row = 0; row < data.rows.test.length; row += 1) {
      const [no, yes] = head.scores.subarray(row * 2, row * 2 + 2);
      expect(no! + yes!).toBeCloseTo(1, 5);
      expect(head.indices[row]).toBe(yes! > no! ? 1 : 0);
    }
  });
});

describe('tags', () => {
  // Tag of a word = whether it is a number; sentences of 1 to 6 words.
  const words = ['red', 'fox', 'two', 'ten', 'sun'];
  const tag = (word: string) => (word === 'two' || word === 'ten' ? 'number' : 'word');
  const rows = Array.from({ length: 120 }, (_, i) =>
    Array.from({ length: 1 + (i % 6) }, (_, k) => words[(i * 3 + k * (1 + (i % 4))) % 5]!),
  );
  const dataset: Dataset = {
    schema: {
      id: 'tags',
      title: { en: 'Tags', zh: '标签' },
      rows: rows.length,
      columns: [
        { kind: 'text', name: 'text', maxWords: 6, medianWords: 3, distinctWords: 5, missing: 0 },
        { kind: 'tags', name: 'tags', classes: ['word', 'number'] },
      ],
      target: 'tags',
      sequence: null,
      fixedTestRows: 0,
    },
    columns: {
      text: { kind: 'text', values: rows.map((row) => row.join(' ')) },
      tags: { kind: 'tags', values: rows.map((row) => row.map(tag).join(' ')) },
    },
  };

  it('are learnt per word; padded steps count nowhere', async () => {
    const { data, evaluation, predictions } = await train({
      dataset,
      graph: {
        nodes: [
          { id: 'text', type: 'tokens-input', at: [0, 0] },
          { id: 'embed', type: 'embedding', config: { dimension: 4 }, at: [1, 0] },
          { id: 'lstm', type: 'lstm', config: { units: 6, returnSequences: true }, at: [2, 0] },
          { id: 'out', type: 'tagging-output', at: [3, 0] },
        ],
        wires: ['text > embed', 'embed > lstm', 'lstm > out'],
      },
      training: { epochs: 25, batchSize: 16, ...adam(0.03) },
      rows: 84,
    });
    expect(evaluation.measures['accuracy']).toBeGreaterThan(0.95);
    const real = Array.from(data.rows.test, (row) => rows[row]!.length).reduce((a, b) => a + b);
    expect(evaluation.heads[0]!.confusion!.counts.reduce((a, b) => a + b)).toBe(real);
    const [head] = predictions;
    if (head?.kind !== 'tags') throw new Error('tags head');
    for (const [i, row] of data.rows.test.entries()) {
      const found = Array.from(head.indices.subarray(i * head.length, (i + 1) * head.length));
      expect(found.filter((index) => index >= 0)).toHaveLength(rows[row]!.length);
    }
  });
});

describe('a forecast', () => {
  it('runs an LSTM over windows and reports in the units of the data', async () => {
    const dataset = shipped('weather');
    const { evaluation, predictions, data } = await train({
      dataset,
      graph: {
        nodes: [
          { id: 'x', type: 'sequence-input', config: { window: 12 }, at: [0, 0] },
          { id: 'lstm', type: 'lstm', config: { units: 8 }, at: [1, 0] },
          { id: 'out', type: 'regression-output', config: { metrics: ['mae', 'rmse', 'r2'] }, at: [2, 0] },
        ],
        wires: ['x > lstm', 'lstm > out'],
      },
      training: { epochs: 4, batchSize: 32, ...adam(0.01) },
      rows: 600,
    });
    const [head] = predictions;
    if (head?.kind !== 'numbers') throw new Error('numbers head');
    const mae = head.values.reduce((sum, value, i) => {
      const fitted = data.fitted.targets[0]!;
      if (fitted.kind !== 'numbers') throw new Error('numbers target');
      const target =
        data.batch([data.rows.test[i]!]).targets[0]!.values[0]! * fitted.std[0]! + fitted.mean[0]!;
      return sum + Math.abs(value - target) / head.values.length;
    }, 0);
    expect(evaluation.measures['mae']).toBeCloseTo(mae, 4);
    expect(evaluation.heads[0]!.scatter!.target.length).toBeGreaterThan(100);
    expect(evaluation.heads[0]!.scatter!.target.length).toBeLessThanOrEqual(200);
  });
});
