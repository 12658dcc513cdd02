/** LayerNormalization: the last axis of each sample (and step) to mean 0 and deviation 1, then scaled and shifted. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { channelsOf } from '../convolution/shared';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { layerNormalizationLayer } from './layer-normalization-layer';
import { epsilon } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'layer-normalization',
  version: 1,
  family: 'normalization',
  title: t('Layer normalization', '层归一化'),
  summary: t('Brings the features of each sample to a common scale.', '把每个样本的特征归一到相同尺度。'),
  formula: String.raw`y = \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta,\quad \mu = \tfrac{1}{d} \sum_j x_j`,
  references: [
    { title: 'Ba, Kiros & Hinton 2016: Layer Normalization', url: 'https://arxiv.org/abs/1607.06450' },
    {
      title: 'Keras: LayerNormalization',
      url: 'https://keras.io/api/layers/normalization_layers/layer_normalization/',
    },
  ],
  keywords: ['layernorm', 'ln', 'transformer', 'normalise', '标准化'],
  fields: { epsilon: epsilon() },
  inputs: oneInput(['vector', 'sequence', 'image', 'scores'], [2, 3, 4]),
  outputs: oneOutput,
  headline: () => '',
  inferShapes({ inputs }) {
    const fact = inputs['input']![0]!;
    const channels = channelsOf(fact);
    return typeof channels === 'number' ? ok({ output: fact }) : fail(channels);
  },
  weights({ inputs }) {
    const shape = [inputs['input']![0]!.shape.at(-1) as number];
    return [
      { name: 'gamma', shape, trainable: true },
      { name: 'beta', shape, trainable: true },
    ];
  },
  // Per value: one square for the variance, one division by the deviation, one scale and shift.
  multiplyAdds: ({ inputs }) => 3 * sizeOf(inputs['input']![0]!.shape),
  build: ({ tf, config, name }) => new (layerNormalizationLayer(tf))({ name, epsilon: config.epsilon }),
  emit: { tfjs: { kind: 'native', className: 'LayerNormalization' } },
  migrations: {},
  examples: [
    {
      title: 'padded sequence',
      config: {},
      inputs: { input: [{ shape: ['batch', 6, 8], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
    {
      title: 'vector',
      config: {},
      inputs: { input: [{ shape: ['batch', 9], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'image',
      config: {},
      inputs: { input: [{ shape: ['batch', 4, 3, 5], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
