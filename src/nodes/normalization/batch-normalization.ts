/**
 * BatchNormalization: each channel to mean 0 and deviation 1 over the batch, then scaled and shifted. Predictions use running
 * averages. No `center` and `scale` fields: tfjs throws while training when one of them is off.
 */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { channelsOf } from '../convolution/shared';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { float } from '../fields';
import { fastBatchNormalization } from './batch-normalization-layer';
import { epsilon } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'batch-normalization',
  version: 1,
  family: 'normalization',
  title: t('Batch normalization', '批归一化'),
  summary: t('Brings each channel to a common scale over the batch.', '按批次把每个通道归一到相同尺度。'),
  formula: String.raw`y = \gamma \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta`,
  references: [
    { title: 'Ioffe & Szegedy 2015: Batch Normalization', url: 'https://arxiv.org/abs/1502.03167' },
    {
      title: 'Keras: BatchNormalization',
      url: 'https://keras.io/api/layers/normalization_layers/batch_normalization/',
    },
  ],
  keywords: ['batchnorm', 'bn', 'normalise', '标准化'],
  fields: {
    momentum: float(
      t('Momentum', '动量'),
      t('How slowly the running averages follow (Keras convention).', '滑动平均更新的快慢（Keras 约定）。'),
      0.99,
      { min: 0, max: 0.9999, step: 0.01, advanced: true },
    ),
    epsilon: epsilon(),
  },
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
      { name: 'moving_mean', shape, trainable: false },
      { name: 'moving_variance', shape, trainable: false },
    ];
  },
  // When predicting, all four weights fold into one scale and one shift per value.
  multiplyAdds: ({ inputs }) => sizeOf(inputs['input']![0]!.shape),
  build: ({ tf, config, name }) =>
    new (fastBatchNormalization(tf))({ name, momentum: config.momentum, epsilon: config.epsilon }),
  emit: { tfjs: { kind: 'native', className: 'BatchNormalization' } },
  migrations: {},
  examples: [
    {
      title: 'image',
      config: {},
      inputs: { input: [{ shape: ['batch', 5, 4, 6], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'vector',
      config: {},
      inputs: { input: [{ shape: ['batch', 9], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'sequence',
      config: {},
      inputs: { input: [{ shape: ['batch', 6, 3], dtype: 'float32', flow: 'sequence' }] },
    },
  ],
});
