/** Recurrent nodes against plain loops: values, directions, masks, gradients, seeds, files. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorFact } from '../../graph/shape';
import type { LayerNodeType, NodeType } from '../define-node';
import gru from './gru';
import { completed, difference, gradientGap, modelOf, reloaded, run } from './layer-under-test';
import lstm from './lstm';
import {
  type Cell,
  type CellWeights,
  gruReference,
  lstmReference,
  type Matrix,
  simpleRnnReference,
} from './reference';
import { normals } from './seeds';
import simpleRnn from './simple-rnn';

const FEATURES = 3;
const UNITS = 4;
const fact = (time: number, masked = false): TensorFact => ({
  shape: ['batch', time, FEATURES],
  dtype: 'float32',
  flow: 'sequence',
  masked,
});

const cases: readonly (readonly [string, NodeType, Cell])[] = [
  ['simple-rnn', simpleRnn, simpleRnnReference],
  ['lstm', lstm, lstmReference],
  ['gru', gru, gruReference],
];

const next = normals(11);
const sequenceOf = (time: number): Matrix =>
  Array.from({ length: time }, () => Array.from({ length: FEATURES }, next));
const tensorOf = (...sequences: Matrix[]): tf.Tensor3D => tf.tensor3d(sequences as number[][][]);

/** Random weights, so that biases count too. */
function shake(model: tf.LayersModel): void {
  const draw = normals(5);
  const fresh = model.getWeights().map((weight) => {
    const values = Float32Array.from({ length: weight.size }, () => 0.6 * draw());
    return tf.tensor(values, weight.shape);
  });
  model.setWeights(fresh);
  tf.dispose(fresh);
}

