/** Falls by the same factor after every so many epochs (PyTorch: StepLR). */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { float, int } from '../fields';
import { epochsOver, ramp, warmUpShare } from './shared';

export default defineSchedule({
  type: 'step',
  title: t('Step decay', '阶梯衰减'),
  summary: t('Drops by a factor after every few epochs.', '每隔若干轮按固定倍数下降一次。'),
  formula: String.raw`\eta_t = \eta\, \gamma^{\lfloor e / s \rfloor}`,
  fields: {
    stepSize: int(t('Every', '间隔轮数'), t('Epochs between two drops.', '两次下降之间的轮数。'), 10, {
      min: 1,
      max: 100_000,
    }),
    gamma: float(
      t('Decay factor', '衰减系数'),
      t('What the rate is multiplied by.', '学习率每次乘以的系数。'),
      0.1,
      { min: 0, max: 1, step: 0.05 },
    ),
    warmUp: warmUpShare(),
  },
  factor: ({ stepSize, gamma, warmUp }, position) =>
    gamma ** Math.floor(epochsOver(position) / stepSize) * ramp(warmUp, position),
});
