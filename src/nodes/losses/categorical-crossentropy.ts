/**
 * Cross-entropy of one class out of several, from logits and a class index (Keras: SparseCategoricalCrossentropy with
 * from_logits). On a sequence each row is the mean over its real steps, so long rows do not outweigh short ones.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { t } from '../../graph/text';
import type { LossType } from '../define-training';
import { ownKernel } from '../own-kernel';
import { overSteps } from './over-steps';

const categoricalCrossentropy: LossType = {
  type: 'categorical-crossentropy',
  title: t('Categorical cross-entropy', '多类交叉熵'),
  formula: String.raw`L = -\log \frac{e^{z_y}}{\sum_k e^{z_k}}`,
  targets: ['class', 'tags'],
  compute(tf, logits, target, mask) {
    const labels = tf.cast(target, 'int32');
    const fused = ownKernel(tf, 'Weft>SoftmaxCrossEntropy', { z: logits, y: labels }) as tfjs.Tensor | null;
    if (fused) return overSteps(tf, fused, mask);
    const classes = logits.shape.at(-1)!;
    // logSoftmax subtracts the largest logit first, so no exponential overflows.
    const picked = tf.mul(tf.oneHot(labels, classes), tf.logSoftmax(logits, -1));
    return overSteps(tf, tf.neg(tf.sum(picked, -1)), mask);
  },
};
export default categoricalCrossentropy;
