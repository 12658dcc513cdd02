import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataSpec, FeatureSpec, TargetSpec } from '../graph/data-spec';
import { categoryColumn, numberColumn, tagsColumn, textColumn } from './column-stats';
import type { ColumnValues, Dataset, PreparedData, Result } from './dataset';
import { prepareData, prepareInputs } from './prepare';

fc.configureGlobal({ seed: 42 });

/** A data set out of plain lists: numbers, text (or `tags:` in the name), or classes as `[names, indices]`. */
function dataset(
  lists: { [name: string]: readonly number[] | readonly string[] | { classes: string[]; indices: number[] } },
  part: Partial<Dataset['schema']> = {},
): Dataset {
  const columns: { [name: string]: ColumnValues } = {};
  const schema = Object.entries(lists).map(([name, list]) => {
    if ('classes' in list) {
      const indices = Int32Array.from(list.indices);
      columns[name] = { kind: 'category', indices };
      return categoryColumn(name, list.classes, indices);
    }
    if (typeof list[0] === 'number') {
      const values = Float64Array.from(list as readonly number[]);
      columns[name] = { kind: 'number', values };
      return numberColumn(name, values);
    }
    const values = list as readonly string[];
    columns[name] = name === 'tags' ? { kind: 'tags', values } : { kind: 'text', values };
    return name === 'tags' ? tagsColumn(name, values) : textColumn(name, values);
  });
  const first = Object.values(columns)[0]!;
  const rows =
    first.kind === 'category' ? first.indices.length : first.kind === 'image' ? 0 : first.values.length;
  return {
    schema: {
      id: 'x',
      title: { en: 'x', zh: 'x' },
      rows,
      columns: schema,
      target: null,
      sequence: null,
      fixedTestRows: 0,
      ...part,
    },
    columns,
  };
}

const spec = (features: FeatureSpec[], targets: TargetSpec[], part: Partial<DataSpec> = {}): DataSpec => ({
  features: features.map((feature, i) => ({ name: `in${i}`, feature })),
  targets: targets.map((target, i) => ({ name: `out${i}`, target })),
  validationSplit: 0,
  testSplit: 0,
  seed: 42,
  ...part,
});
const numbers = (names: string[], scale: 'standard' | 'minmax' | 'none' = 'none'): FeatureSpec => ({
  kind: 'numbers',
  columns: names.map((name) => ({ name, classes: null })),
  scale,
  width: names.length,
});
const window = (names: string[], size: number): FeatureSpec => ({
  kind: 'window',
  columns: names.map((name) => ({ name, classes: null })),
  scale: 'none',
  window: size,
  width: names.length,
});
const regress = (columns: string[], horizon = 0, standardise = false): TargetSpec => ({
  kind: 'numbers',
  columns,
  horizon,
  standardise,
});
const classify = (classes: string[]): TargetSpec => ({ kind: 'class', column: 'y', classes });

