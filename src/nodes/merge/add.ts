/** Add: the sum of its inputs, value by value; the joint of residual connections. */

import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneOutput } from '../define-node';
import { mergeElementwise, severalInputs } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'add',
  version: 1,
  family: 'merge',
  title: t('Add', '相加'),
  summary: t('Adds its inputs value by value.', '将各输入逐元素相加。'),
  formula: String.raw`y = \sum_i x_i`,
  references: [
    { title: 'He et al. 2015: Deep Residual Learning', url: 'https://arxiv.org/abs/1512.03385' },
    { title: 'Keras: Add', url: 'https://keras.io/api/layers/merging_layers/add/' },
  ],
  keywords: ['sum', 'plus', 'residual', 'skip', 'shortcut', '残差'],
  fields: {},
  inputs: severalInputs,
  outputs: oneOutput,
  headline: () => '',
  inferShapes({ inputs }) {
    const merged = mergeElementwise(inputs['inputs']!);
    return 'code' in merged ? fail(merged) : ok({ output: merged });
  },
  weights: () => [],
  multiplyAdds: () => 0,
  build: ({ tf, name }) => tf.layers.add({ name }),
  emit: { tfjs: { kind: 'native', className: 'Add' } },
  migrations: {},
  examples: [
    {
      title: 'three images',
      config: {},
      inputs: {
        inputs: Array.from({ length: 3 }, () => ({
          shape: ['batch', 4, 5, 2],
          dtype: 'float32',
          flow: 'image',
        })),
      },
    },
    {
      title: 'two vectors',
      config: {},
      inputs: {
        inputs: Array.from({ length: 2 }, () => ({ shape: ['batch', 6], dtype: 'float32', flow: 'vector' })),
      },
    },
    {
      title: 'one value per channel',
      config: {},
      inputs: {
        inputs: [
          { shape: ['batch', 4, 5, 3], dtype: 'float32', flow: 'image' },
          { shape: ['batch', 3], dtype: 'float32', flow: 'vector' },
        ],
      },
    },
  ],
});
