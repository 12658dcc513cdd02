/**
 * The settings of training beside optimizer and schedule, in groups: one declaration gives the form, the range check of loaded files
 * and the titles in messages. `read` and `write` translate between the flat fields and the document, where null means "off".
 */
import type { Config } from '../graph/document';
import { t } from '../graph/text';
import type { TrainingSettings } from '../graph/training-settings';
import { boolean, type ConfigOf, choice, type Fields, float, int } from './fields';

export interface TrainingGroup<F extends Fields = Fields> {
  readonly fields: F;
  read(training: TrainingSettings): ConfigOf<F>;
  write(config: ConfigOf<F>, training: TrainingSettings): Partial<TrainingSettings>;
}
const group = <const F extends Fields>(definition: TrainingGroup<F>): TrainingGroup =>
  definition as unknown as TrainingGroup;

/** Not of the run but of a node: how fast it learns beside the rest. */
export const RATE_FACTOR = float(
  t('Learning-rate factor', '学习率系数'),
  t(
    'This node learns so many times as fast as the rest; 0 is as good as frozen. Small for layers that already know much.',
    '此节点的学习速度为其余部分的多少倍；0 等同于冻结。对已训练好的层宜取小值。',
  ),
  1,
  { min: 0, max: 1000, step: 0.1 },
);

export const CLIPPING = group({
  fields: {
    clipping: choice(
      t('Gradient clipping', '梯度裁剪'),
      t(
        'Bounds what one batch can do to the weights; a cure for sudden jumps of the loss.',
        '限制单个批次对权重的影响；可避免损失突然跳升。',
      ),
      'none',
      [
        { value: 'none', title: t('Off', '关闭') },
        { value: 'norm', title: t('Length of all gradients', '全部梯度的长度') },
        { value: 'value', title: t('Each value', '每个数值') },
      ],
    ),
    limit: float(
      t('Limit', '上限'),
      t(
        'Longer gradients are shortened to this length, or larger values cut to it.',
        '更长的梯度会缩短到此长度，或更大的数值会截断到此值。',
      ),
      1,
      { min: 1e-6, max: 1e6, step: 0.1, visible: ({ clipping }) => clipping !== 'none' },
    ),
  },
  read: ({ clipping }) => ({ clipping: clipping?.kind ?? 'none', limit: clipping?.limit ?? 1 }),
  write: ({ clipping, limit }) => ({ clipping: clipping === 'none' ? null : { kind: clipping, limit } }),
});

export const ACCUMULATION = group({
  fields: {
    accumulate: int(
      t('Accumulate', '梯度累积'),
      t(
        'Batches whose gradients are averaged before the weights move once: a large batch in little memory.',
        '权重更新一次之前，先对多少个批次的梯度求平均：用较少的内存实现大批次。',
      ),
      1,
      { min: 1, max: 65_536 },
    ),
  },
  read: ({ accumulate }) => ({ accumulate }),
  write: ({ accumulate }) => ({ accumulate }),
});

export const AVERAGING = group({
  fields: {
    averaging: choice(
      t('Weight averaging', '权重平均'),
      t(
        'The model is the mean of the weights along the way, which often does better on new data.',
        '模型取训练过程中权重的平均，对新数据往往表现更好。',
      ),
      'none',
      [
        { value: 'none', title: t('Off', '关闭') },
        { value: 'ema', title: t('Exponential (EMA)', '指数（EMA）') },
        { value: 'swa', title: t('Equal, from an epoch on (SWA)', '从某轮起等权（SWA）') },
      ],
    ),
    decay: float(
      t('Decay', '衰减率'),
      t(
        'What is kept of the mean at each step; 0.999 looks back about 1000 steps.',
        '每一步保留平均值的比例；0.999 约相当于回看 1000 步。',
      ),
      0.999,
      { min: 0, max: 0.999999, step: 0.001, visible: ({ averaging }) => averaging === 'ema' },
    ),
    fromEpoch: int(
      t('From epoch', '起始轮次'),
      t(
        'Weights at the end of this epoch and of each later one count.',
        '从该轮起，每轮结束时的权重都计入平均。',
      ),
      1,
      { min: 1, max: 100_000, visible: ({ averaging }) => averaging === 'swa' },
    ),
  },
  read: ({ averaging, epochs }) => ({
    averaging: averaging?.kind ?? 'none',
    decay: averaging?.kind === 'ema' ? averaging.decay : 0.999,
    // The last quarter, as in the paper.
    fromEpoch: averaging?.kind === 'swa' ? averaging.fromEpoch : Math.max(1, Math.ceil(0.75 * epochs)),
  }),
  write({ averaging, decay, fromEpoch }) {
    if (averaging === 'none') return { averaging: null };
    return { averaging: averaging === 'ema' ? { kind: 'ema', decay } : { kind: 'swa', fromEpoch } };
  },
});

