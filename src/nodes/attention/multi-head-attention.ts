/**
 * Multi-head attention. With one wire a sequence attends to itself; with a second one it attends to another sequence (decoder to
 * encoder), whose padding is what must be ignored.
 */
import type { TensorFact } from '../../graph/shape';
import { t } from '../../graph/text';
import { type CostContext, defineLayer, fail, ok, oneOutput } from '../define-node';
import { boolean, float, int } from '../fields';
import { multiHeadAttentionLayer } from './multi-head-attention-layer';

type Inputs = CostContext<unknown>['inputs'];

const queryOf = (inputs: Inputs): TensorFact => inputs['query']![0]!;
const sourceOf = (inputs: Inputs): TensorFact => inputs['value']?.[0] ?? queryOf(inputs);

/** Size of each head's queries, keys and values; 0 in the field shares the width out. */
const headSize = (config: { readonly heads: number; readonly keyDimension: number }, width: number): number =>
  config.keyDimension || width / config.heads;

const steps = (fact: TensorFact): number => (typeof fact.shape[1] === 'number' ? fact.shape[1] : 1);

/** The largest number of heads, at most `heads`, that divides the width. */
function fittingHeads(heads: number, width: number): number {
  let fitting = Math.min(heads, width);
  while (width % fitting !== 0) fitting--;
  return fitting;
}

export default defineLayer({
  kind: 'layer',
  type: 'multi-head-attention',
  version: 1,
  family: 'attention',
  title: t('Multi-head attention', '多头注意力'),
  summary: t(
    'Every step gathers what it needs from all other steps, in several ways at once.',
    '每一步同时以多种方式从其他所有步收集所需信息。',
  ),
  formula: String.raw`\mathrm{head}_h = \mathrm{softmax}\!\left(\frac{Q_hK_h^\top}{\sqrt{d}}\right)V_h,\qquad y = [\mathrm{head}_1;\dots;\mathrm{head}_H]\,W^O`,
  references: [
    { title: 'Vaswani et al.: Attention Is All You Need (2017)', url: 'https://arxiv.org/abs/1706.03762' },
    {
      title: 'Keras: MultiHeadAttention',
      url: 'https://keras.io/api/layers/attention_layers/multi_head_attention/',
    },
  ],
  keywords: ['self-attention', 'cross-attention', 'transformer', 'causal', 'mha', '自注意力', '交叉注意力'],
  fields: {
    heads: int(t('Heads', '头数'), t('Ways of looking, side by side.', '并行的注意力数目。'), 4, {
      min: 1,
      max: 128,
      sample: [1, 4],
    }),
    keyDimension: int(
      t('Head size', '每头维度'),
      t(
        'Size of queries, keys and values in each head; 0 = width ÷ heads.',
        '每个头中查询、键和值的大小；0 表示 宽度 ÷ 头数。',
      ),
      0,
      { min: 0, max: 4096, sample: [1, 6] },
    ),
    causal: boolean(
      t('Causal', '因果'),
      t('No step sees a later one (for generating text).', '每一步都看不到后面的步（用于生成文本）。'),
      false,
    ),
    dropout: float(
      t('Dropout', '随机失活'),
      t('Share of attention weights set to zero while training.', '训练时被置零的注意力权重比例。'),
      0,
      { min: 0, max: 0.9, step: 0.05 },
    ),
    useBias: boolean(
      t('Bias', '偏置'),
      t('Adds a learned offset to each projection.', '为每个投影加上可学习的偏移。'),
      true,
      {
        advanced: true,
      },
    ),
  },
  inputs: [
    { name: 'query', title: t('Query', '查询'), accepts: ['sequence'], ranks: [3] },
    { name: 'value', title: t('Value', '值'), accepts: ['sequence'], ranks: [3], optional: true },
  ],
  outputs: oneOutput,
  headline: (config) =>
    `${config.heads} heads${config.keyDimension ? ` × ${config.keyDimension}` : ''}${config.causal ? ' · causal' : ''}`,
  inferShapes({ config, inputs }) {
    const query = queryOf(inputs);
    const width = query.shape[2];
    if (typeof width !== 'number')
      return fail({ code: 'wrong-rank', port: 'query', expected: [3], shape: query.shape });
    const { shape } = sourceOf(inputs);
    if (typeof shape[2] !== 'number')
      return fail({ code: 'wrong-rank', port: 'value', expected: [3], shape });
    if (!config.keyDimension && width % config.heads !== 0) {
      return fail({
        code: 'not-divisible',
        field: 'heads',
        value: config.heads,
        by: width,
        proposals: [
          { kind: 'set', config: { heads: fittingHeads(config.heads, width) } },
          { kind: 'set', config: { keyDimension: Math.ceil(width / config.heads) } },
        ],
      });
    }
    return ok({
      output: { shape: query.shape, dtype: 'float32', flow: 'sequence', masked: query.masked ?? false },
    });
  },
  weights({ config, inputs }) {
    const width = queryOf(inputs).shape[2] as number;
    const source = sourceOf(inputs).shape[2] as number;
    const size = headSize(config, width);
    const project = (name: string, shape: readonly number[], bias: readonly number[]) => [
      { name: `${name}/kernel`, shape, trainable: true },
      ...(config.useBias ? [{ name: `${name}/bias`, shape: bias, trainable: true }] : []),
    ];
    return [
      ...project('query', [width, config.heads, size], [config.heads, size]),
      ...project('key', [source, config.heads, size], [config.heads, size]),
      ...project('value', [source, config.heads, size], [config.heads, size]),
      ...project('attention_output', [config.heads, size, width], [width]),
    ];
  },
  // T steps of the query, S of the value, H·d = all heads together: four projections, scores and their weighted sum.
  multiplyAdds({ config, inputs }) {
    const query = queryOf(inputs);
    const value = sourceOf(inputs);
    const width = query.shape[2] as number;
    const heads = config.heads * headSize(config, width);
    const [time, sourceTime] = [steps(query), steps(value)];
    return heads * (2 * time * width + 2 * sourceTime * (value.shape[2] as number) + 2 * time * sourceTime);
  },
  usesMask: true,
  maskPort: 'value',
  build: ({ tf, config, name, seed, inputs }) =>
    new (multiHeadAttentionLayer(tf))({
      name,
      numHeads: config.heads,
      keyDim: headSize(config, queryOf(inputs).shape[2] as number),
      dropout: config.dropout,
      causal: config.causal,
      useBias: config.useBias,
      seed,
    }),
  emit: {
    tfjs: {
      kind: 'custom',
      className: 'Weft>MultiHeadAttention',
      reason: 'tfjs 4.22 neither exports nor registers an attention layer.',
    },
  },
  migrations: {},
  examples: [
    {
      title: 'self-attention, padded',
      config: { heads: 2 },
      inputs: {
        query: [{ shape: ['batch', 5, 8], dtype: 'float32', flow: 'sequence', masked: true }],
        value: [],
      },
    },
    {
      title: 'causal',
      config: { heads: 2, keyDimension: 3, causal: true, useBias: false },
      inputs: { query: [{ shape: ['batch', 5, 6], dtype: 'float32', flow: 'sequence' }], value: [] },
    },
    {
      title: 'cross-attention to a padded sequence',
      config: { heads: 2 },
      inputs: {
        query: [{ shape: ['batch', 3, 4], dtype: 'float32', flow: 'sequence' }],
        value: [{ shape: ['batch', 5, 6], dtype: 'float32', flow: 'sequence', masked: true }],
      },
    },
  ],
});
