import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SplitRequest, splitRows } from './split';
import type { Timeline } from './time-order';

fc.configureGlobal({ seed: 42 });

const range = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const request = (part: Partial<SplitRequest> & { rows: Int32Array }): SplitRequest => ({
  testFrom: null,
  classes: null,
  timeline: null,
  validationSplit: 0.2,
  testSplit: 0.2,
  seed: 42,
  ...part,
});
const shares = fc.constantFrom(0, 0.1, 0.15, 0.3, 0.5, 0.9);

/** Groups of the given sizes, in time as in number. */
function groupedTimeline(sizes: readonly number[]): Timeline {
  const start: number[] = [];
  const end: number[] = [];
  let from = 0;
  for (const size of sizes) {
    for (let i = 0; i < size; i++) {
      start.push(from);
      end.push(from + size);
    }
    from += size;
  }
  return {
    order: range(from),
    position: range(from),
    start: Int32Array.from(start),
    end: Int32Array.from(end),
  };
}

describe('splitRows', () => {
  it('partitions the rows, with the sizes that were asked for, whatever the kind of split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('random', 'classes', 'time', 'fixed'),
        shares,
        shares,
        fc.integer(),
        (sizes, kind, validationSplit, testSplit, seed) => {
          const grouped = groupedTimeline(sizes);
          const rows = grouped.order;
          const n = rows.length;
          const testFrom = kind === 'fixed' ? Math.floor(n / 2) : null;
          const asked = request({
            rows,
            validationSplit,
            testSplit,
            seed,
            testFrom,
            classes: kind === 'classes' ? grouped.start : null,
            timeline: kind === 'time' ? grouped : null,
          });
          const split = splitRows(asked);
          const all = [...split.train, ...split.validation, ...split.test];
          expect(all.sort((a, b) => a - b)).toEqual([...rows]);
          const wanted = (count: number, share: number) =>
            share > 0 && count > 1 ? Math.min(count - 1, Math.max(1, Math.round(count * share))) : 0;
          const tests = testFrom === null ? wanted(n, testSplit) : n - testFrom;
          expect(split.test.length).toBe(tests);
          expect(split.validation.length).toBe(wanted(n - tests, validationSplit));
          expect(splitRows(asked)).toEqual(split);
        },
      ),
    );
  });

  it('keeps the share of each class to within a row', () => {
    const classes = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2));
    const { train, validation, test } = splitRows(request({ rows: range(1000), classes }));
    const counts = (rows: Int32Array) =>
      [0, 1, 2].map((c) => rows.filter((row) => classes[row] === c).length);
    expect(counts(test)).toEqual([140, 40, 20]);
    expect(counts(validation)).toEqual([112, 32, 16]);
    expect(counts(train)).toEqual([448, 128, 64]);
  });

  it('leaves a row of a rare class for training', () => {
    const classes = Int32Array.from({ length: 20 }, (_, i) => (i === 19 ? 1 : 0));
    const { train } = splitRows(request({ rows: range(20), classes, testSplit: 0.5, validationSplit: 0.5 }));
    expect([...train]).toContain(19);
  });

  it('takes the newest rows of each group for test, the ones before for validation', () => {
    const { train, validation, test } = splitRows(
      request({ rows: range(20), timeline: groupedTimeline([10, 10]) }),
    );
    expect([...test]).toEqual([8, 9, 18, 19]);
    expect(validation.length).toBe(3);
    for (const [first, last] of [
      [0, 8],
      [10, 18],
    ] as const) {
      const inGroup = (rows: Int32Array) => rows.filter((row) => row >= first && row < last);
      expect(Math.max(...inGroup(train))).toBeLessThan(Math.min(...inGroup(validation)));
    }
  });

  it('draws another split for another seed, and no row order', () => {
    const a = splitRows(request({ rows: range(100) }));
    const b = splitRows(request({ rows: range(100), seed: 43 }));
    expect(a.test).not.toEqual(b.test);
    expect(a.test).not.toEqual(range(100).slice(80));
  });

  it('keeps to the test rows that the data set fixes', () => {
    const { test, train, validation } = splitRows(
      request({ rows: range(10).filter((row) => row !== 8), testFrom: 7 }),
    );
    expect([...test]).toEqual([7, 9]);
    expect([...train, ...validation].every((row) => row < 7)).toBe(true);
  });
});