function prepared(result: Result<PreparedData>): PreparedData {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
const codes = (result: Result<unknown>) =>
  (result.ok ? result.warnings : result.problems).map(({ code, facts }) => ({ code, facts }));
const close = (values: ArrayLike<number>) => Array.from(values, (value) => Number(value.toFixed(5)));

describe('numbers', () => {
  const data = dataset(
    {
      a: [1, 3, Number.NaN, 1000],
      c: { classes: ['u', 'v', 'w'], indices: [2, -1, 0, 1] },
      y: [10, 20, 30, 40],
    },
    { fixedTestRows: 1 },
  );
  const feature = (scale: 'standard' | 'minmax' | 'none'): FeatureSpec => ({
    kind: 'numbers',
    columns: [
      { name: 'a', classes: null },
      { name: 'c', classes: ['u', 'v', 'w'] },
    ],
    scale,
    width: 4,
  });

  it.each<['standard' | 'minmax' | 'none', number[], number]>([
    ['standard', [-1, 1, 0], 998],
    ['minmax', [0, 1, 0.5], 499.5],
    ['none', [1, 3, 2], 1000],
  ])('%s: fitted on the training rows, missing = their mean, classes one-hot', (scale, train, test) => {
    const result = prepareData(data, spec([feature(scale)], [regress(['y'])]));
    const { batch, rows } = prepared(result);
    expect([...rows.test]).toEqual([3]);
    const [input] = batch([0, 1, 2, 3]).inputs;
    expect(input!.shape).toEqual([4, 4]);
    expect(input!.values).toBeInstanceOf(Float32Array);
    expect(close(input!.values)).toEqual([
      train[0],
      0,
      0,
      1,
      train[1],
      0,
      0,
      0,
      train[2],
      1,
      0,
      0,
      test,
      0,
      1,
      0,
    ]);
    expect(codes(result)).toEqual([{ code: 'missing-imputed', facts: { columns: 'a', count: 1 } }]);
  });

  it('turns a constant column into zeros', () => {
    const { batch } = prepared(
      prepareData(
        dataset({ a: [5, 5, 5], y: [1, 2, 3] }),
        spec([numbers(['a'], 'standard')], [regress(['y'])]),
      ),
    );
    expect([...batch([0, 2]).inputs[0]!.values]).toEqual([0, 0]);
  });

  it('standardises targets by the training rows, and drops rows without one', () => {
    const data = dataset({ a: [1, 2, 3, 4], y: [10, Number.NaN, 30, 999] }, { fixedTestRows: 1 });
    const result = prepareData(data, spec([numbers(['a'])], [regress(['y'], 0, true)]));
    const { fitted, rows, batch } = prepared(result);
    expect(fitted.targets).toEqual([{ kind: 'numbers', mean: [20], std: [10] }]);
    expect([...rows.train]).toEqual([0, 2]);
    expect(batch([2, 0]).targets).toEqual([{ shape: [2, 1], values: Float32Array.from([1, -1]) }]);
    expect(codes(result)).toEqual([{ code: 'rows-without-target', facts: { column: 'y', count: 1 } }]);
  });

  it('keeps several heads apart and needs all their targets', () => {
    const data = dataset({
      a: [1, 2, 3],
      b: [4, Number.NaN, 6],
      y: { classes: ['n', 'p'], indices: [0, 1, 1] },
    });
    const { batch, rows, targets } = prepared(
      prepareData(data, spec([numbers(['a'])], [classify(['n', 'p']), regress(['b', 'a'])])),
    );
    expect([...rows.train]).toEqual([0, 2]);
    expect(targets([2, 0])).toEqual(batch([2, 0]).targets);
    expect(batch([2]).targets).toEqual([
      { shape: [1], values: Int32Array.from([1]) },
      { shape: [1, 2], values: Float32Array.from([6, 3]) },
    ]);
  });
});

describe('classes', () => {
  it('are numbered as the model has them, not as the data set has', () => {
    const data = dataset({ a: [1, 2, 3, 4], y: { classes: ['new', 'p', 'n'], indices: [2, 1, 0, -1] } });
    const result = prepareData(data, spec([numbers(['a'])], [classify(['n', 'p'])]));
    const { batch, rows } = prepared(result);
    expect([...rows.train]).toEqual([0, 1]);
    expect([...batch([0, 1]).targets[0]!.values]).toEqual([0, 1]);
    expect(codes(result)).toEqual([
      { code: 'rows-without-target', facts: { column: 'y', count: 1 } },
      { code: 'unknown-class', facts: { column: 'y', count: 1 } },
    ]);
  });

  it('says when there is nothing to tell apart', () => {
    const data = dataset({ a: [1, 2], y: { classes: ['n', 'p'], indices: [1, 1] } });
    expect(codes(prepareData(data, spec([numbers(['a'])], [classify(['n', 'p'])])))).toEqual([
      { code: 'one-class', facts: { column: 'y', class: 'p' } },
    ]);
  });
});

describe('tokens', () => {
  const text = ['b a b', 'a c', '', 'zebra b'];
  const feature = (vocabulary: number, level: 'word' | 'character' = 'word'): FeatureSpec => ({
    kind: 'tokens',
    column: 'text',
    level,
    length: 4,
    vocabulary,
  });

  it('learn the vocabulary from the training rows only', () => {
    const data = dataset({ text, y: [1, 2, 3, 4] }, { fixedTestRows: 1 });
    const { fitted, batch } = prepared(prepareData(data, spec([feature(100)], [regress(['y'])])));
    expect(fitted.features).toEqual([{ kind: 'tokens', vocabulary: ['b', 'a', 'c'] }]);
    expect(batch([0, 2, 3]).inputs[0]).toEqual({
      shape: [3, 4],
      values: Int32Array.from([2, 3, 2, 0, 1, 0, 0, 0, 1, 2, 0, 0]),
    });
  });

  it('never give an id beyond the vocabulary', () => {
    const data = dataset({ text, y: [1, 2, 3, 4] });
    const { batch } = prepared(prepareData(data, spec([feature(3)], [regress(['y'])])));
    expect(Math.max(...batch([0, 1, 2, 3]).inputs[0]!.values)).toBe(2);
  });

  it('may be characters', () => {
    const data = dataset({ text, y: [1, 2, 3, 4] });
    const { batch } = prepared(prepareData(data, spec([feature(5, 'character')], [regress(['y'])])));
    // Spaces (4) and b (4) tie, b came first: b 2, space 3, a 4.
    expect([...batch([0, 1]).inputs[0]!.values]).toEqual([2, 3, 4, 3, 4, 3, 1, 0]);
  });
});

describe('tags', () => {
  const target: TargetSpec = { kind: 'tags', column: 'tags', classes: ['D', 'N', 'V'], length: 3 };
  const feature: FeatureSpec = { kind: 'tokens', column: 'text', level: 'word', length: 3, vocabulary: 50 };
  const data = dataset({
    text: ["Don't go U.S. now", 'the cat', 'it sat', 'one', 'x y', 'z'],
    tags: ['V V N D', 'D N', 'N', '', 'N Q', 'N'],
  });

  it('are one index per space-separated word, zero beyond, and drop rows that do not fit', () => {
    const result = prepareData(data, spec([feature], [target]));
    const { batch, rows, fitted } = prepared(result);
    expect([...rows.train]).toEqual([0, 1, 5]);
    expect(batch([0, 1]).targets[0]).toEqual({ shape: [2, 3], values: Int32Array.from([2, 2, 1, 0, 1, 0]) });
    expect(fitted.features[0]).toMatchObject({
      vocabulary: ["don't", 'go', 'u.s.', 'now', 'the', 'cat', 'z'],
    });
    expect(codes(result)).toEqual([
      { code: 'rows-without-target', facts: { column: 'tags', count: 1 } },
      { code: 'tags-mismatch', facts: { column: 'tags', count: 1 } },
      { code: 'unknown-class', facts: { column: 'tags', count: 1 } },
    ]);
  });

  it('need words to stand for', () => {
    const result = prepareData(data, spec([{ ...feature, level: 'character' }], [target]));
    expect(codes(result)).toEqual([{ code: 'tags-need-words', facts: { column: 'tags' } }]);
  });
});

describe('windows and forecasts', () => {
  // Two groups, interleaved and newest first.
  const series = (n: number) =>
    dataset(
      {
        v: Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 100 : 0) + (n - 1 - Math.floor(i / 2))),
        day: Array.from(
          { length: 2 * n },
          (_, i) => `2020-01-${String(n - Math.floor(i / 2)).padStart(2, '0')}`,
        ),
        g: { classes: ['p', 'q'], indices: Array.from({ length: 2 * n }, (_, i) => i % 2) },
      },
      { sequence: { group: 'g', order: 'day' } },
    );

  it('hold the rows up to this one, oldest first, and aim ahead in the same group', () => {
    const data = series(6);
    const { rows, batch } = prepared(prepareData(data, spec([window(['v'], 3)], [regress(['v'], 2)])));
    const all = [...rows.train];
    // Times 2 and 3 of 0…5 have two rows before and two after, in both groups.
    expect(all.length).toBe(4);
    const { inputs, targets } = batch(all);
    expect(inputs[0]!.shape).toEqual([4, 3, 1]);
    const pairs = all.map((_, i) => [...inputs[0]!.values.slice(i * 3, i * 3 + 3), targets[0]!.values[i]!]);
    expect(pairs.sort((a, b) => a[0]! - b[0]!)).toEqual([
      [0, 1, 2, 4],
      [1, 2, 3, 5],
      [100, 101, 102, 104],
      [101, 102, 103, 105],
    ]);
  });

  it('split in time: every training row is older than every test row of its group', () => {
    const data = series(20);
    const { rows } = prepared(
      prepareData(
        data,
        spec([window(['v'], 3)], [regress(['v'], 1)], { validationSplit: 0.2, testSplit: 0.25 }),
      ),
    );
    const { values } = data.columns['v'] as Extract<ColumnValues, { kind: 'number' }>;
    const times = (part: Int32Array, group: number) =>
      [...part].filter((row) => row % 2 === group).map((row) => values[row]!);
    for (const group of [0, 1]) {
      expect(Math.max(...times(rows.train, group))).toBeLessThan(Math.min(...times(rows.validation, group)));
      expect(Math.max(...times(rows.validation, group))).toBeLessThan(Math.min(...times(rows.test, group)));
    }
  });

  it.each<[string, number, number, object]>([
    [
      'a window longer than each group',
      7,
      0,
      { code: 'window-too-long', facts: { window: 7, horizon: 0, rows: 12 } },
    ],
    [
      'window and horizon together',
      4,
      3,
      { code: 'window-too-long', facts: { window: 4, horizon: 3, rows: 12 } },
    ],
  ])('refuse %s', (_, size, horizon, problem) => {
    expect(codes(prepareData(series(6), spec([window(['v'], size)], [regress(['v'], horizon)])))).toEqual([
      problem,
    ]);
  });

  it.each<[string, DataSpec]>([
    ['a window', spec([window(['a'], 2)], [regress(['y'])])],
    ['a forecast', spec([numbers(['a'])], [regress(['y'], 1)])],
  ])('refuse %s of rows without an order', (_, wanted) => {
    expect(codes(prepareData(dataset({ a: [1, 2, 3], y: [1, 2, 3] }), wanted))).toEqual([
      { code: 'not-sequential', facts: {} },
    ]);
  });
});

