/** Handwritten digits, tiny: for first steps and tests. The last 297 rows are test rows. */
import type { DatasetSchema } from '../../graph/schema';
import type { DatasetDescriptor } from '../dataset';
import { readImages } from './read-shipped';

const schema: DatasetSchema = {
  id: 'digits',
  title: { en: 'Digits 8×8', zh: '8×8 手写数字' },
  rows: 1797,
  columns: [
    { kind: 'image', name: 'image', height: 8, width: 8, channels: 1 },
    {
      kind: 'category',
      name: 'label',
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      counts: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
      missing: 0,
    },
  ],
  target: 'label',
  sequence: null,
  fixedTestRows: 297,
};

const descriptor: DatasetDescriptor = {
  id: schema.id,
  title: schema.title,
  summary: {
    en: '1,797 handwritten digits, 8×8, values 0 to 16. Trains in a second.',
    zh: '1,797 个 8×8 手写数字，取值 0 到 16，一秒即可训练。',
  },
  task: { en: 'Image classification', zh: '图像分类' },
  licence: 'CC BY 4.0',
  source: 'Alpaydin, Kaynak (1998), UCI Machine Learning Repository',
  schema,
  files: ['images.u8.gz', 'labels.u8.gz'],
  parse: (files) => readImages(files, 16, schema),
};
export default descriptor;
