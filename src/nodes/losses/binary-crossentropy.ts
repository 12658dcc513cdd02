/** Cross-entropy of two classes from a single logit z = log(p / (1 − p)) (Keras: BinaryCrossentropy with from_logits). */
import type * as tfjs from '@tensorflow/tfjs';
import { t } from '../../graph/text';
import type { LossType } from '../define-training';
import { ownKernel } from '../own-kernel';
import { overSteps } from './over-steps';

const binaryCrossentropy: LossType = {
  type: 'binary-crossentropy',
  title: t('Binary cross-entropy', '二元交叉熵'),
  formula: String.raw`L = \log(1 + e^{z}) - y z,\qquad y \in \{0, 1\}`,
  targets: ['class'],
  compute(tf, logits, target, mask) {
    const z = tf.reshape(logits, target.shape);
    const y = tf.cast(target, 'float32');
    const fused = ownKernel(tf, 'Weft>SigmoidCrossEntropy', { z, y }) as tfjs.Tensor | null;
    if (fused) return overSteps(tf, fused, mask);
    // softplus keeps large |z| finite and, unlike max(z, 0) + log1p(exp(−|z|)), has the right slope σ(z) − y at z = 0,
    // which is where a head with zero weights begins.
    return overSteps(tf, tf.sub(tf.softplus(z), tf.mul(z, y)), mask);
  },
};
export default binaryCrossentropy;
