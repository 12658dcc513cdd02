/**
 * Falls by the same factor in every epoch. At the ends of epochs as PyTorch's ExponentialLR, smooth in between as Keras'
 * ExponentialDecay without `staircase`.
 */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { float } from '../fields';
import { epochsOver, ramp, warmUpShare } from './shared';

export default defineSchedule({
  type: 'exponential',
  title: t('Exponential', '指数'),
  summary: t('Falls by the same factor in every epoch, smoothly.', '每轮按同一系数平滑下降。'),
  formula: String.raw`\eta_t = \eta\, \gamma^{e}`,
  fields: {
    gamma: float(
      t('Decay factor', '衰减系数'),
      t('What the rate is multiplied by.', '学习率每次乘以的系数。'),
      0.9,
      { min: 0, max: 1, step: 0.05 },
    ),
    warmUp: warmUpShare(),
  },
  factor: ({ gamma, warmUp }, position) => gamma ** epochsOver(position) * ramp(warmUp, position),
});
