/** Fashion-MNIST: the classic beginner set that is not too easy. The last 2,000 rows are official test pictures. */
import type { DatasetSchema } from '../../graph/schema';
import type { DatasetDescriptor } from '../dataset';
import { readImages } from './read-shipped';

const schema: DatasetSchema = {
  id: 'fashion-mnist',
  title: { en: 'Fashion-MNIST', zh: 'Fashion-MNIST 服饰' },
  rows: 12000,
  columns: [
    { kind: 'image', name: 'image', height: 28, width: 28, channels: 1 },
    {
      kind: 'category',
      name: 'label',
      classes: [
        'T-shirt/top',
        'Trouser',
        'Pullover',
        'Dress',
        'Coat',
        'Sandal',
        'Shirt',
        'Sneaker',
        'Bag',
        'Ankle boot',
      ],
      counts: [1200, 1200, 1200, 1200, 1200, 1200, 1200, 1200, 1200, 1200],
      missing: 0,
    },
  ],
  target: 'label',
  sequence: null,
  fixedTestRows: 2000,
};

const descriptor: DatasetDescriptor = {
  id: schema.id,
  title: schema.title,
  summary: {
    en: '12,000 grey pictures of ten kinds of clothing, 28×28.',
    zh: '12,000 张 28×28 灰度图，十类服饰。',
  },
  task: { en: 'Image classification', zh: '图像分类' },
  licence: 'MIT',
  source: 'Xiao, Rasul, Vollgraf (2017), Zalando SE: arXiv:1708.07747',
  schema,
  files: ['images.u8.gz', 'labels.u8.gz'],
  parse: (files) => readImages(files, 255, schema),
};
export default descriptor;
