/**
 * Falls whenever a loss has stopped improving (PyTorch: ReduceLROnPlateau with mode 'min' and threshold_mode 'rel'). Worked out anew
 * from the epochs that are over, so that there is no state to lose.
 */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { choice, float, int } from '../fields';
import { ramp, warmUpShare } from './shared';

export default defineSchedule({
  type: 'reduce-on-plateau',
  title: t('Reduce on plateau', '停滞时降低'),
  summary: t(
    'Drops by a factor whenever the watched loss has not improved for a while.',
    '当所监视的损失一段时间没有改善时，按系数降低。',
  ),
  formula: String.raw`\eta \leftarrow \max(\gamma \eta,\ \eta_{\min})`,
  fields: {
    monitor: choice(
      t('Watch', '监视指标'),
      t('The measure that has to improve.', '需要持续改善的指标。'),
      'val_loss',
      [
        { value: 'val_loss', title: t('Validation loss', '验证损失') },
        { value: 'loss', title: t('Loss', '损失') },
      ],
    ),
    gamma: float(
      t('Decay factor', '衰减系数'),
      t('What the rate is multiplied by.', '学习率每次乘以的系数。'),
      0.1,
      { min: 0, max: 1, step: 0.05 },
    ),
    patience: int(
      t('Patience', '耐心轮数'),
      t('Epochs without improvement that are let pass.', '允许连续没有改善的轮数。'),
      5,
      { min: 0, max: 10_000 },
    ),
    threshold: float(
      t('Smallest gain', '最小改善'),
      t(
        'As a share of the best value so far; smaller gains do not count.',
        '相对于最佳值的比例；更小的改善不算。',
      ),
      0.0001,
      { min: 0, max: 0.5, step: 0.0001 },
    ),
    cooldown: int(
      t('Cool-down', '冷却轮数'),
      t('Epochs after a drop during which nothing is counted.', '每次下降后不计数的轮数。'),
      0,
      { min: 0, max: 10_000 },
    ),
    minimum: float(
      t('Smallest share', '最小比例'),
      t('The rate never falls below this share of the set one.', '学习率不会低于设定值的此比例。'),
      0,
      { min: 0, max: 1, step: 0.01 },
    ),
    warmUp: warmUpShare(),
  },
  factor({ monitor, gamma, patience, threshold, cooldown, minimum, warmUp }, position) {
    let factor = 1;
    let best = Number.POSITIVE_INFINITY;
    let bad = 0;
    let cooling = 0;
    for (const measures of position.history) {
      const value = measures[monitor];
      if (value === undefined) continue;
      if (value < best * (1 - threshold)) {
        best = value;
        bad = 0;
      } else bad += 1;
      if (cooling > 0) {
        cooling -= 1;
        bad = 0;
      }
      if (bad <= patience) continue;
      factor = Math.max(factor * gamma, minimum);
      cooling = cooldown;
      bad = 0;
    }
    return factor * ramp(warmUp, position);
  },
});
