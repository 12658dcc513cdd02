/** Embedding and positional embedding: lookups, positions, vocabulary sizes, gradients, files. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorFact } from '../../graph/shape';
import type { LayerNodeType, NodeType } from '../define-node';
import { completed, difference, gradientGap, modelOf, reloaded, run } from '../recurrent/layer-under-test';
import embedding from './embedding';
import positionalEmbedding from './positional-embedding';
import { sinusoids } from './positional-embedding-layer';

const tokens = (cardinality?: number, masked = false): TensorFact => ({
  shape: ['batch', 4],
  dtype: 'int32',
  flow: 'tokens',
  masked,
  ...(cardinality === undefined ? {} : { cardinality }),
});
const sequence = (time: number | string, masked = false): TensorFact => ({
  shape: ['batch', time, 3],
  dtype: 'float32',
  flow: 'sequence',
  masked,
});
const infer = (type: NodeType, input: TensorFact, config = {}) =>
  type.inferShapes({ config: completed(type, config) as never, inputs: { input: [input] }, schema: null });

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe('embedding', () => {
  it('gives the row of each token, padding included', () => {
    const model = modelOf(tf, embedding, { config: { dimension: 3 }, inputs: { input: [tokens(6, true)] } });
    const table = model.getWeights()[0]!;
    expect(table.shape).toEqual([6, 3]);
    const rows = table.arraySync() as number[][];
    const { values, shape } = run(model, [tf.tensor2d([[5, 0, 2, 2]], [1, 4], 'int32')]);
    expect(shape).toEqual([1, 4, 3]);
    expect([...values]).toEqual([5, 0, 2, 2].flatMap((id) => rows[id]!));
  });

  it('starts from its seed within ±0.05', () => {
    const table = (seed: number) => [
      ...modelOf(tf, embedding, { inputs: { input: [tokens(9)] }, seed })
        .getWeights()[0]!
        .dataSync(),
    ];
    expect(table(1)).toEqual(table(1));
    expect(table(1)).not.toEqual(table(2));
    expect(Math.max(...table(1).map(Math.abs))).toBeLessThanOrEqual(0.05);
    expect(Math.max(...table(1).map(Math.abs))).toBeGreaterThan(0.04);
  });

  it('hands no implicit mask on, and marks its output instead', () => {
    expect(infer(embedding, tokens(6, true))).toMatchObject({
      ok: true,
      outputs: { output: { masked: true } },
    });
    expect(infer(embedding, tokens(6, true), { maskZero: false })).toMatchObject({
      outputs: { output: { masked: false } },
    });
    expect(infer(embedding, tokens(6))).toMatchObject({ outputs: { output: { masked: false } } });
    const model = modelOf(tf, embedding, { inputs: { input: [tokens(6, true)] } });
    expect(model.getLayer('under_test').computeMask(tf.tensor2d([[1, 0]], [1, 2], 'int32'))).toBeNull();
  });

  it('takes the vocabulary from the data unless told, and says when it is too small', () => {
    expect(infer(embedding, tokens(50), { vocabulary: 60 }).ok).toBe(true);
    expect(infer(embedding, tokens(50), { vocabulary: 40 })).toMatchObject({
      ok: false,
      problems: [
        {
          code: 'vocabulary-too-small',
          vocabulary: 40,
          cardinality: 50,
          proposals: [
            { kind: 'set', config: { vocabulary: 0 } },
            { kind: 'set', config: { vocabulary: 50 } },
          ],
        },
      ],
    });
    expect(infer(embedding, tokens())).toMatchObject({
      ok: false,
      problems: [{ code: 'field-range', field: 'vocabulary' }],
    });
    expect(infer(embedding, tokens(), { vocabulary: 7 }).ok).toBe(true);
  });

  it('loads in stock tfjs', async () => {
    const model = modelOf(tf, embedding, { config: { dimension: 2 }, inputs: { input: [tokens(5)] } });
    const copy = await reloaded(tf, model);
    const x = [tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32')];
    expect(difference(run(copy, x).values, run(model, x).values)).toBe(0);
    expect(model.getLayer('under_test').getClassName()).toBe('Embedding');
  });
});

describe('positional embedding', () => {
  it('adds its rows to the steps', () => {
    const model = modelOf(tf, positionalEmbedding, { inputs: { input: [sequence(4, true)] } });
    const positions = model.getWeights()[0]!;
    expect(positions.shape).toEqual([4, 3]);
    const { values } = run(model, [tf.ones([2, 4, 3])]);
    const expected = [...positions.dataSync()].map((value) => 1 + value);
    expect(difference(values, [...expected, ...expected])).toBeLessThan(1e-6);
  });

  it('uses the first rows of a longer table', () => {
    const model = modelOf(tf, positionalEmbedding, {
      config: { maxLength: 6 },
      inputs: { input: [sequence(4)] },
    });
    const rows = model.getWeights()[0]!.dataSync();
    expect(rows).toHaveLength(18);
    expect(difference(run(model, [tf.zeros([1, 4, 3])]).values, rows.slice(0, 12))).toBe(0);
  });

  it('adds the waves of the paper without weights', () => {
    const table = sinusoids(3, 5);
    const at = (position: number, column: number) => table[position * 5 + column]!;
    expect([...table.slice(0, 5)]).toEqual([0, 1, 0, 1, 0]);
    expect(at(2, 0)).toBeCloseTo(Math.sin(2), 6);
    expect(at(2, 1)).toBeCloseTo(Math.cos(2), 6);
    expect(at(2, 3)).toBeCloseTo(Math.cos(2 / 10000 ** (2 / 5)), 6);
    expect(at(1, 4)).toBeCloseTo(Math.sin(1 / 10000 ** (4 / 5)), 6);
    const given = { config: { kind: 'sinusoidal' }, inputs: { input: [sequence(3)] } };
    const model = modelOf(tf, positionalEmbedding, given);
    expect(model.weights).toHaveLength(0);
    expect(difference(run(model, [tf.zeros([1, 3, 3])]).values, sinusoids(3, 3))).toBe(0);
  });

  it('keeps the mask and names what is too long', () => {
    expect(infer(positionalEmbedding, sequence(4, true))).toMatchObject({
      outputs: { output: { masked: true } },
    });
    expect(infer(positionalEmbedding, sequence(4), { maxLength: 3 })).toMatchObject({
      ok: false,
      problems: [{ code: 'field-range', field: 'maxLength', min: 4, received: 3 }],
    });
    expect(infer(positionalEmbedding, sequence(4), { maxLength: 3, kind: 'sinusoidal' }).ok).toBe(true);
  });

  it('declares a table of a stated size for sequences of unknown length', () => {
    const context = (maxLength: number) => ({
      config: completed(positionalEmbedding, { maxLength }) as never,
      inputs: { input: [sequence('time')] },
      outputs: {},
      schema: null,
    });
    const { weights } = positionalEmbedding as LayerNodeType;
    expect(weights(context(9))).toEqual([{ name: 'position_embeddings', shape: [9, 3], trainable: true }]);
    expect(weights(context(0))[0]!.shape).toEqual([512, 3]);
  });

  it('has the right gradient, follows the seed and survives a file', async () => {
    const given = { config: { maxLength: 5 }, inputs: { input: [sequence(4)] } };
    const model = modelOf(tf, positionalEmbedding, given);
    const x = [tf.randomNormal([2, 4, 3], 0, 1, 'float32', 4)];
    expect(gradientGap(tf, model, x, true, 15)).toBeLessThan(2e-3);
    const flat = (seed: number) => [
      ...modelOf(tf, positionalEmbedding, { ...given, seed })
        .getWeights()[0]!
        .dataSync(),
    ];
    expect(flat(1)).toEqual(flat(1));
    expect(flat(1)).not.toEqual(flat(2));
    const copy = await reloaded(tf, model);
    expect(difference(run(copy, x).values, run(model, x).values)).toBe(0);
  });
});
