/**
 * Long short-term memory. Gate order of the kernels is input, forget, cell, output, as in Keras and PyTorch; the gates use
 * `sigmoid` explicitly, because the default of tfjs is Keras's old hard sigmoid.
 */

import { t } from '../../graph/text';
import { defineLayer, oneOutput } from '../define-node';
import { boolean } from '../fields';
import { lstmLayer } from './recurrent-layers';
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

const GATES = 4;

export default defineLayer({
  kind: 'layer',
  type: 'lstm',
  version: 1,
  family: 'recurrent',
  title: t('LSTM', 'LSTM'),
  summary: t(
    'Reads a sequence step by step; gates decide what its memory keeps.',
    '逐步读取序列，由门控决定记忆保留什么。',
  ),
  formula: String.raw`\begin{aligned} i,f,o &= \sigma(x_tW_{i,f,o} + h_{t-1}U_{i,f,o} + b_{i,f,o}) \\ c_t &= f \odot c_{t-1} + i \odot \tanh(x_tW_c + h_{t-1}U_c + b_c) \\ h_t &= o \odot \tanh(c_t) \end{aligned}`,
  references: [
    { title: 'Hochreiter, Schmidhuber: Long Short-Term Memory (1997)' },
    { title: 'Keras: LSTM', url: 'https://keras.io/api/layers/recurrent_layers/lstm/' },
  ],
  keywords: ['long short-term memory', 'rnn', 'memory', 'sequence', 'bilstm', '长短期记忆', '循环'],
  fields: {
    ...recurrentFields,
    unitForgetBias: boolean(
      t('Forget bias one', '遗忘门偏置为 1'),
      t(
        'Starts by remembering: the bias of the forget gate begins at 1.',
        '遗忘门的偏置从 1 开始，即默认保留记忆。',
      ),
      true,
      { advanced: true, visible: (config) => config['useBias'] !== false },
    ),
  },
  inputs: sequenceInput,
  outputs: oneOutput,
  headline: (config) => recurrentHeadline(config),
  inferShapes: (context) => inferRecurrent(context),
  weights: (context) => recurrentWeights(context, GATES),
  multiplyAdds: (context) => recurrentMultiplyAdds(context, GATES),
  usesMask: true,
  build: (context) =>
    buildRecurrent(
      context,
      (common) =>
        new (lstmLayer(context.tf))({
          ...common,
          activation: 'tanh',
          recurrentActivation: 'sigmoid',
          unitForgetBias: context.config.unitForgetBias,
        }),
    ),
  emit: { tfjs: { kind: 'native', className: 'LSTM', variants: recurrentVariants } },
  migrations: {},
  examples: [
    {
      title: 'last step',
      config: { units: 6 },
      inputs: { input: [{ shape: ['batch', 5, 3], dtype: 'float32', flow: 'sequence' }] },
    },
    {
      title: 'every step, both directions, padded',
      config: { units: 4, returnSequences: true, bidirectional: true },
      inputs: { input: [{ shape: ['batch', 5, 3], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
  ],
});
