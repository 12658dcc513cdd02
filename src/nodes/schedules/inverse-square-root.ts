/**
 * Rises linearly, then falls with the square root of the step (Vaswani et al., 2017, section 5.3), scaled so that the top is the
 * optimizer's learning rate, as in fairseq.
 */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { warmUpShare } from './shared';

export default defineSchedule({
  type: 'inverse-square-root',
  title: t('Inverse square root', '平方根倒数'),
  summary: t(
    'Rises during the warm-up, then falls with the square root of the step, as the first Transformer was trained.',
    '预热期间上升，之后随步数的平方根下降；最早的 Transformer 就是这样训练的。',
  ),
  formula: String.raw`\eta_t = \eta \min\left( \tfrac{t}{w},\ \sqrt{\tfrac{w}{t}} \right)`,
  fields: { warmUp: warmUpShare(0.1) },
  factor({ warmUp }, { step, steps }) {
    const rising = Math.max(1, Math.floor(warmUp * steps));
    const at = step + 1;
    return Math.min(at / rising, Math.sqrt(rising / at));
  },
});
