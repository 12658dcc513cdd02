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

describe('folds', () => {
  const folds = (asked: SplitRequest, of: number) =>
    Array.from({ length: of }, (_, index) => splitRows({ ...asked, fold: { index, of } }));
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });

  it('have every row in exactly one, each class and all rows shared out within one, whatever the split was', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 2, max: 7 }),
        fc.constantFrom('random', 'classes', 'fixed'),
        shares,
        fc.integer(),
        (classSizes, of, kind, validationSplit, seed) => {
          const grouped = groupedTimeline(classSizes);
          const rows = grouped.order;
          const classes = kind === 'random' ? null : grouped.start;
          const testFrom = kind === 'fixed' ? Math.ceil(rows.length * 0.7) : null;
          const asked = request({ rows, classes, testFrom, validationSplit, seed });
          const plain = splitRows(asked);
          const rest = [...plain.train, ...plain.validation].sort((a, b) => a - b);
          const all = folds(asked, of);
          expect(all.flatMap(({ validation }) => [...validation]).sort((a, b) => a - b)).toEqual(rest);
          const within = (counts: readonly number[]) =>
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          within(all.map(({ validation }) => validation.length));
          for (const start of classes ? new Set(classes) : [])
            within(all.map(({ validation }) => validation.filter((row) => classes![row] === start).length));
          for (const { train, validation, test } of all) {
            // The test rows stay what they are without folds.
            expect(test).toEqual(plain.test);
            expect([...train, ...validation].sort((a, b) => a - b)).toEqual(rest);
          }
          expect(folds(asked, of)).toEqual(all);
        },
      ),
    );
  });

  it('are drawn anew by another seed', () => {
    const [a] = folds(request({ rows: range(100), testSplit: 0 }), 5);
    const [b] = folds(request({ rows: range(100), testSplit: 0, seed: 43 }), 5);
    expect(a!.validation).not.toEqual(b!.validation);
    expect(a!.validation).not.toEqual(range(100).slice(0, 20));
  });

  it('of a time series learn from the past alone, and more of it each time', () => {
    const asked = request({ rows: range(24), timeline: groupedTimeline([12, 12]), testSplit: 0 });
    const all = folds(asked, 3).map(({ train, validation }) => [[...train], [...validation]]);
    expect(all).toEqual([
      [
        [0, 1, 2, 12, 13, 14],
        [3, 4, 5, 15, 16, 17],
      ],
      [
        [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17],
        [6, 7, 8, 18, 19, 20],
      ],
      [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17, 18, 19, 20],
        [9, 10, 11, 21, 22, 23],
      ],
    ]);
  });
});
