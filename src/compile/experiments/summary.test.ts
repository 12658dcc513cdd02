/** Means, deviations and bands against values worked out by hand. */
import { describe, expect, it } from 'vitest';
import { findDataset } from '../../data/datasets/index';
import { digitsMlp } from '../../lessons/starters/digits-mlp';
import { compile } from '../index';
import { band, betterOf, comparableColumns, statistics } from './summary';

describe('statistics', () => {
  it('of 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sample deviation √(32/7)', () => {
    const at = statistics([2, 4, 4, 4, 5, 5, 7, 9])!;
    expect(at).toMatchObject({ count: 8, mean: 5, min: 2, max: 9 });
    expect(at.std).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('a single value has no deviation, and what is no number does not count', () => {
    expect(statistics([3, Number.NaN])).toEqual({ count: 1, mean: 3, std: null, min: 3, max: 3 });
    expect(statistics([Number.NaN])).toBeNull();
    expect(statistics([])).toBeNull();
  });
});

it('a band has a point for each epoch, of the runs that came as far', () => {
  const run = (...losses: number[]) => losses.map((loss, i) => ({ epoch: i + 1, measures: { loss } }));
  const points = band([run(4, 2), run(2), run(3, 1, 0.5)], 'loss');
  expect(points.map(({ epoch, count, mean, min, max }) => [epoch, count, mean, min, max])).toEqual([
    [1, 3, 3, 2, 4],
    [2, 2, 1.5, 1, 2],
    [3, 1, 0.5, 0.5, 0.5],
  ]);
  expect(band([run(1)], 'val_loss')).toEqual([]);
});

it('knows which way a column is better, with a head and a prefix or without', () => {
  expect(betterOf('val_loss')).toBe('lower');
  expect(betterOf('val_accuracy')).toBe('higher');
  expect(betterOf('val_species.accuracy')).toBe('higher');
  expect(betterOf('price.mae')).toBe('lower');
  expect(betterOf('r2')).toBe('higher');
});

it('offers the columns that the history will have', () => {
  const { plan } = compile(digitsMlp.document(), findDataset('digits')!.schema);
  expect(comparableColumns(plan!, true)).toEqual(['val_loss', 'val_accuracy']);
  expect(comparableColumns(plan!, false)).toEqual(['loss', 'accuracy']);
  const twoHeads = { ...plan!, heads: ['a', 'b'].map((name) => ({ ...plan!.heads[0]!, name })) };
  expect(comparableColumns(twoHeads, true)).toEqual([
    'val_loss',
    'val_a.loss',
    'val_a.accuracy',
    'val_b.loss',
    'val_b.accuracy',
  ]);
});
