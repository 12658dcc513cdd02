/** Image input: binds an image column; other sizes in the data are resized on the way in. */
import type { DatasetSchema, ImageColumn } from '../../graph/schema';
import { t } from '../../graph/text';
import { defineInput, fail, ok, oneOutput } from '../define-node';
import { choice, column, int } from '../fields';

/** The bound column, or the first image column when the field is empty. */
function findColumn(schema: DatasetSchema, name: string): ImageColumn | undefined {
  return schema.columns.find((c): c is ImageColumn => c.kind === 'image' && (name === '' || c.name === name));
}

const sizes = { min: 0, max: 1024, sample: [1, 16] } as const;

export default defineInput({
  kind: 'input',
  type: 'image-input',
  version: 1,
  family: 'input',
  title: t('Image input', '图像输入'),
  summary: t('Pictures as height × width × channels.', '图像，形状为 高 × 宽 × 通道。'),
  formula: String.raw`x \in [0,1]^{H \times W \times C}`,
  references: [{ title: 'Keras: InputLayer', url: 'https://keras.io/api/layers/core_layers/input/' }],
  keywords: ['picture', 'photo', 'pixels', '图片'],
  fields: {
    column: column(t('Column', '列'), t('Image column of the data set.', '数据集中的图像列。'), ['image']),
    height: int(
      t('Height', '高'),
      t('0 = as in the data. Other sizes are resized.', '0 表示与数据相同；否则缩放。'),
      0,
      sizes,
    ),
    width: int(
      t('Width', '宽'),
      t('0 = as in the data. Other sizes are resized.', '0 表示与数据相同；否则缩放。'),
      0,
      sizes,
    ),
    channels: choice(t('Channels', '通道'), t('Grey or colour.', '灰度或彩色。'), 'auto', [
      { value: 'auto', title: t('as in the data', '与数据相同') },
      { value: 'grey', title: t('grey (1)', '灰度（1）') },
      { value: 'rgb', title: t('colour (3)', '彩色（3）') },
    ]),
    scale: choice(
      t('Pixel range', '像素范围'),
      t('Values that the network sees.', '网络看到的取值范围。'),
      'unit',
      [
        { value: 'unit', title: t('0 to 1', '0 到 1') },
        { value: 'signed', title: t('−1 to 1', '−1 到 1') },
        { value: 'none', title: t('as in the data', '与数据相同') },
      ],
    ),
  },
  inputs: [],
  outputs: oneOutput,
  headline: (config) =>
    config.height && config.width ? `${config.height}×${config.width} · ${config.channels}` : config.channels,
  inferShapes({ config, schema }) {
    const found = schema ? findColumn(schema, config.column) : undefined;
    if (schema && !found) {
      return config.column && schema.columns.some((c) => c.kind === 'image')
        ? fail({
            code: 'column-missing',
            column: config.column,
            field: 'column',
            proposals: [{ kind: 'set', config: { column: '' } }],
          })
        : fail({ code: 'no-column', expected: ['image'], field: 'column' });
    }
    // Without data the node still has a shape: 28×28 grey, the size of the classic sets, until told otherwise.
    const height = config.height || (found?.height ?? 28);
    const width = config.width || (found?.width ?? 28);
    const channels = config.channels === 'auto' ? (found?.channels ?? 1) : config.channels === 'grey' ? 1 : 3;
    return ok({ output: { shape: ['batch', height, width, channels], dtype: 'float32', flow: 'image' } });
  },
  feature(config, schema) {
    const found = findColumn(schema, config.column)!;
    return {
      kind: 'image',
      column: found.name,
      height: config.height || found.height,
      width: config.width || found.width,
      channels: config.channels === 'auto' ? found.channels : config.channels === 'grey' ? 1 : 3,
      scale: config.scale,
    };
  },
  migrations: {},
  examples: [{ title: 'fixed size', config: { height: 12, width: 10, channels: 'rgb' }, inputs: {} }],
});
