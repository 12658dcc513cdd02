/** A straight line from the full rate down to a share of it, after a linear warm-up (Transformers: `linear`). */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { finalShare, warmUp, warmUpShare } from './shared';

export default defineSchedule({
  type: 'linear',
  title: t('Linear', '线性'),
  summary: t('Falls evenly until the end; usual for fine-tuning.', '匀速下降直到结束；微调时常用。'),
  formula: String.raw`\eta_t = \eta \left( 1 - (1 - \alpha) \tfrac{t}{T} \right)`,
  fields: { warmUp: warmUpShare(), final: finalShare() },
  factor({ warmUp: share, final }, { step, steps }) {
    const rising = warmUp(share, step, steps);
    return rising.isRising ? rising.factor : final + (1 - final) * (1 - rising.progress);
  },
});
