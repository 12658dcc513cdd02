/**
 * Transformer encoder: attention and a two-layer network for each step, each with a shortcut around it and a layer
 * normalization. `normFirst` normalises before each part (as GPT-2 and ViT do; trains more steadily), otherwise after the shortcut
 * (as in the paper and BERT). Blocks of a stack share nothing.
 */

import { t } from '../../graph/text';
import { defineComposite, fail, ok, oneInput, oneOutput, type SubGraph, type SubNode } from '../define-node';
import { boolean, float, int } from '../fields';
import { activation } from '../shared-fields';

export default defineComposite({
  kind: 'composite',
  type: 'transformer-encoder',
  version: 1,
  family: 'attention',
  title: t('Transformer encoder', 'Transformer 编码器'),
  summary: t(
    'Attention between the steps, then a small network for each step; as many blocks as wanted.',
    '先在各步之间做注意力，再对每一步应用小网络；可堆叠多个块。',
  ),
  formula: String.raw`\begin{aligned} h &= x + \mathrm{MHA}(\mathrm{LN}(x)) \\ y &= h + \phi(\mathrm{LN}(h)W_1 + b_1)W_2 + b_2 \end{aligned}`,
  references: [
    { title: 'Vaswani et al.: Attention Is All You Need (2017)', url: 'https://arxiv.org/abs/1706.03762' },
    {
      title: 'Xiong et al.: On Layer Normalization in the Transformer Architecture (2020)',
      url: 'https://arxiv.org/abs/2002.04745',
    },
  ],
  keywords: ['bert', 'gpt', 'vit', 'self-attention', 'block', 'encoder', '编码器', '自注意力'],
  fields: {
    heads: int(t('Heads', '头数'), t('Attention heads in each block.', '每个块的注意力头数。'), 4, {
      min: 1,
      max: 128,
      sample: [1, 2],
    }),
    feedForward: int(
      t('Feed-forward units', '前馈单元数'),
      t(
        'Hidden units of the network for each step; 0 = four times the width.',
        '逐步网络的隐藏单元数；0 表示宽度的四倍。',
      ),
      0,
      { min: 0, max: 65536, sample: [0, 12] },
    ),
    repeat: int(t('Blocks', '块数'), t('Blocks one after the other.', '依次堆叠的块数。'), 1, {
      min: 1,
      max: 48,
      sample: [1, 2],
    }),
    dropout: float(
      t('Dropout', '随机失活'),
      t(
        'After attention, in its weights and after the network.',
        '作用于注意力权重、注意力之后和前馈网络之后。',
      ),
      0.1,
      { min: 0, max: 0.9, step: 0.05 },
    ),
    activation: activation('gelu'),
    normFirst: boolean(
      t('Normalize first', '先归一化'),
      t(
        'Before each part instead of after the shortcut; trains more steadily.',
        '在每个部分之前归一化，而不是在捷径之后；训练更稳定。',
      ),
      true,
      { advanced: true },
    ),
    causal: boolean(t('Causal', '因果'), t('No step sees a later one.', '每一步都看不到后面的步。'), false, {
      advanced: true,
    }),
  },
  inputs: oneInput(['sequence'], [3]),
  outputs: oneOutput,
  headline: (config) =>
    `${config.repeat > 1 ? `${config.repeat} × ` : ''}${config.heads} heads · ${config.feedForward || '4d'} · ${config.activation}`,
  inferShapes({ config, inputs }) {
    const fact = inputs['input']![0]!;
    const width = fact.shape[2];
    if (typeof width !== 'number')
      return fail({ code: 'wrong-rank', port: 'input', expected: [3], shape: fact.shape });
    if (width % config.heads !== 0) {
      let heads = Math.min(config.heads, width);
      while (width % heads !== 0) heads--;
      return fail({
        code: 'not-divisible',
        field: 'heads',
        value: config.heads,
        by: width,
        proposals: [{ kind: 'set', config: { heads } }],
      });
    }
    return ok({
      output: { shape: fact.shape, dtype: 'float32', flow: 'sequence', masked: fact.masked ?? false },
    });
  },
  expand({ config, inputs }): SubGraph {
    const width = inputs['input']![0]!.shape[2] as number;
    const nodes: SubNode[] = [];
    const edges: (readonly [string, string])[] = [];
    /** Adds a node fed by `from` and returns its output. */
    const chain = (
      from: string,
      id: string,
      type: string,
      settings: SubNode['config'],
      port = 'input',
    ): string => {
      nodes.push({ id, type, config: settings });
      edges.push([from, `${id}.${port}`]);
      return `${id}.output`;
    };
    const dropout = (from: string, id: string): string =>
      config.dropout > 0 ? chain(from, id, 'dropout', { rate: config.dropout }) : from;
    const normalize = (from: string, id: string): string => chain(from, id, 'layer-normalization', {});
    /** from → (norm) → part → dropout → + from → (norm) */
    const residual = (from: string, id: string, part: (input: string) => string): string => {
      const made = dropout(part(config.normFirst ? normalize(from, `${id}_norm`) : from), `${id}_dropout`);
      const sum = chain(from, `${id}_add`, 'add', {}, 'inputs');
      edges.push([made, `${id}_add.inputs`]);
      return config.normFirst ? sum : normalize(sum, `${id}_norm`);
    };

    let value = 'in.input';
    for (let block = 1; block <= config.repeat; block++) {
      const id = `block${block}`;
      value = residual(value, `${id}_attention`, (input) =>
        chain(
          input,
          `${id}_attention`,
          'multi-head-attention',
          { heads: config.heads, dropout: config.dropout, causal: config.causal },
          'query',
        ),
      );
      value = residual(value, `${id}_network`, (input) => {
        const hidden = chain(input, `${id}_network_1`, 'dense', {
          units: config.feedForward || 4 * width,
          activation: config.activation,
        });
        return chain(hidden, `${id}_network_2`, 'dense', { units: width, activation: 'linear' });
      });
    }
    edges.push([value, 'out.output']);
    return { nodes, edges };
  },
  migrations: {},
  examples: [
    {
      title: 'one block, padded',
      config: { heads: 2, feedForward: 6, dropout: 0 },
      inputs: { input: [{ shape: ['batch', 5, 4], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
    {
      title: 'two blocks, normalised last',
      config: { heads: 2, repeat: 2, normFirst: false, activation: 'relu' },
      inputs: { input: [{ shape: ['batch', 5, 4], dtype: 'float32', flow: 'sequence' }] },
    },
  ],
});
