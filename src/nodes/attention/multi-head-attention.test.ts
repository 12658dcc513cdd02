/** Multi-head attention against plain loops: values, masks, order, gradients, dropout, files. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorFact } from '../../graph/shape';
import type { LayerNodeType } from '../define-node';
import { completed, difference, gradientGap, modelOf, reloaded, run } from '../recurrent/layer-under-test';
import { normals } from '../recurrent/seeds';
import multiHeadAttention from './multi-head-attention';
import type { MultiHeadAttentionLayer } from './multi-head-attention-layer';
import { type AttentionWeights, attentionReference, type Matrix, type Visibility } from './reference';

const HEADS = 2;
const SIZE = 3;
const fact = (time: number, width: number, masked = false): TensorFact => ({
  shape: ['batch', time, width],
  dtype: 'float32',
  flow: 'sequence',
  masked,
});

const next = normals(21);
const sequenceOf = (time: number, width: number): Matrix =>
  Array.from({ length: time }, () => Array.from({ length: width }, next));
const tensorOf = (...sequences: Matrix[]): tf.Tensor3D => tf.tensor3d(sequences as number[][][]);
const allReal = (time: number): boolean[] => Array.from({ length: time }, () => true);
const tensorOfMask = (real: readonly boolean[]): tf.Tensor2D => tf.tensor2d([real.map(Number)]);

function shake(model: tf.LayersModel): void {
  const draw = normals(6);
  const fresh = model.getWeights().map((weight) =>
    tf.tensor(
      Float32Array.from({ length: weight.size }, () => 0.6 * draw()),
      weight.shape,
    ),
  );
  model.setWeights(fresh);
  tf.dispose(fresh);
}

function weightsOf(model: tf.LayersModel): AttentionWeights {
  const flat = model.getWeights().map((weight) => weight.dataSync());
  const pair = (i: number) => ({ kernel: flat[2 * i]!, bias: flat[2 * i + 1]! });
  return { query: pair(0), key: pair(1), value: pair(2), output: pair(3) };
}

const config = { heads: HEADS, keyDimension: SIZE };
const layerOf = (model: tf.LayersModel) => model.getLayer('under_test') as unknown as MultiHeadAttentionLayer;

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe('values', () => {
  it.each([
    { causal: false, masked: false, cross: false },
    { causal: true, masked: false, cross: false },
    { causal: false, masked: true, cross: false },
    { causal: true, masked: true, cross: false },
    { causal: false, masked: false, cross: true },
    { causal: false, masked: true, cross: true },
  ])('are those of the formula: %o', ({ causal, masked, cross }) => {
    const query = sequenceOf(4, 5);
    const value = cross ? sequenceOf(6, 7) : query;
    const inputs = {
      query: [fact(4, 5, masked && !cross)],
      value: cross ? [fact(6, 7, masked)] : [],
    };
    const model = modelOf(tf, multiHeadAttention, { config: { ...config, causal }, inputs });
    shake(model);
    const real = allReal(value.length);
    if (masked) real[real.length - 1] = false;
    const visibility: Visibility = { causal, real };
    const tensors: tf.Tensor[] = [tensorOf(query)];
    if (cross) tensors.push(tensorOf(value));
    if (masked) tensors.push(tensorOfMask(real));

    const expected = attentionReference(query, value, weightsOf(model), HEADS, SIZE, visibility);
    const { values, shape } = run(model, tensors);
    expect(shape).toEqual([1, 4, 5]);
    expect(difference(values, expected.output.flat())).toBeLessThan(2e-6);
    const { output, scores } = layerOf(model).attend(tensors, false);
    expect(scores.shape).toEqual([1, HEADS, 4, value.length]);
    expect(difference(scores.dataSync(), expected.scores.flat(2))).toBeLessThan(1e-6);
    tf.dispose([output, scores]);
  });

  it('keeps the rows of a batch and their masks apart', () => {
    const model = modelOf(tf, multiHeadAttention, {
      config,
      inputs: { query: [fact(3, 4, true)], value: [] },
    });
    const [a, b] = [sequenceOf(3, 4), sequenceOf(3, 4)];
    const masks = [
      [true, true, true],
      [true, false, false],
    ];
    const both = run(model, [tensorOf(a, b), tf.tensor2d(masks.map((mask) => mask.map(Number)))]);
    const first = run(model, [tensorOf(a), tensorOfMask(masks[0]!)]);
    const second = run(model, [tensorOf(b), tensorOfMask(masks[1]!)]);
    expect(difference(both.values, [...first.values, ...second.values])).toBeLessThan(1e-6);
  });
});

describe('order', () => {
  it('moves the outputs as the steps are moved', () => {
    const model = modelOf(tf, multiHeadAttention, { config, inputs: { query: [fact(4, 5)], value: [] } });
    const sequence = sequenceOf(4, 5);
    const order = [2, 0, 3, 1];
    const straight = run(model, [tensorOf(sequence)]).values;
    const moved = run(model, [tensorOf(order.map((i) => sequence[i]!))]).values;
    const expected = order.flatMap((i) => [...straight.slice(5 * i, 5 * i + 5)]);
    expect(difference(moved, expected)).toBeLessThan(1e-6);
  });

  it('hides the future when causal, and only then', () => {
    const sequence = sequenceOf(5, 4);
    const changed = sequence.map((row, step) => (step === 3 ? row.map((x) => x + 5) : row));
    const change = (causal: boolean) => {
      const inputs = { query: [fact(5, 4)], value: [] };
      const model = modelOf(tf, multiHeadAttention, { config: { ...config, causal }, inputs });
      const [a, b] = [run(model, [tensorOf(sequence)]).values, run(model, [tensorOf(changed)]).values];
      return {
        before: difference(a.slice(0, 12), b.slice(0, 12)),
        after: difference(a.slice(12), b.slice(12)),
      };
    };
    expect(change(true).before).toBe(0);
    expect(change(true).after).toBeGreaterThan(1e-2);
    expect(change(false).before).toBeGreaterThan(1e-3);
  });

  it('gives padded steps of the value no say at all', () => {
    const inputs = { query: [fact(2, 4)], value: [fact(5, 4, true)] };
    const model = modelOf(tf, multiHeadAttention, { config, inputs });
    const [query, value] = [sequenceOf(2, 4), sequenceOf(5, 4)];
    const other = value.map((row, step) => (step >= 3 ? row.map((x) => 100 * x) : row));
    const mask = tensorOfMask([true, true, true, false, false]);
    const a = run(model, [tensorOf(query), tensorOf(value), mask]);
    const b = run(model, [tensorOf(query), tensorOf(other), mask]);
    expect(difference(a.values, b.values)).toBe(0);
  });

  it('stays finite in a row that is all padding', () => {
    const inputs = { query: [fact(3, 4, true)], value: [] };
    const model = modelOf(tf, multiHeadAttention, { config: { ...config, causal: true }, inputs });
    const { values } = run(model, [tensorOf(sequenceOf(3, 4)), tf.tensor2d([[0, 0, 0]])]);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('training', () => {
  it.each([{ useBias: true }, { useBias: false }])('has the gradients of its formula: %o', ({ useBias }) => {
    const inputs = { query: [fact(3, 4)], value: [fact(4, 5, true)] };
    const model = modelOf(tf, multiHeadAttention, { config: { ...config, causal: true, useBias }, inputs });
    shake(model);
    const tensors = [
      tensorOf(sequenceOf(3, 4)),
      tensorOf(sequenceOf(4, 5)),
      tensorOfMask([true, true, true, false]),
    ];
    expect(model.trainableWeights).toHaveLength(useBias ? 8 : 4);
    expect(gradientGap(tf, model, tensors)).toBeLessThan(2e-3);
  });

  it('drops attention only while training, anew at each step and alike in each run', () => {
    const inputs = { query: [fact(4, 4)], value: [] };
    const given = { config: { ...config, dropout: 0.5 }, inputs };
    const model = modelOf(tf, multiHeadAttention, given);
    const x = [tensorOf(sequenceOf(4, 4))];
    const calm = run(model, x).values;
    const steps = [run(model, x, true).values, run(model, x, true).values];
    expect(difference(run(model, x).values, calm)).toBe(0);
    expect(difference(steps[0]!, calm)).toBeGreaterThan(1e-3);
    expect(difference(steps[0]!, steps[1]!)).toBeGreaterThan(1e-3);
    const again = modelOf(tf, multiHeadAttention, given);
    expect(difference(run(again, x, true).values, steps[0]!)).toBe(0);
    layerOf(again).step = 1;
    expect(difference(run(again, x, true).values, steps[1]!)).toBe(0);
  });

  it('leaks no tensor', () => {
    const inputs = { query: [fact(3, 4, true)], value: [] };
    const model = modelOf(tf, multiHeadAttention, {
      config: { ...config, dropout: 0.2, causal: true },
      inputs,
    });
    const tensors = [tensorOf(sequenceOf(3, 4)), tensorOfMask([true, true, false])];
    const before = tf.memory().numTensors;
    run(model, tensors, true);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('weights', () => {
  const inputs = { query: [fact(3, 4)], value: [fact(5, 6)] };
  const given = { config: { ...config, causal: true, dropout: 0.1 }, inputs };

  it('carry the names and shapes of Keras', () => {
    const model = modelOf(tf, multiHeadAttention, given);
    const context = {
      config: completed(multiHeadAttention, given.config) as never,
      inputs,
      outputs: {},
      schema: null,
    };
    const declared = (multiHeadAttention as LayerNodeType).weights(context);
    expect(declared.map(({ name, shape }) => [name, shape])).toEqual([
      ['query/kernel', [4, 2, 3]],
      ['query/bias', [2, 3]],
      ['key/kernel', [6, 2, 3]],
      ['key/bias', [2, 3]],
      ['value/kernel', [6, 2, 3]],
      ['value/bias', [2, 3]],
      ['attention_output/kernel', [2, 3, 4]],
      ['attention_output/bias', [4]],
    ]);
    for (const [i, weight] of model.weights.entries()) {
      expect(weight.shape).toEqual(declared[i]!.shape);
      expect(weight.name).toContain(declared[i]!.name);
    }
  });

  it('follow the seed and differ from each other', () => {
    const flat = (seed: number) =>
      modelOf(tf, multiHeadAttention, {
        config: { heads: 2 },
        inputs: { query: [fact(3, 4)], value: [] },
        seed,
      })
        .getWeights()
        .map((weight) => [...weight.dataSync()]);
    expect(flat(3)).toEqual(flat(3));
    expect(flat(3)[0]).not.toEqual(flat(4)[0]);
    expect(flat(3)[0]).not.toEqual(flat(3)[2]);
    expect(flat(3)[2]).not.toEqual(flat(3)[4]);
  });

  it('survive a file', async () => {
    const model = modelOf(tf, multiHeadAttention, given);
    shake(model);
    const copy = await reloaded(tf, model);
    const tensors = [tensorOf(sequenceOf(3, 4)), tensorOf(sequenceOf(5, 6))];
    expect(difference(run(copy, tensors).values, run(model, tensors).values)).toBe(0);
    expect(layerOf(copy).getConfig()).toEqual(layerOf(model).getConfig());
  });
});

describe('shapes and cost', () => {
  const infer = (settings: { readonly [field: string]: number }, width: number) =>
    multiHeadAttention.inferShapes({
      config: completed(multiHeadAttention, settings) as never,
      inputs: { query: [fact(3, width)], value: [] },
      schema: null,
    });

  it('refuse heads that do not share the width, and propose what fits', () => {
    const result = infer({ heads: 4 }, 10);
    expect(result).toEqual({
      ok: false,
      problems: [
        {
          code: 'not-divisible',
          field: 'heads',
          value: 4,
          by: 10,
          proposals: [
            { kind: 'set', config: { heads: 2 } },
            { kind: 'set', config: { keyDimension: 3 } },
          ],
        },
      ],
    });
    expect(infer({ heads: 2 }, 10).ok).toBe(true);
    expect(infer({ heads: 4, keyDimension: 3 }, 10).ok).toBe(true);
  });

  it('count projections, scores and weighted sums', () => {
    const inputs = { query: [fact(3, 4)], value: [fact(5, 6)] };
    const context = {
      config: completed(multiHeadAttention, config) as never,
      inputs,
      outputs: {},
      schema: null,
    };
    // H·d = 6: queries 3·4, keys and values 5·6 each, scores and sum 3·5 each, output 3·4.
    expect((multiHeadAttention as LayerNodeType).multiplyAdds(context)).toBe(
      6 * (12 + 30 + 30 + 15 + 15 + 12),
    );
  });
});
