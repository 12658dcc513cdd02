/** Sentiment labelled sentences. The last 600 rows are test rows. */
import type { DatasetSchema } from '../../graph/schema';
import type { DatasetDescriptor } from '../dataset';
import { readTable } from './read-shipped';

const schema: DatasetSchema = {
  id: 'sentiment',
  title: { en: 'Sentiment sentences', zh: '情感句子' },
  rows: 3000,
  columns: [
    { kind: 'text', name: 'text', maxWords: 85, medianWords: 12, distinctWords: 5281, missing: 0 },
    { kind: 'category', name: 'label', classes: ['negative', 'positive'], counts: [1500, 1500], missing: 0 },
    {
      kind: 'category',
      name: 'source',
      classes: ['amazon', 'imdb', 'yelp'],
      counts: [1000, 1000, 1000],
      missing: 0,
    },
  ],
  target: 'label',
  sequence: null,
  fixedTestRows: 600,
};

const descriptor: DatasetDescriptor = {
  id: schema.id,
  title: schema.title,
  summary: {
    en: '3,000 review sentences, half positive and half negative, from three sites.',
    zh: '3,000 条评论句子，正面负面各半，来自三个网站。',
  },
  task: { en: 'Text classification', zh: '文本分类' },
  licence: 'CC BY 4.0',
  source: 'Kotzias, Denil, de Freitas, Smyth (2015), UCI Machine Learning Repository',
  schema,
  files: ['sentences.tsv.gz'],
  parse: ([table]) => readTable(table!, '\t', schema),
};
export default descriptor;
