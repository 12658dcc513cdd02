/**
 * Gather along an axis. tfjs's gradient covers at most one batch axis, does it one example at a time, and refuses indices that were
 * themselves computed from the weights (those of topk or argMax, say), which have no gradient.
 */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { sizeOf } from '../kernels/kernel';
import { entry, type Gradients, sumRows, zeros } from './gradient';

export const gatherGradients: Gradients = (tf) => {
  /** The rows of all examples counted through. */
  const numbered = (indices: Tensor, batch: number, picks: number, rows: number): Tensor1D => {
    if (batch === 1) return tf.reshape(indices, [picks]);
    const starts = tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(rows, 'int32'));
    return tf.reshape(tf.add(tf.reshape(indices, [batch, picks]), tf.reshape(starts, [batch, 1])), [
      batch * picks,
    ]);
  };
  return [
    entry('GatherV2', {
      inputs: ['x', 'indices'],
      gradient: (dy, saved, attrs) => {
        const [x, indices] = saved as [Tensor, Tensor];
        const batchDims = (attrs['batchDims'] as number | undefined) ?? 0;
        const axis = ((attrs['axis'] as number) + x.rank) % x.rank;
        return {
          x: () => {
            // x as [batch, outer, rows, inner], dy as [batch, outer, picks, inner].
            const batch = sizeOf(x.shape.slice(0, batchDims));
            const outer = sizeOf(x.shape.slice(batchDims, axis));
            const rows = x.shape[axis]!;
            const inner = sizeOf(x.shape.slice(axis + 1));
            const picks = sizeOf(indices.shape.slice(batchDims));
            if (x.size === 0 || dy.size === 0) return zeros(tf, x);
            const perPick =
              outer === 1 ? dy : tf.transpose(tf.reshape(dy, [batch, outer, picks, inner]), [0, 2, 1, 3]);
            const sums = sumRows(
              tf,
              tf.reshape(perPick, [batch * picks, outer * inner]),
              numbered(indices, batch, picks, rows),
              batch * rows,
            );
            if (outer === 1) return tf.reshape(sums, x.shape);
            const perRow = tf.reshape(sums, [batch, rows, outer, inner]);
            return tf.reshape(tf.transpose(perRow, [0, 2, 1, 3]), x.shape);
          },
          indices: () => zeros(tf, indices),
        };
      },
    }),
  ];
};
