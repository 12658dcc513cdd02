/** The k largest of the last axis: their gradient goes back to where they stood, and the others have none. */
import type { Tensor } from '@tensorflow/tfjs';
import { entry, type Gradients, sumRows, zeros } from './gradient';

export const topKGradients: Gradients = (tf) => [
  entry('TopK', {
    inputs: ['x'],
    outputs: [false, true],
    gradient: (dy, saved) => ({
      x: () => {
        const [x, indices] = saved as [Tensor, Tensor];
        if (dy.size === 0) return zeros(tf, x);
        const length = x.shape.at(-1)!;
        const rows = x.size / length;
        const starts = tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(length, 'int32'));
        const places = tf.add(tf.reshape(indices, [rows, -1]), tf.reshape(starts, [rows, 1]));
        const sums = sumRows(tf, tf.reshape(dy, [dy.size, 1]), tf.reshape(places, [dy.size]), x.size);
        return tf.reshape(sums, x.shape);
      },
    }),
  }),
];
