/** Share of rows (or real steps) whose class was found. */

import { t } from '../../graph/text';
import type { MetricType } from '../define-training';
import { ratio } from './per-class';

const accuracy: MetricType = {
  type: 'accuracy',
  title: t('Accuracy', '准确率'),
  formula: String.raw`\frac{1}{n} \sum_i [\hat y_i = y_i]`,
  better: 'higher',
  percent: true,
  of: 'confusion',
  compute({ classes, counts }) {
    let correct = 0;
    for (let k = 0; k < classes; k += 1) correct += counts[k * classes + k]!;
    return ratio(
      correct,
      counts.reduce((sum, count) => sum + count, 0),
    );
  },
};
export default accuracy;
