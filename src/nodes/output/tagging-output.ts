/**
 * Tagging head: one class per step of a sequence (part of speech, entity, role). Padded steps count neither in the loss nor
 * in the metrics.
 */

import { t } from '../../graph/text';
import { defineOutput, fail, ok, oneInput } from '../define-node';
import { boolean, column, metrics } from '../fields';
import { findTarget, lossWeight, targetProblem } from './targets';

const CLASSES_WITHOUT_DATA = 10;

export default defineOutput({
  kind: 'output',
  type: 'tagging-output',
  version: 1,
  family: 'output',
  title: t('Tagging', '序列标注输出'),
  summary: t('Predicts one of several classes for each step.', '为序列的每一步预测一个类别。'),
  formula: String.raw`p_{t,k} = \frac{e^{z_{t,k}}}{\sum_j e^{z_{t,j}}},\qquad L = -\frac{1}{|M|} \sum_{t \in M} \log p_{t,y_t}`,
  references: [
    {
      title: 'Keras: SparseCategoricalCrossentropy',
      url: 'https://keras.io/api/losses/probabilistic_losses/',
    },
  ],
  keywords: [
    'sequence labelling',
    'named entities',
    'part of speech',
    'token classification',
    'srl',
    '命名实体',
    '词性',
    '标注',
  ],
  fields: {
    target: column(
      t('Target column', '目标列'),
      t('The column of tags, one per word.', '标签列，每个单词一个标签。'),
      ['tags'],
    ),
    projection: boolean(
      t('Own dense layer', '自带全连接层'),
      t(
        'Adds a dense layer with one unit per tag. Off: each step already has one score per tag.',
        '加上每种标签一个单元的全连接层；关闭时每步须已有每种标签的分数。',
      ),
      true,
    ),
    metrics: metrics(
      t('Metrics', '指标'),
      t('Reported beside the loss, over real steps.', '与损失一起报告，只计真实的步。'),
      ['accuracy', 'f1'],
      ['accuracy', 'precision', 'recall', 'f1'],
    ),
    weight: lossWeight(),
  },
  inputs: oneInput(['sequence'], [3]),
  outputs: [],
  headline: (config) => ['softmax', ...config.metrics].join(' · '),
  inferShapes({ config, inputs, schema }) {
    const target = schema ? findTarget(schema, config.target, ['tags']) : null;
    if (schema && !target) return fail(targetProblem(schema, config.target, ['tags']));
    const { shape } = inputs['input']![0]!;
    if (target && !config.projection && shape[2] !== target.classes.length) {
      return fail({
        code: 'classes-mismatch',
        expected: target.classes.length,
        received: Number(shape[2]),
        port: 'input',
        proposals: [{ kind: 'set', config: { projection: true } }],
      });
    }
    // The targets are cut to the same number of steps, which must therefore be known.
    if (target && typeof shape[1] !== 'number')
      return fail({ code: 'wrong-rank', port: 'input', expected: [3], shape });
    return ok({});
  },
  expand({ config, schema }) {
    const softmax = { id: 'probabilities', type: 'activation', config: { activation: 'softmax' } };
    if (!config.projection) {
      return {
        nodes: [softmax],
        edges: [
          ['in.input', 'probabilities.input'],
          ['in.input', 'out.logits'],
          ['probabilities.output', 'out.prediction'],
        ],
      };
    }
    const units =
      (schema && findTarget(schema, config.target, ['tags'])?.classes.length) || CLASSES_WITHOUT_DATA;
    return {
      nodes: [{ id: 'logits', type: 'dense', config: { units, activation: 'linear' } }, softmax],
      edges: [
        ['in.input', 'logits.input'],
        ['logits.output', 'probabilities.input'],
        ['logits.output', 'out.logits'],
        ['probabilities.output', 'out.prediction'],
      ],
    };
  },
  head({ config, inputs, schema }) {
    const target = findTarget(schema, config.target, ['tags'])!;
    const length = inputs['input']![0]!.shape[1] as number;
    return {
      target: { kind: 'tags', column: target.name, classes: target.classes, length },
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
      inputs: { input: [{ shape: ['batch', 7, 12], dtype: 'float32', flow: 'sequence', masked: true }] },
    },
    {
      title: 'scores in',
      config: { projection: false, metrics: ['accuracy'] },
      inputs: { input: [{ shape: ['batch', 5, 10], dtype: 'float32', flow: 'sequence' }] },
    },
  ],
});
