/** Root of the mean squared error in the target's own units. */

import { t } from '../../graph/text';
import type { MetricType } from '../define-training';

const rmse: MetricType = {
  type: 'rmse',
  title: t('Root mean squared error', '均方根误差'),
  formula: String.raw`\sqrt{\frac{1}{n} \sum_i (\hat y_i - y_i)^2}`,
  better: 'lower',
  percent: false,
  of: 'regression',
  compute: ({ n, squaredError }) => (n === 0 ? 0 : Math.sqrt(squaredError / n)),
};
export default rmse;
