/** The command line as a script meets it: a process, its exit code, its two streams and the files that it leaves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { encode as encodePng } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../compile/index';
import digits from '../data/datasets/digits';
import { apply } from '../graph/apply';
import { type GraphDoc, nodeId } from '../graph/document';
import { parseDocument } from '../graph/parse';
import { serialise } from '../graph/serialise';
import { project } from '../lessons/project';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import { seededRandom } from '../nodes/random-config';
import { type Ended, lines, scratchFolder, weft } from './testing';

const { folder, at, write, remove } = scratchFolder();
afterAll(remove);

const ONE_EPOCH = ['--epochs', '1', '--seed', '3'] as const;
const digitsFile = write('digits.weft.json', serialise(digitsMlp.document()));

describe('check', () => {
  it('prints shapes, parameters and multiply-adds of every node as one line of JSON', async () => {
    const ended = await weft('check', digitsFile, '--json');
    expect(ended.code, ended.err).toBe(0);
    expect(ended.err).toBe('');
    const [report, ...others] = lines(ended);
    expect(others).toEqual([]);
    const { total } = compile(digitsMlp.document(), digits.schema);
    expect(report).toMatchObject({ ok: true, total, diagnostics: [] });
    const flat = report.nodes.find((node: { id: string }) => node.id === 'flatten');
    expect(flat.outputs.output).toEqual({ shape: ['batch', 64], dtype: 'float32', flow: 'vector' });
    expect(report.nodes.map((node: { id: string }) => node.id)).toEqual([
      'image',
      'flatten',
      'hidden1',
      'hidden2',
      'digit',
    ]);
  });

  it('exits with 1 and a sentence for each mistake in the graph', async () => {
    const broken = apply(digitsMlp.document(), {
      kind: 'setConfig',
      node: nodeId('hidden1'),
      config: { units: -4 },
    }).doc;
    const ended = await weft('check', write('broken.weft.json', serialise(broken)));
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/^error \[hidden1\]: .*units.*-4/im);
  });
});

describe('train, then use what was trained', () => {
  const run = at('run');
  let trained: Ended;
  beforeAll(async () => {
    trained = await weft('train', digitsFile, ...ONE_EPOCH, '--out', run, '--json');
  });

  it('tells the run as events, one a line', () => {
    expect(trained.code, trained.err).toBe(0);
    const events = lines(trained);
    expect(events[0]).toMatchObject({ kind: 'started', backend: 'wasm', epochs: 1 });
    expect(events.filter(({ kind }) => kind === 'step').length).toBe(events[0].stepsPerEpoch);
    expect(events.at(-1)).toMatchObject({ kind: 'done', reason: 'epochs', epochs: 1 });
    expect(readFileSync(join(run, 'history.csv'), 'utf8').split('\n')[0]).toBe(
      'epoch,loss,accuracy,val_loss,val_accuracy',
    );
  });

  it('evaluate gives the figures with which training ended', async () => {
    const ended = await weft('evaluate', run, '--json');
    expect(ended.code, ended.err).toBe(0);
    const [evaluation] = lines(ended);
    const { evaluation: atEnd } = lines(trained).at(-1);
    expect(evaluation.rows).toBe(atEnd.rows);
    expect(evaluation.measures.accuracy).toBe(atEnd.measures.accuracy);
    expect(evaluation.measures.loss).toBeCloseTo(atEnd.measures.loss, 5);
  });

  it('predict answers for every row, and the same seed gives the same weights', async () => {
    const [predicted, again] = await Promise.all([
      weft('predict', run, '--json'),
      weft('train', digitsFile, ...ONE_EPOCH, '--out', at('again')),
    ]);
    expect(predicted.code, predicted.err).toBe(0);
    const rows = lines(predicted);
    expect(rows.length).toBe(digits.schema.rows);
    expect(Object.keys(rows[0])).toEqual(['row', 'classification_output']);
    expect(rows[0].classification_output.score).toBeGreaterThan(0);
    expect(again.code, again.err).toBe(0);
    expect(again.out).toMatch(/^epoch 1 .* val_accuracy /m);
    expect(readFileSync(join(at('again'), 'weights.f32'))).toEqual(readFileSync(join(run, 'weights.f32')));
  });

  it('export writes what stock tfjs loads, and import brings the graph back', async () => {
    const exported = await weft('export', run, '--to', 'tfjs', '--out', at('tfjs'));
    expect(exported.code, exported.err).toBe(0);
    expect(exported.out).toContain('trained model');
    const { modelTopology, weightsManifest } = JSON.parse(readFileSync(at('tfjs', 'model.json'), 'utf8'));
    const bytes = readFileSync(at('tfjs', weightsManifest[0].paths[0]));
    const model = await tf.loadLayersModel(
      tf.io.fromMemory({
        modelTopology,
        weightSpecs: weightsManifest[0].weights,
        weightData: new Uint8Array(bytes).buffer,
      }),
    );
    expect(model.countParams()).toBe(compile(digitsMlp.document(), digits.schema).total.parameters);
    const output = model.predict(tf.zeros([2, 8, 8, 1])) as tf.Tensor;
    expect(output.shape).toEqual([2, 10]);

    const back = at('back.weft.json');
    const imported = await weft('import', at('tfjs', 'model.json'), '--out', back);
    expect(imported.code, imported.err).toBe(0);
    const parsed = parseDocument(readFileSync(back, 'utf8'));
    expect(parsed.ok).toBe(true);
    const doc = (parsed as { doc: GraphDoc }).doc;
    expect(compile(doc, digits.schema).total.parameters).toBe(model.countParams());
  });

  it('export of a project gives fresh weights, and --to weft the project in its canonical form', async () => {
    const [fresh, weftFile] = await Promise.all([
      weft('export', digitsFile, '--to', 'tfjs', '--out', at('fresh')),
      weft('export', run, '--to', 'weft', '--out', at('copy.weft.json')),
    ]);
    expect(fresh.out).toContain('untrained model');
    expect([fresh.code, weftFile.code]).toEqual([0, 0]);
    const parsed = parseDocument(readFileSync(at('copy.weft.json'), 'utf8'));
    expect((parsed as { doc: GraphDoc }).doc.meaning.training.seed).toBe(3);
  });
});

describe('data of the user', () => {
  const random = seededRandom(5);
  const numbersModel = project({
    name: 'flowers',
    dataset: 'none',
    training: { epochs: 12, batchSize: 8, optimizer: { type: 'adam', config: { learningRate: 0.05 } } },
    nodes: [
      { id: 'in', type: 'numbers-input', at: [0, 0] },
      { id: 'hidden', type: 'dense', config: { units: 8 }, at: [1, 0] },
      { id: 'out', type: 'classification-output', at: [2, 0] },
    ],
    wires: ['in > hidden', 'hidden > out'],
  });
  const imagesModel = project({
    name: 'stripes',
    dataset: 'none',
    training: { epochs: 6, batchSize: 8, optimizer: { type: 'adam', config: { learningRate: 0.02 } } },
    nodes: [
      { id: 'in', type: 'image-input', at: [0, 0] },
      { id: 'conv', type: 'conv-2d', config: { filters: 4, kernelSize: [3, 3] }, at: [1, 0] },
      { id: 'pool', type: 'global-max-pooling', at: [2, 0] },
      { id: 'out', type: 'classification-output', at: [3, 0] },
    ],
    wires: ['in > conv', 'conv > pool', 'pool > out'],
  });

  it('a CSV: the target named, learned, and the model used on the same file again', async () => {
    const rows = Array.from({ length: 120 }, (_, k) => {
      const isTall = k % 2 === 0;
      const noise = (): number => random() * 2 - 1;
      return `${(isTall ? 4 : 1) + noise()},${(isTall ? 1 : 3) + noise()},${isTall ? 'tall' : 'small'}`;
    });
    const csv = write('flowers.csv', `height,width,kind\n${rows.join('\n')}\n`);
    const file = write('flowers.weft.json', serialise(numbersModel));
    const trained = await weft(
      'train',
      file,
      '--data',
      csv,
      '--target',
      'kind',
      '--out',
      at('flowers'),
      '--json',
    );
    expect(trained.code, trained.err + trained.out).toBe(0);
    expect(lines(trained).at(-1).evaluation.measures.accuracy).toBeGreaterThan(0.9);
    const [known, bare] = await Promise.all([
      weft('evaluate', at('flowers'), '--data', csv, '--target', 'kind', '--json'),
      weft('evaluate', at('flowers'), '--json'),
    ]);
    expect(lines(known)[0]).toMatchObject({ rows: 120 });
    // The run is bound to the user's file, not to a set that ships.
    expect(bare.code).toBe(1);
    expect(lines(bare)[0]).toMatchObject({ ok: false, code: 'no-dataset' });
  });

  it('a folder of PNGs: one class per sub-folder', async () => {
    for (let k = 0; k < 60; k++) {
      const isUpright = k % 2 === 0;
      const data = new Uint8Array(10 * 10);
      const line = 1 + Math.floor(random() * 8);
      for (let i = 0; i < 10; i++) data[isUpright ? i * 10 + line : line * 10 + i] = 255;
      const png = encodePng({ width: 10, height: 10, data, channels: 1, depth: 8 });
      write(`stripes/${isUpright ? 'upright' : 'level'}/${k}.png`, png);
    }
    const file = write('stripes.weft.json', serialise(imagesModel));
    const trained = await weft('train', file, '--data', at('stripes'), '--json');
    expect(trained.code, trained.err + trained.out).toBe(0);
    const events = lines(trained);
    expect(events[0].rows.train + events[0].rows.validation + events[0].rows.test).toBe(60);
    expect(events.at(-1).evaluation.heads[0].confusion.classes.toSorted()).toEqual(['level', 'upright']);
    expect(events.at(-1).evaluation.measures.accuracy).toBeGreaterThan(0.85);
  });

  it('a ragged CSV is refused with the rows that are wrong', async () => {
    const csv = write('ragged.csv', `a,b,kind\n${'1,2,x\n1\n1,2,3,4\n'.repeat(20)}`);
    const ended = await weft('train', write('f.weft.json', serialise(numbersModel)), '--data', csv);
    expect(ended.code).toBe(1);
    expect(ended.out).toBe('');
    expect(ended.err).toMatch(/rows/);
  });
});

describe('mistakes end with 1, a sentence on stderr and no stack', () => {
  const cases: readonly {
    readonly name: string;
    readonly args: () => readonly string[];
    readonly says: RegExp;
  }[] = [
    { name: 'a missing file', args: () => ['check', at('nowhere.json')], says: /There is no file .*nowhere/ },
    {
      name: 'a file that breaks off',
      args: () => ['check', write('cut.weft.json', readFileSync(digitsFile, 'utf8').slice(0, 200))],
      says: /not readable JSON.*line/,
    },
    {
      name: 'a file of a newer Weft',
      args: () => [
        'check',
        write('newer.weft.json', JSON.stringify({ ...digitsMlp.document(), version: 99 })),
      ],
      says: /newer Weft.*99/,
    },
    {
      name: 'JSON of someone else',
      args: () => ['check', write('other.json', '{"a": 1}')],
      says: /neither a Weft project/,
    },
    { name: 'a folder that is no run', args: () => ['evaluate', folder], says: /no folder written by/ },
    {
      name: 'an unknown option',
      args: () => ['check', digitsFile, '--colour'],
      says: /Unknown option '--colour'/,
    },
    { name: 'an unknown verb', args: () => ['dance', digitsFile], says: /no verb dance/ },
    {
      name: 'half an epoch',
      args: () => ['train', digitsFile, '--epochs', '0.5'],
      says: /whole number from 1, not 0\.5/,
    },
    {
      name: 'a backend that Node lacks',
      args: () => ['train', digitsFile, '--backend', 'webgl'],
      says: /wasm or cpu/,
    },
    { name: 'a missing --out', args: () => ['export', digitsFile, '--to', 'tfjs'], says: /--out is missing/ },
    {
      name: 'an unknown format',
      args: () => ['export', digitsFile, '--to', 'onnx', '--out', at('x')],
      says: /tfjs or weft, not onnx/,
    },
    {
      name: 'going on with nothing',
      args: () => ['train', digitsFile, '--resume'],
      says: /--out is missing/,
    },
    {
      name: 'a search over nothing',
      args: () => ['search', digitsFile],
      says: /--field is missing/,
    },
    {
      name: 'a search over a setting that the project lacks',
      args: () => ['search', digitsFile, '--field', 'hidden1.unit=1,2'],
      says: /no setting hidden1\.unit .*hidden1\.units/,
    },
    {
      name: 'a search by a measure that there is not',
      args: () => ['search', digitsFile, '--field', 'hidden1.units=1,2', '--measure', 'val_mae'],
      says: /--measure is one of val_loss, val_accuracy, not val_mae/,
    },
    {
      name: 'missing data',
      args: () => ['check', digitsFile, '--data', at('none.csv')],
      says: /no file or folder/,
    },
  ];
  for (const { name, args, says } of cases) {
    it.concurrent(name, async () => {
      const ended = await weft(...args());
      expect(ended.code).toBe(1);
      expect(ended.out).toBe('');
      expect(ended.err).toMatch(says);
      expect(ended.err).not.toMatch(/^\s+at /m);
    });
  }

  it('with --json the sentence is one line on stdout', async () => {
    const ended = await weft('train', at('nowhere.json'), '--json');
    expect(ended.code).toBe(1);
    expect(ended.err).toBe('');
    expect(lines(ended)).toEqual([
      { ok: false, code: 'file-missing', message: expect.stringContaining('nowhere.json') },
    ]);
  });
});
