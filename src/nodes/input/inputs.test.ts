import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findDataset } from '../../data/datasets/index';
import { prepareData } from '../../data/prepare';
import type { DatasetSchema } from '../../graph/schema';
import type { InputNodeType } from '../define-node';
import { defaultConfig } from '../fields';
import imageInput from './image-input';
import numbersInput from './numbers-input';
import sequenceInput from './sequence-input';
import tokensInput from './tokens-input';

const schemaOf = (id: string): DatasetSchema => findDataset(id)!.schema;
const penguins = schemaOf('penguins');
const weather = schemaOf('weather');
const sentiment = schemaOf('sentiment');
const digits = schemaOf('digits');

const infer = (type: InputNodeType, schema: DatasetSchema | null, config: object = {}) =>
  type.inferShapes({ config: { ...defaultConfig(type.fields), ...config }, inputs: {}, schema });
const fact = (type: InputNodeType, schema: DatasetSchema | null, config: object = {}) => {
  const inferred = infer(type, schema, config);
  if (!inferred.ok) throw new Error(JSON.stringify(inferred.problems));
  return inferred.outputs['output']!;
};
const problems = (type: InputNodeType, schema: DatasetSchema | null, config: object = {}) => {
  const inferred = infer(type, schema, config);
  return inferred.ok ? [] : inferred.problems;
};
const feature = (type: InputNodeType, schema: DatasetSchema, config: object = {}) =>
  type.feature({ ...defaultConfig(type.fields), ...config }, schema);

describe('without a data set every input still has a shape', () => {
  it.each([
    [imageInput, ['batch', 28, 28, 1]],
    [numbersInput, ['batch', 4]],
    [tokensInput, ['batch', 32]],
    [sequenceInput, ['batch', 14, 1]],
  ])('$type', (type, shape) => {
    expect(fact(type, null).shape).toEqual(shape);
  });
});

describe('numbers-input', () => {
  it('takes every number and class except the target, classes one-hot', () => {
    // Island 3, four measures, sex 2, year 1.
    expect(fact(numbersInput, penguins)).toEqual({ shape: ['batch', 10], dtype: 'float32', flow: 'vector' });
    expect(feature(numbersInput, penguins)).toMatchObject({
      kind: 'numbers',
      scale: 'standard',
      width: 10,
      columns: [
        { name: 'island', classes: ['Biscoe', 'Dream', 'Torgersen'] },
        { name: 'bill_length_mm', classes: null },
        { name: 'bill_depth_mm', classes: null },
        { name: 'flipper_length_mm', classes: null },
        { name: 'body_mass_g', classes: null },
        { name: 'sex', classes: ['female', 'male'] },
        { name: 'year', classes: null },
      ],
    });
  });

  it('keeps the order of the data set, whatever the order of the field', () => {
    const chosen = feature(numbersInput, penguins, { columns: ['sex', 'bill_length_mm'] });
    expect(chosen).toMatchObject({ width: 3, columns: [{ name: 'bill_length_mm' }, { name: 'sex' }] });
  });

  it('leaves group and order of a time series out', () => {
    const chosen = feature(numbersInput, weather);
    expect(chosen.kind === 'numbers' && chosen.columns.map((c) => c.name)).toEqual([
      'precipitation',
      'temp_min',
      'wind',
      'weather',
    ]);
  });

  it.each<[string, DatasetSchema, object, object]>([
    [
      'a column that is gone',
      penguins,
      { columns: ['sex', 'colour'] },
      { code: 'column-missing', column: 'colour', proposals: [{ config: { columns: ['sex'] } }] },
    ],
    [
      'a text column',
      sentiment,
      { columns: ['text'] },
      { code: 'column-kind', column: 'text', received: 'text', proposals: [{ config: { columns: [] } }] },
    ],
    ['images only', digits, {}, { code: 'no-column', expected: ['number', 'category'] }],
  ])('reports %s', (_, schema, config, problem) => {
    expect(problems(numbersInput, schema, config)).toMatchObject([{ field: 'columns', ...problem }]);
  });
});