describe('a data set that does not fit', () => {
  const data = dataset({ a: [1, 2, 3], y: { classes: ['n', 'p'], indices: [0, 1, 1] } });
  it.each<[string, DataSpec, object[]]>([
    [
      'a missing column',
      spec([numbers(['a', 'b'])], [classify(['n', 'p'])]),
      [{ code: 'column-missing', facts: { column: 'b' } }],
    ],
    [
      'a missing column with a name that every object knows',
      spec([numbers(['constructor'])], [classify(['n', 'p'])]),
      [{ code: 'column-missing', facts: { column: 'constructor' } }],
    ],
    [
      'another kind',
      spec([numbers(['y'])], [regress(['y'])]),
      [
        { code: 'column-kind', facts: { column: 'y', expected: 'number', received: 'category' } },
        { code: 'column-kind', facts: { column: 'y', expected: 'number', received: 'category' } },
      ],
    ],
    [
      'too few rows for three parts',
      spec([numbers(['a'])], [classify(['p'])], { validationSplit: 0.1, testSplit: 0.1 }),
      [
        { code: 'too-few-rows', facts: { rows: 2, needed: 3 } },
        { code: 'unknown-class', facts: { column: 'y', count: 1 } },
      ],
    ],
  ])('%s', (_, wanted, problems) => {
    expect(codes(prepareData(data, wanted))).toEqual(problems);
  });

  it('has nothing but test rows', () => {
    const tests = dataset({ a: [1, 2], y: [1, 2] }, { fixedTestRows: 2 });
    expect(codes(prepareData(tests, spec([numbers(['a'])], [regress(['y'])])))).toEqual([
      { code: 'too-few-rows', facts: { rows: 0, needed: 1 } },
    ]);
  });
});

