/** Conv2D: small kernels slide over an image; every filter gives one channel. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { kernelInitializer as initializer } from '../initializers';
import { activation, kernelInitializer } from '../shared-fields';
import { conv2dLayer } from './conv-layer';
import { fastConv2d } from './fast-conv-layer';
import {
  biasField,
  channelsOf,
  dilation2d,
  dilationProblem,
  filters,
  kernelSize2d,
  padding,
  reshapeToImage,
  slide,
  strides2d,
  times,
  unlessOne,
} from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'conv-2d',
  version: 1,
  family: 'convolution',
  title: t('Conv2D', '二维卷积'),
  summary: t('Finds local patterns in an image.', '在图像中寻找局部模式。'),
  formula: String.raw`y_{u,v,f} = \sigma\Big(b_f + \sum_{i,j,c} W_{i,j,c,f}\, x_{s u + i,\, s v + j,\, c}\Big)`,
  references: [
    { title: 'Keras: Conv2D', url: 'https://keras.io/api/layers/convolution_layers/convolution2d/' },
    {
      title: 'LeCun et al. 1998: Gradient-based learning',
      url: 'http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf',
    },
  ],
  keywords: ['convolution', 'cnn', 'kernel', 'filter', 'dilated', 'atrous', '卷积'],
  fields: {
    filters: filters(32),
    kernelSize: kernelSize2d(),
    strides: strides2d(),
    padding: padding('same'),
    activation: activation('relu'),
    dilationRate: dilation2d(),
    useBias: biasField(),
    kernelInitializer: kernelInitializer(),
  },
  inputs: oneInput(['image'], [4]),
  outputs: oneOutput,
  headline: (config) =>
    `${config.filters} filters · ${times(config.kernelSize)}${unlessOne('/', config.strides)} · ${config.padding}${unlessOne('d', config.dilationRate)} · ${config.activation}`,
  adaptInput: reshapeToImage,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const problem = dilationProblem(config.strides, config.dilationRate);
    if (problem) return fail(problem);
    const channels = channelsOf(fact);
    if (typeof channels !== 'number') return fail(channels);
    const spatial = slide(fact.shape, {
      field: 'kernelSize',
      size: config.kernelSize,
      strides: config.strides,
      padding: config.padding,
      dilation: config.dilationRate,
    });
    if ('code' in spatial) return fail(spatial);
    return ok({
      output: { shape: [fact.shape[0]!, ...spatial, config.filters], dtype: 'float32', flow: 'image' },
    });
  },
  weights({ config, inputs }) {
    const channels = inputs['input']![0]!.shape[3] as number;
    const kernel = {
      name: 'kernel',
      shape: [...config.kernelSize, channels, config.filters],
      trainable: true,
    };
    return config.useBias ? [kernel, { name: 'bias', shape: [config.filters], trainable: true }] : [kernel];
  },
  multiplyAdds: ({ config, inputs, outputs }) =>
    sizeOf(outputs['output']!.shape) *
    config.kernelSize[0]! *
    config.kernelSize[1]! *
    (inputs['input']![0]!.shape[3] as number),
  build({ tf, config, name, seed }) {
    const settings = {
      name,
      filters: config.filters,
      kernelSize: [...config.kernelSize],
      strides: [...config.strides] as [number, number],
      padding: config.padding,
      dilationRate: [...config.dilationRate] as [number, number],
      activation: config.activation,
      useBias: config.useBias,
      kernelInitializer: initializer(tf, config.kernelInitializer, seed),
    };
    const isStock = config.dilationRate.every((rate) => rate === 1);
    return new ((isStock ? fastConv2d : conv2dLayer)(tf))(settings);
  },
  emit: {
    tfjs: {
      kind: 'native',
      className: 'Conv2D',
      variants: [{ className: 'Weft>Conv2D', when: 'the dilation is above 1' }],
    },
  },
  migrations: {},
  examples: [
    {
      title: 'same',
      config: { filters: 4 },
      inputs: { input: [{ shape: ['batch', 8, 7, 3], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'valid with strides',
      config: { filters: 3, kernelSize: [3, 2], strides: [2, 2], padding: 'valid', useBias: false },
      inputs: { input: [{ shape: ['batch', 9, 8, 1], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'dilated',
      config: { filters: 2, kernelSize: [3, 3], dilationRate: [2, 2], activation: 'tanh' },
      inputs: { input: [{ shape: ['batch', 7, 6, 2], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