describe('tokens-input', () => {
  it('sizes itself by the text', () => {
    const text = sentiment.columns.find((c) => c.kind === 'text')!;
    expect(fact(tokensInput, sentiment)).toEqual({
      shape: ['batch', text.maxWords],
      dtype: 'int32',
      flow: 'tokens',
      cardinality: text.distinctWords + 2,
      masked: true,
    });
    expect(text.maxWords).toBeGreaterThan(50);
  });

  it('caps what it chooses, not what the user does', () => {
    const long: DatasetSchema = {
      ...sentiment,
      columns: [
        { kind: 'text', name: 'text', maxWords: 900, medianWords: 300, distinctWords: 80_000, missing: 0 },
      ],
    };
    expect(fact(tokensInput, long)).toMatchObject({ shape: ['batch', 128], cardinality: 10_000 });
    expect(fact(tokensInput, long, { length: 500, vocabulary: 50_000 })).toMatchObject({
      shape: ['batch', 500],
      cardinality: 50_000,
    });
    expect(fact(tokensInput, long, { level: 'character' })).toMatchObject({
      shape: ['batch', 256],
      cardinality: 256,
    });
  });

  it('means the column with the longest text, and no dates', () => {
    const title = {
      kind: 'text',
      name: 'title',
      maxWords: 9,
      medianWords: 3,
      distinctWords: 50,
      missing: 0,
    } as const;
    const schema = { ...sentiment, columns: [title, ...sentiment.columns] };
    expect(feature(tokensInput, schema)).toMatchObject({ column: 'text' });
    expect(feature(tokensInput, schema, { column: 'title' })).toMatchObject({
      column: 'title',
      length: 9,
      vocabulary: 52,
    });
    expect(problems(tokensInput, weather)).toMatchObject([{ code: 'no-column', expected: ['text'] }]);
  });

  it.each<[string, object, object]>([
    [
      'a column that is gone',
      { column: 'body' },
      { code: 'column-missing', column: 'body', proposals: [{ config: { column: '' } }] },
    ],
    [
      'a class column',
      { column: 'label' },
      { code: 'column-kind', received: 'category', proposals: [{ config: { column: '' } }] },
    ],
    [
      'no room for a word',
      { vocabulary: 2 },
      { code: 'field-range', field: 'vocabulary', min: 3, received: 2 },
    ],
  ])('reports %s', (_, config, problem) => {
    expect(problems(tokensInput, sentiment, config)).toMatchObject([problem]);
  });
});

describe('sequence-input', () => {
  it('takes the past of a number target, but neither group nor order', () => {
    const chosen = feature(sequenceInput, weather, { window: 7 });
    expect(chosen).toMatchObject({ kind: 'window', window: 7, width: 9 });
    expect(chosen.kind === 'window' && chosen.columns.map((c) => c.name)).toEqual([
      'precipitation',
      'temp_max',
      'temp_min',
      'wind',
      'weather',
    ]);
    expect(fact(sequenceInput, weather)).toEqual({
      shape: ['batch', 14, 9],
      dtype: 'float32',
      flow: 'sequence',
    });
  });

  it('leaves a class target out: it would be the answer', () => {
    const chosen = feature(sequenceInput, { ...weather, target: 'weather' });
    expect(chosen.kind === 'window' && chosen.columns.map((c) => c.name)).not.toContain('weather');
  });

  it.each<[string, DatasetSchema, object, object]>([
    ['rows without an order', penguins, {}, { code: 'not-sequential' }],
    [
      'a window longer than the data',
      { ...weather, rows: 10 },
      {},
      { code: 'too-few-rows', rows: 10, needed: 14, proposals: [{ config: { window: 2 } }] },
    ],
    ['a column that is gone', weather, { columns: ['fog'] }, { code: 'column-missing', column: 'fog' }],
  ])('reports %s', (_, schema, config, problem) => {
    expect(problems(sequenceInput, schema, config)).toMatchObject([problem]);
  });
});

describe('what an input declares is what the batches hold', () => {
  const shipped = (id: string) => {
    const { files, parse } = findDataset(id)!;
    return parse(
      files.map(
        (file) =>
          new Uint8Array(readFileSync(new URL(`../../../public/datasets/${id}/${file}`, import.meta.url))),
      ),
    );
  };
  it.each<[InputNodeType, string, object]>([
    [imageInput, 'digits', {}],
    [imageInput, 'digits', { height: 12, width: 5, channels: 'rgb' }],
    [numbersInput, 'penguins', {}],
    [numbersInput, 'penguins', { columns: ['sex', 'year'], scale: 'none' }],
    [tokensInput, 'sentiment', {}],
    [tokensInput, 'sentiment', { level: 'character', length: 40 }],
    [sequenceInput, 'weather', { window: 5 }],
  ])('$type, %s %j', (type, id, config) => {
    const dataset = shipped(id);
    const result = prepareData(dataset, {
      features: [{ name: 'x', feature: feature(type, dataset.schema, config) }],
      targets: [],
      validationSplit: 0.2,
      testSplit: 0.2,
      seed: 1,
    });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const [input] = result.value.batch(result.value.rows.train.subarray(0, 3)).inputs;
    const declared = fact(type, dataset.schema, config);
    expect(input!.shape).toEqual([3, ...declared.shape.slice(1)]);
    expect(input!.values instanceof Int32Array ? 'int32' : 'float32').toBe(declared.dtype);
    if (declared.cardinality) expect(Math.max(...input!.values)).toBeLessThan(declared.cardinality);
    expect(input!.values.every(Number.isFinite)).toBe(true);
  });
});
