/** Step curves: what is kept, what is drawn, and how long a run will take. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Curves, minMax } from './curves';
import { secondsLeft, smoothed } from './time-left';

const block = (from: number, rows: readonly (readonly number[])[], columns = ['loss', 'accuracy']) => ({
  columns,
  globalSteps: Int32Array.from(rows, (_, index) => from + index),
  values: Float32Array.from(rows.flat()),
  ...{ epoch: 1, step: 1, stepMs: 1 },
});
const points = ({ x, y }: { x: Float32Array; y: Float32Array }) => [...x].map((value, at) => [value, y[at]]);

describe('down-sampling', () => {
  const values = fc.array(fc.float({ noDefaultInfinity: true, noNaN: true }), {
    minLength: 1,
    maxLength: 600,
  });

  test('keeps at most so many points, in order, all of them real, with the extremes of the whole', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 200 }), (list, limit) => {
        const y = Float32Array.from(list);
        const x = Float32Array.from(list, (_, at) => at);
        const curve = minMax(x, y, limit);
        expect(curve.x.length).toBeLessThanOrEqual(Math.max(limit, 2));
        expect([...curve.x]).toEqual([...curve.x].sort((a, b) => a - b));
        for (const [at, value] of points(curve)) expect(value).toBe(y[at!]);
        expect(Math.max(...curve.y)).toBe(Math.max(...y));
        expect(Math.min(...curve.y)).toBe(Math.min(...y));
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  test('leaves out what is not finite', () => {
    const curve = minMax(
      Float32Array.of(1, 2, 3),
      Float32Array.of(5, Number.NaN, Number.POSITIVE_INFINITY),
      10,
    );
    expect(points(curve)).toEqual([[1, 5]]);
    expect(points(minMax(new Float32Array(0), new Float32Array(0), 10))).toEqual([]);
  });
});

describe('curves', () => {
  test('grow past their first capacity without loss', () => {
    const curves = new Curves();
    for (let from = 0; from < 1000; from += 100) {
      curves.addSteps(
        block(
          from,
          Array.from({ length: 100 }, (_, row) => [from + row, -(from + row)]),
        ),
      );
    }
    expect(curves.columns()).toEqual(['loss', 'accuracy']);
    expect(points(curves.curve('accuracy', 5000))).toEqual(
      Array.from({ length: 1000 }, (_, step) => [step, -step]).map(([a, b]) => [a, b === 0 ? -0 : b]),
    );
  });

  test('are the same object until something is added', () => {
    const curves = new Curves();
    curves.addSteps(block(0, [[1, 2]]));
    const first = curves.curve('loss', 10);
    expect(curves.curve('loss', 10)).toBe(first);
    curves.addSteps(block(1, [[3, 4]]));
    expect(points(curves.curve('loss', 10))).toEqual([
      [0, 1],
      [1, 3],
    ]);
  });

  test('take from epochs only what the steps do not draw', () => {
    const curves = new Curves();
    curves.addSteps(block(1, [[1, 2]]));
    curves.addEpoch(10, { loss: 7, val_loss: 8 });
    curves.addEpoch(20, { loss: 5, val_loss: 6 });
    expect(points(curves.curve('loss', 9))).toEqual([[1, 1]]);
    expect(points(curves.curve('val_loss', 9))).toEqual([
      [10, 8],
      [20, 6],
    ]);
    expect(points(curves.curve('none', 9))).toEqual([]);
    expect(points(Curves.restored(structuredClone(curves.snapshot())).curve('val_loss', 9))).toEqual([
      [10, 8],
      [20, 6],
    ]);
  });
});

describe('time left', () => {
  const pace = { epoch: 1, epochs: 4, step: 5, stepsPerEpoch: 10, stepMs: 100, epochMs: [] };
  test('from steps in the first epoch, from whole epochs later', () => {
    expect(secondsLeft(pace)).toBeCloseTo(0.5 + 3);
    expect(secondsLeft({ ...pace, epoch: 2, step: 10, epochMs: [9000, 1000, 2000, 3000] })).toBeCloseTo(
      2 * 2,
    );
    expect(secondsLeft({ ...pace, epoch: 4, step: 10 })).toBe(0);
    expect(secondsLeft({ ...pace, stepMs: null })).toBeNull();
  });
  test('one slow message moves the mean by a fifth', () => {
    expect(smoothed(null, 10)).toBe(10);
    expect(smoothed(10, 60)).toBe(20);
  });
});
