import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../data/random';
import type { LossType } from '../define-training';
import { LOSSES, lossType } from '../training-index';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

const loss = (type: string): LossType => lossType(type)!;
const values = (
  type: string,
  logits: tf.Tensor,
  target: tf.Tensor,
  mask: tf.Tensor | null = null,
): number[] => Array.from(tf.tidy(() => loss(type).compute(tf, logits, target, mask)).dataSync());
const ints = (list: number[] | number[][]) => tf.tensor(list, undefined, 'int32');

describe('closed forms', () => {
  it('categorical cross-entropy is log Σe^z − z_y', () => {
    const z = [
      [1, 2, 3],
      [0, 0, 0],
      [-1, 4, 0.5],
    ];
    const y = [2, 0, 0];
    const expected = z.map((row, i) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - row[y[i]!]!);
    const actual = values('categorical-crossentropy', tf.tensor2d(z), ints(y));
    for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  it('categorical cross-entropy stays finite for huge logits', () => {
    expect(values('categorical-crossentropy', tf.tensor2d([[1e4, 0]]), ints([1]))).toEqual([1e4]);
  });

  it('binary cross-entropy is log(1 + e^z) − y z, for both signs and huge logits', () => {
    const z = [0, 2, -3, 500, -500];
    const y = [1, 0, 1, 1, 1];
    const expected = [Math.log(2), Math.log1p(Math.exp(2)), Math.log1p(Math.exp(-3)) + 3, 0, 500];
    const actual = values('binary-crossentropy', tf.tensor2d(z, [5, 1]), ints(y));
    for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  it('squared, absolute and Huber errors are means over the columns', () => {
    const prediction = tf.tensor2d([
      [0, 0.5],
      [3, -2],
    ]);
    const target = tf.tensor2d([
      [0, 0],
      [0, 0],
    ]);
    expect(values('mean-squared-error', prediction, target)).toEqual([0.125, 6.5]);
    expect(values('mean-absolute-error', prediction, target)).toEqual([0.25, 2.5]);
    // |e| ≤ 1: e²/2; beyond: |e| − 1/2.
    expect(values('huber', prediction, target)).toEqual([0.0625, 2]);
  });

  it('a masked sequence counts its real steps only, and an empty row counts 0', () => {
    const z = tf.zeros([2, 3, 4]);
    const y = ints([
      [0, 1, 2],
      [0, 0, 0],
    ]);
    const mask = tf.tensor2d([
      [1, 1, 0],
      [0, 0, 0],
    ]);
    const masked = values('categorical-crossentropy', z, y, mask);
    expect(masked[0]).toBeCloseTo(Math.log(4), 5);
    expect(masked[1]).toBe(0);
    // What lies under the mask must not matter.
    const noise = tf.tensor3d(
      Array.from({ length: 24 }, (_, i) => (i >= 8 ? i * 10 : 0)),
      [2, 3, 4],
    );
    const disturbed = values('categorical-crossentropy', noise, y, mask);
    expect(disturbed).toEqual(masked);
  });
});

describe.each(LOSSES.map((type) => [type.type, type] as const))('%s', (_, type) => {
  const shapes: { logits: number[]; target: tf.Tensor; mask: tf.Tensor | null }[] = [];
  beforeAll(() => {
    if (type.targets.includes('numbers')) {
      shapes.push({ logits: [3, 2], target: tf.tensor2d([0.3, -1, 2, 0.1, 0, 4], [3, 2]), mask: null });
    } else if (type.targets.includes('tags')) {
      shapes.push({ logits: [3, 4], target: ints([0, 3, 1]), mask: null });
      const steps = ints([
        [0, 3, 0],
        [1, 2, 3],
      ]);
      const mask = tf.tensor2d([
        [1, 1, 0],
        [1, 1, 1],
      ]);
      shapes.push({ logits: [2, 3, 4], target: steps, mask });
    } else {
      shapes.push({ logits: [3, 1], target: ints([0, 1, 1]), mask: null });
    }
  });

  it('has the gradient that finite differences give', () => {
    const random = createRandom(3);
    for (const { logits, target, mask } of shapes) {
      const size = logits.reduce((product, dim) => product * dim, 1);
      const at = Float32Array.from({ length: size }, () => random() * 4 - 2);
      const total = (z: tf.Tensor): tf.Scalar => tf.sum(type.compute(tf, z, target, mask));
      const analytic = tf.grad(total)(tf.tensor(at, logits)).dataSync();
      const step = 1e-2;
      for (let i = 0; i < size; i += 1) {
        const moved = (by: number) => {
          const copy = at.slice();
          copy[i]! += by;
          return total(tf.tensor(copy, logits)).dataSync()[0]!;
        };
        expect(analytic[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 2);
      }
    }
  });

  it('leaves no tensor behind', () => {
    for (const { logits, target, mask } of shapes) {
      const z = tf.zeros(logits);
      const before = tf.memory().numTensors;
      const result = tf.tidy(() => type.compute(tf, z, target, mask));
      expect(tf.memory().numTensors).toBe(before + 1);
      expect(result.shape).toEqual([logits[0]]);
      result.dispose();
    }
  });
});

it('binary cross-entropy has slope σ(0) − y at a logit of exactly 0, where a head with zero weights begins', () => {
  const gradient = tf.grad((z) => tf.sum(loss('binary-crossentropy').compute(tf, z, ints([0, 1]), null)));
  expect(Array.from(gradient(tf.zeros([2, 1])).dataSync())).toEqual([0.5, -0.5]);
});
