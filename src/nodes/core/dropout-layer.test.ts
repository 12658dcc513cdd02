/** Dropout that can be repeated: new masks every step, the same masks every run, and a counter that resumes them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropoutLayer, dropoutMask, isStepSeeded } from './dropout-layer';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

const make = (seed: number, rate = 0.4) => new (dropoutLayer(tf))({ rate, seed });
const steps = (layer: ReturnType<typeof make>, count: number): number[][] =>
  Array.from({ length: count }, () => [
    ...(layer.apply(tf.ones([4, 25]), { training: true }) as tf.Tensor).dataSync(),
  ]);

describe('Weft>Dropout', () => {
  it('draws another mask at every step and the same sequence at every run', () => {
    const first = steps(make(7), 4);
    expect(steps(make(7), 4)).toEqual(first);
    expect(new Set(first.map(String)).size).toBe(4);
    expect(steps(make(8), 1)).not.toEqual(first.slice(0, 1));
  });

  it('resumes in the middle of the sequence', () => {
    const whole = steps(make(7), 5);
    const resumed = make(7);
    expect(isStepSeeded(resumed)).toBe(true);
    resumed.step = 3;
    expect(steps(resumed, 2)).toEqual(whole.slice(3));
    expect(resumed.step).toBe(5);
  });

  it('does nothing and counts nothing when predicting', () => {
    const layer = make(7);
    const x = tf.tensor1d([1, 2, 3]).reshape([1, 3]);
    expect([...(layer.apply(x) as tf.Tensor).dataSync()]).toEqual([1, 2, 3]);
    expect(layer.step).toBe(0);
  });

  it('keeps the expected value: share dropped near the rate, the rest scaled up', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const mask = dropoutMask(42, 0, 100_000, rate);
      const dropped = mask.filter((value) => value === 0).length / mask.length;
      // Five standard deviations of the share.
      expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / mask.length));
      expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    }
  });

  it('has masks of neighbouring steps and seeds that are independent', () => {
    const agree = (a: Float32Array, b: Float32Array) =>
      a.filter((value, index) => value === b[index]).length / a.length;
    const mask = dropoutMask(42, 5, 40_000, 0.5);
    for (const other of [
      dropoutMask(42, 6, 40_000, 0.5),
      dropoutMask(43, 5, 40_000, 0.5),
      dropoutMask(43, 4, 40_000, 0.5),
    ]) {
      expect(Math.abs(agree(mask, other) - 0.5)).toBeLessThan(0.0125);
    }
  });

  it('passes the gradient through what it kept', () => {
    const layer = make(7);
    const values = steps(make(7), 1)[0]!;
    const gradient = tf.grad((v) => tf.sum(layer.apply(v, { training: true }) as tf.Tensor))(
      tf.ones([4, 25]),
    );
    expect([...gradient.dataSync()]).toEqual(values);
  });

  it('saves a config that stock Dropout understands', () => {
    const { className, config } = { className: make(7).getClassName(), config: make(7, 0.25).getConfig() };
    expect(className).toBe('Weft>Dropout');
    expect(tf.layers.dropout({ ...config, rate: 0.25 } as never).getConfig()).toMatchObject({
      rate: 0.25,
      seed: 7,
      noiseShape: null,
    });
  });
});
