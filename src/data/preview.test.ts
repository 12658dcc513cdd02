import { describe, expect, it } from 'vitest';
import type { Dataset } from './dataset';
import { previewPage, previewRows } from './preview';

const dataset: Dataset = {
  schema: {
    id: 'x',
    title: { en: 'x', zh: 'x' },
    rows: 2,
    columns: [
      { kind: 'image', name: 'grey', height: 1, width: 2, channels: 1 },
      { kind: 'image', name: 'colour', height: 1, width: 1, channels: 3 },
      { kind: 'number', name: 'n', min: 0, max: 1, mean: 0, std: 1, missing: 1 },
      { kind: 'category', name: 'c', classes: ['no', 'yes'], counts: [0, 1], missing: 1 },
      { kind: 'text', name: 't', maxWords: 1, medianWords: 1, distinctWords: 1, missing: 0 },
    ],
    target: null,
    sequence: null,
    fixedTestRows: 0,
  },
  columns: {
    grey: { kind: 'image', pixels: Uint8Array.from([0, 8, 16, 4]), max: 16 },
    colour: { kind: 'image', pixels: Uint8Array.from([1, 2, 3, 4, 5, 6]), max: 255 },
    n: { kind: 'number', values: Float64Array.from([0.25, Number.NaN]) },
    c: { kind: 'category', indices: Int32Array.from([1, -1]) },
    t: { kind: 'text', values: ['hello', ''] },
  },
};
const text = (value: string) => ({ kind: 'text', text: value });

describe('preview', () => {
  it('shows pixels as RGBA over the full range, and missing values as empty', () => {
    expect(previewRows(dataset, [1, 0])).toEqual([
      {
        row: 1,
        cells: {
          grey: {
            kind: 'image',
            width: 2,
            height: 1,
            rgba: Uint8ClampedArray.from([255, 255, 255, 255, 64, 64, 64, 255]),
          },
          colour: { kind: 'image', width: 1, height: 1, rgba: Uint8ClampedArray.from([4, 5, 6, 255]) },
          n: text(''),
          c: text(''),
          t: text(''),
        },
      },
      {
        row: 0,
        cells: {
          grey: {
            kind: 'image',
            width: 2,
            height: 1,
            rgba: Uint8ClampedArray.from([0, 0, 0, 255, 128, 128, 128, 255]),
          },
          colour: { kind: 'image', width: 1, height: 1, rgba: Uint8ClampedArray.from([1, 2, 3, 255]) },
          n: text('0.25'),
          c: text('yes'),
          t: text('hello'),
        },
      },
    ]);
  });

  it.each<[number, number, number[]]>([
    [0, 5, [0, 1]],
    [1, 1, [1]],
    [-3, 1, [0]],
    [2, 5, []],
    [0, 0, []],
  ])('page from %i of %i rows stays within the data set', (from, count, rows) => {
    expect(previewPage(dataset, from, count).map(({ row }) => row)).toEqual(rows);
  });
});
