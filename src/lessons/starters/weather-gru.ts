/** Starter: two weeks of weather in, tomorrow's highest temperature out. */
import { t } from '../../graph/text';
import { project } from '../project';
import type { Starter } from '../starter';

export const weatherGru: Starter = {
  id: 'weather-gru',
  title: t('Weather: forecast with a GRU', '天气：用 GRU 预报'),
  summary: t(
    'Fourteen days of measurements predict the highest temperature of the next day.',
    '用十四天的观测预测次日最高气温。',
  ),
  topic: t('Time series', '时间序列'),
  document: () =>
    project({
      name: 'Weather forecast',
      dataset: 'weather',
      training: { epochs: 15, batchSize: 32 },
      nodes: [
        { id: 'days', type: 'sequence-input', config: { window: 14 }, at: [0, 0] },
        { id: 'gru', type: 'gru', config: { units: 24 }, at: [1, 0] },
        { id: 'dense', type: 'dense', config: { units: 16, activation: 'relu' }, at: [2, 0] },
        { id: 'tomorrow', type: 'regression-output', config: { horizon: 1 }, at: [3, 0] },
      ],
      wires: ['days > gru', 'gru > dense', 'dense > tomorrow'],
    }),
};
