/** Share of the target's variance that is explained; 0 = no better than the mean, negative = worse. */

import { t } from '../../graph/text';
import type { MetricType } from '../define-training';

const r2: MetricType = {
  type: 'r2',
  title: t('R²', 'R²'),
  formula: String.raw`1 - \frac{\sum_i (\hat y_i - y_i)^2}{\sum_i (y_i - \bar y)^2}`,
  better: 'higher',
  percent: false,
  of: 'regression',
  compute({ n, squaredError, target, targetSquared }) {
    if (n === 0) return 0;
    const spread = targetSquared - (target * target) / n;
    // Sums of squares carry rounding of about 1e-12 of their size; below that the target does not vary. Then, as in
    // scikit-learn, a perfect prediction scores 1 and any other 0.
    if (spread <= 1e-12 * targetSquared) return squaredError === 0 ? 1 : 0;
    return 1 - squaredError / spread;
  },
};
export default r2;
