/**
 * Embedding: a row of a learned table for every token id. The padding mask travels in the facts and reaches later layers as
 * a tensor of its own, so the tfjs layer is built without `maskZero`: its implicit masks would meet layers that refuse them.
 */

import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { boolean, int } from '../fields';

export default defineLayer({
  kind: 'layer',
  type: 'embedding',
  version: 1,
  family: 'core',
  title: t('Embedding', '嵌入层'),
  summary: t('Turns token ids into learned vectors.', '把词元编号变成可学习的向量。'),
  formula: String.raw`y_t = E_{x_t},\quad E \in \mathbb{R}^{v \times d}`,
  references: [{ title: 'Keras: Embedding', url: 'https://keras.io/api/layers/core_layers/embedding/' }],
  keywords: ['lookup', 'word vectors', 'tokens', 'text', '词向量', '词嵌入'],
  fields: {
    dimension: int(t('Dimension', '维度'), t('Size of each vector.', '每个向量的大小。'), 64, {
      min: 1,
      max: 4096,
      sample: [1, 12],
    }),
    vocabulary: int(
      t('Vocabulary', '词表大小'),
      t('Rows of the table; 0 = as many as the data needs.', '表的行数；0 表示按数据决定。'),
      0,
      { min: 0, max: 1_000_000, sample: [0, 0], advanced: true },
    ),
    maskZero: boolean(
      t('Id 0 is padding', '编号 0 为填充'),
      t('Later layers skip the padded steps.', '后面的层会跳过填充的步。'),
      true,
      { advanced: true },
    ),
  },
  inputs: oneInput(['tokens'], [2]),
  outputs: oneOutput,
  headline: (config) =>
    config.vocabulary ? `${config.vocabulary} × ${config.dimension}` : `${config.dimension}`,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const { cardinality } = fact;
    if (config.vocabulary === 0 && cardinality === undefined) {
      return fail({
        code: 'field-range',
        field: 'vocabulary',
        min: 1,
        max: null,
        received: 0,
        proposals: [{ kind: 'set', config: { vocabulary: 10_000 } }],
      });
    }
    if (config.vocabulary > 0 && cardinality !== undefined && cardinality > config.vocabulary) {
      return fail({
        code: 'vocabulary-too-small',
        vocabulary: config.vocabulary,
        cardinality,
        field: 'vocabulary',
        proposals: [
          { kind: 'set', config: { vocabulary: 0 } },
          { kind: 'set', config: { vocabulary: cardinality } },
        ],
      });
    }
    return ok({
      output: {
        shape: [...fact.shape, config.dimension],
        dtype: 'float32',
        flow: 'sequence',
        masked: (fact.masked ?? false) && config.maskZero,
      },
    });
  },
  weights({ config, inputs }) {
    const rows = config.vocabulary || inputs['input']![0]!.cardinality!;
    return [{ name: 'embeddings', shape: [rows, config.dimension], trainable: true }];
  },
  // A lookup reads; it multiplies nothing.
  multiplyAdds: () => 0,
  build: ({ tf, config, name, seed, inputs }) =>
    tf.layers.embedding({
      name,
      inputDim: config.vocabulary || inputs['input']![0]!.cardinality!,
      outputDim: config.dimension,
      // Keras's default range.
      embeddingsInitializer: tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed }),
    }),
  emit: { tfjs: { kind: 'native', className: 'Embedding' } },
  migrations: {},
  examples: [
    {
      title: 'sized by the data',
      config: { dimension: 8 },
      inputs: {
        input: [{ shape: ['batch', 6], dtype: 'int32', flow: 'tokens', cardinality: 20, masked: true }],
      },
    },
    {
      title: 'no padding',
      config: { dimension: 3, vocabulary: 12, maskZero: false },
      inputs: { input: [{ shape: ['batch', 4], dtype: 'int32', flow: 'tokens', cardinality: 12 }] },
    },
  ],
});
