/** Search spaces: enumeration by closed form, draws within their ranges, points as edits of the document. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDataset } from '../../data/datasets/index';
import { createRandom } from '../../data/random';
import { apply } from '../../graph/apply';
import { nodeId } from '../../graph/document';
import { digitsMlp } from '../../lessons/starters/digits-mlp';
import { fashionCnn } from '../../lessons/starters/fashion-cnn';
import {
  type Dimension,
  gridPoint,
  gridPoints,
  gridSize,
  gridValues,
  placeKey,
  pointCommand,
  proposedValues,
  randomPoints,
  searchableSettings,
} from './space';
import { makeTrials } from './trials';

fc.configureGlobal({ seed: 42 });

const { schema } = findDataset('digits')!;
const fashion = findDataset('fashion-mnist')?.schema ?? findDataset('fashion')!.schema;
const rate = { kind: 'optimizer', field: 'learningRate' } as const;
const batch = { kind: 'training', field: 'batchSize' } as const;
const list = (
  values: readonly (string | number | boolean)[],
  place: Dimension['place'] = batch,
): Dimension => ({
  place,
  values: { kind: 'list', values },
  whole: false,
});
const range = (from: number, to: number, log: boolean, points: number, whole = false): Dimension => ({
  place: rate,
  values: { kind: 'range', from, to, log, points },
  whole,
});
const take = <T>(points: Iterable<T>, count: number): T[] => {
  const taken: T[] = [];
  for (const point of points) {
    if (taken.length === count) break;
    taken.push(point);
  }
  return taken;
};

describe('a grid', () => {
  it('takes both ends of a range and equal steps or factors between them', () => {
    expect(gridValues(range(0, 1, false, 5))).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(gridValues(range(1e-4, 1e-1, true, 4))).toEqual([1e-4, 1e-3, 1e-2, 1e-1]);
    expect(gridValues(range(16, 128, true, 4, true))).toEqual([16, 32, 64, 128]);
    expect(gridValues(range(0.3, 0.9, false, 1))).toEqual([0.3]);
  });

  it('counts a value once, also when rounding brings two together', () => {
    expect(gridValues(range(1, 3, false, 9, true))).toEqual([1, 2, 3]);
    expect(gridValues(list([8, 16, 8]))).toEqual([8, 16]);
  });

  it('is the product of its dimensions, each point once, the last dimension fastest', () => {
    expect(
      take(
        gridPoints([list([1, 2]), list(['a', 'b', 'c'])], 6, () => 0),
        9,
      ),
    ).toEqual([
      [1, 'a'],
      [1, 'b'],
      [1, 'c'],
      [2, 'a'],
      [2, 'b'],
      [2, 'c'],
    ]);
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const dimensions = lengths.map((length) => list(Array.from({ length }, (_, i) => i)));
        const size = lengths.reduce((product, length) => product * length, 1);
        expect(gridSize(dimensions)).toBe(size);
        const points = take(
          gridPoints(dimensions, size, () => 0),
          size + 1,
        );
        expect(new Set(points.map(String)).size).toBe(size);
        // Point and index are each other's digits.
        for (const [index, point] of points.entries())
          expect(point.reduce<number>((sum, digit, i) => sum * lengths[i]! + Number(digit), 0)).toBe(index);
      }),
    );
  });

  it('larger than the budget gives different points of it by chance, the same for the same seed', () => {
    const dimensions = [list([1, 2, 3, 4, 5]), list([1, 2, 3, 4, 5])];
    const draw = (seed: number) => take(gridPoints(dimensions, 8, createRandom(seed)), 8).map(String);
    expect(new Set(draw(1)).size).toBe(8);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const all = Array.from({ length: 25 }, (_, i) => String(gridPoint(dimensions, i)));
    expect(all).toEqual(expect.arrayContaining(draw(1)));
  });
});

describe('random points', () => {
  it('stay in their ranges, whole where whole, and repeat with their seed', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 500 }),
        fc.boolean(),
        (seed, from, width, log) => {
          const dimensions = [
            range(from, from + width, log, 3, true),
            range(from / 10, from + width, log, 3),
            list(['a', 'b']),
          ];
          const points = take(randomPoints(dimensions, createRandom(seed)), 20);
          for (const [whole, real, option] of points) {
            expect(Number.isInteger(whole)).toBe(true);
            expect(whole).toBeGreaterThanOrEqual(from);
            expect(whole).toBeLessThanOrEqual(from + width);
            expect(real).toBeGreaterThanOrEqual(from / 10);
            expect(real).toBeLessThanOrEqual(from + width);
            expect(['a', 'b']).toContain(option);
          }
          expect(take(randomPoints(dimensions, createRandom(seed)), 20)).toEqual(points);
        },
      ),
    );
  });

  it('of a logarithmic range fall into each decade as often as into any other', () => {
    const points = take(randomPoints([range(1e-5, 1e-1, true, 5)], createRandom(7)), 4000);
    const decades = [0, 0, 0, 0];
    for (const [value] of points) decades[Math.min(3, Math.floor(Math.log10(Number(value)) + 5))]! += 1;
    // 1000 each; four standard deviations are 110.
    for (const count of decades) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });

  it('of a short range of whole numbers reach both ends as often as the middle', () => {
    const counts = [0, 0, 0];
    for (const [value] of take(randomPoints([range(1, 3, false, 3, true)], createRandom(3)), 3000))
      counts[Number(value) - 1]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });
});

describe('settings of a document', () => {
  const doc = digitsMlp.document();
  const settings = searchableSettings(doc.meaning);

  it('are the numbers, choices and switches of training, optimizer and nodes', () => {
    const keys = settings.map(({ place }) => placeKey(place));
    expect(keys.slice(0, 4)).toEqual([
      'training:optimizer',
      'training:batchSize',
      'training:epochs',
      'optimizer:learningRate',
    ]);
    const [dense] = Object.values(doc.meaning.nodes).filter(({ type }) => type === 'dense');
    expect(keys).toContain(`node:${dense!.id}:units`);
    expect(keys).toContain(`node:${dense!.id}:activation`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(settings.map(({ field }) => field.kind))).toEqual(
      new Set(['int', 'float', 'choice', 'boolean']),
    );
  });

  it('each have a proposal that its own field allows', () => {
    for (const setting of [...settings, ...searchableSettings(fashionCnn.document().meaning)]) {
      const { field } = setting;
      const values = proposedValues(setting);
      if (field.kind === 'int' || field.kind === 'float') {
        if (values.kind !== 'range') throw new Error('a number gets a range');
        expect(values.from).toBeLessThan(values.to);
        expect(values.from).toBeGreaterThanOrEqual(field.min);
        expect(values.to).toBeLessThanOrEqual(field.max);
        if (values.log) expect(values.from).toBeGreaterThan(0);
      } else expect(values).toMatchObject({ kind: 'list' });
    }
  });
});

describe('a point as an edit', () => {
  const doc = digitsMlp.document();
  const dense = Object.values(doc.meaning.nodes).find(({ type }) => type === 'dense')!;
  const units = { kind: 'node', node: dense.id, field: 'units' } as const;

  it('sets what it names, keeps the rest, and is undone as one', () => {
    const command = pointCommand(doc.meaning, [rate, batch, units], [0.02, 8, 5]);
    const { doc: changed, inverse } = apply(doc, command);
    expect(changed.meaning.training).toEqual({
      ...doc.meaning.training,
      batchSize: 8,
      optimizer: { type: 'adam', config: { ...doc.meaning.training.optimizer.config, learningRate: 0.02 } },
    });
    expect(changed.meaning.nodes[dense.id]!.config).toEqual({ ...dense.config, units: 5 });
    expect(apply(changed, inverse).doc.meaning).toEqual(doc.meaning);
  });

  it('another optimizer keeps the rate that is set for it and gets its own other fields', () => {
    const type = { kind: 'training', field: 'optimizer' } as const;
    const { optimizer } = apply(doc, pointCommand(doc.meaning, [rate, type], [0.5, 'sgd'])).doc.meaning
      .training;
    expect(optimizer.type).toBe('sgd');
    expect(optimizer.config['learningRate']).toBe(0.5);
    expect(optimizer.config).toHaveProperty('momentum');
    expect(optimizer.config).not.toHaveProperty('beta1');
  });

  it('leaves alone what the document no longer has', () => {
    const gone = { kind: 'node', node: nodeId('gone'), field: 'units' } as const;
    expect(apply(doc, pointCommand(doc.meaning, [gone], [5])).doc.meaning.nodes).toEqual(doc.meaning.nodes);
  });
});

describe('trials', () => {
  it('leave out what does not compile and what was there before, with the reason and the count', () => {
    const doc = fashionCnn.document();
    const pool = Object.values(doc.meaning.nodes).find(({ type }) => type === 'conv-2d')!;
    const place = { kind: 'node', node: pool.id, field: 'filters' } as const;
    const points = [[4], [0], [8], [4], [0], [16], [32]];
    const { trials, skipped } = makeTrials(doc, fashion, [place], points, 3);
    expect(trials.map(({ point }) => point)).toEqual([[4], [8], [16]]);
    expect(skipped).toEqual([
      expect.objectContaining({ code: 'field-range', count: 1, example: [0] }),
      expect.objectContaining({ code: 'duplicate', count: 2, example: [4] }),
    ]);
    expect(trials[0]!.plan.nodes.find(({ source }) => source === pool.id)!.config['filters']).toBe(4);
  });

  it('come to an end when a space has fewer different points than are wanted', () => {
    const doc = digitsMlp.document();
    const points = randomPoints([list([16, 32])], createRandom(1));
    const { trials, skipped } = makeTrials(doc, schema, [batch], points, 10);
    expect(trials).toHaveLength(2);
    expect(skipped).toEqual([expect.objectContaining({ code: 'duplicate', count: 198 })]);
  });
});