describe('fitted before', () => {
  const old = dataset({ a: [0, 10], text: ['a b', 'a c'], y: [0, 100] });
  const wanted = spec(
    [numbers(['a'], 'standard'), { kind: 'tokens', column: 'text', level: 'word', length: 2, vocabulary: 9 }],
    [regress(['y'], 0, true)],
  );
  const { fitted } = prepared(prepareData(old, wanted));
  const fresh = dataset({ a: [5, 20, Number.NaN], text: ['c a', 'd', 'b'], y: [50, 200, 50] });

  it('prepares other data as the model’s own were', () => {
    const again = prepared(prepareData(fresh, wanted, JSON.parse(JSON.stringify(fitted))));
    expect(again.fitted).toEqual(fitted);
    const { inputs, targets } = again.batch([0, 1, 2]);
    expect(close(inputs[0]!.values)).toEqual([0, 3, 0]);
    expect([...inputs[1]!.values]).toEqual([4, 2, 1, 0, 3, 0]);
    expect(close(targets[0]!.values)).toEqual([0, 3, 0]);
  });

  it('prepares inputs alone, of rows without a target too', () => {
    const { y: _, ...columns } = fresh.columns;
    const bare: Dataset = {
      schema: { ...fresh.schema, columns: fresh.schema.columns.filter((c) => c.name !== 'y') },
      columns,
    };
    const result = prepareInputs(bare, wanted, fitted);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect([...result.value.rows]).toEqual([0, 1, 2]);
    expect(close(result.value.batch([1])[0]!.values)).toEqual([3]);
  });
});

