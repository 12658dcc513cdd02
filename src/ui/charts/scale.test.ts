/** Axis ticks: round, covering, few. */
import { describe, expect, it } from 'vitest';
import { epochTicks, linearScale, logScale } from './scale';

describe('linearScale', () => {
  it('covers the range with round ticks', () => {
    const { domain, ticks } = linearScale(0.13, 2.31);
    expect(ticks).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    expect(domain).toEqual([0, 2.5]);
    expect(linearScale(0.871, 0.953).ticks).toEqual([0.86, 0.88, 0.9, 0.92, 0.94, 0.96]);
  });

  it('gives a flat curve room on both sides', () => {
    const { domain } = linearScale(0.5, 0.5);
    expect(domain[0]).toBeLessThan(0.5);
    expect(domain[1]).toBeGreaterThan(0.5);
    expect(linearScale(0, 0).domain[1]).toBeGreaterThan(0);
  });

  it('does not care which end is given first', () => {
    expect(linearScale(2, -1)).toEqual(linearScale(-1, 2));
  });
});

describe('logScale', () => {
  it('uses powers of ten over many decades', () => {
    expect(logScale(0.0004, 3).ticks).toEqual([0.0001, 0.001, 0.01, 0.1, 1, 10]);
  });

  it('adds 2 and 5 within two decades', () => {
    expect(logScale(0.3, 2.3).ticks).toEqual([0.2, 0.5, 1, 2, 5]);
  });

  it('covers a single value', () => {
    const { domain } = logScale(1, 1);
    expect(domain[0]).toBeLessThanOrEqual(1);
    expect(domain[1]).toBeGreaterThan(1);
  });
});

it('epoch ticks are whole and at most a handful', () => {
  expect(epochTicks(5)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(epochTicks(100)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(epochTicks(0.4)).toEqual([0]);
});
