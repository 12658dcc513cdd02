/** AveragePooling2D: the mean of each window. With `same`, cells outside the image do not count, as in TensorFlow. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { padding, poolSize2d, poolStrides, poolStrides2d, reshapeToImage, slide, times } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'average-pooling-2d',
  version: 1,
  family: 'convolution',
  title: t('Average pooling 2D', '二维平均池化'),
  summary: t('Takes the mean of each window.', '取每个窗口的平均值。'),
  formula: String.raw`y_{u,v,c} = \frac{1}{k_h k_w} \sum_{i<k_h,\, j<k_w} x_{s u + i,\, s v + j,\, c}`,
  references: [
    {
      title: 'Keras: AveragePooling2D',
      url: 'https://keras.io/api/layers/pooling_layers/average_pooling2d/',
    },
  ],
  keywords: ['avgpool', 'mean', 'downsample', '下采样'],
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
  multiplyAdds: ({ config, outputs }) =>
    sizeOf(outputs['output']!.shape) * config.poolSize[0]! * config.poolSize[1]!,
  build: ({ tf, config, name }) =>
    tf.layers.averagePooling2d({
      name,
      poolSize: [...config.poolSize] as [number, number],
      strides: [...poolStrides(config.strides, config.poolSize)] as [number, number],
      padding: config.padding,
    }),
  emit: { tfjs: { kind: 'native', className: 'AveragePooling2D' } },
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
