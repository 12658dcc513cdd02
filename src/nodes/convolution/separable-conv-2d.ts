/** SeparableConv2D: a depthwise convolution followed by a 1×1 convolution that mixes channels; far fewer weights than Conv2D. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { int } from '../fields';
import { kernelInitializer as initializer } from '../initializers';
import { activation, kernelInitializer } from '../shared-fields';
import { fastSeparableConv2d } from './fast-conv-layer';
import {
  biasField,
  channelsOf,
  filters,
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
  type: 'separable-conv-2d',
  version: 1,
  family: 'convolution',
  title: t('Separable Conv2D', '可分离二维卷积'),
  summary: t('Filters each channel, then mixes the channels.', '先逐通道卷积，再混合各通道。'),
  formula: String.raw`y_{u,v,f} = \sigma\Big(b_f + \sum_{c,q} P_{cm+q,f} \sum_{i,j} D_{i,j,c,q}\, x_{s u + i,\, s v + j,\, c}\Big)`,
  references: [
    { title: 'Chollet 2017: Xception', url: 'https://arxiv.org/abs/1610.02357' },
    {
      title: 'Keras: SeparableConv2D',
      url: 'https://keras.io/api/layers/convolution_layers/separable_convolution2d/',
    },
  ],
  keywords: ['convolution', 'xception', 'mobilenet', 'pointwise', '深度可分离'],
  fields: {
    filters: filters(32),
    kernelSize: kernelSize2d(),
    strides: strides1d(),
    padding: padding('same'),
    depthMultiplier: int(
      t('Depth multiplier', '通道倍数'),
      t('Channels between the two steps, per input channel.', '两步之间每个输入通道对应的通道数。'),
      1,
      { min: 1, max: 64, sample: [1, 3], advanced: true },
    ),
    activation: activation('relu'),
    useBias: biasField(),
    kernelInitializer: kernelInitializer(),
  },
  inputs: oneInput(['image'], [4]),
  outputs: oneOutput,
  headline: (config) =>
    `${config.filters} filters · ${times(config.kernelSize)}${unlessOne('/', [config.strides])} · ${config.padding} · ${config.activation}`,
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
    return ok({
      output: { shape: [fact.shape[0]!, ...spatial, config.filters], dtype: 'float32', flow: 'image' },
    });
  },
  weights({ config, inputs }) {
    const channels = inputs['input']![0]!.shape[3] as number;
    const middle = channels * config.depthMultiplier;
    const kernels = [
      {
        name: 'depthwise_kernel',
        shape: [...config.kernelSize, channels, config.depthMultiplier],
        trainable: true,
      },
      { name: 'pointwise_kernel', shape: [1, 1, middle, config.filters], trainable: true },
    ];
    return config.useBias
      ? [...kernels, { name: 'bias', shape: [config.filters], trainable: true }]
      : kernels;
  },
  multiplyAdds({ config, inputs, outputs }) {
    const middle = (inputs['input']![0]!.shape[3] as number) * config.depthMultiplier;
    const positions = sizeOf(outputs['output']!.shape) / config.filters;
    return positions * middle * (config.kernelSize[0]! * config.kernelSize[1]! + config.filters);
  },
  build({ tf, config, name, seed }) {
    const layer = new (fastSeparableConv2d(tf))({
      name,
      filters: config.filters,
      kernelSize: [...config.kernelSize],
      strides: [config.strides, config.strides],
      padding: config.padding,
      depthMultiplier: config.depthMultiplier,
      activation: config.activation,
      useBias: config.useBias,
      depthwiseInitializer: initializer(tf, config.kernelInitializer, seed),
      // Another stream than the depthwise kernel's, so that equal shapes do not start with equal weights.
      pointwiseInitializer: initializer(tf, config.kernelInitializer, seed + 1),
    });
    // tfjs leaves the depth multiplier out of the config that it saves, and then cannot load its own file.
    const stockConfig = layer.getConfig.bind(layer);
    layer.getConfig = () => ({ ...stockConfig(), depthMultiplier: config.depthMultiplier });
    return layer;
  },
  emit: { tfjs: { kind: 'native', className: 'SeparableConv2D' } },
  migrations: {},
  examples: [
    {
      title: 'same',
      config: { filters: 5 },
      inputs: { input: [{ shape: ['batch', 7, 6, 4], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'strides',
      config: { filters: 3, strides: 2, depthMultiplier: 2, activation: 'elu', useBias: false },
      inputs: { input: [{ shape: ['batch', 8, 9, 2], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
