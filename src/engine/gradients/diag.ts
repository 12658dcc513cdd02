/** Diag lays a tensor out on the diagonal of a matrix of zeros; its gradient reads the diagonal. */
import type { Tensor } from '@tensorflow/tfjs';
import { entry, type Gradients } from './gradient';

export const diagGradients: Gradients = (tf) => [
  entry('Diag', {
    inputs: ['x'],
    gradient: (dy, saved) => ({
      x: () => {
        const [x] = saved as [Tensor];
        const { size } = x;
        // With one more cell to each row the diagonal is the first column.
        const longer = tf.reshape(tf.pad(tf.reshape(dy, [size * size]), [[0, size]]), [size, size + 1]);
        return tf.reshape(tf.slice(longer, [0, 0], [size, 1]), x.shape);
      },
    }),
  }),
];
