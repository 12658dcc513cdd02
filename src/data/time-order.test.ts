import { describe, expect, it } from 'vitest';
import { categoryColumn, numberColumn, textColumn } from './column-stats';
import type { Dataset } from './dataset';
import { timeKeys, timeline } from './time-order';

describe('timeKeys', () => {
  it.each<[string, string[]]>([
    ['ISO', ['2011-12-31', '2012-01-01', '2012-01-01T00:30', '2012-01-01 10:00:05', '2012-02-01']],
    ['unpadded', ['2012/2/9', '2012/2/10', '2012/10/1']],
    ['months', ['2012-11', '2012-12', '2013-01']],
    ['Chinese', ['2012年2月9日', '2012年2月10日', '2012年10月1日']],
    ['day first, told by a day above 12', ['31.01.2012', '01.02.2012', '05.03.2012']],
    ['month first', ['01/31/2012', '02/01/2012', '03/05/2012']],
  ])('orders %s dates', (_, dates) => {
    const keys = timeKeys(dates);
    for (let i = 1; i < dates.length; i++) expect(keys[i]!).toBeGreaterThan(keys[i - 1]!);
  });

  it.each(['2012', '1234', 'yesterday', '', '12-13', '3.14'])('%j is no date', (text) => {
    expect(timeKeys([text])[0]).toBeNaN();
  });
});

describe('timeline', () => {
  const groups = Int32Array.from([1, 0, 1, 0, 1]);
  const days = ['2020-01-03', '2020-01-02', '2020-01-01', '2020-01-01', '2020-01-02'];
  const numbers = Float64Array.from([3, 2, 1, 1, 2]);
  const dataset = (group: string | null, order: string | null): Dataset => ({
    schema: {
      id: 'x',
      title: { en: 'x', zh: 'x' },
      rows: 5,
      columns: [categoryColumn('g', ['a', 'b'], groups), textColumn('day', days), numberColumn('n', numbers)],
      target: null,
      sequence: { group, order },
      fixedTestRows: 0,
    },
    columns: {
      g: { kind: 'category', indices: groups },
      day: { kind: 'text', values: days },
      n: { kind: 'number', values: numbers },
    },
  });

  it.each([['day'], ['n']])('orders by group, then by %s', (order) => {
    const { order: rows, position, start, end } = timeline(dataset('g', order))!;
    expect([...rows]).toEqual([3, 1, 2, 4, 0]);
    expect([...position]).toEqual([4, 1, 2, 0, 3]);
    expect([...start]).toEqual([0, 0, 2, 2, 2]);
    expect([...end]).toEqual([2, 2, 5, 5, 5]);
  });

  it('keeps the order of the file without columns, and for equal times', () => {
    expect([...timeline(dataset(null, null))!.order]).toEqual([0, 1, 2, 3, 4]);
    expect([...timeline(dataset(null, 'day'))!.order]).toEqual([2, 3, 1, 4, 0]);
  });

  it('is null without a sequence', () => {
    const { schema, columns } = dataset(null, null);
    expect(timeline({ schema: { ...schema, sequence: null }, columns })).toBeNull();
  });
});
