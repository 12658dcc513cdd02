/** `weft search` as a process: every run told, the best document written, and that document trains to the figure that it was chosen for. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { apply } from '../graph/apply';
import { parseDocument } from '../graph/parse';
import { serialise } from '../graph/serialise';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import { searchDimensions } from './search-field';
import { lines, scratchFolder, weft } from './testing';

const { at, write, remove } = scratchFolder();
afterAll(remove);

const doc = apply(digitsMlp.document(), { kind: 'setTraining', training: { epochs: 4, batchSize: 64 } }).doc;
const file = write('digits.weft.json', serialise(doc));
const rate = ['--field', 'training.learningRate=0.00001,0.005'] as const;

function parsed(path: string) {
  const result = parseDocument(readFileSync(path, 'utf8'));
  if (!result.ok) throw new Error(result.problem.code);
  return result.doc;
}

describe('a search', () => {
  it('by a grid: all combinations, the best as a project that trains to the same figure', async () => {
    const ended = await weft(
      ...['search', file, ...rate, '--field', 'hidden1.units=8,32', '--strategy', 'grid'],
      ...['--out', at('best'), '--json'],
    );
    expect(ended.code, ended.err).toBe(0);
    const told = lines(ended);
    const runs = told.slice(0, -1);
    expect(runs.map(({ point }) => Object.values(point))).toEqual([
      [0.00001, 8],
      [0.00001, 32],
      [0.005, 8],
      [0.005, 32],
    ]);
    expect(
      runs.every(({ kind, status, epochs }) => kind === 'run' && status === 'done' && epochs === 4),
    ).toBe(true);
    const { best, measure, isComplete, file: written } = told.at(-1);
    expect({ measure, isComplete, written }).toEqual({
      measure: 'val_loss',
      isComplete: true,
      written: at('best', 'project.weft.json'),
    });
    expect(best.score).toBe(Math.min(...runs.map(({ score }) => score)));
    expect(best.point['training.learningRate']).toBe(0.005);
    const { training, nodes } = parsed(written).meaning;
    expect(training.optimizer.config['learningRate']).toBe(0.005);
    expect(Object.values(nodes).find(({ id }) => id === 'hidden1')!.config['units']).toBe(
      best.point['hidden1.units'],
    );

    const trained = await weft('train', at('best'), '--json');
    const last = lines(trained).findLast(({ kind }) => kind === 'epoch');
    expect(last.measures.val_loss).toBe(best.score);
  });

  it('by successive halving: the best of the short runs again for longer, and a table of all, the same for the same seed', async () => {
    const args = [
      ...['search', file, '--field', 'training.learningRate=0.00001..0.05:log', '--strategy', 'halving'],
      ...['--runs', '6', '--seed', '7', '--measure', 'val_accuracy'],
    ];
    const [table, json] = await Promise.all([weft(...args), weft(...args, '--json', '--out', at('halved'))]);
    expect(table.code, table.err).toBe(0);
    const runs = lines(json).slice(0, -1);
    // Six settings, four epochs, factor three: one selection.
    expect(runs.map(({ rung, epochs }) => [rung, epochs])).toEqual([
      ...Array.from({ length: 6 }, () => [0, 1]),
      ...Array.from({ length: 2 }, () => [1, 4]),
    ]);
    const first = runs.slice(0, 6).toSorted((a, b) => b.score - a.score || a.number - b.number);
    expect(runs.slice(6).map(({ trial }) => trial)).toEqual(first.slice(0, 2).map(({ trial }) => trial));
    const best = lines(json).at(-1).best;
    // What was trained in parts is what the project trains to in one.
    const whole = await weft('train', at('halved'), '--json');
    expect(lines(whole).findLast(({ kind }) => kind === 'epoch').measures).toEqual(best.measures);
    expect(lines(whole).at(-1).evaluation.measures).toEqual(best.evaluation.measures);
    expect(best.rung).toBe(1);
    const starred = table.out.split('\n').filter((line) => line.startsWith('*'));
    expect(starred).toEqual([expect.stringContaining(best.score.toFixed(4))]);
    expect(starred[0]).toMatch(new RegExp(`^\\*\\s+${best.number}\\s+4\\s`));
  });

  it('tells what it left out, and ends with 1 where the time was too short for one run', async () => {
    const [some, none] = await Promise.all([
      weft('search', file, '--field', 'training.epochs=1,1', '--runs', '3', '--json'),
      weft('search', file, '--field', 'training.epochs=1000', '--minutes', '0.000001', '--json'),
    ]);
    expect(some.code, some.err).toBe(0);
    expect(some.err).toMatch(/left out, each the same as another/);
    expect(lines(some).length).toBe(2);
    expect(none.code).toBe(1);
    expect(lines(none).at(-1)).toMatchObject({ best: null, isComplete: false, file: null });
  });
});

describe('--field', () => {
  const { meaning } = doc;
  const dimension = (text: string) => searchDimensions([text], meaning)[0]!;

  it('is a list or a range, of numbers, choices and switches', () => {
    expect(dimension('hidden1.units=8, 16')).toEqual({
      place: { kind: 'node', node: 'hidden1', field: 'units' },
      values: { kind: 'list', values: [8, 16] },
      whole: true,
    });
    expect(dimension('training.learningRate=1e-4..0.1:log')).toEqual({
      place: { kind: 'optimizer', field: 'learningRate' },
      values: { kind: 'range', from: 1e-4, to: 0.1, log: true, points: 5 },
      whole: false,
    });
    expect(dimension('training.batchSize=16..64').values).toMatchObject({ from: 16, to: 64, log: false });
    expect(dimension('training.optimizer=adam,sgd')).toMatchObject({
      place: { kind: 'training', field: 'optimizer' },
      values: { values: ['adam', 'sgd'] },
    });
    expect(dimension('hidden1.useBias=true,false').values).toEqual({ kind: 'list', values: [true, false] });
  });

  it.each([
    ['hidden1.units', /<values>, not hidden1\.units/],
    ['hidden1.units=8.5', /whole number from 1 to .*not 8\.5/],
    ['hidden1.units=', /not $/],
    ['training.learningRate=fast', /not fast/],
    ['training.learningRate=0..0.1:log', /above 0, not at 0/],
    ['training.batchSize=64..16', /64 is not below 16/],
    ['training.optimizer=adam,lion2', /one of .*adam.*, not lion2/],
    ['training.optimizer=adam..sgd', /no range/],
    ['hidden1.useBias=yes', /true or false, not yes/],
    ['nobody.units=1', /no setting nobody\.units/],
  ])('%s is refused', (text, says) => {
    expect(() => dimension(text)).toThrow(says);
  });

  it('names each setting once', () => {
    expect(() => searchDimensions(['hidden1.units=8', 'hidden1.units=16'], meaning)).toThrow(/another/);
  });
});
