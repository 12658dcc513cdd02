/** Names and formats of history columns. */
import { expect, it } from 'vitest';
import { formatMeasure, measureTitle, parseMeasure } from './measure-title';

it('takes a column name apart', () => {
  expect(parseMeasure('loss')).toEqual({ id: 'loss', head: null, validation: false });
  expect(parseMeasure('val_accuracy')).toEqual({ id: 'accuracy', head: null, validation: true });
  expect(parseMeasure('val_species.f1')).toEqual({ id: 'f1', head: 'species', validation: true });
  expect(parseMeasure('my.head.loss')).toEqual({ id: 'loss', head: 'my.head', validation: false });
});

it('prints shares as per cent and losses with four digits', () => {
  expect(formatMeasure('accuracy', 0.92149)).toBe('92.1 %');
  expect(formatMeasure('loss', 0.314159)).toBe('0.3142');
  expect(formatMeasure('loss', 0.00001234)).toBe('1.23e-5');
  expect(formatMeasure('loss', Number.NaN)).toBe('NaN');
  expect(formatMeasure('mae', 0)).toBe('0');
});

it('an id that nobody knows stands for itself', () => {
  expect(measureTitle('my-metric').en).toBe('my-metric');
  expect(measureTitle('accuracy').zh).not.toBe('accuracy');
});
