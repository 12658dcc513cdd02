/** Mean absolute error in the target's own units. */

import { t } from '../../graph/text';
import type { MetricType } from '../define-training';

const mae: MetricType = {
  type: 'mae',
  title: t('Mean absolute error', '平均绝对误差'),
  formula: String.raw`\frac{1}{n} \sum_i |\hat y_i - y_i|`,
  better: 'lower',
  percent: false,
  of: 'regression',
  compute: ({ n, absoluteError }) => (n === 0 ? 0 : absoluteError / n),
};
export default mae;
