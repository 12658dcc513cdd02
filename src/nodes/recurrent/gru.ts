/**
 * Gated recurrent unit, in the form of Cho et al. (2014): the reset gate is applied to the state *before* the matrix product
 * (Keras: reset_after=False). tfjs has only this form; the defaults of Keras 3 and of torch.nn.GRU are the other one, so
 * exporters must say reset_after=False or write the cell out. Gate order of the kernels: update, reset, candidate.
 */

import { t } from '../../graph/text';
import { defineLayer, oneOutput } from '../define-node';
import { gruLayer } from './recurrent-layers';
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

const GATES = 3;

export default defineLayer({
  kind: 'layer',
  type: 'gru',
  version: 1,
  family: 'recurrent',
  title: t('GRU', 'GRU'),
  summary: t(
    'Like an LSTM with two gates and no separate memory.',
    '类似 LSTM，但只有两个门，没有单独的记忆。',
  ),
  formula: String.raw`\begin{aligned} z,r &= \sigma(x_tW_{z,r} + h_{t-1}U_{z,r} + b_{z,r}) \\ \tilde h &= \tanh(x_tW_h + (r \odot h_{t-1})U_h + b_h) \\ h_t &= z \odot h_{t-1} + (1 - z) \odot \tilde h \end{aligned}`,
  references: [
    {
      title: 'Cho et al.: Learning Phrase Representations using RNN Encoder-Decoder (2014)',
      url: 'https://arxiv.org/abs/1406.1078',
    },
    { title: 'Keras: GRU', url: 'https://keras.io/api/layers/recurrent_layers/gru/' },
  ],
  keywords: ['gated recurrent unit', 'rnn', 'sequence', 'bigru', '门控循环单元', '循环'],
  fields: recurrentFields,
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
        new (gruLayer(context.tf))({ ...common, activation: 'tanh', recurrentActivation: 'sigmoid' }),
    ),
  emit: { tfjs: { kind: 'native', className: 'GRU', variants: recurrentVariants } },
  migrations: {},
  examples: [
    {
      title: 'last step',
      config: { units: 6 },
      inputs: { input: [{ shape: ['batch', 5, 3], dtype: 'float32', flow: 'sequence' }] },
    },
    {
      title: 'both directions added, padded',
      config: { units: 4, bidirectional: true, mergeMode: 'sum', recurrentInitializer: 'glorotUniform' },
      inputs: { input: [{ shape: ['batch', 5, 3], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
  ],
});
