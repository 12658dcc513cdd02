/** The learning rate stays as it is set, after a warm-up if wanted (Transformers: `constant_with_warmup`). */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { ramp, warmUpShare } from './shared';

export default defineSchedule({
  type: 'constant',
  title: t('Constant', '恒定'),
  summary: t('The learning rate stays as it is set.', '学习率保持设定值不变。'),
  formula: String.raw`\eta_t = \eta`,
  fields: { warmUp: warmUpShare() },
  factor: ({ warmUp }, position) => ramp(warmUp, position),
});