function cellWeights(model: tf.LayersModel, direction = 0): CellWeights {
  const [kernel, recurrent, bias] = model.getWeights().slice(3 * direction, 3 * direction + 3);
  return {
    kernel: kernel!.arraySync() as number[][],
    recurrent: recurrent!.arraySync() as number[][],
    bias: bias!.arraySync() as number[],
  };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe.each(cases)('%s', (_name, type, reference) => {
  it('computes its formula at every step', () => {
    const model = modelOf(tf, type, {
      config: { units: UNITS, returnSequences: true },
      inputs: { input: [fact(6)] },
    });
    shake(model);
    const [first, second] = [sequenceOf(6), sequenceOf(6)];
    const { values, shape } = run(model, [tensorOf(first, second)]);
    expect(shape).toEqual([2, 6, UNITS]);
    const weights = cellWeights(model);
    const expected = [reference(first, weights), reference(second, weights)].flat(2);
    expect(difference(values, expected)).toBeLessThan(1e-6);
  });

  it('gives the last step unless every step is wanted', () => {
    const model = modelOf(tf, type, { config: { units: UNITS }, inputs: { input: [fact(5)] } });
    shake(model);
    const sequence = sequenceOf(5);
    const { values, shape } = run(model, [tensorOf(sequence)]);
    expect(shape).toEqual([1, UNITS]);
    expect(difference(values, reference(sequence, cellWeights(model)).at(-1)!)).toBeLessThan(1e-6);
  });

  it.each(['concat', 'sum'])('reads both directions and merges them by %s', (mergeMode) => {
    const config = { units: UNITS, returnSequences: true, bidirectional: true, mergeMode };
    const model = modelOf(tf, type, { config, inputs: { input: [fact(5)] } });
    shake(model);
    const sequence = sequenceOf(5);
    const { values } = run(model, [tensorOf(sequence)]);
    const forward = reference(sequence, cellWeights(model, 0));
    const backward = reference(sequence.toReversed(), cellWeights(model, 1)).toReversed();
    const expected = forward.flatMap((row, step) =>
      mergeMode === 'concat'
        ? [...row, ...backward[step]!]
        : row.map((value, j) => value + backward[step]![j]!),
    );
    expect(difference(values, expected)).toBeLessThan(1e-6);
  });

  it.each([false, true])(
    'skips padding: the padded sequence ends as the short one does (both directions: %s)',
    (bidirectional) => {
      const config = { units: UNITS, bidirectional };
      const padded = modelOf(tf, type, { config, inputs: { input: [fact(7, true)] } });
      const short = modelOf(tf, type, { config, inputs: { input: [fact(4)] } });
      shake(padded);
      short.setWeights(padded.getWeights());
      const real = sequenceOf(4);
      const noise = sequenceOf(3).map((row) => row.map((value) => 9 * value));
      const behind = run(padded, [tensorOf([...real, ...noise]), tf.tensor2d([[1, 1, 1, 1, 0, 0, 0]])]);
      const before = run(padded, [tensorOf([...noise, ...real]), tf.tensor2d([[0, 0, 0, 1, 1, 1, 1]])]);
      const alone = run(short, [tensorOf(real)]);
      expect(difference(behind.values, alone.values)).toBeLessThan(1e-6);
      expect(difference(before.values, alone.values)).toBeLessThan(1e-6);
    },
  );

  it('gives the real steps of a padded sequence as those of the short one, in both directions', () => {
    const config = { units: UNITS, bidirectional: true, returnSequences: true };
    const padded = modelOf(tf, type, { config, inputs: { input: [fact(5, true)] } });
    const short = modelOf(tf, type, { config, inputs: { input: [fact(3)] } });
    shake(padded);
    short.setWeights(padded.getWeights());
    const [long, real] = [sequenceOf(5), sequenceOf(3)];
    const mask = tf.tensor2d([
      [1, 1, 1, 1, 1],
      [1, 1, 1, 0, 0],
    ]);
    const both = run(padded, [tensorOf(long, [...real, ...sequenceOf(2)]), mask]);
    const alone = run(short, [tensorOf(real)]);
    const second = both.values.slice(5 * 2 * UNITS, (5 + 3) * 2 * UNITS);
    expect(difference(second, alone.values)).toBeLessThan(1e-6);
  });

  it('has the gradients of its formula under a mask, in both directions', () => {
    const config = { units: 2, bidirectional: true };
    const model = modelOf(tf, type, { config, inputs: { input: [fact(4, true)] } });
    shake(model);
    const inputs = [
      tensorOf(sequenceOf(4), sequenceOf(4)),
      tf.tensor2d([
        [1, 1, 1, 1],
        [1, 1, 0, 0],
      ]),
    ];
    expect(model.trainableWeights).toHaveLength(6);
    expect(gradientGap(tf, model, inputs)).toBeLessThan(2e-3);
  });

  it.each([
    { bidirectional: false, masked: false },
    { bidirectional: true, masked: false },
    { bidirectional: false, masked: true },
    { bidirectional: true, masked: true },
  ])(
    'starts from its seed, with the declared weights, and survives a file: %o',
    async ({ bidirectional, masked }) => {
      const given = { config: { units: UNITS, bidirectional }, inputs: { input: [fact(5, masked)] } };
      const model = modelOf(tf, type, given);
      const again = modelOf(tf, type, given);
      const other = modelOf(tf, type, { ...given, seed: 8 });
      const flat = (m: tf.LayersModel): number[] =>
        m.getWeights().flatMap((weight) => [...weight.dataSync()]);
      expect(flat(again)).toEqual(flat(model));
      expect(difference(flat(other), flat(model))).toBeGreaterThan(1e-3);

      const config = completed(type, given.config) as never;
      const declared = (type as LayerNodeType).weights({
        config,
        inputs: given.inputs,
        outputs: {},
        schema: null,
      });
      expect(model.getWeights().map((weight) => weight.shape)).toEqual(
        declared.map((weight) => weight.shape),
      );
      expect(new Set(model.weights.map((weight) => weight.name)).size).toBe(declared.length);

      const mask = masked ? [tf.tensor2d([[1, 1, 1, 0, 0]])] : [];
      const inputs = [tensorOf(sequenceOf(5)), ...mask];
      const copy = await reloaded(tf, model);
      expect(difference(run(copy, inputs).values, run(model, inputs).values)).toBe(0);
      const classes = copy.layers.map((layer) => layer.getClassName());
      expect(classes.some((name) => name.startsWith('Weft>'))).toBe(masked);
    },
  );

  it('draws different first weights for the two directions', () => {
    const model = modelOf(tf, type, {
      config: { units: UNITS, bidirectional: true },
      inputs: { input: [fact(3)] },
    });
    const weights = model.getWeights().map((weight) => weight.dataSync());
    expect(difference(weights[0]!, weights[3]!)).toBeGreaterThan(1e-2);
    expect(difference(weights[1]!, weights[4]!)).toBeGreaterThan(1e-2);
  });

  it('can be frozen under its mask', () => {
    const model = modelOf(tf, type, { config: { units: 2 }, inputs: { input: [fact(3, true)] } });
    model.getLayer('under_test').trainable = false;
    expect(model.trainableWeights).toHaveLength(0);
    expect(model.getWeights()).toHaveLength(3);
  });

  it('leaks no tensor when it runs', () => {
    const model = modelOf(tf, type, {
      config: { units: 2, bidirectional: true },
      inputs: { input: [fact(3, true)] },
    });
    const inputs = [tensorOf(sequenceOf(3)), tf.tensor2d([[1, 1, 0]])];
    run(model, inputs);
    const before = tf.memory().numTensors;
    run(model, inputs, true);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('starts the forget gate of an LSTM at one, and only that', () => {
  const inputs = { input: [fact(3)] };
  const biasOf = (config: { readonly [field: string]: boolean | number }): number[] => [
    ...modelOf(tf, lstm, { config: { units: 2, ...config }, inputs })
      .getWeights()[2]!
      .dataSync(),
  ];
  expect(biasOf({})).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  expect(biasOf({ unitForgetBias: false })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

it('counts the matrix products of both directions and all steps', () => {
  const context = (type: NodeType, config: { readonly [field: string]: boolean | number }) => ({
    config: completed(type, config) as never,
    inputs: { input: [fact(5)] },
    outputs: {},
    schema: null,
  });
  expect((lstm as LayerNodeType).multiplyAdds(context(lstm, { units: 4 }))).toBe(5 * (3 + 4) * 16);
  expect((gru as LayerNodeType).multiplyAdds(context(gru, { units: 4, bidirectional: true }))).toBe(
    2 * 5 * (3 + 4) * 12,
  );
});
