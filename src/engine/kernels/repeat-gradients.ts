// The gradients of Tile, Sum and Mean, for every backend. tfjs's own add the slices of a tiled gradient one by one (8,192 of
// them in one layer normalization), know no tile beyond rank 4, and spread a sum's gradient by a product with a tensor of ones.
//
//   y = tile(x, reps):  y[i] = x[i mod n] along each axis, so dx[i] = sum over r of dy[r n + i]
//   y = sum(x, axes):   dx = dy, repeated along the axes       mean: the same, divided by how many were added
import type { GradConfig, Tensor } from '@tensorflow/tfjs';
import { sizeOf, type Tfjs } from './kernel';

export function tileGradient(tf: Tfjs): GradConfig {
  return {
    kernelName: 'Tile',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved as [Tensor];
      return { x: () => sumOfRepeats(tf, dy as Tensor, x.shape, attrs.reps as number[]) };
    },
  };
}

function sumOfRepeats(tf: Tfjs, dy: Tensor, shape: number[], reps: readonly number[]): Tensor {
  if (dy.size === 0) return tf.zeros(shape);
  // One axis at a time, seen as [before, reps, the axis and all after it]: a reduction over one block is fast everywhere.
  let sums = dy;
  shape.forEach((_, axis) => {
    const rep = reps[axis] as number;
    if (rep === 1) return;
    const before = sizeOf(shape.slice(0, axis));
    sums = tf.sum(tf.reshape(sums, [before, rep, sums.size / (before * rep)]), 1);
  });
  return tf.reshape(sums, shape);
}

export const sumGradient = (tf: Tfjs): GradConfig | null => reductionGradient(tf, 'Sum', () => 1);
export const meanGradient = (tf: Tfjs): GradConfig | null => reductionGradient(tf, 'Mean', (count) => count);

/** Tensors of more axes than tfjs's WebGL backend tiles keep tfjs's own gradient. */
const MOST_AXES = 5;

function reductionGradient(
  tf: Tfjs,
  kernelName: string,
  divisor: (count: number) => number,
): GradConfig | null {
  const stock = tf.getGradient(kernelName);
  if (!stock) return null;
  return {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved as [Tensor];
      if (x.rank > MOST_AXES || x.size === 0) return stock.gradFunc(dy, saved, attrs);
      const axes = new Set(tf.util.parseAxisParam(attrs.axis as number | number[], x.shape));
      const kept = x.shape.map((dim, axis) => (axes.has(axis) ? 1 : dim));
      const reps = x.shape.map((dim, axis) => (axes.has(axis) ? dim : 1));
      const by = divisor(sizeOf(reps));
      return {
        x: () => {
          const each = tf.reshape(by === 1 ? (dy as Tensor) : tf.div(dy as Tensor, by), kept);
          return tf.tile(each, reps);
        },
      };
    },
  };
}
