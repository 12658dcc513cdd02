/** Global average pooling: one mean per channel over all positions; padded steps of a text do not count. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { maskedAveragePoolingLayer } from './masked-pooling-layer';
import { channelsOf } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'global-average-pooling',
  version: 1,
  family: 'convolution',
  title: t('Global average pooling', '全局平均池化'),
  summary: t(
    'One mean per channel, over the whole image or sequence.',
    '对整幅图像或整个序列，每个通道取一个平均值。',
  ),
  formula: String.raw`y_c = \frac{1}{|P|} \sum_{p \in P} x_{p,c}`,
  references: [
    {
      title: 'Keras: GlobalAveragePooling2D',
      url: 'https://keras.io/api/layers/pooling_layers/global_average_pooling2d/',
    },
    { title: 'Lin et al. 2013: Network in Network', url: 'https://arxiv.org/abs/1312.4400' },
  ],
  keywords: ['gap', 'mean', 'pool', '均值'],
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
  multiplyAdds: ({ inputs }) => sizeOf(inputs['input']![0]!.shape),
  usesMask: true,
  build({ tf, name, inputs }) {
    const fact = inputs['input']![0]!;
    if (fact.masked) return new (maskedAveragePoolingLayer(tf))({ name });
    return fact.shape.length === 3
      ? tf.layers.globalAveragePooling1d({ name })
      : tf.layers.globalAveragePooling2d({ name });
  },
  emit: {
    tfjs: {
      kind: 'native',
      className: 'GlobalAveragePooling2D',
      variants: [
        { className: 'GlobalAveragePooling1D', when: 'the input is a sequence' },
        { className: 'Weft>MaskedGlobalAveragePooling1D', when: 'the input is a padded sequence' },
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
