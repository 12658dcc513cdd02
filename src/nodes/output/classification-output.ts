/**
 * Classification head: one class out of several per row. With `projection` it brings its own Dense layer to as many logits
 * as the target column has classes, so it adapts when the data changes. Loss is taken from logits (numerically safe);
 * predictions are softmax probabilities.
 */

import { t } from '../../graph/text';
import { defineOutput, fail, ok, oneInput } from '../define-node';
import { boolean, column, metrics } from '../fields';
import { findTarget, lossWeight, targetProblem } from './targets';

export default defineOutput({
  kind: 'output',
  type: 'classification-output',
  version: 1,
  family: 'output',
  title: t('Classification', '分类输出'),
  summary: t('Predicts one of several classes.', '从若干类别中预测一个。'),
  formula: String.raw`p_k = \frac{e^{z_k}}{\sum_j e^{z_j}},\qquad L = -\log p_y`,
  references: [
    {
      title: 'Keras: SparseCategoricalCrossentropy',
      url: 'https://keras.io/api/losses/probabilistic_losses/',
    },
  ],
  keywords: ['softmax', 'head', 'classes', 'cross-entropy', '类别'],
  fields: {
    target: column(t('Target column', '目标列'), t('The column to predict.', '要预测的列。'), ['category']),
    projection: boolean(
      t('Own dense layer', '自带全连接层'),
      t(
        'Adds a dense layer with one unit per class. Off: the input already has one score per class.',
        '加上每类一个单元的全连接层；关闭时输入须为每类一个分数。',
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
  headline: (config) => ['softmax', ...config.metrics].join(' · '),
  inferShapes({ config, inputs, schema }) {
    const target = schema ? findTarget(schema, config.target, ['category']) : null;
    if (schema && !target) return fail(targetProblem(schema, config.target, ['category']));
    const fact = inputs['input']![0]!;
    const received = fact.shape[1];
    if (target && !config.projection && received !== target.classes.length) {
      return fail({
        code: 'classes-mismatch',
        expected: target.classes.length,
        received: Number(received),
        port: 'input',
        proposals: [{ kind: 'set', config: { projection: true } }],
      });
    }
    return ok({});
  },
  expand({ config, inputs, schema }) {
    const classes = (schema && findTarget(schema, config.target, ['category'])?.classes.length) || 10;
    const softmax = { id: 'probabilities', type: 'activation', config: { activation: 'softmax' } };
    if (!config.projection || inputs['input']!.length === 0) {
      return {
        nodes: [softmax],
        edges: [
          ['in.input', 'probabilities.input'],
          ['in.input', 'out.logits'],
          ['probabilities.output', 'out.prediction'],
        ],
      };
    }
    return {
      nodes: [{ id: 'logits', type: 'dense', config: { units: classes, activation: 'linear' } }, softmax],
      edges: [
        ['in.input', 'logits.input'],
        ['logits.output', 'probabilities.input'],
        ['logits.output', 'out.logits'],
        ['probabilities.output', 'out.prediction'],
      ],
    };
  },
  head({ config, schema }) {
    const target = findTarget(schema, config.target, ['category'])!;
    return {
      target: { kind: 'class', column: target.name, classes: target.classes },
      loss: 'categorical-crossentropy',
      metrics: config.metrics,
      weight: config.weight,
    };
  },
  migrations: {},
  examples: [
    {
      title: 'own dense layer',
      config: {},
      inputs: { input: [{ shape: ['batch', 64], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'scores in',
      config: { projection: false },
      inputs: { input: [{ shape: ['batch', 10], dtype: 'float32', flow: 'scores' }] },
    },
  ],
});
