/** Palmer penguins: a small mixed table with missing values. */
import type { DatasetSchema } from '../../graph/schema';
import type { DatasetDescriptor } from '../dataset';
import { readTable } from './read-shipped';

const schema: DatasetSchema = {
  id: 'penguins',
  title: { en: 'Palmer penguins', zh: '帕尔默企鹅' },
  rows: 344,
  columns: [
    {
      kind: 'category',
      name: 'species',
      classes: ['Adelie', 'Chinstrap', 'Gentoo'],
      counts: [152, 68, 124],
      missing: 0,
    },
    {
      kind: 'category',
      name: 'island',
      classes: ['Biscoe', 'Dream', 'Torgersen'],
      counts: [168, 124, 52],
      missing: 0,
    },
    {
      kind: 'number',
      name: 'bill_length_mm',
      min: 32.1,
      max: 59.6,
      mean: 43.921929824561424,
      std: 5.45159602316182,
      missing: 2,
    },
    {
      kind: 'number',
      name: 'bill_depth_mm',
      min: 13.1,
      max: 21.5,
      mean: 17.15116959064328,
      std: 1.9719039187562528,
      missing: 2,
    },
    {
      kind: 'number',
      name: 'flipper_length_mm',
      min: 172,
      max: 231,
      mean: 200.91520467836258,
      std: 14.041140568589102,
      missing: 2,
    },
    {
      kind: 'number',
      name: 'body_mass_g',
      min: 2700,
      max: 6300,
      mean: 4201.754385964912,
      std: 800.7812292384524,
      missing: 2,
    },
    { kind: 'category', name: 'sex', classes: ['female', 'male'], counts: [165, 168], missing: 11 },
    {
      kind: 'number',
      name: 'year',
      min: 2007,
      max: 2009,
      mean: 2008.0290697674418,
      std: 0.8171655889620321,
      missing: 0,
    },
  ],
  target: 'species',
  sequence: null,
  fixedTestRows: 0,
};

const descriptor: DatasetDescriptor = {
  id: schema.id,
  title: schema.title,
  summary: {
    en: '344 penguins of three species: bill, flipper, mass, island, sex. Some values are missing.',
    zh: '344 只企鹅，三个物种：喙、鳍、体重、岛屿、性别，有缺失值。',
  },
  task: { en: 'Table classification', zh: '表格分类' },
  licence: 'CC0 1.0',
  source: 'Horst, Hill, Gorman (2020): palmerpenguins',
  schema,
  files: ['penguins.csv'],
  parse: ([table]) => readTable(table!, ',', schema),
};
export default descriptor;
