/** Harmonic mean of precision and recall, per class and then averaged. */

import { t } from '../../graph/text';
import type { MetricType } from '../define-training';
import { average, ratio } from './per-class';

const f1: MetricType = {
  type: 'f1',
  title: t('F1', 'F1 值'),
  formula: String.raw`\frac{2\,\mathrm{TP}}{2\,\mathrm{TP} + \mathrm{FP} + \mathrm{FN}}`,
  better: 'higher',
  percent: true,
  of: 'confusion',
  compute: (counts) =>
    average(counts, ({ truePositives, actual, predicted }) => ratio(2 * truePositives, actual + predicted)),
};
export default f1;
