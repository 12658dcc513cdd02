/**
 * Binary head: yes or no from a single logit. The prediction is the probability of the second class (class 1), in the order
 * of the column's classes.
 */
import type { CategoryColumn, DatasetSchema } from '../../graph/schema';
import { t } from '../../graph/text';
import { defineOutput, fail, type NodeProblem, ok, oneInput } from '../define-node';
import { boolean, column, metrics } from '../fields';
import { lossWeight, targetProblem } from './targets';

/** The named column; else the data set's target, else the last one, among the columns with two classes. */
function findBinary(schema: DatasetSchema, name: string): CategoryColumn | undefined {
  const pairs = schema.columns.filter(
    (c): c is CategoryColumn => c.kind === 'category' && c.classes.length === 2,
  );
  if (name !== '') return pairs.find((c) => c.name === name);
  return pairs.find((c) => c.name === schema.target) ?? pairs.at(-1);
}

function binaryProblem(schema: DatasetSchema, name: string): NodeProblem {
  const wanted = schema.columns.find((c) => c.name === (name || schema.target));
  if (wanted?.kind !== 'category') return targetProblem(schema, name, ['category']);
  return {
    code: 'classes-mismatch',
    expected: 2,
    received: wanted.classes.length,
    field: 'target',
    proposals: [{ kind: 'set', config: { target: '' } }],
  };
}

export default defineOutput({
  kind: 'output',
  type: 'binary-output',
  version: 1,
  family: 'output',
  title: t('Binary classification', '二分类输出'),
  summary: t('Predicts yes or no with one probability.', '用一个概率预测是或否。'),
  formula: String.raw`p = \frac{1}{1 + e^{-z}},\qquad L = -y \log p - (1 - y) \log(1 - p)`,
  references: [
    {
      title: 'Keras: BinaryCrossentropy',
      url: 'https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class',
    },
  ],
  keywords: ['sigmoid', 'head', 'two classes', 'yes no', 'logistic', 'cross-entropy', '二元', '是否'],
  fields: {
    target: column(
      t('Target column', '目标列'),
      t('A column with two classes. The second counts as yes.', '有两个类别的列，第二个类别表示“是”。'),
      ['category'],
    ),
    projection: boolean(
      t('Own dense layer', '自带全连接层'),
      t(
        'Adds a dense layer with one unit. Off: the input already is one score.',
        '加上一个单元的全连接层；关闭时输入须为一个分数。',
      ),
      true,
    ),
    metrics: metrics(
      t('Metrics', '指标'),
      t('Reported beside the loss.', '与损失一起报告。'),
      ['accuracy'],
      ['accuracy', 'precision', 'recall', 'f1'],
    ),
    weight: lossWeight(),
  },
  inputs: oneInput(['vector', 'scores'], [2]),
  outputs: [],
  headline: (config) => ['sigmoid', ...config.metrics].join(' · '),
  inferShapes({ config, inputs, schema }) {
    if (schema && !findBinary(schema, config.target)) return fail(binaryProblem(schema, config.target));
    const received = inputs['input']![0]!.shape[1];
    if (!config.projection && received !== 1) {
      return fail({
        code: 'classes-mismatch',
        expected: 1,
        received: Number(received),
        port: 'input',
        proposals: [{ kind: 'set', config: { projection: true } }],
      });
    }
    return ok({});
  },
  expand({ config }) {
    const sigmoid = { id: 'probability', type: 'activation', config: { activation: 'sigmoid' } };
    if (!config.projection) {
      return {
        nodes: [sigmoid],
        edges: [
          ['in.input', 'probability.input'],
          ['in.input', 'out.logits'],
          ['probability.output', 'out.prediction'],
        ],
      };
    }
    return {
      nodes: [{ id: 'logits', type: 'dense', config: { units: 1, activation: 'linear' } }, sigmoid],
      edges: [
        ['in.input', 'logits.input'],
        ['logits.output', 'probability.input'],
        ['logits.output', 'out.logits'],
        ['probability.output', 'out.prediction'],
      ],
    };
  },
  head({ config, schema }) {
    const target = findBinary(schema, config.target)!;
    return {
      target: { kind: 'class', column: target.name, classes: target.classes },
      loss: 'binary-crossentropy',
      metrics: config.metrics,
      weight: config.weight,
    };
  },
  migrations: {},
  examples: [
    {
      title: 'own dense layer',
      config: {},
      inputs: { input: [{ shape: ['batch', 16], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'score in',
      config: { projection: false },
      inputs: { input: [{ shape: ['batch', 1], dtype: 'float32', flow: 'scores' }] },
    },
  ],
});
