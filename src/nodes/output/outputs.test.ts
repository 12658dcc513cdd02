import { describe, expect, it } from 'vitest';
import { findDataset } from '../../data/datasets/index';
import type { DatasetSchema } from '../../graph/schema';
import type { TensorFact } from '../../graph/shape';
import type { OutputNodeType } from '../define-node';
import { defaultConfig } from '../fields';
import { lossType, metricType } from '../training-index';
import binaryOutput from './binary-output';
import classificationOutput from './classification-output';
import regressionOutput from './regression-output';
import taggingOutput from './tagging-output';

const schemaOf = (id: string): DatasetSchema => findDataset(id)!.schema;
const penguins = schemaOf('penguins');
const weather = schemaOf('weather');
const sentiment = schemaOf('sentiment');
const tagged: DatasetSchema = {
  ...sentiment,
  target: 'tags',
  columns: [...sentiment.columns, { kind: 'tags', name: 'tags', classes: ['B', 'I', 'O'] }],
};

const vector = (width: number): TensorFact => ({ shape: ['batch', width], dtype: 'float32', flow: 'vector' });
const sequence = (length: number, width: number): TensorFact => ({
  shape: ['batch', length, width],
  dtype: 'float32',
  flow: 'sequence',
});
const context = (type: OutputNodeType, config: object, input: TensorFact) => ({
  config: { ...defaultConfig(type.fields), ...config },
  inputs: { input: [input] },
});
const problems = (type: OutputNodeType, schema: DatasetSchema | null, config: object, input: TensorFact) => {
  const inferred = type.inferShapes({ ...context(type, config, input), schema });
  return inferred.ok ? [] : inferred.problems;
};
const head = (type: OutputNodeType, schema: DatasetSchema, config: object = {}, input = vector(8)) => {
  expect(problems(type, schema, config, input)).toEqual([]);
  return type.head({ ...context(type, config, input), schema });
};
const units = (type: OutputNodeType, schema: DatasetSchema | null, config: object = {}, input = vector(8)) =>
  type.expand({ ...context(type, config, input), schema }).nodes.find((node) => node.type === 'dense')
    ?.config['units'];

describe('every head', () => {
  const heads = [classificationOutput, binaryOutput, taggingOutput, regressionOutput];
  it.each(heads)('$type names losses and metrics that exist', (type) => {
    const input = type === taggingOutput ? sequence(5, 8) : vector(8);
    const schema = type === binaryOutput ? sentiment : type === taggingOutput ? tagged : penguins;
    const { loss, metrics, target } = head(type, schema, {}, input);
    expect(lossType(loss)?.targets).toContain(target.kind);
    expect(metrics.length).toBeGreaterThan(0);
    const field = type.fields['metrics'];
    for (const metric of field?.kind === 'metrics' ? field.options : [])
      expect(metricType(metric)).toBeDefined();
  });

  it.each(heads)('$type gives logits and prediction with and without its own layer', (type) => {
    for (const projection of [true, false]) {
      const input = type === taggingOutput ? sequence(5, 8) : vector(8);
      const { edges } = type.expand({ ...context(type, { projection }, input), schema: null });
      expect(
        edges
          .map(([, to]) => to)
          .filter((to) => to.startsWith('out.'))
          .sort(),
      ).toEqual(['out.logits', 'out.prediction']);
    }
  });
});

describe('binary-output', () => {
  it('predicts the second of two classes with one unit', () => {
    expect(head(binaryOutput, sentiment)).toEqual({
      target: { kind: 'class', column: 'label', classes: ['negative', 'positive'] },
      loss: 'binary-crossentropy',
      metrics: ['accuracy'],
      weight: 1,
    });
    expect(units(binaryOutput, sentiment)).toBe(1);
  });

  it('finds the pair of classes when the target of the data set has more', () => {
    expect(head(binaryOutput, penguins).target).toMatchObject({ column: 'sex', classes: ['female', 'male'] });
  });

  it.each<[string, DatasetSchema, object, number, object]>([
    [
      'three classes',
      penguins,
      { target: 'species' },
      8,
      { code: 'classes-mismatch', expected: 2, received: 3, field: 'target' },
    ],
    [
      'a number',
      penguins,
      { target: 'year' },
      8,
      { code: 'column-kind', received: 'number', proposals: [{ config: { target: '' } }] },
    ],
    ['a column that is gone', penguins, { target: 'age' }, 8, { code: 'column-missing', column: 'age' }],
    [
      'no pair of classes anywhere',
      { ...weather, columns: weather.columns.slice(1), target: 'weather' },
      {},
      8,
      { code: 'classes-mismatch', received: 5 },
    ],
    [
      'several scores',
      sentiment,
      { projection: false },
      2,
      { code: 'classes-mismatch', expected: 1, received: 2, proposals: [{ config: { projection: true } }] },
    ],
  ])('reports %s', (_, schema, config, width, problem) => {
    expect(problems(binaryOutput, schema, config, vector(width))).toMatchObject([problem]);
  });
});

