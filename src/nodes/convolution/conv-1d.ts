/** Conv1D: kernels slide along time. Causal padding and dilation make it a temporal convolution (WaveNet, TCN). */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { kernelInitializer as initializer } from '../initializers';
import { activation, kernelInitializer } from '../shared-fields';
import { conv1dLayer } from './conv-layer';
import { fastConv1d } from './fast-conv-layer';
import {
  biasField,
  channelsOf,
  dilation1d,
  dilationProblem,
  filters,
  kernelSize1d,
  paddingWithCausal,
  reshapeToSequence,
  slide,
  strides1d,
  unlessOne,
} from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'conv-1d',
  version: 1,
  family: 'convolution',
  title: t('Conv1D', '一维卷积'),
  summary: t('Finds local patterns along a sequence.', '沿序列寻找局部模式。'),
  formula: String.raw`y_{t,f} = \sigma\Big(b_f + \sum_{i=0}^{k-1} \sum_c W_{i,c,f}\, x_{s t + d i,\, c}\Big)`,
  references: [
    { title: 'Keras: Conv1D', url: 'https://keras.io/api/layers/convolution_layers/convolution1d/' },
    { title: 'Bai et al. 2018: Temporal convolutional networks', url: 'https://arxiv.org/abs/1803.01271' },
  ],
  keywords: ['convolution', 'temporal', 'tcn', 'wavenet', 'causal', 'dilated', '卷积'],
  fields: {
    filters: filters(32),
    kernelSize: kernelSize1d(3),
    strides: strides1d(),
    padding: paddingWithCausal(),
    activation: activation('relu'),
    dilationRate: dilation1d(),
    useBias: biasField(),
    kernelInitializer: kernelInitializer(),
  },
  inputs: oneInput(['sequence'], [3]),
  outputs: oneOutput,
  headline: (config) =>
    `${config.filters} filters · ${config.kernelSize}${unlessOne('/', [config.strides])} · ${config.padding}${unlessOne('d', [config.dilationRate])} · ${config.activation}`,
  adaptInput: reshapeToSequence,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const problem = dilationProblem(config.strides, config.dilationRate);
    if (problem) return fail(problem);
    const channels = channelsOf(fact);
    if (typeof channels !== 'number') return fail(channels);
    const length = slide(fact.shape, {
      field: 'kernelSize',
      size: [config.kernelSize],
      strides: [config.strides],
      padding: config.padding,
      dilation: [config.dilationRate],
    });
    if ('code' in length) return fail(length);
    const shape = [fact.shape[0]!, ...length, config.filters];
    // The mask names steps; it stays right while there are as many as before.
    const masked = (fact.masked ?? false) && length[0] === fact.shape[1];
    return ok({ output: { shape, dtype: 'float32', flow: 'sequence', masked } });
  },
  weights({ config, inputs }) {
    const channels = inputs['input']![0]!.shape[2] as number;
    const kernel = { name: 'kernel', shape: [config.kernelSize, channels, config.filters], trainable: true };
    return config.useBias ? [kernel, { name: 'bias', shape: [config.filters], trainable: true }] : [kernel];
  },
  multiplyAdds: ({ config, inputs, outputs }) =>
    sizeOf(outputs['output']!.shape) * config.kernelSize * (inputs['input']![0]!.shape[2] as number),
  build({ tf, config, name, seed }) {
    const settings = {
      name,
      filters: config.filters,
      kernelSize: config.kernelSize,
      strides: config.strides,
      padding: config.padding,
      dilationRate: config.dilationRate,
      activation: config.activation,
      useBias: config.useBias,
      kernelInitializer: initializer(tf, config.kernelInitializer, seed),
    };
    const isStock = config.padding !== 'causal' && config.dilationRate === 1;
    return new ((isStock ? fastConv1d : conv1dLayer)(tf))(settings);
  },
  emit: {
    tfjs: {
      kind: 'native',
      className: 'Conv1D',
      variants: [{ className: 'Weft>Conv1D', when: 'padding is causal or the dilation is above 1' }],
    },
  },
  migrations: {},
  examples: [
    {
      title: 'sequence',
      config: { filters: 6 },
      inputs: { input: [{ shape: ['batch', 10, 4], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
    {
      title: 'causal and dilated',
      config: { filters: 5, kernelSize: 2, padding: 'causal', dilationRate: 4, activation: 'gelu' },
      inputs: { input: [{ shape: ['batch', 12, 3], dtype: 'float32', flow: 'sequence' }] },
    },
    {
      title: 'strides',
      config: { filters: 3, kernelSize: 4, strides: 2, padding: 'valid', useBias: false },
      inputs: { input: [{ shape: ['batch', 11, 2], dtype: 'float32', flow: 'sequence' }] },
    },
  ],
});
