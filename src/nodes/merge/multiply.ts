/** Multiply: the product of its inputs, value by value; gates and channel attention. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneOutput } from '../define-node';
import { mergeElementwise, severalInputs } from './shared';

export default defineLayer({
  kind: 'layer',
  type: 'multiply',
  version: 1,
  family: 'merge',
  title: t('Multiply', '相乘'),
  summary: t('Multiplies its inputs value by value.', '将各输入逐元素相乘。'),
  formula: String.raw`y = \prod_i x_i`,
  references: [
    { title: 'Hu et al. 2017: Squeeze-and-Excitation Networks', url: 'https://arxiv.org/abs/1709.01507' },
    { title: 'Keras: Multiply', url: 'https://keras.io/api/layers/merging_layers/multiply/' },
  ],
  keywords: ['product', 'gate', 'scale', 'attention', '门控'],
  fields: {},
  inputs: severalInputs,
  outputs: oneOutput,
  headline: () => '',
  inferShapes({ inputs }) {
    const merged = mergeElementwise(inputs['inputs']!);
    return 'code' in merged ? fail(merged) : ok({ output: merged });
  },
  weights: () => [],
  multiplyAdds: ({ inputs, outputs }) => sizeOf(outputs['output']!.shape) * (inputs['inputs']!.length - 1),
  build: ({ tf, name }) => tf.layers.multiply({ name }),
  emit: { tfjs: { kind: 'native', className: 'Multiply' } },
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
