/** Words of the advanced training settings; titles and help of single fields stand with their declarations. */
import { t } from '../graph/text';
import { defineMessages } from './catalogue';

export const trainingSettingsMessages = defineMessages({
  advanced: t('Schedule, clipping, stopping…', '学习率调度、裁剪、停止条件…'),
  advancedSet: t('Schedule, clipping, stopping… · {parts}', '学习率调度、裁剪、停止条件… · {parts}'),
  rate: t('Learning rate over time', '学习率变化'),
  steps: t('Steps', '训练步'),
  weighting: t('Weighting', '加权'),
  ending: t('When to stop', '停止条件'),
  scheduleHelp: t('How the learning rate moves while training.', '训练过程中学习率如何变化。'),
  unknownSchedule: t('{type} (unknown)', '{type}（未知）'),
  effectiveBatch: t(
    'Effective batch: {rows} rows ({batches} × {size}).',
    '等效批大小：{rows} 行（{batches} × {size}）。',
  ),
  preview: t(
    'Learning rate from the first to the last step: begins at {first}, at most {highest}, ends at {last}.',
    '从第一步到最后一步的学习率：起始 {first}，最高 {highest}，结束 {last}。',
  ),
  previewPlateau: t(
    'Learning rate as long as the watched loss keeps improving: {highest}. Each plateau multiplies it by {gamma}.',
    '只要所监视的损失持续改善，学习率为 {highest}；每次停滞乘以 {gamma}。',
  ),
  firstEpoch: t('epoch 1', '第 1 轮'),
  lastEpoch: t('epoch {epochs}', '第 {epochs} 轮'),
});
