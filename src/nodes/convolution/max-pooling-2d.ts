/** MaxPooling2D: the largest value of each window; makes images smaller and shifts matter less. */

import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { padding, poolSize2d, poolStrides, poolStrides2d, reshapeToImage, slide, times } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'max-pooling-2d',
  version: 1,
  family: 'convolution',
  title: t('Max pooling 2D', '二维最大池化'),
  summary: t('Keeps the largest value of each window.', '保留每个窗口中的最大值。'),
  formula: String.raw`y_{u,v,c} = \max_{i<k_h,\, j<k_w} x_{s u + i,\, s v + j,\, c}`,
  references: [
    { title: 'Keras: MaxPooling2D', url: 'https://keras.io/api/layers/pooling_layers/max_pooling2d/' },
  ],
  keywords: ['maxpool', 'downsample', 'subsampling', '下采样'],
  fields: { poolSize: poolSize2d(), strides: poolStrides2d(), padding: padding('valid') },
  inputs: oneInput(['image'], [4]),
  outputs: oneOutput,
  headline: (config) => `${times(config.poolSize)} · ${config.padding}`,
  adaptInput: reshapeToImage,
  inferShapes({ config, inputs }) {
    const { shape } = inputs['input']![0]!;
    const strides = poolStrides(config.strides, config.poolSize);
    const spatial = slide(shape, {
      field: 'poolSize',
      size: config.poolSize,
      strides,
      padding: config.padding,
    });
    if ('code' in spatial) return fail(spatial);
    return ok({ output: { shape: [shape[0]!, ...spatial, shape[3]!], dtype: 'float32', flow: 'image' } });
  },
  weights: () => [],
  multiplyAdds: () => 0,
  build: ({ tf, config, name }) =>
    tf.layers.maxPooling2d({
      name,
      poolSize: [...config.poolSize] as [number, number],
      strides: [...poolStrides(config.strides, config.poolSize)] as [number, number],
      padding: config.padding,
    }),
  emit: { tfjs: { kind: 'native', className: 'MaxPooling2D' } },
  migrations: {},
  examples: [
    {
      title: 'halves the size',
      config: {},
      inputs: { input: [{ shape: ['batch', 8, 6, 3], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'overlapping windows',
      config: { poolSize: [3, 2], strides: [2, 1], padding: 'same' },
      inputs: { input: [{ shape: ['batch', 7, 5, 2], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
