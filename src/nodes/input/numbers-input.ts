/** Numbers input: table columns side by side in one vector; categories are one-hot coded. */
import type { DatasetSchema } from '../../graph/schema';
import { t } from '../../graph/text';
import { defineInput, fail, ok, oneOutput } from '../define-node';
import { columns } from '../fields';
import {
  chosenColumns,
  columnsProblem,
  featureColumns,
  isIndexColumn,
  scaleField,
  widthOf,
} from './table-columns';

/** Without data the vector has four values, as the classic small tables, until a data set says otherwise. */
const WIDTH_WITHOUT_DATA = 4;

/** All but what is to be predicted and what only says when and where a row belongs. */
const choose = (schema: DatasetSchema, names: readonly string[]) =>
  chosenColumns(
    schema,
    names,
    (column) => column.name !== schema.target && !isIndexColumn(schema, column.name),
  );

export default defineInput({
  kind: 'input',
  type: 'numbers-input',
  version: 1,
  family: 'input',
  title: t('Numbers input', '数值输入'),
  summary: t('Number and category columns as one vector.', '把数值列和类别列合成一个向量。'),
  formula: String.raw`x_j = \frac{v_j - \mu_j}{\sigma_j},\qquad x_{\text{category}} \in \{0,1\}^{K}`,
  references: [
    { title: 'Keras: InputLayer', url: 'https://keras.io/api/layers/core_layers/input/' },
    {
      title: 'scikit-learn: StandardScaler',
      url: 'https://scikit-learn.org/stable/modules/preprocessing.html',
    },
  ],
  keywords: ['table', 'tabular', 'csv', 'features', 'one-hot', '表格', '特征'],
  fields: {
    columns: columns(
      t('Columns', '列'),
      t(
        'Empty = all number and category columns except the target.',
        '留空表示除目标外的所有数值列和类别列。',
      ),
      ['number', 'category'],
    ),
    scale: scaleField(),
  },
  inputs: [],
  outputs: oneOutput,
  headline: (config) =>
    config.columns.length > 0 ? `${config.columns.join(' · ')} · ${config.scale}` : config.scale,
  inferShapes({ config, schema }) {
    if (!schema) {
      const width = config.columns.length || WIDTH_WITHOUT_DATA;
      return ok({ output: { shape: ['batch', width], dtype: 'float32', flow: 'vector' } });
    }
    const chosen = choose(schema, config.columns);
    const problem = columnsProblem(schema, config.columns, chosen);
    if (problem) return fail(problem);
    return ok({ output: { shape: ['batch', widthOf(chosen)], dtype: 'float32', flow: 'vector' } });
  },
  feature(config, schema) {
    const chosen = choose(schema, config.columns);
    return { kind: 'numbers', columns: featureColumns(chosen), scale: config.scale, width: widthOf(chosen) };
  },
  migrations: {},
  examples: [
    { title: 'without data', config: {}, inputs: {} },
    {
      title: 'a number and a category',
      config: { scale: 'minmax' },
      inputs: {},
      schema: {
        id: 'example',
        title: t('Example', '示例'),
        rows: 10,
        columns: [
          { kind: 'number', name: 'length', min: 1, max: 9, mean: 5, std: 2, missing: 0 },
          { kind: 'category', name: 'island', classes: ['a', 'b', 'c'], counts: [4, 3, 3], missing: 0 },
          { kind: 'category', name: 'species', classes: ['x', 'y'], counts: [5, 5], missing: 0 },
        ],
        target: 'species',
        sequence: null,
        fixedTestRows: 0,
      },
    },
  ],
});
