/** The run store against a real compiled document; the worker's side of the conversation is played line by line. */
import { describe, expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { findDataset } from '../data/datasets/index';
import type { RunEvent } from '../engine/run-event';
import type { Receipt } from '../graph/receipt';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import type { Notification, RequestKind } from '../worker/protocol';
import type { DataState } from './contract';
import { createDocumentStore } from './document-store';
import { createRunStore, type RunStorage } from './run-store';
import type { Outcome, WorkerLink } from './worker-link';

const { schema } = findDataset('digits')!;
const digits = { source: { kind: 'shipped', id: 'digits' }, schema } as const;

function scene(storage: Partial<RunStorage> = {}) {
  const document = createDocumentStore(() => 0);
  document.getState().open(digitsMlp.document());
  document.getState().setSchema(schema);
  const data = createStore<DataState>()(() => ({ bound: digits, entries: [digits] }) as unknown as DataState);
  const sent: { kind: RequestKind; args: unknown }[] = [];
  const answers: { [K in RequestKind]?: Outcome<K> } = {
    startRun: { ok: true, value: { kept: null, receipt: RECEIPT } },
  };
  let listener: (notification: Notification) => void = () => {};
  const link: WorkerLink = {
    async request(kind, args) {
      sent.push({ kind, args });
      return (answers[kind] ?? { ok: true, value: null }) as Outcome<typeof kind>;
    },
    subscribe(each) {
      listener = each;
      return () => {};
    },
  };
  const frames: (() => void)[] = [];
  let count = 0;
  const run = createRunStore({
    link: () => link,
    document,
    data,
    storage: {
      loadLatestRun: async () => ({ ok: true, value: null }),
      saveRun: async () => ({ ok: true, value: undefined }),
      loadImportedWeights: async () => ({ ok: true, value: [] }),
      saveUnfinished: async () => ({ ok: true, value: undefined }),
      changeUnfinished: async () => ({ ok: true, value: undefined }),
      loadUnfinished: async () => ({ ok: true, value: null }),
      ...storage,
    },
    isElsewhere: async () => false,
    nextFrame: (callback) => void frames.push(callback),
    newId: () => `run-${++count}`,
  });
  let sequence = 0;
  const of = () => run.getState().run!;
  return {
    run: run.getState,
    document: document.getState,
    sent,
    answers,
    event: (event: Exclude<RunEvent, { kind: 'step' | 'checkpoint' }>, id = of()) =>
      listener({ kind: 'event', run: id, sequence: ++sequence, event }),
    steps: (values: readonly number[], epoch = 1, id = of()) =>
      listener({
        kind: 'steps',
        run: id,
        sequence: ++sequence,
        block: {
          columns: ['loss'],
          globalSteps: Int32Array.from(values, (_, at) => at + 1),
          values: Float32Array.from(values),
          epoch,
          step: values.length,
          stepMs: 10,
        },
      }),
    frame: () => {
      for (const callback of frames.splice(0)) callback();
    },
  };
}

const RECEIPT: Receipt = {
  graph: 'g',
  data: 'd',
  seed: 42,
  backend: 'wasm',
  fusesMultiplyAdd: false,
  threads: 1,
  tfjs: '4.22.0',
};
const started: Extract<RunEvent, { kind: 'started' }> = {
  kind: 'started',
  backend: 'wasm',
  threads: 2,
  parameters: 1,
  epochs: 20,
  stepsPerEpoch: 4,
  rows: { train: 128, validation: 20, test: 20 },
  globalStep: 0,
};
const done: Extract<RunEvent, { kind: 'done' }> = {
  kind: 'done',
  reason: 'epochs',
  epochs: 20,
  bestEpoch: 20,
  evaluation: null,
  durationMs: 1,
};

describe('a run', () => {
  test('sends the compiled plan and shows what comes back', async () => {
    const { run, document, sent, event, steps, frame } = scene();
    const starting = run().start();
    expect(run().status).toBe('starting');
    await starting;
    expect(sent[0]).toMatchObject({
      kind: 'startRun',
      args: {
        run: 'run-1',
        plan: document().compiled.plan,
        source: { id: 'digits' },
        backend: 'auto',
        given: null,
        resume: null,
        keep: true,
      },
    });
    event(started);
    expect(run()).toMatchObject({
      status: 'running',
      backend: 'wasm',
      threads: 2,
      epochs: 20,
      stepsPerEpoch: 4,
    });
    steps([3, 2]);
    frame();
    expect(run()).toMatchObject({ epoch: 1, step: 2, samplesPerSecond: 3200 });
    expect(run().secondsLeft).toBeCloseTo((0.5 + 19) * 4 * 0.01);
    expect([...run().curve('loss', 10).y]).toEqual([3, 2]);
    event({ kind: 'epoch', epoch: 1, globalStep: 4, measures: { loss: 2, val_loss: 5 }, durationMs: 40 });
    expect(run().epochRows).toEqual([{ epoch: 1, measures: { loss: 2, val_loss: 5 }, durationMs: 40 }]);
    expect(run().columns()).toEqual(['loss', 'val_loss']);
    event(done);
    expect(run()).toMatchObject({ status: 'done', reason: 'epochs', secondsLeft: null });
  });

  test('draws many messages once per frame, but an event at once and with all before it', async () => {
    const { run, event, steps, frame } = scene();
    await run().start();
    event(started);
    const { version } = run();
    steps([1]);
    steps([2]);
    steps([3]);
    expect(run().version).toBe(version);
    frame();
    expect(run().version).toBe(version + 1);
    steps([1, 1, 1]);
    event({ kind: 'paused' });
    expect(run()).toMatchObject({ version: version + 2, status: 'paused', step: 3 });
    frame();
    expect(run().version).toBe(version + 2);
  });

  test('ignores another run, also one of its own that is over', async () => {
    const { run, event, steps, frame } = scene();
    await run().start();
    event(started);
    steps([1]);
    await run().start();
    steps([9], 3, 'run-1');
    event(done, 'run-1');
    frame();
    expect(run()).toMatchObject({ run: 'run-2', status: 'starting', epoch: 0, step: 0 });
    expect(run().columns()).toEqual([]);
  });

  test('that cannot start fails with the cause', async () => {
    const { run, answers } = scene();
    answers.startRun = { ok: false, error: { kind: 'out-of-memory' } };
    await run().start();
    expect(run()).toMatchObject({ status: 'failed', failure: { kind: 'out-of-memory' } });
  });

  test('pauses, steps, resumes and stops by one request each', async () => {
    const { run, event, sent } = scene();
    run().stop();
    await run().start();
    event(started);
    run().pause();
    run().stepOnce();
    run().resume();
    run().stop();
    expect(run().status).toBe('stopping');
    expect(sent.map(({ kind }) => kind)).toEqual(['startRun', 'pause', 'step', 'resume', 'stop']);
    event({ ...done, reason: 'stopped' });
    expect(run()).toMatchObject({ status: 'done', reason: 'stopped' });
  });

  test('does not start without a plan or data', async () => {
    const { run, document, sent } = scene();
    document().setSchema(null);
    await run().start();
    expect(run().status).toBe('idle');
    expect(sent).toEqual([]);
  });
});

test('is stale while the document means something else, moves aside', async () => {
  const { run, document } = scene();
  const { hidden1 } = document().doc.meaning.nodes;
  await run().start();
  document().dispatch({ kind: 'moveNodes', positions: { hidden1: { x: 5, y: 5 } } });
  expect(run().stale).toBe(false);
  document().dispatch({ kind: 'setConfig', node: hidden1!.id, config: { units: 3 } });
  expect(run().stale).toBe(true);
  document().undo();
  expect(run().stale).toBe(false);
});

test('an export carries the trained weights while the network is the same, whatever its training settings', async () => {
  const { run, document, answers, sent, event } = scene();
  const model = { plan: document().compiled.plan!, fitted: { features: [], targets: [] }, weights: [] };
  answers.trainedModel = { ok: true, value: model };
  const files = { modelJson: '{}', weights: new ArrayBuffer(0) };
  answers.exportTfjs = { ok: true, value: { ...files, kept: null } };
  expect(await run().exportTfjs()).toMatchObject({ ok: true, trained: false });
  expect(sent.at(-1)).toMatchObject({ args: { model: null } });
  await run().start();
  event(started);
  event(done);
  await Promise.resolve();
  document().dispatch({ kind: 'setTraining', training: { epochs: 2 } });
  answers.exportTfjs = { ok: true, value: { ...files, kept: { kept: 4, total: 4 } } };
  expect(await run().exportTfjs()).toMatchObject({ ok: true, trained: true });
  expect(sent.at(-1)).toMatchObject({ kind: 'exportTfjs', args: { model } });
  document().dispatch({
    kind: 'setConfig',
    node: document().doc.meaning.nodes['hidden1']!.id,
    config: { units: 3 },
  });
  await run().exportTfjs();
  expect(sent.at(-1)).toMatchObject({ kind: 'exportTfjs', args: { model: null } });
});

test('an export that fails says why', async () => {
  const { run, answers } = scene();
  answers.exportTfjs = { ok: false, error: { kind: 'out-of-memory' } };
  expect(await run().exportTfjs()).toEqual({ ok: false, cause: { kind: 'out-of-memory' } });
});

describe('imported weights', () => {
  const values = Float32Array.of(1, 2);
  const stored = (name: string) => [{ name, shape: [2], values }];

  test('that are still being read when Train is pressed go along, under the names of their layers', async () => {
    let resolve = () => {};
    const read = new Promise<void>((done) => {
      resolve = done;
    });
    const { run, document, sent } = scene({
      loadImportedWeights: async () => {
        await read;
        return { ok: true, value: stored('hidden1/bias') };
      },
    });
    await run().openProject('p');
    const starting = run().start();
    expect(run()).toMatchObject({ status: 'starting', importedWeights: 0 });
    resolve();
    await starting;
    const layer = document().compiled.plan!.nodes.find(({ id }) => id === 'hidden1')!.name;
    expect(sent).toMatchObject([
      { kind: 'startRun', args: { given: { weights: [{ name: `${layer}/bias`, values }] } } },
    ]);
    expect(run().importedWeights).toBe(1);
  });

  test('of nodes that are gone are not sent, and those of another project never', async () => {
    const { run, sent } = scene({
      loadImportedWeights: async (id) => ({ ok: true, value: id === 'p' ? stored('gone/bias') : [] }),
    });
    await run().openProject('p');
    await run().start();
    await run().openProject('q', stored('hidden1/bias'));
    await run().openProject('r');
    await run().start();
    expect(run().importedWeights).toBe(0);
    const starts = sent.filter(({ kind }) => kind === 'startRun');
    expect(starts).toMatchObject([{ args: { given: null } }, { args: { given: null } }]);
  });

  test('a run that was stopped while they were read does not start', async () => {
    let resolve = () => {};
    const read = new Promise<void>((done) => {
      resolve = done;
    });
    const { run, sent } = scene({
      loadImportedWeights: async () => {
        await read;
        return { ok: true, value: [] };
      },
    });
    await run().openProject('p');
    const starting = run().start();
    run().stop();
    resolve();
    await starting;
    expect(sent.map(({ kind }) => kind)).toEqual(['stop']);
  });

  test('the run says how many it started from; none is not worth a word', async () => {
    const { run, answers } = scene();
    answers.startRun = { ok: true, value: { kept: { kept: 3, total: 4 }, receipt: RECEIPT } };
    await run().start();
    expect(run().startsFrom).toEqual({ kept: 3, total: 4 });
    answers.startRun = { ok: true, value: { kept: { kept: 0, total: 4 }, receipt: RECEIPT } };
    await run().start();
    expect(run().startsFrom).toBeNull();
  });
});
