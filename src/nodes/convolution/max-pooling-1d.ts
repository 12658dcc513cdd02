/** MaxPooling1D: the largest value of each window of steps. */

import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { padding, poolSize1d, poolStrides1d, reshapeToSequence, slide } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'max-pooling-1d',
  version: 1,
  family: 'convolution',
  title: t('Max pooling 1D', '一维最大池化'),
  summary: t('Keeps the largest value of each window of steps.', '保留每个时间窗口中的最大值。'),
  formula: String.raw`y_{t,c} = \max_{i<k} x_{s t + i,\, c}`,
  references: [
    { title: 'Keras: MaxPooling1D', url: 'https://keras.io/api/layers/pooling_layers/max_pooling1d/' },
  ],
  keywords: ['maxpool', 'downsample', 'temporal', '下采样'],
  fields: { poolSize: poolSize1d(), strides: poolStrides1d(), padding: padding('valid') },
  inputs: oneInput(['sequence'], [3]),
  outputs: oneOutput,
  headline: (config) => `${config.poolSize} · ${config.padding}`,
  adaptInput: reshapeToSequence,
  inferShapes({ config, inputs }) {
    const { shape, masked } = inputs['input']![0]!;
    const strides = config.strides || config.poolSize;
    const length = slide(shape, {
      field: 'poolSize',
      size: [config.poolSize],
      strides: [strides],
      padding: config.padding,
    });
    if ('code' in length) return fail(length);
    return ok({
      output: {
        shape: [shape[0]!, ...length, shape[2]!],
        dtype: 'float32',
        flow: 'sequence',
        masked: (masked ?? false) && length[0] === shape[1],
      },
    });
  },
  weights: () => [],
  multiplyAdds: () => 0,
  build: ({ tf, config, name }) =>
    tf.layers.maxPooling1d({
      name,
      poolSize: config.poolSize,
      strides: config.strides || config.poolSize,
      padding: config.padding,
    }),
  emit: { tfjs: { kind: 'native', className: 'MaxPooling1D' } },
  migrations: {},
  examples: [
    {
      title: 'halves the length',
      config: {},
      inputs: { input: [{ shape: ['batch', 10, 3], dtype: 'float32', flow: 'sequence' }] },
    },
    {
      title: 'overlapping windows',
      config: { poolSize: 3, strides: 1, padding: 'same' },
      inputs: { input: [{ shape: ['batch', 7, 2], dtype: 'float32', flow: 'sequence' }] },
    },
  ],
});
