/** Activation: a function of each value by itself; softmax works along the last axis. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, ok, oneInput, oneOutput } from '../define-node';
import { activation } from '../shared-fields';

export default defineLayer({
  kind: 'layer',
  type: 'activation',
  version: 1,
  family: 'core',
  title: t('Activation', '激活层'),
  summary: t('Bends each value: the non-linear part of a network.', '对每个值做非线性变换。'),
  formula: String.raw`y = \sigma(x)`,
  references: [{ title: 'Keras: Activation', url: 'https://keras.io/api/layers/activations/' }],
  keywords: ['relu', 'sigmoid', 'tanh', 'softmax', 'gelu', 'nonlinearity', '非线性'],
  fields: { activation: activation('relu') },
  inputs: oneInput(['vector', 'sequence', 'image', 'scores']),
  outputs: oneOutput,
  headline: (config) => config.activation,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const flow = config.activation === 'softmax' && fact.shape.length === 2 ? 'scores' : fact.flow;
    return ok({ output: { ...fact, flow } });
  },
  weights: () => [],
  multiplyAdds: ({ config, inputs }) =>
    config.activation === 'linear' ? 0 : sizeOf(inputs['input']![0]!.shape),
  build: ({ tf, config, name }) => tf.layers.activation({ name, activation: config.activation }),
  emit: { tfjs: { kind: 'native', className: 'Activation' } },
  migrations: {},
  examples: [
    {
      title: 'vector',
      config: {},
      inputs: { input: [{ shape: ['batch', 12], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'probabilities',
      config: { activation: 'softmax' },
      inputs: { input: [{ shape: ['batch', 10], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'image',
      config: { activation: 'swish' },
      inputs: { input: [{ shape: ['batch', 5, 4, 3], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
