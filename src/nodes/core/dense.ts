/** Dense: a matrix product over the last axis. On a sequence it works step by step, as in Keras. */
import { flowOfRank } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { boolean, int } from '../fields';
import { kernelInitializer as initializer } from '../initializers';
import { activation, kernelInitializer } from '../shared-fields';
import { denseLayer } from './dense-layer';

export default defineLayer({
  kind: 'layer',
  type: 'dense',
  version: 1,
  family: 'core',
  title: t('Dense', '全连接层'),
  summary: t('Every output is a weighted sum of all inputs.', '每个输出都是全部输入的加权和。'),
  formula: String.raw`y = \sigma(xW + b),\quad W \in \mathbb{R}^{d \times u}`,
  references: [{ title: 'Keras: Dense', url: 'https://keras.io/api/layers/core_layers/dense/' }],
  keywords: ['linear', 'fully connected', 'mlp', '线性'],
  fields: {
    units: int(t('Units', '单元数'), t('Size of the output.', '输出的大小。'), 64, {
      min: 1,
      max: 65536,
      sample: [1, 24],
    }),
    activation: activation('relu'),
    useBias: boolean(
      t('Bias', '偏置'),
      t('Adds a learned offset to each unit.', '为每个单元加上可学习的偏移。'),
      true,
      {
        advanced: true,
      },
    ),
    kernelInitializer: kernelInitializer(),
  },
  inputs: oneInput(['vector', 'sequence', 'image', 'scores']),
  outputs: oneOutput,
  headline: (config) => `${config.units} units · ${config.activation}`,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const last = fact.shape.at(-1);
    if (typeof last !== 'number')
      return fail({ code: 'wrong-rank', port: 'input', expected: [2, 3, 4], shape: fact.shape });
    const shape = [...fact.shape.slice(0, -1), config.units];
    return ok({
      output: { shape, dtype: 'float32', flow: flowOfRank(shape.length), masked: fact.masked ?? false },
    });
  },
  weights({ config, inputs }) {
    const features = inputs['input']![0]!.shape.at(-1) as number;
    const kernel = { name: 'kernel', shape: [features, config.units], trainable: true };
    return config.useBias ? [kernel, { name: 'bias', shape: [config.units], trainable: true }] : [kernel];
  },
  multiplyAdds({ config, inputs }) {
    const { shape } = inputs['input']![0]!;
    return (
      shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1) * config.units
    );
  },
  build: ({ tf, config, name, seed }) =>
    new (denseLayer(tf))({
      name,
      units: config.units,
      activation: config.activation,
      useBias: config.useBias,
      kernelInitializer: initializer(tf, config.kernelInitializer, seed),
    }),
  emit: { tfjs: { kind: 'native', className: 'Dense' } },
  migrations: {},
  examples: [
    {
      title: 'vector',
      config: { units: 10 },
      inputs: { input: [{ shape: ['batch', 784], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'each step of a sequence',
      config: { units: 4, activation: 'tanh', useBias: false },
      inputs: { input: [{ shape: ['batch', 7, 5], dtype: 'float32', flow: 'sequence' }] },
    },
  ],
});
