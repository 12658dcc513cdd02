/**
 * Image operations. A flip's gradient is a flip. tfjs's gradients of the two resizings know nothing of half-pixel centres, and the cpu
 * backend's bilinear one has the right values under a wrong shape.
 */
import type { NamedAttrMap, Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tfjs } from '../../nodes/define-node';
import { sizeOf } from '../kernels/kernel';
import { entry, type GradConfig, type Gradients } from './gradient';

export const imageGradients: Gradients = (tf) => [
  entry('FlipLeftRight', {
    gradient: (dy) => ({ image: () => tf.image.flipLeftRight(dy as Tensor4D) }),
  }),
  ...resizing(tf, 'ResizeBilinear', bilinear),
  ...resizing(tf, 'ResizeNearestNeighbor', nearest),
];

/** Which source cells an output cell is made of, as [cell, share]. */
type Sampling = (output: number, ratio: number, size: number) => readonly (readonly [number, number])[];

const bilinear: Sampling = (output, ratio, size) => {
  const at = ratio * (output + 0.5) - 0.5;
  const low = Math.max(0, Math.floor(at));
  const high = Math.max(0, Math.min(size - 1, Math.ceil(at)));
  return [
    [low, 1 - (at - low)],
    [high, at - low],
  ];
};

const nearest: Sampling = (output, ratio, size) => [
  [Math.min(size - 1, Math.max(0, Math.floor(ratio * (output + 0.5)))), 1],
];

function resizing(tf: Tfjs, kernel: string, sampling: Sampling): GradConfig[] {
  const stock = tf.getGradient(kernel);
  if (!stock) return [];
  const gradFunc: GradConfig['gradFunc'] = (dy, saved, attrs: NamedAttrMap) => {
    const [images] = saved as [Tensor4D];
    if (attrs['halfPixelCenters']) {
      // Rows and columns are resized by one matrix each, so their gradient is a product with the same matrices.
      return {
        images: () => [1, 2].reduce((sum, axis) => resizeBack(tf, sum, axis, images, sampling), dy as Tensor),
      };
    }
    const gradients = stock.gradFunc(dy, saved, attrs);
    return { images: () => tf.reshape(gradients['images']!(), images.shape) };
  };
  return [{ ...stock, gradFunc }];
}

function resizeBack(tf: Tfjs, dy: Tensor, axis: number, images: Tensor4D, sampling: Sampling): Tensor {
  const size = images.shape[axis]!;
  const resized = dy.shape[axis]!;
  const shares = new Float32Array(size * resized);
  for (let output = 0; output < resized; output++)
    for (const [cell, share] of sampling(output, size / resized, size))
      shares[cell * resized + output]! += share;
  const before = sizeOf(dy.shape.slice(0, axis));
  const after = sizeOf(dy.shape.slice(axis + 1));
  const columns = tf.reshape(tf.transpose(tf.reshape(dy, [before, resized, after]), [1, 0, 2]), [
    resized,
    -1,
  ]);
  const sums = tf.reshape(tf.matMul(tf.tensor2d(shares, [size, resized]), columns), [size, before, after]);
  return tf.reshape(tf.transpose(sums, [1, 0, 2]), [
    ...dy.shape.slice(0, axis),
    size,
    ...dy.shape.slice(axis + 1),
  ]);
}
