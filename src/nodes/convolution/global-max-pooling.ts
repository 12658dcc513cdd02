/** Global max pooling: the largest value per channel over all positions; padded steps of a text do not count. */

import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { maskedMaxPoolingLayer } from './masked-pooling-layer';
import { channelsOf } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'global-max-pooling',
  version: 1,
  family: 'convolution',
  title: t('Global max pooling', '全局最大池化'),
  summary: t(
    'One maximum per channel, over the whole image or sequence.',
    '对整幅图像或整个序列，每个通道取一个最大值。',
  ),
  formula: String.raw`y_c = \max_{p \in P} x_{p,c}`,
  references: [
    {
      title: 'Keras: GlobalMaxPooling2D',
      url: 'https://keras.io/api/layers/pooling_layers/global_max_pooling2d/',
    },
    { title: 'Lin et al. 2013: Network in Network', url: 'https://arxiv.org/abs/1312.4400' },
  ],
  keywords: ['gmp', 'maximum', 'pool', '最大值'],
  fields: {},
  inputs: oneInput(['image', 'sequence'], [3, 4]),
  outputs: oneOutput,
  headline: () => '',
  inferShapes({ inputs }) {
    const fact = inputs['input']![0]!;
    const channels = channelsOf(fact);
    if (typeof channels !== 'number') return fail(channels);
    return ok({ output: { shape: [fact.shape[0]!, channels], dtype: 'float32', flow: 'vector' } });
  },
  weights: () => [],
  multiplyAdds: () => 0,
  usesMask: true,
  build({ tf, name, inputs }) {
    const fact = inputs['input']![0]!;
    if (fact.masked) return new (maskedMaxPoolingLayer(tf))({ name });
    return fact.shape.length === 3
      ? tf.layers.globalMaxPooling1d({ name })
      : tf.layers.globalMaxPooling2d({ name });
  },
  emit: {
    tfjs: {
      kind: 'native',
      className: 'GlobalMaxPooling2D',
      variants: [
        { className: 'GlobalMaxPooling1D', when: 'the input is a sequence' },
        { className: 'Weft>MaskedGlobalMaxPooling1D', when: 'the input is a padded sequence' },
      ],
    },
  },
  migrations: {},
  examples: [
    {
      title: 'image',
      config: {},
      inputs: { input: [{ shape: ['batch', 6, 5, 4], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'sequence',
      config: {},
      inputs: { input: [{ shape: ['batch', 7, 3], dtype: 'float32', flow: 'sequence' }] },
    },
    {
      title: 'padded sequence',
      config: {},
      inputs: { input: [{ shape: ['batch', 8, 5], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
  ],
});
