/** Of the rows of a class, the share that was found. */

import { t } from '../../graph/text';
import type { MetricType } from '../define-training';
import { average, ratio } from './per-class';

const recall: MetricType = {
  type: 'recall',
  title: t('Recall', '召回率'),
  formula: String.raw`\frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FN}}`,
  better: 'higher',
  percent: true,
  of: 'confusion',
  compute: (counts) => average(counts, ({ truePositives, actual }) => ratio(truePositives, actual)),
};
export default recall;
