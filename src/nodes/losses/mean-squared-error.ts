/** Mean of the squared differences over the target columns (Keras: MeanSquaredError). */

import { t } from '../../graph/text';
import type { LossType } from '../define-training';
import { overSteps } from './over-steps';

const meanSquaredError: LossType = {
  type: 'mean-squared-error',
  title: t('Mean squared error', '均方误差'),
  formula: String.raw`L = \frac{1}{n} \sum_i (\hat y_i - y_i)^2`,
  targets: ['numbers'],
  compute: (tf, logits, target, mask) => overSteps(tf, tf.squaredDifference(logits, target), mask),
};
export default meanSquaredError;
