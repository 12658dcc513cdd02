/** Of the rows called a class, the share that is of it. */

import { t } from '../../graph/text';
import type { MetricType } from '../define-training';
import { average, ratio } from './per-class';

const precision: MetricType = {
  type: 'precision',
  title: t('Precision', '精确率'),
  formula: String.raw`\frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FP}}`,
  better: 'higher',
  percent: true,
  of: 'confusion',
  compute: (counts) => average(counts, ({ truePositives, predicted }) => ratio(truePositives, predicted)),
};
export default precision;
