/** Mean of the absolute differences over the target columns (Keras: MeanAbsoluteError); outliers weigh less than squared. */

import { t } from '../../graph/text';
import type { LossType } from '../define-training';
import { overSteps } from './over-steps';

const meanAbsoluteError: LossType = {
  type: 'mean-absolute-error',
  title: t('Mean absolute error', '平均绝对误差'),
  formula: String.raw`L = \frac{1}{n} \sum_i |\hat y_i - y_i|`,
  targets: ['numbers'],
  compute: (tf, logits, target, mask) => overSteps(tf, tf.abs(tf.sub(logits, target)), mask),
};
export default meanAbsoluteError;
