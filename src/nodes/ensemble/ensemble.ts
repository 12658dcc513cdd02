/**
 * Ensemble: several members, one answer. Members are any branches of equal shape; with one wire and `replicas` above one, the
 * compiler makes that many copies of the branch, each with its own initial weights, which train together under one loss.
 */
import type { TensorFact } from '../../graph/shape';
import { sameShape, sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineEnsemble, fail, type NodeProblem, ok, oneOutput, type Proposal } from '../define-node';
import { boolean, choice, floats, int } from '../fields';
import { ensembleVoteLayer, ensembleWeightedLayer } from './ensemble-layers';

/** Ways to give the first member that differs the shape of the first one. */
function alignments(members: readonly TensorFact[]): readonly Proposal[] {
  const first = members[0]!.shape;
  const units = first.at(-1);
  const differing = members.findIndex((member) => !sameShape(member.shape, first));
  const { shape } = members[differing]!;
  if (typeof units !== 'number') return [];
  const insert = (type: string, config: Proposal['config']): Proposal => ({
    kind: 'insert',
    port: 'members',
    wire: differing,
    type,
    config,
  });
  if (shape.length === first.length && shape.slice(0, -1).every((dim, axis) => dim === first[axis])) {
    return [insert('dense', { units, activation: 'linear' })];
  }
  const numeric = (dims: readonly unknown[]): dims is readonly number[] =>
    dims.every((dim) => typeof dim === 'number');
  const target = first.slice(1);
  return numeric(target) && sizeOf(shape) === sizeOf(first) && numeric(shape.slice(1))
    ? [insert('reshape', { targetShape: target })]
    : [];
}

function weightsProblem(weights: readonly number[], members: number): NodeProblem {
  const fitted = Array.from({ length: members }, (_, i) => weights[i] ?? 1);
  return {
    code: 'field-range',
    field: 'weights',
    min: members,
    max: members,
    received: weights.length,
    proposals: [
      { kind: 'set', config: { weights: fitted } },
      { kind: 'set', config: { weights: [] } },
    ],
  };
}

export default defineEnsemble({
  kind: 'ensemble',
  type: 'ensemble',
  version: 1,
  family: 'ensemble',
  title: t('Ensemble', '集成'),
  summary: t(
    'Combines the answers of several members; together they err less than each alone.',
    '合并多个成员的结果；合在一起比各自单独犯错更少。',
  ),
  formula: String.raw`y = \sum_i w_i\,x_i,\qquad \text{vote: } p_k = \frac{1}{n}\sum_i [\,k = \arg\max x_i\,]`,
  references: [
    { title: 'Hansen, Salamon: Neural Network Ensembles (1990)' },
    { title: 'Lakshminarayanan et al.: Deep Ensembles (2017)', url: 'https://arxiv.org/abs/1612.01474' },
  ],
  keywords: ['committee', 'vote', 'average', 'bagging', 'mixture', 'replicas', '投票', '平均', '加权'],
  fields: {
    rule: choice(t('Rule', '规则'), t('How the answers are combined.', '如何合并各成员的结果。'), 'mean', [
      { value: 'mean', title: t('mean', '平均') },
      { value: 'weighted', title: t('weighted mean', '加权平均') },
      { value: 'vote', title: t('vote (class scores)', '投票（类别分数）') },
    ]),
    learned: boolean(
      t('Learned weights', '可学习的权重'),
      t('Training finds one weight per member, starting equal.', '由训练得到每个成员的权重，从相等开始。'),
      true,
      { visible: (config) => config['rule'] === 'weighted' },
    ),
    weights: floats(
      t('Member weights', '成员权重'),
      t(
        'One per member, in the order of the wires; empty = equal. Divided by their sum.',
        '按连线顺序每个成员一个；留空表示相等。会除以总和。',
      ),
      [],
      {
        min: 0,
        max: 1000,
        maxLength: 64,
        visible: (config) => config['rule'] === 'weighted' && config['learned'] === false,
      },
    ),
    replicas: int(
      t('Replicas', '副本数'),
      t(
        'With one wire: copies of that branch, each with its own weights.',
        '只有一条连线时：复制该分支，每份各有自己的权重。',
      ),
      1,
      { min: 1, max: 16, sample: [1, 3] },
    ),
  },
  inputs: [
    {
      name: 'members',
      title: t('Members', '成员'),
      accepts: ['vector', 'scores', 'sequence', 'image'],
      ranks: [],
      multiple: true,
    },
  ],
  outputs: oneOutput,
  headline: (config) => `${config.rule}${config.replicas > 1 ? ` · × ${config.replicas}` : ''}`,
  replicas: (config) => config.replicas,
  inferShapes({ config, inputs }) {
    const members = inputs['members']!;
    const first = members[0]!;
    if (members.some((member) => !sameShape(member.shape, first.shape))) {
      return fail({
        code: 'shape-mismatch',
        port: 'members',
        shapes: members.map((member) => member.shape),
        proposals: alignments(members),
      });
    }
    const fixed = config.rule === 'weighted' && !config.learned && config.weights.length > 0;
    if (fixed && config.weights.length !== members.length)
      return fail(weightsProblem(config.weights, members.length));
    const masked = members.every((member) => member.masked ?? false);
    return ok({ output: { shape: first.shape, dtype: 'float32', flow: first.flow, masked } });
  },
  weights({ config, inputs }) {
    return config.rule === 'weighted' && config.learned
      ? [{ name: 'member_logits', shape: [inputs['members']!.length], trainable: true }]
      : [];
  },
  // One product per value and member where weights apply; a mean and a vote only add and divide once at the end.
  multiplyAdds({ config, inputs, outputs }) {
    const size = sizeOf(outputs['output']!.shape);
    return config.rule === 'weighted' ? size * inputs['members']!.length : size;
  },
  build({ tf, config, name, inputs }) {
    if (config.rule === 'vote') return new (ensembleVoteLayer(tf))({ name });
    if (config.rule === 'weighted') {
      return new (ensembleWeightedLayer(tf))({ name, weights: config.weights, learned: config.learned });
    }
    // tfjs's Average refuses a single member.
    if (inputs['members']!.length === 1)
      return new (ensembleWeightedLayer(tf))({ name, weights: [], learned: false });
    return tf.layers.average({ name });
  },
  emit: {
    tfjs: {
      kind: 'native',
      className: 'Average',
      variants: [
        { className: 'Weft>EnsembleWeighted', when: 'the rule is a weighted mean, or there is one member' },
        { className: 'Weft>EnsembleVote', when: 'the rule is a vote' },
      ],
    },
  },
  migrations: {},
  examples: [
    {
      title: 'mean of two',
      config: {},
      inputs: {
        members: [
          { shape: ['batch', 5], dtype: 'float32', flow: 'vector' },
          { shape: ['batch', 5], dtype: 'float32', flow: 'vector' },
        ],
      },
    },
    {
      title: 'learned weights',
      config: { rule: 'weighted' },
      inputs: {
        members: [
          { shape: ['batch', 3], dtype: 'float32', flow: 'scores' },
          { shape: ['batch', 3], dtype: 'float32', flow: 'scores' },
          { shape: ['batch', 3], dtype: 'float32', flow: 'scores' },
        ],
      },
    },
    {
      title: 'vote',
      config: { rule: 'vote' },
      inputs: {
        members: [
          { shape: ['batch', 4], dtype: 'float32', flow: 'scores' },
          { shape: ['batch', 4], dtype: 'float32', flow: 'scores' },
        ],
      },
    },
  ],
});
