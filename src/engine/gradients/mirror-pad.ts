/**
 * Padding with the mirror image of the border. tfjs's gradient forgets the copies and keeps only the middle; here each copy's gradient
 * is folded back onto the cell that it shows, one axis after another.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../../nodes/define-node';
import { sizeOf } from '../kernels/kernel';
import { entry, type Gradients } from './gradient';

export const mirrorPadGradients: Gradients = (tf) => [
  entry('MirrorPad', {
    gradient: (dy, _, attrs) => ({
      x: () => {
        const paddings = attrs['paddings'] as unknown as readonly (readonly [number, number])[];
        // `reflect` leaves the border cell itself out, `symmetric` repeats it.
        const skip = attrs['mode'] === 'reflect' ? 1 : 0;
        return paddings.reduce(
          (folded, [low, high], axis) => fold(tf, folded, axis, { low, high, skip }),
          dy,
        );
      },
    }),
  }),
];

function fold(
  tf: Tfjs,
  padded: Tensor,
  axis: number,
  { low, high, skip }: { readonly low: number; readonly high: number; readonly skip: number },
): Tensor {
  if (low === 0 && high === 0) return padded;
  const { shape } = padded;
  const size = shape[axis]! - low - high;
  const before = sizeOf(shape.slice(0, axis));
  const after = sizeOf(shape.slice(axis + 1));
  const flat = tf.reshape(padded, [before, shape[axis]!, after]);
  const part = (from: number, count: number): Tensor => tf.slice(flat, [0, from, 0], [before, count, after]);
  /** The mirror image, laid from the given cell on. */
  const mirrored = (from: number, count: number, at: number): Tensor =>
    tf.pad(tf.reverse(part(from, count), 1), [
      [0, 0],
      [at, size - at - count],
      [0, 0],
    ]);
  let sum = part(low, size);
  if (low > 0) sum = tf.add(sum, mirrored(0, low, skip));
  if (high > 0) sum = tf.add(sum, mirrored(low + size, high, size - skip - high));
  return tf.reshape(sum, [...shape.slice(0, axis), size, ...shape.slice(axis + 1)]);
}
