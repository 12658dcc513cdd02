/** Running sums and products along an axis. tfjs's gradient of cumsum is transposed unless the axis is the last; cumprod has none. */
import type { Tensor } from '@tensorflow/tfjs';
import { entry, type Gradients } from './gradient';

interface Running {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

export const cumulativeGradients: Gradients = (tf) => [
  entry('Cumsum', {
    gradient: (dy, _, attrs) => {
      const { axis, exclusive, reverse } = attrs as unknown as Running;
      return { x: () => tf.cumsum(dy, axis, exclusive, !reverse) };
    },
  }),
  /**
   * With P the product of all values before k:  dx_k = P_k · S_k,  S_k = dy_k + x_{k+1} · S_{k+1}.
   * No division by x, so zeros are no special case. An exclusive product is the inclusive one, one step later.
   */
  entry('Cumprod', {
    inputs: ['x'],
    gradient: (dy, saved, attrs) => ({
      x: () => {
        const [x] = saved as [Tensor];
        const { axis, exclusive, reverse } = attrs as unknown as Running;
        if (x.size === 0) return tf.zerosLike(x);
        const inOrder = (tensor: Tensor): Tensor[] => {
          const steps = tf.unstack(tensor, axis);
          return reverse ? steps.reverse() : steps;
        };
        const values = inOrder(x);
        const gradients = inOrder(dy);
        if (exclusive) gradients.push(tf.zerosLike(gradients.shift()!));
        const before = inOrder(tf.cumprod(x, axis, true, reverse));
        const last = values.length - 1;
        const result: Tensor[] = [];
        let sum = gradients[last]!;
        for (let k = last; k >= 0; k--) {
          if (k < last) sum = tf.add(gradients[k]!, tf.mul(values[k + 1]!, sum));
          result.unshift(tf.mul(before[k]!, sum));
        }
        return tf.stack(reverse ? result.reverse() : result, axis);
      },
    }),
  }),
];
