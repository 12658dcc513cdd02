/**
 * Binary operations whose operands are repeated to a common shape. tfjs forgets to add the gradient up again over the repeated
 * axes for these, and then refuses it because of its shape. Where two values tie, `maximum` and `minimum` give the gradient to
 * both, as tfjs does.
 */
import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs';
import { entry, type GradConfig, type Gradients, unbroadcast } from './gradient';

export const broadcastGradients: Gradients = (tf) => {
  const choice = (
    kernel: string,
    picksA: typeof tf.greaterEqual,
    picksB: typeof tf.greaterEqual,
  ): GradConfig =>
    entry(kernel, {
      inputs: ['a', 'b'],
      gradient: (dy, saved) => {
        const [a, b] = saved as [Tensor, Tensor];
        const where = (mask: Tensor): Tensor => tf.mul(dy, tf.cast(mask, 'float32'));
        return {
          a: () => unbroadcast(tf, where(picksA(a, b)), a.shape),
          b: () => unbroadcast(tf, where(picksB(a, b)), b.shape),
        };
      },
    });
  const product = tf.getGradient('BatchMatMul');
  return [
    choice('Maximum', tf.greaterEqual, tf.lessEqual),
    choice('Minimum', tf.lessEqual, tf.greaterEqual),
    entry('SquaredDifference', {
      inputs: ['a', 'b'],
      gradient: (dy, saved) => {
        const [a, b] = saved as [Tensor, Tensor];
        const half = (): Tensor => tf.mul(dy, tf.mul(2, tf.sub(a, b)));
        return {
          a: () => unbroadcast(tf, half(), a.shape),
          b: () => unbroadcast(tf, tf.neg(half()), b.shape),
        };
      },
    }),
    ...(product ? [batchedProduct(product)] : []),
  ];

  /** tfjs's own, added up over a batch of matrices that were multiplied by the same one. */
  function batchedProduct(stock: GradConfig): GradConfig {
    return {
      ...stock,
      gradFunc: (dy, saved, attrs: NamedAttrMap) => {
        const [a, b] = saved as [Tensor, Tensor];
        const gradients = stock.gradFunc(dy, saved, attrs);
        return {
          a: () => unbroadcast(tf, gradients['a']!(), a.shape),
          b: () => unbroadcast(tf, gradients['b']!(), b.shape),
        };
      },
    };
  }
};