export const CLASS_WEIGHTS = group({
  fields: {
    classWeights: choice(
      t('Class weights', '类别权重'),
      t(
        'Balanced: rows of a rare class count more, so that it is not ignored. The curves show the plain loss.',
        '均衡：稀有类别的行权重更大，从而不被忽视。曲线显示的仍是未加权的损失。',
      ),
      'none',
      [
        { value: 'none', title: t('Equal', '相等') },
        { value: 'balanced', title: t('Balanced', '均衡') },
      ],
    ),
  },
  read: ({ classWeights }) => ({ classWeights }),
  write: ({ classWeights }) => ({ classWeights }),
});

export const LOSS_WEIGHTING = group({
  fields: {
    lossWeighting: choice(
      t('Loss weights', '损失权重'),
      t(
        'How the outputs share the training: by the weights set on them, or learned from how uncertain each is.',
        '各输出如何分担训练：按其设定的权重，或根据各自的不确定性自动学习。',
      ),
      'fixed',
      [
        { value: 'fixed', title: t('As set on the outputs', '按输出节点的设定') },
        { value: 'uncertainty', title: t('Learned (uncertainty)', '自动学习（不确定性）') },
      ],
    ),
  },
  read: ({ lossWeighting }) => ({ lossWeighting }),
  write: ({ lossWeighting }) => ({ lossWeighting }),
});

export const TIME_LIMIT = group({
  fields: {
    limited: boolean(
      t('Time limit', '时间限制'),
      t(
        'Stop after so much training time, wherever the run stands.',
        '训练达到此时长后停止，无论进行到哪里。',
      ),
      false,
    ),
    minutes: float(t('Minutes', '分钟'), t('Training time; pauses count.', '训练时间；暂停也计入。'), 10, {
      min: 0.01,
      max: 100_000,
      visible: ({ limited }) => limited === true,
    }),
  },
  read: ({ stop }) => ({ limited: stop.minutes !== null, minutes: stop.minutes ?? 10 }),
  write: ({ limited, minutes }, { stop }) => ({ stop: { ...stop, minutes: limited ? minutes : null } }),
});

/** Without the measure to watch: which there are depends on the heads. */
export const TARGET = group({
  fields: {
    aimed: boolean(
      t('Stop when good enough', '达标即停'),
      t(
        'Stop at the end of the epoch in which a measure reaches a value.',
        '当某项指标达到目标值时，在该轮结束时停止。',
      ),
      false,
    ),
    value: float(
      t('Good enough', '目标值'),
      t(
        'Losses and errors have to fall to it, everything else to rise to it; shares such as accuracy count from 0 to 1.',
        '损失和误差需降到此值，其他指标需升到此值；准确率等比例取 0 到 1。',
      ),
      0.9,
      { min: -1e9, max: 1e9, visible: ({ aimed }) => aimed === true },
    ),
  },
  read: ({ stop }) => ({ aimed: stop.target !== null, value: stop.target?.value ?? 0.9 }),
  write: ({ aimed, value }, { stop }) => ({
    stop: { ...stop, target: aimed ? { monitor: stop.target?.monitor ?? 'val_loss', value } : null },
  }),
});

export const TRAINING_GROUPS: readonly TrainingGroup[] = [
  CLIPPING,
  ACCUMULATION,
  AVERAGING,
  CLASS_WEIGHTS,
  LOSS_WEIGHTING,
  TIME_LIMIT,
  TARGET,
];

/** What setting one field of a group does to the settings. */
export function changed(
  { fields, read, write }: TrainingGroup,
  training: TrainingSettings,
  change: Config,
): Partial<TrainingSettings> {
  const config = { ...read(training), ...change } as ConfigOf<typeof fields>;
  return write(config, training);
}
