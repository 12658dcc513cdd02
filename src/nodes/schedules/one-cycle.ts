/**
 * Up to the full rate and down to almost nothing, both along half a cosine (Smith and Topin, 2019). The formula is that of
 * PyTorch's OneCycleLR with `anneal_strategy='cos'` and two phases; the optimizer's learning rate is its `max_lr`, and the momentum
 * stays as it is (`cycle_momentum=False`).
 */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { float } from '../fields';

const cosineBetween = (from: number, to: number, share: number): number =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));

export default defineSchedule({
  type: 'one-cycle',
  title: t('One cycle', '单周期'),
  summary: t(
    'Rises to the set rate, then falls far below where it began; allows higher rates and short runs.',
    '先升到设定的学习率，再降到远低于起点；可用更高的学习率和更短的训练。',
  ),
  formula: String.raw`\eta_t = b + \tfrac{a - b}{2} (1 + \cos \pi p),\quad \tfrac{\eta}{d} \to \eta \to \tfrac{\eta}{d\, d'}`,
  fields: {
    rising: float(
      t('Rising share', '上升比例'),
      t('Share of the steps during which the rate rises.', '学习率上升阶段所占的步数比例。'),
      0.3,
      { min: 0, max: 0.95, step: 0.05 },
    ),
    startDivisor: float(
      t('Start divisor', '起始除数'),
      t('The first rate is the set rate divided by this.', '起始学习率为设定值除以此数。'),
      25,
      { min: 1, max: 1e6 },
    ),
    finalDivisor: float(
      t('Final divisor', '最终除数'),
      t('The last rate is the first one divided by this.', '最终学习率为起始值再除以此数。'),
      10_000,
      { min: 1, max: 1e9 },
    ),
  },
  factor({ rising, startDivisor, finalDivisor }, { step, steps }) {
    const start = 1 / startDivisor;
    const top = rising * steps - 1;
    const last = Math.max(0, steps - 1);
    // Asked for a step beyond the last, PyTorch throws; here the end stays.
    const at = Math.min(step, last);
    if (at <= top) return cosineBetween(start, 1, top > 0 ? at / top : 1);
    return cosineBetween(1, start / finalDivisor, last > top ? (at - top) / (last - top) : 1);
  },
});