it('gives fresh arrays that may be transferred', () => {
  const { batch } = prepared(
    prepareData(dataset({ a: [1, 2], y: [3, 4] }), spec([numbers(['a'])], [regress(['y'])])),
  );
  const first = batch([0, 1]);
  structuredClone(first, { transfer: [first.inputs[0]!.values.buffer, first.targets[0]!.values.buffer] });
  expect([...batch([0, 1]).inputs[0]!.values]).toEqual([1, 2]);
});

it('writes images into a batch that is spent, whole, where the size is the same', () => {
  const image = { kind: 'image', name: 'image', height: 1, width: 2, channels: 1, missing: 0 } as const;
  const values: Dataset = dataset({ y: [1, 2, 3] });
  const withImages: Dataset = {
    schema: { ...values.schema, columns: [...values.schema.columns, image] },
    columns: {
      ...values.columns,
      image: { kind: 'image', pixels: Uint8Array.from([0, 255, 51, 0, 255, 255]), max: 255 },
    },
  };
  const feature = {
    kind: 'image',
    column: 'image',
    height: 1,
    width: 2,
    channels: 1,
    scale: 'unit',
  } as const;
  const { batch } = prepared(prepareData(withImages, spec([feature], [regress(['y'])])));
  const first = batch([0, 2]);
  const second = batch([1, 0], first);
  expect(second.inputs[0]!.values).toBe(first.inputs[0]!.values);
  expect(Array.from(second.inputs[0]!.values, (value) => Math.fround(value))).toEqual(
    [0.2, 0, 0, 1].map(Math.fround),
  );
  expect(batch([1], second).inputs[0]!.values).toHaveLength(2);
});

it('depends on the seed alone and never mixes the parts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 60 }), fc.integer(), (n, seed) => {
      const y = Array.from({ length: n }, (_, i) => i % 3);
      const data = dataset({ a: y.map((v, i) => v + i), y: { classes: ['p', 'q', 'r'], indices: y } });
      const wanted = spec([numbers(['a'], 'standard')], [classify(['p', 'q', 'r'])], {
        seed,
        validationSplit: 0.2,
        testSplit: 0.2,
      });
      const one = prepared(prepareData(data, wanted));
      const two = prepared(prepareData(data, wanted));
      expect(two.rows).toEqual(one.rows);
      expect(two.fitted).toEqual(one.fitted);
      const { train, validation, test } = one.rows;
      expect(new Set([...train, ...validation, ...test]).size).toBe(n);
      const batch = Array.from(one.batch(train).inputs[0]!.values);
      const mean = batch.reduce((sum, v) => sum + v, 0) / batch.length;
      expect(mean).toBeCloseTo(0, 4);
    }),
  );
});
