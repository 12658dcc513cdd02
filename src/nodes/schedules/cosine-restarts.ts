/**
 * Half cosines that begin again at the full rate, each longer than the one before by a factor (SGDR; Loshchilov and Hutter, 2017;
 * PyTorch: CosineAnnealingWarmRestarts, asked at every batch).
 */
import { t } from '../../graph/text';
import { defineSchedule } from '../define-training';
import { int } from '../fields';
import { epochsOver, finalShare } from './shared';

export default defineSchedule({
  type: 'cosine-restarts',
  title: t('Cosine with restarts', '余弦重启'),
  summary: t(
    'Falls like a cosine and jumps back up, again and again: each end is a model of its own.',
    '像余弦一样下降后重新升高，如此往复：每个周期末都是一个独立的模型。',
  ),
  formula: String.raw`\eta_t = \eta \left( \alpha + (1 - \alpha) \tfrac{1 + \cos(\pi\, e_i / P_i)}{2} \right),\quad P_{i+1} = m P_i`,
  fields: {
    period: int(
      t('First period', '首个周期'),
      t('Epochs until the first restart.', '第一次重启之前的轮数。'),
      10,
      { min: 1, max: 100_000 },
    ),
    multiplier: int(
      t('Period grows by', '周期倍数'),
      t('Each period is so many times as long as the one before.', '每个周期是前一个周期的多少倍。'),
      1,
      { min: 1, max: 10 },
    ),
    final: finalShare(),
  },
  factor({ period, multiplier, final }, position) {
    let over = epochsOver(position);
    let length = period;
    if (multiplier === 1) over %= length;
    else
      while (over >= length) {
        over -= length;
        length *= multiplier;
      }
    return final + ((1 - final) * (1 + Math.cos((Math.PI * over) / length))) / 2;
  },
});
