/** How the losses bring what they have per value down to one number per row. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../define-node';

/**
 * [b] stays; [b, t] becomes the mean over the steps whose mask is 1. A row without any real step counts as 0: dividing
 * by at least 1 keeps it from becoming 0/0.
 */
export function overSteps(tf: Tfjs, losses: tfjs.Tensor, mask: tfjs.Tensor | null): tfjs.Tensor1D {
  if (losses.rank === 1) return losses as tfjs.Tensor1D;
  if (!mask) return tf.mean(losses, -1);
  const steps = tf.maximum(tf.sum(mask, -1), 1);
  return tf.div(tf.sum(tf.mul(losses, mask), -1), steps);
}
