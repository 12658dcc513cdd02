/** Simple recurrent layer (Elman): the state is one dense layer of the input and the state before. */

import { t } from '../../graph/text';
import { defineLayer, oneOutput } from '../define-node';
import { choice } from '../fields';
import { simpleRnnLayer } from './recurrent-layers';
import {
  buildRecurrent,
  inferRecurrent,
  recurrentFields,
  recurrentHeadline,
  recurrentMultiplyAdds,
  recurrentVariants,
  recurrentWeights,
  sequenceInput,
} from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'simple-rnn',
  version: 1,
  family: 'recurrent',
  title: t('Simple RNN', '简单循环层'),
  summary: t(
    'The plainest memory: each step mixes the input with the state before.',
    '最简单的记忆：每一步把输入与上一状态混合。',
  ),
  formula: String.raw`h_t = \phi(x_tW + h_{t-1}U + b)`,
  references: [
    { title: 'Elman: Finding Structure in Time (1990)' },
    { title: 'Keras: SimpleRNN', url: 'https://keras.io/api/layers/recurrent_layers/simple_rnn/' },
  ],
  keywords: ['elman', 'recurrent', 'vanilla rnn', 'sequence', '循环神经网络'],
  fields: {
    ...recurrentFields,
    activation: choice(
      t('Activation', '激活函数'),
      t('Applied to the new state.', '作用于新状态。'),
      'tanh',
      [
        { value: 'tanh', title: t('tanh', 'tanh') },
        { value: 'relu', title: t('ReLU', 'ReLU') },
      ],
      { advanced: true },
    ),
  },
  inputs: sequenceInput,
  outputs: oneOutput,
  headline: (config) => recurrentHeadline(config),
  inferShapes: (context) => inferRecurrent(context),
  weights: (context) => recurrentWeights(context, 1),
  multiplyAdds: (context) => recurrentMultiplyAdds(context, 1),
  usesMask: true,
  build: (context) =>
    buildRecurrent(
      context,
      (common) => new (simpleRnnLayer(context.tf))({ ...common, activation: context.config.activation }),
    ),
  emit: { tfjs: { kind: 'native', className: 'SimpleRNN', variants: recurrentVariants } },
  migrations: {},
  examples: [
    {
      title: 'last step',
      config: { units: 6 },
      inputs: { input: [{ shape: ['batch', 5, 3], dtype: 'float32', flow: 'sequence' }] },
    },
    {
      title: 'every step, padded',
      config: { units: 4, returnSequences: true, activation: 'relu', useBias: false },
      inputs: { input: [{ shape: ['batch', 5, 3], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
  ],
});
