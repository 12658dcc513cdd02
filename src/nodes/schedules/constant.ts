/** The learning rate stays as it is set. */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';

export default defineSchedule({
  type: 'constant',
  title: t('Constant', '恒定'),
  summary: t('The learning rate stays as it is set.', '学习率保持设定值不变。'),
  formula: String.raw`\eta_t = \eta`,
  fields: {},
  factor: () => 1,
});
