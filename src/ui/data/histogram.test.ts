import { expect, it } from 'vitest';
import { histogram } from './histogram';

it('counts values per bin, the largest in the last, others outside not at all', () => {
  expect(histogram([0, 0.1, 0.5, 0.99, 1, 7, Number.NaN], 0, 1, 2)).toEqual([2, 3]);
  expect(histogram([3, 3], 3, 3, 4)).toEqual([2, 0, 0, 0]);
});
