/** DepthwiseConv2D: every channel has its own kernels; channels are not mixed. One stride for both axes, as TensorFlow demands. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { int } from '../fields';
import { kernelInitializer as initializer } from '../initializers';
import { activation, kernelInitializer } from '../shared-fields';
import { fastDepthwiseConv2d } from './fast-conv-layer';
import {
  biasField,
  channelsOf,
  kernelSize2d,
  padding,
  reshapeToImage,
  slide,
  strides1d,
  times,
  unlessOne,
} from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'depthwise-conv-2d',
  version: 1,
  family: 'convolution',
  title: t('Depthwise Conv2D', '逐通道二维卷积'),
  summary: t('Filters each channel by itself.', '对每个通道单独做卷积。'),
  formula: String.raw`y_{u,v,\,cm+q} = \sigma\Big(b_{cm+q} + \sum_{i,j} W_{i,j,c,q}\, x_{s u + i,\, s v + j,\, c}\Big)`,
  references: [
    {
      title: 'Keras: DepthwiseConv2D',
      url: 'https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/',
    },
    { title: 'Howard et al. 2017: MobileNets', url: 'https://arxiv.org/abs/1704.04861' },
  ],
  keywords: ['convolution', 'mobilenet', 'channel', 'groups', '深度卷积'],
  fields: {
    kernelSize: kernelSize2d(),
    strides: strides1d(),
    padding: padding('same'),
    depthMultiplier: int(
      t('Depth multiplier', '通道倍数'),
      t('Output channels per input channel.', '每个输入通道对应的输出通道数。'),
      1,
      { min: 1, max: 64, sample: [1, 3] },
    ),
    activation: activation('relu'),
    useBias: biasField(),
    depthwiseInitializer: kernelInitializer(),
  },
  inputs: oneInput(['image'], [4]),
  outputs: oneOutput,
  headline: (config) =>
    `×${config.depthMultiplier} · ${times(config.kernelSize)}${unlessOne('/', [config.strides])} · ${config.padding} · ${config.activation}`,
  adaptInput: reshapeToImage,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const channels = channelsOf(fact);
    if (typeof channels !== 'number') return fail(channels);
    const spatial = slide(fact.shape, {
      field: 'kernelSize',
      size: config.kernelSize,
      strides: [config.strides, config.strides],
      padding: config.padding,
    });
    if ('code' in spatial) return fail(spatial);
    const shape = [fact.shape[0]!, ...spatial, channels * config.depthMultiplier];
    return ok({ output: { shape, dtype: 'float32', flow: 'image' } });
  },
  weights({ config, inputs }) {
    const channels = inputs['input']![0]!.shape[3] as number;
    const shape = [...config.kernelSize, channels, config.depthMultiplier];
    const kernel = { name: 'depthwise_kernel', shape, trainable: true };
    if (!config.useBias) return [kernel];
    return [kernel, { name: 'bias', shape: [channels * config.depthMultiplier], trainable: true }];
  },
  multiplyAdds: ({ config, outputs }) =>
    sizeOf(outputs['output']!.shape) * config.kernelSize[0]! * config.kernelSize[1]!,
  build: ({ tf, config, name, seed }) =>
    new (fastDepthwiseConv2d(tf))({
      name,
      kernelSize: [...config.kernelSize] as [number, number],
      strides: [config.strides, config.strides],
      padding: config.padding,
      depthMultiplier: config.depthMultiplier,
      activation: config.activation,
      useBias: config.useBias,
      depthwiseInitializer: initializer(tf, config.depthwiseInitializer, seed),
    }),
  emit: { tfjs: { kind: 'native', className: 'DepthwiseConv2D' } },
  migrations: {},
  examples: [
    {
      title: 'same',
      config: {},
      inputs: { input: [{ shape: ['batch', 7, 6, 4], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'two per channel, strides',
      config: { depthMultiplier: 2, strides: 2, padding: 'valid', activation: 'linear', useBias: false },
      inputs: { input: [{ shape: ['batch', 8, 8, 3], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
