/** Successive halving by its closed form. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halvingCost, halvingRungs, promoted } from './halving';

fc.configureGlobal({ seed: 42 });

describe('rungs', () => {
  it('are those of the paper where everything divides', () => {
    expect(halvingRungs(27, 81, 3)).toEqual([
      { trials: 27, epochs: 3 },
      { trials: 9, epochs: 9 },
      { trials: 3, epochs: 27 },
      { trials: 1, epochs: 81 },
    ]);
    expect(halvingCost(halvingRungs(27, 81, 3))).toEqual({
      runs: 40,
      epochs: 27 * 3 + 9 * 6 + 3 * 18 + 1 * 54,
    });
  });

  it('are counted in whole numbers where logarithms are not exact', () => {
    expect(halvingRungs(243, 243, 3)).toHaveLength(6);
    expect(halvingRungs(125, 125, 5)).toHaveLength(4);
  });

  it('are one when there are too few epochs or too few settings to choose from', () => {
    expect(halvingRungs(9, 2, 3)).toEqual([{ trials: 9, epochs: 2 }]);
    expect(halvingRungs(2, 100, 3)).toEqual([{ trials: 2, epochs: 100 }]);
  });

  it('for any numbers: shrink and lengthen, end at all epochs, keep at least one, cost about the same', () => {
    const args = [
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 2, max: 6 }),
    ] as const;
    fc.assert(
      fc.property(...args, (trials, epochs, factor) => {
        const rungs = halvingRungs(trials, epochs, factor);
        expect(rungs[0]!.trials).toBe(trials);
        expect(rungs.at(-1)!.epochs).toBe(epochs);
        for (const [i, rung] of rungs.entries()) {
          expect(rung.trials).toBe(Math.floor(trials / factor ** i));
          expect(rung.trials).toBeGreaterThanOrEqual(1);
          expect(rung.epochs).toBeGreaterThanOrEqual(1);
          const before = rungs[i - 1];
          if (!before) continue;
          expect(before.trials).toBeGreaterThan(rung.trials);
          expect(before.epochs).toBeLessThan(rung.epochs);
        }
        // One selection more would leave none, or begin below one epoch.
        expect(Math.min(trials, epochs) / factor ** rungs.length).toBeLessThan(1);
      }),
    );
  });
});

describe('promotion', () => {
  it('takes the best, in either direction, ties to the earlier', () => {
    expect(promoted([0.3, 0.1, 0.2, 0.1], 3, 'lower')).toEqual([1, 3, 2]);
    expect(promoted([0.3, 0.1, 0.2, 0.3], 2, 'higher')).toEqual([0, 3]);
  });

  it('never takes a run that failed or diverged, even when places stay empty', () => {
    expect(promoted([null, Number.NaN, 5, Number.POSITIVE_INFINITY], 3, 'lower')).toEqual([2]);
  });
});
