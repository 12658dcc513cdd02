/** Positional embedding: attention sees a set, so the order of the steps must be added to their content. */

import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput } from '../define-node';
import { choice, int } from '../fields';
import { positionalEmbeddingLayer } from './positional-embedding-layer';

/** Rows of a learned table when neither the field nor the input says how long sequences are. */
const FALLBACK_LENGTH = 512;

const tableLength = (maxLength: number, time: number | string): number =>
  maxLength || (typeof time === 'number' ? time : FALLBACK_LENGTH);

export default defineLayer({
  kind: 'layer',
  type: 'positional-embedding',
  version: 1,
  family: 'attention',
  title: t('Positional embedding', '位置嵌入'),
  summary: t('Tells each step where in the sequence it stands.', '告诉每一步它在序列中的位置。'),
  formula: String.raw`y_t = x_t + p_t,\qquad p_{t,2i} = \sin\frac{t}{10000^{2i/d}},\; p_{t,2i+1} = \cos\frac{t}{10000^{2i/d}}`,
  references: [
    { title: 'Vaswani et al.: Attention Is All You Need (2017)', url: 'https://arxiv.org/abs/1706.03762' },
  ],
  keywords: ['position encoding', 'sinusoidal', 'transformer', 'order', '位置编码'],
  fields: {
    kind: choice(
      t('Positions', '位置'),
      t('Learned vectors, or fixed waves.', '可学习的向量，或固定的正弦波。'),
      'learned',
      [
        { value: 'learned', title: t('learned', '可学习') },
        { value: 'sinusoidal', title: t('sinusoidal', '正弦') },
      ],
    ),
    maxLength: int(
      t('Longest sequence', '最大长度'),
      t('Rows of the learned table; 0 = length of the input.', '可学习表的行数；0 表示与输入等长。'),
      0,
      {
        min: 0,
        max: 65536,
        sample: [0, 0],
        advanced: true,
        visible: (config) => config['kind'] !== 'sinusoidal',
      },
    ),
  },
  inputs: oneInput(['sequence'], [3]),
  outputs: oneOutput,
  headline: (config) => config.kind,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const [, time, width] = fact.shape;
    if (typeof width !== 'number')
      return fail({ code: 'wrong-rank', port: 'input', expected: [3], shape: fact.shape });
    if (
      config.kind === 'learned' &&
      config.maxLength > 0 &&
      typeof time === 'number' &&
      time > config.maxLength
    ) {
      return fail({
        code: 'field-range',
        field: 'maxLength',
        min: time,
        max: null,
        received: config.maxLength,
        proposals: [
          { kind: 'set', config: { maxLength: 0 } },
          { kind: 'set', config: { kind: 'sinusoidal' } },
        ],
      });
    }
    return ok({
      output: { shape: fact.shape, dtype: 'float32', flow: 'sequence', masked: fact.masked ?? false },
    });
  },
  weights({ config, inputs }) {
    if (config.kind === 'sinusoidal') return [];
    const [, time, width] = inputs['input']![0]!.shape;
    const shape = [tableLength(config.maxLength, time!), width as number];
    return [{ name: 'position_embeddings', shape, trainable: true }];
  },
  // Additions only.
  multiplyAdds: () => 0,
  build: ({ tf, config, name, seed, inputs }) =>
    new (positionalEmbeddingLayer(tf))({
      name,
      kind: config.kind,
      maxLength: tableLength(config.maxLength, inputs['input']![0]!.shape[1]!),
      seed,
    }),
  emit: {
    tfjs: {
      kind: 'custom',
      className: 'Weft>PositionalEmbedding',
      reason: 'tfjs has no layer that adds positions.',
    },
  },
  migrations: {},
  examples: [
    {
      title: 'learned, padded',
      config: {},
      inputs: { input: [{ shape: ['batch', 6, 4], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
    {
      title: 'sinusoidal',
      config: { kind: 'sinusoidal' },
      inputs: { input: [{ shape: ['batch', 6, 5], dtype: 'float32', flow: 'sequence' }] },
    },
  ],
});
