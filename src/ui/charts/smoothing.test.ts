/** Smoothing and thinning keep what a reader relies on: the level at the start, and the extremes. */
import { describe, expect, it } from 'vitest';
import { smooth, thin, valueAt, visibleRange } from './smoothing';

const curve = (y: readonly number[]) => ({ x: y.map((_, index) => index), y });

describe('smooth', () => {
  it('starts at the first value, not at zero', () => {
    const { y } = smooth(curve([4, 4, 4]), 0.9);
    for (const value of Array.from(y)) expect(value).toBeCloseTo(4, 5);
  });

  it('is the corrected exponential mean', () => {
    // m = 0.5·(0.5·1) + 0.5·3 = 1.75, corrected by 1 − 0.5² = 0.75.
    expect(smooth(curve([1, 3]), 0.5).y[1]).toBeCloseTo(1.75 / 0.75, 5);
  });

  it('passes over values that are no numbers', () => {
    const { y } = smooth(curve([2, Number.NaN, 2]), 0.8);
    expect(Array.from(y).every(Number.isFinite)).toBe(true);
  });

  it('leaves the curve as it is without a weight', () => {
    const raw = curve([1, 5]);
    expect(smooth(raw, 0)).toBe(raw);
  });
});

describe('thin', () => {
  it('keeps the extremes and the order', () => {
    const y = Array.from({ length: 5000 }, (_, index) => Math.sin(index / 40));
    y[1234] = 9;
    y[4000] = -9;
    const thinned = thin(curve(y), 200);
    expect(thinned.x.length).toBeLessThanOrEqual(200);
    expect(Math.max(...Array.from(thinned.y))).toBe(9);
    expect(Math.min(...Array.from(thinned.y))).toBe(-9);
    const x = Array.from(thinned.x);
    expect(x).toEqual([...x].sort((a, b) => a - b));
  });

  it('leaves a short curve alone', () => {
    const short = curve([1, 2, 3]);
    expect(thin(short, 10)).toBe(short);
  });
});

describe('visibleRange', () => {
  it('ignores a spike among the steps but no epoch', () => {
    const steps = curve([900, ...Array.from({ length: 199 }, () => 1)]);
    expect(visibleRange([curve([0.5, 2])], [steps], false)).toEqual([0.5, 2]);
    expect(visibleRange([curve([0.5, 50])], [steps], false)).toEqual([0.5, 50]);
  });

  it('leaves out what a logarithm cannot show', () => {
    expect(visibleRange([curve([0, 0.1, 1])], [], true)).toEqual([0.1, 1]);
    expect(visibleRange([curve([])], [], false)).toBeNull();
  });
});

it('valueAt gives the last value that is not later', () => {
  const points = { x: [1, 2, 4], y: [10, 20, 40] };
  expect(valueAt(points, 0.5)).toBeNull();
  expect(valueAt(points, 2)).toBe(20);
  expect(valueAt(points, 3.9)).toBe(20);
  expect(valueAt(points, 99)).toBe(40);
});
