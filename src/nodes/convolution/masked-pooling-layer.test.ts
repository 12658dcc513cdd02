/** Pooling that ignores padding: longer padding must not change the result, and a row of nothing gives zeros. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { maskedAveragePoolingLayer, maskedMaxPoolingLayer } from './masked-pooling-layer';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

// Two real steps, then padding with large numbers that must not count.
const x = () =>
  tf.tensor3d([
    [
      [1, -4],
      [3, -2],
      [99, 99],
    ],
    [
      [5, 6],
      [99, -99],
      [99, 99],
    ],
    [
      [9, 9],
      [9, 9],
      [9, 9],
    ],
  ]);
const mask = () =>
  tf.tensor2d([
    [1, 1, 0],
    [1, 0, 0],
    [0, 0, 0],
  ]);

describe.each([
  [
    'average',
    maskedAveragePoolingLayer,
    [
      [2, -3],
      [5, 6],
      [0, 0],
    ],
  ],
  [
    'max',
    maskedMaxPoolingLayer,
    [
      [3, -2],
      [5, 6],
      [0, 0],
    ],
  ],
] as const)('masked global %s pooling', (_, layerClass, expected) => {
  it('sees real steps only', () => {
    const layer = new (layerClass(tf))({});
    const result = (layer.apply([x(), mask()]) as tf.Tensor).arraySync() as number[][];
    // -0 and 0 are the same number here.
    expect(result.map((row) => row.map((value) => value + 0))).toEqual(expected);
  });

  it('sends no gradient into padding', () => {
    const layer = new (layerClass(tf))({});
    const gradient = tf
      .grad((v) => tf.sum(layer.apply([v, mask()]) as tf.Tensor))(x())
      .arraySync() as number[][][];
    for (const [row, real] of [2, 1, 0].entries()) {
      for (const [step, values] of gradient[row]!.entries()) {
        if (step >= real) expect(values.map((value) => value + 0)).toEqual([0, 0]);
      }
    }
    expect(
      gradient[0]!
        .slice(0, 2)
        .flat()
        .some((value) => value !== 0),
    ).toBe(true);
  });
});
