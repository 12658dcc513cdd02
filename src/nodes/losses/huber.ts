/** Huber loss with δ = 1, the default of Keras and PyTorch: a square near zero, a straight line beyond. */

import { t } from '../../graph/text';
import type { LossType } from '../define-training';
import { overSteps } from './over-steps';

const huber: LossType = {
  type: 'huber',
  title: t('Huber', 'Huber 损失'),
  formula: String.raw`L = \frac{1}{n} \sum_i \begin{cases} \tfrac12 e_i^2 & |e_i| \le 1 \\ |e_i| - \tfrac12 & |e_i| > 1 \end{cases},\quad e = \hat y - y`,
  targets: ['numbers'],
  compute(tf, logits, target, mask) {
    const distance = tf.abs(tf.sub(logits, target));
    // With q = min(|e|, 1) both cases are q²/2 + (|e| − q).
    const near = tf.minimum(distance, 1);
    return overSteps(tf, tf.add(tf.mul(tf.square(near), 0.5), tf.sub(distance, near)), mask);
  },
};
export default huber;
