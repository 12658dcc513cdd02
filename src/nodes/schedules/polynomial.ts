/** A power of the remaining share of the steps (PyTorch: PolynomialLR; Keras: PolynomialDecay), after a linear warm-up. */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { float } from '../fields';
import { finalShare, warmUp, warmUpShare } from './shared';

export default defineSchedule({
  type: 'polynomial',
  title: t('Polynomial', '多项式'),
  summary: t(
    'Falls as a power of what remains: above 1 it is quick at first, below 1 quick at the end.',
    '按剩余部分的幂下降：幂大于 1 时先快后慢，小于 1 时先慢后快。',
  ),
  formula: String.raw`\eta_t = \eta \left( \alpha + (1 - \alpha) \left( 1 - \tfrac{t}{T} \right)^p \right)`,
  fields: {
    power: float(t('Power', '幂'), t('1 is a straight line, 2 a parabola.', '1 为直线，2 为抛物线。'), 2, {
      min: 0.1,
      max: 10,
      step: 0.1,
    }),
    warmUp: warmUpShare(),
    final: finalShare(),
  },
  factor({ power, warmUp: share, final }, { step, steps }) {
    const rising = warmUp(share, step, steps);
    return rising.isRising ? rising.factor : final + (1 - final) * (1 - rising.progress) ** power;
  },
});
