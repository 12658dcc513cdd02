/** Dropout: while training, sets a random share of the values to zero and scales up the rest. */

import { t } from '../../graph/text';
import { defineLayer, ok, oneInput, oneOutput } from '../define-node';
import { float } from '../fields';
import { dropoutLayer } from './dropout-layer';

export default defineLayer({
  kind: 'layer',
  type: 'dropout',
  version: 1,
  family: 'core',
  title: t('Dropout', '随机失活'),
  summary: t(
    'While training, zeroes a random share of the values; helps against overfitting.',
    '训练时随机将一部分值置零，用于防止过拟合。',
  ),
  formula: String.raw`y = \frac{m \odot x}{1 - p},\quad m_i \sim \operatorname{Bernoulli}(1 - p)`,
  references: [
    { title: 'Srivastava et al. 2014: Dropout', url: 'https://jmlr.org/papers/v15/srivastava14a.html' },
    { title: 'Keras: Dropout', url: 'https://keras.io/api/layers/regularization_layers/dropout/' },
  ],
  keywords: ['regularization', 'overfitting', 'noise', '正则化', '丢弃'],
  fields: {
    rate: float(t('Rate', '比例'), t('Share of the values that are dropped.', '被置零的值所占比例。'), 0.5, {
      min: 0,
      max: 0.95,
      step: 0.05,
    }),
  },
  inputs: oneInput(['vector', 'sequence', 'image', 'scores']),
  outputs: oneOutput,
  headline: (config) => String(config.rate),
  inferShapes: ({ inputs }) => ok({ output: inputs['input']![0]! }),
  weights: () => [],
  multiplyAdds: () => 0,
  build: ({ tf, config, name, seed }) => new (dropoutLayer(tf))({ name, rate: config.rate, seed }),
  emit: { tfjs: { kind: 'native', className: 'Dropout' } },
  migrations: {},
  examples: [
    {
      title: 'vector',
      config: { rate: 0.3 },
      inputs: { input: [{ shape: ['batch', 20], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'padded sequence',
      config: {},
      inputs: { input: [{ shape: ['batch', 6, 4], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
  ],
});
