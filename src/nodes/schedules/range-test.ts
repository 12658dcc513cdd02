/**
 * The schedule of the learning-rate range test (Smith, 2017): the rate grows by the same factor in every step. Made for
 * `compile/experiments/range-test.ts` and not offered in a form: a model trained by it is only there to be thrown away.
 */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { float, int } from '../fields';

export default defineSchedule({
  type: 'range-test',
  title: t('Range test', '学习率范围测试'),
  summary: t('Rises by the same factor in every step.', '每一步按相同倍数上升。'),
  formula: String.raw`\eta_t = \eta \cdot r^{\,t / (T - 1)}`,
  fields: {
    ratio: float(t('Ratio', '倍数'), t('Last rate over first rate.', '末值与初值之比。'), 1e8, {
      min: 1,
      max: 1e12,
    }),
    steps: int(t('Steps', '步数'), t('Steps from the first rate to the last.', '从初值到末值的步数。'), 200, {
      min: 2,
      max: 10_000,
    }),
  },
  /** A run that goes on after the last step stays at the last rate. */
  factor: ({ ratio, steps }, { step }) => ratio ** Math.min(1, step / (steps - 1)),
});
