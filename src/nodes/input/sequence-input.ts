/**
 * Sequence input: the rows up to and including this one, as steps of a sequence. The past of the target belongs to it: a
 * forecast may look at what it continues.
 */
import type { DatasetSchema } from '../../graph/schema';
import { t } from '../../graph/text';
import { defineInput, fail, ok, oneOutput } from '../define-node';
import { columns, int } from '../fields';
import {
  chosenColumns,
  columnsProblem,
  featureColumns,
  isIndexColumn,
  scaleField,
  widthOf,
} from './table-columns';

const WIDTH_WITHOUT_DATA = 1;

/**
 * All but group and order. A number target stays, its past is what a forecast lives on; a class target is predicted for the
 * last row of the window itself, so its column would be the answer.
 */
const choose = (schema: DatasetSchema, names: readonly string[]) =>
  chosenColumns(
    schema,
    names,
    (column) =>
      !isIndexColumn(schema, column.name) && (column.name !== schema.target || column.kind === 'number'),
  );

export default defineInput({
  kind: 'input',
  type: 'sequence-input',
  version: 1,
  family: 'input',
  title: t('Sequence input', '序列输入'),
  summary: t('A window of past rows of a time series.', '时间序列中过去若干行组成的窗口。'),
  formula: String.raw`x = (v_{t-w+1}, \dots, v_t) \in \mathbb{R}^{w \times d}`,
  references: [
    {
      title: 'TensorFlow: Time series forecasting',
      url: 'https://www.tensorflow.org/tutorials/structured_data/time_series',
    },
  ],
  keywords: ['time series', 'window', 'history', 'forecast', 'lag', '时间序列', '窗口', '预测'],
  fields: {
    columns: columns(
      t('Columns', '列'),
      t(
        'Empty = all number and category columns, the past of the target included.',
        '留空表示所有数值列和类别列，包括目标的历史值。',
      ),
      ['number', 'category'],
    ),
    window: int(
      t('Window', '窗口'),
      t('Rows that the network sees, the newest last.', '网络看到的行数，最新的在最后。'),
      14,
      { min: 1, max: 4096, sample: [1, 12] },
    ),
    scale: scaleField(),
  },
  inputs: [],
  outputs: oneOutput,
  headline: (config) => `${config.window} rows · ${config.scale}`,
  inferShapes({ config, schema }) {
    const { window } = config;
    if (!schema) {
      const width = config.columns.length || WIDTH_WITHOUT_DATA;
      return ok({ output: { shape: ['batch', window, width], dtype: 'float32', flow: 'sequence' } });
    }
    if (!schema.sequence) return fail({ code: 'not-sequential' });
    const chosen = choose(schema, config.columns);
    const problem = columnsProblem(schema, config.columns, chosen);
    if (problem) return fail(problem);
    if (window > schema.rows) {
      const proposals = [
        { kind: 'set', config: { window: Math.max(1, Math.floor(schema.rows / 4)) } },
      ] as const;
      return fail({ code: 'too-few-rows', rows: schema.rows, needed: window, field: 'window', proposals });
    }
    return ok({ output: { shape: ['batch', window, widthOf(chosen)], dtype: 'float32', flow: 'sequence' } });
  },
  feature(config, schema) {
    const chosen = choose(schema, config.columns);
    return {
      kind: 'window',
      columns: featureColumns(chosen),
      scale: config.scale,
      window: config.window,
      width: widthOf(chosen),
    };
  },
  migrations: {},
  examples: [
    { title: 'without data', config: { window: 5 }, inputs: {} },
    {
      title: 'a series with its own past',
      config: { window: 3 },
      inputs: {},
      schema: {
        id: 'example',
        title: t('Example', '示例'),
        rows: 40,
        columns: [
          { kind: 'text', name: 'day', maxWords: 1, medianWords: 1, distinctWords: 40, missing: 0 },
          { kind: 'number', name: 'rain', min: 0, max: 9, mean: 3, std: 2, missing: 0 },
          { kind: 'number', name: 'warmth', min: 1, max: 30, mean: 14, std: 6, missing: 0 },
        ],
        target: 'warmth',
        sequence: { group: null, order: 'day' },
        fixedTestRows: 0,
      },
    },
  ],
});