describe('tagging-output', () => {
  it('predicts one tag per step of its input', () => {
    expect(head(taggingOutput, tagged, {}, sequence(12, 8)).target).toEqual({
      kind: 'tags',
      column: 'tags',
      classes: ['B', 'I', 'O'],
      length: 12,
    });
    expect(units(taggingOutput, tagged, {}, sequence(12, 8))).toBe(3);
    expect(units(taggingOutput, null, {}, sequence(12, 8))).toBe(10);
  });

  it.each<[string, DatasetSchema, object, TensorFact, object]>([
    ['no tags', sentiment, {}, sequence(5, 8), { code: 'no-column', expected: ['tags'], field: 'target' }],
    [
      'a class column',
      tagged,
      { target: 'label' },
      sequence(5, 8),
      { code: 'column-kind', received: 'category' },
    ],
    [
      'scores of another width',
      tagged,
      { projection: false },
      sequence(5, 8),
      { code: 'classes-mismatch', expected: 3, received: 8 },
    ],
    [
      'an unknown number of steps',
      tagged,
      {},
      { ...sequence(5, 8), shape: ['batch', 'time', 8] },
      { code: 'wrong-rank' },
    ],
  ])('reports %s', (_, schema, config, input, problem) => {
    expect(problems(taggingOutput, schema, config, input)).toMatchObject([problem]);
  });
});

describe('regression-output', () => {
  it('forecasts the next row of a time series, and the same row elsewhere, unless told', () => {
    expect(head(regressionOutput, weather)).toEqual({
      target: { kind: 'numbers', columns: ['temp_max'], horizon: 1, standardise: true },
      loss: 'mean-squared-error',
      metrics: ['mae', 'r2'],
      weight: 1,
    });
    expect(head(regressionOutput, weather, { horizon: 0 }).target).toMatchObject({ horizon: 0 });
    expect(head(regressionOutput, penguins).target).toMatchObject({ columns: ['year'], horizon: 0 });
  });

  it('predicts several columns with one unit each, in the order of the data set', () => {
    const config = { columns: ['wind', 'temp_min'], horizon: 3, loss: 'huber' };
    expect(head(regressionOutput, weather, config)).toMatchObject({
      loss: 'huber',
      target: { columns: ['temp_min', 'wind'], horizon: 3 },
    });
    expect(units(regressionOutput, weather, config)).toBe(2);
    expect(units(regressionOutput, null, config)).toBe(2);
    expect(units(regressionOutput, null)).toBe(1);
  });

  it.each<[string, DatasetSchema, object, number, object]>([
    [
      'no number',
      { ...penguins, columns: penguins.columns.slice(0, 2) },
      {},
      8,
      { code: 'no-column', expected: ['number'], field: 'columns' },
    ],
    [
      'a class column',
      penguins,
      { columns: ['year', 'sex'] },
      8,
      {
        code: 'column-kind',
        column: 'sex',
        field: 'columns',
        proposals: [{ config: { columns: ['year'] } }],
      },
    ],
    [
      'a column that is gone',
      penguins,
      { columns: ['age'] },
      8,
      { code: 'column-missing', field: 'columns', proposals: [{ config: { columns: [] } }] },
    ],
    [
      'a forecast of rows without an order',
      penguins,
      { horizon: 2 },
      8,
      { code: 'not-sequential', proposals: [{ config: { horizon: 0 } }] },
    ],
    [
      'predictions of another width',
      weather,
      { projection: false },
      3,
      {
        code: 'size-mismatch',
        from: ['batch', 3],
        to: ['batch', 1],
        proposals: [{ config: { projection: true } }],
      },
    ],
  ])('reports %s', (_, schema, config, width, problem) => {
    expect(problems(regressionOutput, schema, config, vector(width))).toMatchObject([problem]);
  });
});
