/** Half a cosine from the full rate down to a share of it (Loshchilov and Hutter, 2017), after a linear warm-up. */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { finalShare, warmUp, warmUpShare } from './shared';

export default defineSchedule({
  type: 'cosine',
  title: t('Cosine', '余弦'),
  summary: t(
    'Falls slowly at first, quickly in the middle and slowly at the end.',
    '先慢、中间快、最后又慢地下降。',
  ),
  formula: String.raw`\eta_t = \eta \left( \alpha + (1 - \alpha) \tfrac{1 + \cos(\pi t / T)}{2} \right)`,
  fields: { warmUp: warmUpShare(), final: finalShare() },
  factor({ warmUp: share, final }, { step, steps }) {
    const rising = warmUp(share, step, steps);
    if (rising.isRising) return rising.factor;
    return final + ((1 - final) * (1 + Math.cos(Math.PI * rising.progress))) / 2;
  },
});
