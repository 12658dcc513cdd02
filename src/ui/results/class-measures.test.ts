/** Against numbers worked out by hand. */
import { expect, it } from 'vitest';
import { classMeasures } from './class-measures';

it('computes precision, recall and F1 per class', () => {
  // Rows true, columns predicted:      a  b  c
  const counts = [8, 2, 0, /* b */ 1, 9, 0, /* c, never predicted right */ 3, 1, 0];
  const [a, b, c] = classMeasures({ classes: ['a', 'b', 'c'], counts });
  expect(a).toEqual({ name: 'a', rows: 10, precision: 8 / 12, recall: 0.8, f1: 16 / 22 });
  expect(b).toEqual({ name: 'b', rows: 10, precision: 9 / 12, recall: 0.9, f1: 18 / 22 });
  expect(c).toEqual({ name: 'c', rows: 4, precision: 0, recall: 0, f1: 0 });
});
