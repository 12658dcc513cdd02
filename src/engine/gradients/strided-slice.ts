/**
 * `x[begin:end:stride]` with the masks of TensorFlow. The gradient lays dy out at the places that were read, with zeros between and
 * around them, one axis after another: reversed where the stride is negative, spread out by |stride|, padded to x's size.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../../nodes/define-node';
import { sizeOf } from '../kernels/kernel';
import { entry, type Gradients, zeros } from './gradient';

export const stridedSliceGradients: Gradients = (tf) => [
  entry('StridedSlice', {
    inputs: ['x'],
    gradient: (dy, saved, attrs) => ({
      x: () => {
        const [x] = saved as [Tensor];
        if (dy.size === 0) return zeros(tf, x);
        const given = attrs as unknown as StridedSliceAttrs;
        // One begin, end and stride per axis of x, whatever axes the masks added or dropped.
        const { begin, end, strides } = tf.slice_util.sliceInfo(
          x.shape,
          given.begin,
          given.end,
          given.strides,
          given.beginMask,
          given.endMask,
          given.ellipsisMask,
          given.newAxisMask,
          given.shrinkAxisMask,
        );
        let shape = tf.slice_util.computeOutShape(begin, end, strides);
        let laid = dy;
        for (let axis = 0; axis < x.rank; axis++) {
          const range = { begin: begin[axis]!, stride: strides[axis]!, size: x.shape[axis]! };
          laid = lay(tf, tf.reshape(laid, around(shape, axis)), range);
          shape = shape.map((size, at) => (at === axis ? range.size : size));
        }
        return tf.reshape(laid, x.shape);
      },
    }),
  }),
];

interface StridedSliceAttrs {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** All axes before, the axis, all axes after: so that no step needs more than four. */
const around = (shape: readonly number[], axis: number): [number, number, number] => [
  sizeOf(shape.slice(0, axis)),
  shape[axis]!,
  sizeOf(shape.slice(axis + 1)),
];

function lay(
  tf: Tfjs,
  part: Tensor,
  { begin, stride, size }: { readonly begin: number; readonly stride: number; readonly size: number },
): Tensor {
  const [before, count, after] = part.shape as [number, number, number];
  const step = Math.abs(stride);
  const first = stride > 0 ? begin : begin + (count - 1) * stride;
  const ordered = stride > 0 || count === 1 ? part : tf.reverse(part, 1);
  const span = (count - 1) * step + 1;
  const spread =
    step === 1
      ? ordered
      : tf.slice(
          tf.reshape(
            tf.pad(tf.reshape(ordered, [before, count, 1, after]), [
              [0, 0],
              [0, 0],
              [0, step - 1],
              [0, 0],
            ]),
            [before, count * step, after],
          ),
          [0, 0, 0],
          [before, span, after],
        );
  if (span === size) return spread;
  return tf.pad(spread, [
    [0, 0],
    [first, size - first - span],
    [0, 0],
  ]);
}
