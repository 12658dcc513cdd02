/**
 * Regression head: one or several numbers per row, of the same row or of one further on in time. Learned in standard units,
 * reported in the column's own.
 */
import type { DatasetSchema, NumberColumn } from '../../graph/schema';
import { t } from '../../graph/text';
import { defineOutput, fail, type NodeProblem, ok, oneInput } from '../define-node';
import { boolean, choice, columns, int, metrics } from '../fields';
import { findTarget, lossWeight, targetProblem } from './targets';

/** Named columns in the order of the data set; none named: the data set's target, else its last number column. */
function findTargets(schema: DatasetSchema, names: readonly string[]): readonly NumberColumn[] {
  if (names.length === 0) {
    const target = findTarget(schema, '', ['number']);
    return target ? [target] : [];
  }
  return schema.columns.filter((c): c is NumberColumn => c.kind === 'number' && names.includes(c.name));
}

function targetsProblem(schema: DatasetSchema, names: readonly string[]): NodeProblem | null {
  if (names.length === 0)
    return findTargets(schema, names).length > 0
      ? null
      : { code: 'no-column', expected: ['number'], field: 'columns' };
  const bad = names.find((name) => !findTarget(schema, name, ['number']));
  if (bad === undefined) return null;
  const others = names.filter((name) => name !== bad);
  return {
    ...targetProblem(schema, bad, ['number']),
    field: 'columns',
    proposals: [{ kind: 'set', config: { columns: others } }],
  };
}

/** −1 = the next row where rows are a time series, else the same row. */
const horizonOf = (config: { horizon: number }, schema: DatasetSchema): number =>
  config.horizon >= 0 ? config.horizon : schema.sequence ? 1 : 0;

const LOSSES = [
  { value: 'mean-squared-error', title: t('mean squared error', '均方误差') },
  { value: 'mean-absolute-error', title: t('mean absolute error', '平均绝对误差') },
  { value: 'huber', title: t('Huber', 'Huber') },
] as const;

export default defineOutput({
  kind: 'output',
  type: 'regression-output',
  version: 1,
  family: 'output',
  title: t('Regression', '回归输出'),
  summary: t('Predicts numbers, now or some rows ahead.', '预测数值：当前行或之后的若干行。'),
  formula: String.raw`\hat y = xW + b,\qquad L_{\text{mse}} = \tfrac{1}{n} \sum_i (y_i - \hat y_i)^2`,
  references: [{ title: 'Keras: regression losses', url: 'https://keras.io/api/losses/regression_losses/' }],
  keywords: ['head', 'forecast', 'number', 'value', 'mse', 'mae', 'huber', 'time series', '预测', '数值'],
  fields: {
    columns: columns(
      t('Target columns', '目标列'),
      t("The numbers to predict. Empty = the data set's target.", '要预测的数值列；留空表示数据集的目标列。'),
      ['number'],
    ),
    horizon: int(
      t('Horizon', '预测步长'),
      t(
        'Rows ahead. 0 = this row; −1 = the next row in a time series, this row otherwise.',
        '向前预测的行数。0 表示当前行；−1 表示时间序列预测下一行，否则当前行。',
      ),
      -1,
      { min: -1, max: 1000, sample: [-1, 4] },
    ),
    loss: choice(
      t('Loss', '损失函数'),
      t(
        'How errors count: squared, as they are, or squared only while small (Huber).',
        '误差的计法：平方、原值，或仅在较小时平方（Huber）。',
      ),
      'mean-squared-error',
      LOSSES,
    ),
    projection: boolean(
      t('Own dense layer', '自带全连接层'),
      t(
        'Adds a dense layer with one unit per number. Off: the input already is the prediction.',
        '加上每个数值一个单元的全连接层；关闭时输入即为预测。',
      ),
      true,
    ),
    standardise: boolean(
      t('Standardise target', '目标标准化'),
      t(
        'Learns in units of the deviation; results are shown in the original unit.',
        '以标准差为单位学习，结果仍以原单位显示。',
      ),
      true,
      { advanced: true },
    ),
    metrics: metrics(
      t('Metrics', '指标'),
      t('In the original unit.', '以原单位计算。'),
      ['mae', 'r2'],
      ['mae', 'rmse', 'r2'],
    ),
    weight: lossWeight(),
  },
  inputs: oneInput(['vector', 'scores'], [2]),
  outputs: [],
  headline: (config) =>
    [...config.columns, config.horizon > 0 ? `t+${config.horizon}` : '', config.loss, ...config.metrics]
      .filter(Boolean)
      .join(' · '),
  inferShapes({ config, inputs, schema }) {
    const problem = schema && targetsProblem(schema, config.columns);
    if (problem) return fail(problem);
    if (schema && config.horizon > 0 && !schema.sequence) {
      return fail({
        code: 'not-sequential',
        field: 'horizon',
        proposals: [{ kind: 'set', config: { horizon: 0 } }],
      });
    }
    const { shape } = inputs['input']![0]!;
    const width = schema ? findTargets(schema, config.columns).length : config.columns.length;
    if (!config.projection && width > 0 && shape[1] !== width) {
      return fail({
        code: 'size-mismatch',
        from: shape,
        to: ['batch', width],
        port: 'input',
        proposals: [{ kind: 'set', config: { projection: true } }],
      });
    }
    return ok({});
  },
  expand({ config, schema }) {
    if (!config.projection)
      return {
        nodes: [],
        edges: [
          ['in.input', 'out.logits'],
          ['in.input', 'out.prediction'],
        ],
      };
    const units = (schema ? findTargets(schema, config.columns).length : config.columns.length) || 1;
    return {
      nodes: [{ id: 'logits', type: 'dense', config: { units, activation: 'linear' } }],
      edges: [
        ['in.input', 'logits.input'],
        ['logits.output', 'out.logits'],
        ['logits.output', 'out.prediction'],
      ],
    };
  },
  head({ config, schema }) {
    return {
      target: {
        kind: 'numbers',
        columns: findTargets(schema, config.columns).map((c) => c.name),
        horizon: horizonOf(config, schema),
        standardise: config.standardise,
      },
      loss: config.loss,
      metrics: config.metrics,
      weight: config.weight,
    };
  },
  migrations: {},
  examples: [
    {
      title: 'own dense layer',
      config: {},
      inputs: { input: [{ shape: ['batch', 24], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'prediction in',
      config: { projection: false, loss: 'huber' },
      inputs: { input: [{ shape: ['batch', 1], dtype: 'float32', flow: 'vector' }] },
    },
  ],
});
