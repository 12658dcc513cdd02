/** The fast orthogonal initializer: orthogonality, seeds, and its place in tfjs's registry. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { orthogonal, orthogonalMatrix } from './orthogonal';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

/** Largest deviation of the smaller Gram matrix from gain²·I. */
function deviation(matrix: Float32Array, rows: number, cols: number, gain: number): number {
  const wide = rows <= cols;
  const [short, long] = wide ? [rows, cols] : [cols, rows];
  const at = (k: number, i: number): number => (wide ? matrix[k * cols + i]! : matrix[i * cols + k]!);
  let largest = 0;
  for (let a = 0; a < short; a++) {
    for (let b = a; b < short; b++) {
      let sum = 0;
      for (let i = 0; i < long; i++) sum += at(a, i) * at(b, i);
      largest = Math.max(largest, Math.abs(sum - (a === b ? gain * gain : 0)));
    }
  }
  return largest;
}

it.each([
  [1, 1, 1],
  [7, 7, 1],
  [5, 20, 1],
  [20, 5, 1.5],
  [64, 256, 1],
])('makes %i × %i orthonormal, times the gain %f', (rows, cols, gain) => {
  expect(deviation(orthogonalMatrix(rows, cols, gain, 3), rows, cols, gain)).toBeLessThan(1e-5);
});

it('makes the kernel of a 256-unit LSTM', () => {
  const start = performance.now();
  const matrix = orthogonalMatrix(256, 1024, 1, 9);
  console.info(`orthogonal 256 × 1024: ${(performance.now() - start).toFixed(0)} ms`);
  expect(deviation(matrix, 256, 1024, 1)).toBeLessThan(1e-5);
});

it('is spread over both signs of every entry, as a uniform orthogonal matrix is', () => {
  const n = 400;
  let [corner, diagonal] = [0, 0];
  for (let seed = 1; seed <= n; seed++) {
    const matrix = orthogonalMatrix(2, 2, 1, seed);
    corner += matrix[0]!;
    diagonal += matrix[0]! * matrix[0]!;
  }
  // Mean 0 and mean square 1/2 within four standard errors.
  expect(Math.abs(corner / n)).toBeLessThan(4 * Math.sqrt(0.5 / n));
  expect(Math.abs(diagonal / n - 0.5)).toBeLessThan(4 * Math.sqrt(0.125 / n));
});

it('follows the seed', () => {
  expect(orthogonalMatrix(4, 6, 1, 1)).toEqual(orthogonalMatrix(4, 6, 1, 1));
  expect(orthogonalMatrix(4, 6, 1, 1)).not.toEqual(orthogonalMatrix(4, 6, 1, 2));
});

it('goes into a file as the standard class and comes back as the fast one', () => {
  const initializer = orthogonal(tf, 12);
  expect(initializer.getClassName()).toBe('Orthogonal');
  expect(initializer.getConfig()).toEqual({ gain: 1, seed: 12 });
  const layer = tf.layers.dense({
    units: 6,
    inputShape: [4],
    kernelInitializer: { className: 'Orthogonal', config: { gain: 2, seed: 12 } } as never,
  });
  const model = tf.sequential({ layers: [layer] });
  expect(model.getWeights()[0]!.dataSync()).toEqual(orthogonalMatrix(4, 6, 2, 12));
});
