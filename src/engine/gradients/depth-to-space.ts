/** DepthToSpace (pixel shuffle) moves values and nothing else; its gradient moves them back. */
import type { Tensor } from '@tensorflow/tfjs';
import { entry, type Gradients } from './gradient';

export const depthToSpaceGradients: Gradients = (tf) => [
  entry('DepthToSpace', {
    inputs: ['x'],
    gradient: (dy, saved, attrs) => ({
      x: () => {
        const [x] = saved as [Tensor];
        const block = attrs['blockSize'] as number;
        if (attrs['dataFormat'] === 'NCHW') {
          const [batch, depth, height, width] = x.shape as [number, number, number, number];
          const blocks = tf.reshape(dy, [batch, depth / block ** 2, height, block, width, block]);
          return tf.reshape(tf.transpose(blocks, [0, 3, 5, 1, 2, 4]), x.shape);
        }
        // Within a row of blocks only the row and the column change places: rank 4 is enough, also for a GPU.
        const [batch, height, width, depth] = x.shape as [number, number, number, number];
        const rows = tf.reshape(dy, [batch * height, block, width, depth / block]);
        return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), x.shape);
      },
    }),
  }),
];
