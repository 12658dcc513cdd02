/** Daily weather of two cities, 2012 to 2015: a time series in two groups. */
import type { DatasetSchema } from '../../graph/schema';
import type { DatasetDescriptor } from '../dataset';
import { readTable } from './read-shipped';

const schema: DatasetSchema = {
  id: 'weather',
  title: { en: 'Daily weather', zh: '每日天气' },
  rows: 2922,
  columns: [
    {
      kind: 'category',
      name: 'location',
      classes: ['New York', 'Seattle'],
      counts: [1461, 1461],
      missing: 0,
    },
    { kind: 'text', name: 'date', maxWords: 5, medianWords: 5, distinctWords: 36, missing: 0 },
    {
      kind: 'number',
      name: 'precipitation',
      min: 0,
      max: 118.9,
      mean: 2.944763860369619,
      std: 7.693968696822664,
      missing: 0,
    },
    {
      kind: 'number',
      name: 'temp_max',
      min: -7.7,
      max: 37.8,
      mean: 16.76913073237507,
      std: 8.643116444472511,
      missing: 0,
    },
    {
      kind: 'number',
      name: 'temp_min',
      min: -16,
      max: 26.7,
      mean: 8.612320328542092,
      std: 7.510490871038092,
      missing: 0,
    },
    {
      kind: 'number',
      name: 'wind',
      min: 0.4,
      max: 16.2,
      mean: 4.1011293634496955,
      std: 1.880468641355857,
      missing: 0,
    },
    {
      kind: 'category',
      name: 'weather',
      classes: ['drizzle', 'fog', 'rain', 'snow', 'sun'],
      counts: [111, 139, 1087, 119, 1466],
      missing: 0,
    },
  ],
  target: 'temp_max',
  sequence: { group: 'location', order: 'date' },
  fixedTestRows: 0,
};

const descriptor: DatasetDescriptor = {
  id: schema.id,
  title: schema.title,
  summary: {
    en: 'Four years of daily weather in Seattle and New York: rain, temperatures, wind.',
    zh: '西雅图和纽约四年的每日天气：降水、气温、风。',
  },
  task: { en: 'Forecast', zh: '时间序列预测' },
  licence: 'Public domain (US Government work)',
  source: 'NOAA National Centers for Environmental Information, prepared by vega-datasets',
  schema,
  files: ['weather.csv.gz'],
  parse: ([table]) => readTable(table!, ',', schema),
};
export default descriptor;
