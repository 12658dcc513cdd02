/** Flatten: all values of a sample in one row, last axis fastest. */
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';

export default defineLayer({
  kind: 'layer',
  type: 'flatten',
  version: 1,
  family: 'core',
  title: t('Flatten', '展平层'),
  summary: t('Puts all values of a sample in one row.', '把一个样本的所有值排成一行。'),
  formula: String.raw`y = \operatorname{vec}(x),\quad \mathbb{R}^{H \times W \times C} \to \mathbb{R}^{HWC}`,
  references: [{ title: 'Keras: Flatten', url: 'https://keras.io/api/layers/reshaping_layers/flatten/' }],
  keywords: ['vector', 'unroll', 'ravel', '拉平'],
  fields: {},
  inputs: oneInput(['image', 'sequence', 'vector', 'scores']),
  outputs: oneOutput,
  headline: () => '',
  inferShapes({ inputs }) {
    const { shape } = inputs['input']![0]!;
    if (shape.slice(1).some((dim) => typeof dim === 'string')) {
      return fail({ code: 'size-mismatch', from: shape, to: ['batch', -1], port: 'input' });
    }
    return ok({ output: { shape: [shape[0]!, sizeOf(shape)], dtype: 'float32', flow: 'vector' } });
  },
  weights: () => [],
  multiplyAdds: () => 0,
  // tfjs's Flatten refuses what is in one row already; Keras's lets it pass.
  build: ({ tf, name, inputs, outputs }) =>
    inputs['input']![0]!.shape.length > 2
      ? tf.layers.flatten({ name })
      : tf.layers.reshape({ name, targetShape: outputs['output']!.shape.slice(1) as number[] }),
  emit: {
    tfjs: {
      kind: 'native',
      className: 'Flatten',
      variants: [{ className: 'Reshape', when: 'the input is one row already' }],
    },
  },
  migrations: {},
  examples: [
    {
      title: 'image',
      config: {},
      inputs: { input: [{ shape: ['batch', 7, 6, 4], dtype: 'float32', flow: 'image' }] },
    },
    {
      title: 'sequence',
      config: {},
      inputs: { input: [{ shape: ['batch', 5, 8], dtype: 'float32', flow: 'sequence' }] },
    },
    {
      title: 'vector',
      config: {},
      inputs: { input: [{ shape: ['batch', 12], dtype: 'float32', flow: 'vector' }] },
    },
  ],
});
