import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { importUpload } from '../import-upload';
import { prepareData } from '../prepare';
import { DATASETS, findDataset, parseShipped } from './index';

const folder = new URL('../../../public/datasets/', import.meta.url);
const read = (id: string, file: string) => new Uint8Array(readFileSync(new URL(`${id}/${file}`, folder)));

describe.each(DATASETS)('$id', (descriptor) => {
  const { id, files, schema } = descriptor;
  const bytes = files.map((file) => read(id, file));
  const result = parseShipped(descriptor, bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const dataset = result.value;

  it('has exactly the schema that is stated without the bytes', () => {
    expect(dataset.schema).toEqual(schema);
    expect(schema.id).toBe(id);
    expect(findDataset(id)).toBe(descriptor);
  });

  it('has the files, rows and classes that its provenance record says', () => {
    const record = JSON.parse(readFileSync(new URL(`${id}/dataset.json`, folder), 'utf8'));
    expect(record.rows).toBe(schema.rows);
    expect(record.split?.test ?? 0).toBe(schema.fixedTestRows);
    expect(files).toEqual(record.files.map((file: { name: string }) => file.name));
    bytes.forEach((file, i) => {
      expect(createHash('sha256').update(file).digest('hex')).toBe(record.files[i].sha256);
    });
    const target = schema.columns.find((column) => column.name === schema.target)!;
    if (record.classes && target.kind === 'category') expect(target.classes).toEqual(record.classes);
  });

  it('holds a value for every row of every column, within its kind', () => {
    for (const column of schema.columns) {
      const held = dataset.columns[column.name]!;
      expect(held.kind).toBe(column.kind);
      if (held.kind === 'category' && column.kind === 'category') {
        expect(held.indices.length).toBe(schema.rows);
        expect(held.indices.every((index) => index >= -1 && index < column.classes.length)).toBe(true);
        expect(Math.min(...column.counts)).toBeGreaterThan(0);
      } else if (held.kind === 'image' && column.kind === 'image') {
        expect(held.pixels.length).toBe(schema.rows * column.height * column.width * column.channels);
        expect(held.pixels.reduce((max, pixel) => Math.max(max, pixel), 0)).toBe(held.max);
      } else if (held.kind !== 'category' && held.kind !== 'image') {
        expect(held.values.length).toBe(schema.rows);
      }
    }
  });

  it('reads the same when the server has undone the compression', () => {
    const plain = bytes.map((file, i) => (files[i]!.endsWith('.gz') ? gunzipSync(file) : file));
    // Node's own comparison: the matcher would take a minute over nine million pixels.
    expect(isDeepStrictEqual(descriptor.parse(plain), dataset)).toBe(true);
  });

  it.each([
    ['empty', bytes.map(() => new Uint8Array(0))],
    ['cut', bytes.map((file) => file.subarray(0, Math.floor(file.length / 2)))],
    ['an error page', bytes.map(() => new TextEncoder().encode('<html>404</html>'))],
    ['missing', []],
  ])('says so when a file is %s', (_, damaged) => {
    expect(parseShipped(descriptor, damaged)).toEqual({
      ok: false,
      problems: [{ severity: 'error', code: 'dataset-damaged', facts: { id } }],
    });
  });
});

it('forecasts the weather of tomorrow from the week before', () => {
  const weather = findDataset('weather')!;
  const dataset = weather.parse(weather.files.map((file) => read('weather', file)));
  const result = prepareData(dataset, {
    features: [
      {
        name: 'x',
        feature: {
          kind: 'window',
          columns: [{ name: 'temp_max', classes: null }],
          scale: 'none',
          window: 3,
          width: 1,
        },
      },
    ],
    targets: [
      { name: 'y', target: { kind: 'numbers', columns: ['temp_max'], horizon: 1, standardise: false } },
    ],
    validationSplit: 0.15,
    testSplit: 0.15,
    seed: 42,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  // Seattle, 3 January 2012: the highs of 1 to 4 January are 12.8, 10.6, 11.7, 12.2.
  const { inputs, targets } = result.value.batch([2]);
  expect(Array.from(inputs[0]!.values, (v) => v.toFixed(1))).toEqual(['12.8', '10.6', '11.7']);
  expect(targets[0]!.values[0]).toBeCloseTo(12.2, 5);
  const { train, validation, test } = result.value.rows;
  expect(train.length + validation.length + test.length).toBe(2922 - 2 * 3);
});

it.each([
  ['penguins', 'penguins.csv', []],
  ['weather', 'weather.csv.gz', ['time-series-groups']],
  ['sentiment', 'sentences.tsv.gz', ['stray-quotes']],
])('%s is understood as an upload too, without being told anything', async (id, path, warnings) => {
  const bytes = read(id, path);
  const file = { path, size: bytes.length, read: async () => bytes };
  const options = { id, title: 'Own', target: null, separator: null, imageSize: null };
  const result = await importUpload([file], options, async () => null);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { columns, rows, sequence } = findDataset(id)!.schema;
  expect(result.value.schema).toMatchObject({ columns, rows, sequence });
  expect(result.warnings.map(({ code }) => code)).toEqual(warnings);
});
