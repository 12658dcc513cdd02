/** The experiment store on a real compiled document and a real pool; the workers' side of the conversation is played line by line. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { RANGE_TEST } from '../compile/experiments/range-test';
import { findDataset } from '../data/datasets/index';
import type { RunEvent } from '../engine/run-event';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import type { Experiment, SearchSettings, StoredExperiment } from '../storage/experiments';
import { type PoolClient, WorkerPool } from '../worker/pool';
import type { Notification, Requests, RunCheckpoint } from '../worker/protocol';
import type { DataState } from './contract';
import { createDocumentStore } from './document-store';
import { bestJob } from './experiment-jobs';
import { createExperimentStore } from './experiment-store';

const { schema } = findDataset('digits')!;
const digits = { source: { kind: 'shipped', id: 'digits' }, schema } as const;
afterEach(() => {
  vi.useRealTimers();
});

interface Played {
  readonly args: Requests['startRun']['args'];
  event(event: Extract<Notification, { kind: 'event' }>['event']): void;
  losses(from: number, losses: readonly number[]): void;
  /** Epochs with these validation losses, then the end. */
  finish(...valLosses: readonly number[]): void;
  /** The checkpoint of a run that has come as far as its `until`. */
  reach(checkpoint: RunCheckpoint): void;
}

function scene(size = 2) {
  const document = createDocumentStore(() => 0);
  document.getState().open(digitsMlp.document());
  document.getState().setSchema(schema);
  document.getState().dispatch({ kind: 'setTraining', training: { epochs: 9 } });
  const data = createStore<DataState>()(() => ({ bound: digits, entries: [digits] }) as unknown as DataState);
  const played: Played[] = [];
  const saved = new Map<string, StoredExperiment>();
  const connect = (): PoolClient => {
    let listener: (notification: Notification) => void = () => {};
    return {
      async request(_, args) {
        let sequence = 0;
        const { run } = args;
        const event: Played['event'] = (told) =>
          listener({ kind: 'event', run, sequence: ++sequence, event: told });
        played.push({
          args,
          event,
          losses: (from, losses) =>
            listener({
              ...{ kind: 'steps', run, sequence: ++sequence },
              block: {
                columns: ['loss', 'accuracy'],
                globalSteps: Int32Array.from(losses, (_, i) => from + i),
                values: Float32Array.from(losses.flatMap((loss) => [loss, 0.5])),
                ...{ epoch: 1, step: losses.length, stepMs: 1 },
              },
            }),
          reach: (checkpoint) => listener({ kind: 'reached', run, sequence: ++sequence, checkpoint }),
          finish: (...valLosses) => {
            for (const [i, loss] of valLosses.entries()) event(epoch(i + 1, loss));
            event(done(valLosses.length));
          },
        });
        return { ok: true, value: { kept: null, receipt: {} as never } };
      },
      subscribe(each) {
        listener = each;
        return () => {
          listener = () => {};
        };
      },
      dispose() {},
    };
  };
  let count = 0;
  const frames: (() => void)[] = [];
  const experiments = createExperimentStore({
    pool: new WorkerPool(size, connect),
    workers: size,
    document,
    data,
    backend: () => 'wasm',
    storage: {
      save: async (experiment) => {
        saved.set(experiment.id, structuredClone(experiment));
        return { ok: true, value: undefined };
      },
      load: async (project) => ({
        ok: true,
        value: [...saved.values()].filter((each) => each.project === project),
      }),
      remove: async (id) => {
        saved.delete(id);
        return { ok: true, value: undefined };
      },
      importedWeights: async () => ({ ok: true, value: [] }),
    },
    nextFrame: (callback) => void frames.push(callback),
    newId: () => `id-${++count}`,
    now: () => 1000 + count,
  });
  return {
    state: experiments.getState,
    document: document.getState,
    played,
    saved,
    of: (id: string | null) => experiments.getState().experiments.find((each) => each.id === id)!,
    frame: () => {
      for (const callback of frames.splice(0)) callback();
    },
  };
}

const checkpoint = (epochs: number, valLosses: readonly number[], globalStep: number): RunCheckpoint => ({
  ...{ version: 1, phase: 0, phaseEpochs: epochs, epochs, step: 0, globalStep, elapsedMs: 0, epochMs: 0 },
  ...{ weights: [], updater: { numbers: {}, arrays: {} }, best: { numbers: {}, arrays: {} }, meter: null },
  history: valLosses.map((loss) => ({ val_loss: loss })),
});

const epoch = (at: number, valLoss: number) =>
  ({
    kind: 'epoch',
    ...{ epoch: at, globalStep: at * 10, durationMs: 5 },
    measures: { loss: valLoss / 2, val_loss: valLoss },
  }) as const;
const done = (epochs: number) =>
  ({
    ...{ kind: 'done', reason: 'epochs', epochs, bestEpoch: 1, durationMs: 50 },
    evaluation: { split: 'test', rows: 297, measures: { accuracy: epochs / 10 }, heads: [] },
  }) as const satisfies RunEvent;
/** Everything that is on its way arrives. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const statuses = ({ jobs }: Experiment) => jobs.map(({ status }) => status);

const search = (part: Partial<SearchSettings>): { kind: 'search'; search: SearchSettings } => ({
  kind: 'search',
  search: {
    dimensions: [
      {
        place: { kind: 'optimizer', field: 'learningRate' },
        values: { kind: 'list', values: [0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6, 0.2, 0.02, 0.002] },
        whole: false,
      },
    ],
    ...{ strategy: 'grid', runs: 20, minutes: null, measure: 'val_loss', factor: 3, seed: 1, ...part },
  },
});

describe('seeds', () => {
  test('are runs that differ in their seed, as many at a time as there are workers, with results in order', async () => {
    const { state, played, of } = scene();
    const id = state().start({ kind: 'seeds', count: 3 });
    await settled();
    const { seed } = played[0]!.args.training;
    expect(played.map(({ args }) => args.training.seed)).toEqual([seed, seed + 1]);
    expect(played[0]!.args).toMatchObject({ resume: null, keep: false, backend: 'wasm', given: null });
    expect(statuses(of(id))).toEqual(['running', 'running', 'queued']);
    played[0]!.finish(0.5, 0.3);
    await settled();
    expect(statuses(of(id))).toEqual(['done', 'running', 'running']);
    expect(of(id).jobs[0]).toMatchObject({
      progress: 1,
      // The run did not go back to its best epoch, so the last one counts.
      measures: { val_loss: 0.3 },
      evaluation: { split: 'test', rows: 297, measures: { accuracy: 0.2 } },
    });
    expect(of(id).jobs[0]!.evaluation).not.toHaveProperty('heads');
    for (const run of played.slice(1)) run.finish(0.4);
    await settled();
    expect(of(id).status).toBe('done');
  });

  test('of a run that goes back to its best epoch, that one counts', async () => {
    const { state, document, played, of } = scene();
    const earlyStopping = { monitor: 'val_loss', patience: 5, minDelta: 0, restoreBest: true };
    document().dispatch({ kind: 'setTraining', training: { earlyStopping } });
    const id = state().start({ kind: 'seeds', count: 2 });
    await settled();
    played[0]!.finish(0.2, 0.3);
    await settled();
    expect(of(id).jobs[0]!.measures).toMatchObject({ val_loss: 0.2 });
  });
});

test('progress is shown once per frame, results at once', async () => {
  const { state, played, of, frame } = scene(1);
  const id = state().start({ kind: 'seeds', count: 2 });
  await settled();
  const stepsPerEpoch = 10;
  const rows = { train: 1, validation: 1, test: 1 };
  played[0]!.event({
    kind: 'started',
    backend: 'wasm',
    threads: 1,
    parameters: 1,
    epochs: 9,
    stepsPerEpoch,
    rows,
    globalStep: 0,
  });
  played[0]!.losses(1, [1, 1, 1]);
  played[0]!.losses(4, [1, 1, 1]);
  expect(of(id).jobs[0]!.progress).toBe(0);
  frame();
  expect(of(id).jobs[0]).toMatchObject({ backend: 'wasm', progress: 6 / 90 });
});

test('folds train the same seed on other rows', async () => {
  const { state, played } = scene(3);
  state().start({ kind: 'folds', count: 3 });
  await settled();
  expect(played.map(({ args }) => args.training.fold)).toEqual([0, 1, 2].map((index) => ({ index, of: 3 })));
  expect(new Set(played.map(({ args }) => args.training.seed)).size).toBe(1);
});

describe('the range test', () => {
  test('is ended when its steps are taken, keeps its losses by rate, and is no edit', async () => {
    const { state, document, played, of } = scene();
    const before = document().doc;
    const id = state().start({ kind: 'rates', test: RANGE_TEST });
    await settled();
    played[0]!.losses(1, Array(120).fill(2));
    played[0]!.losses(121, Array(100).fill(1));
    await settled();
    const [job] = of(id).jobs;
    expect(of(id).status).toBe('done');
    expect(job!.status).toBe('done');
    expect(job!.curve!.losses).toHaveLength(200);
    expect(job!.curve!.rates[0]).toBeCloseTo(1e-7, 12);
    expect(job!.curve!.rates[199]).toBeCloseTo(10, 8);
    expect(document().doc).toBe(before);
  });

  test('is over when the loss breaks, whether it is told of by steps or by the failure', async () => {
    const { state, played, of } = scene();
    const first = state().start({ kind: 'rates', test: RANGE_TEST });
    await settled();
    played[0]!.losses(1, [...Array(50).fill(1), ...Array(20).fill(50)]);
    await settled();
    expect(of(first).jobs[0]!.status).toBe('done');
    expect(of(first).jobs[0]!.curve!.losses.length).toBeLessThan(60);
    const second = state().start({ kind: 'rates', test: RANGE_TEST });
    await settled();
    played[1]!.losses(1, Array(30).fill(1));
    played[1]!.event({
      kind: 'failed',
      cause: { kind: 'non-finite', epoch: 1, step: 31, node: null, part: 'weights' },
    });
    await settled();
    expect(of(second).jobs[0]).toMatchObject({ status: 'done', failure: null });
    expect(of(second).jobs[0]!.curve!.losses).toHaveLength(30);
  });

  test('sets the rate that it found as one edit', () => {
    const { state, document } = scene();
    const { optimizer } = document().doc.meaning.training;
    state().setLearningRate(0.03);
    expect(document().doc.meaning.training.optimizer).toEqual({
      type: optimizer.type,
      config: { ...optimizer.config, learningRate: 0.03 },
    });
    document().undo();
    expect(document().doc.meaning.training.optimizer).toEqual(optimizer);
  });
});

describe('a search', () => {
  test('tries every point, knows the best, and makes the document what it was as one edit', async () => {
    const { state, document, played, of } = scene(9);
    const id = state().start(search({}));
    await settled();
    const rates = played.map(({ args }) => args.training.phases[0]!.optimizer.config['learningRate']);
    expect(rates).toEqual([0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6, 0.2, 0.02, 0.002]);
    for (const [i, run] of played.entries()) run.finish(i === 7 ? 0.1 : 0.5);
    await settled();
    expect(of(id).status).toBe('done');
    const best = bestJob(of(id))!;
    expect(best.variation).toMatchObject({ point: [0.02] });
    const before = document().doc.meaning;
    state().apply(id!, best.run);
    expect(document().doc.meaning.training.optimizer.config['learningRate']).toBe(0.02);
    document().undo();
    expect(document().doc.meaning).toEqual(before);
  });

  test('a failed run is a result and never the best', async () => {
    const { state, played, of } = scene(9);
    const id = state().start(search({}));
    await settled();
    const cause = { kind: 'non-finite', epoch: 1, step: 2, node: null, part: 'weights' } as const;
    for (const run of played.slice(1)) run.event({ kind: 'failed', cause });
    played[0]!.finish(9);
    await settled();
    expect(of(id).status).toBe('done');
    expect(of(id).jobs[1]).toMatchObject({ status: 'failed', failure: cause });
    expect(bestJob(of(id))!.run).toBe(of(id).jobs[0]!.run);
  });

  test('by successive halving trains the best of each rung for longer', async () => {
    const { state, played, of } = scene(9);
    const id = state().start(search({ strategy: 'halving', runs: 9 }));
    await settled();
    // One plan for all rungs, so that each goes on where the one before stood.
    const spans = (runs: readonly Played[]) =>
      runs.map(({ args }) => [args.resume?.epochs ?? 0, args.until, args.training.phases[0]!.epochs]);
    expect(spans(played)).toEqual(Array(9).fill([0, 1, 9]));
    expect(of(id).jobs.map(({ epochs }) => epochs)).toEqual(Array(9).fill(1));
    // The loss of a run is its place, so that the first three are the best.
    for (const [i, run] of [...played].entries()) {
      run.reach(checkpoint(1, [i + 1], i));
      run.finish(i + 1);
    }
    await settled();
    expect(spans(played.slice(9))).toEqual(Array(3).fill([1, 3, 9]));
    expect(played.slice(9).map(({ args }) => args.resume!.globalStep)).toEqual([0, 1, 2]);
    const promoted = played.slice(9).map(({ args }) => args.training.phases[0]!.optimizer.config);
    expect(promoted).toEqual(played.slice(0, 3).map(({ args }) => args.training.phases[0]!.optimizer.config));
    for (const [i, run] of played.slice(9).entries()) {
      run.event(epoch(2, 5));
      run.event(epoch(3, 5 - i));
      // The last of them, which is the best, has ended by itself: it does so again from the rung before.
      if (i < 2) run.reach(checkpoint(3, [i + 1, 5, 5 - i], i));
      run.event(done(3));
    }
    await settled();
    expect(of(id).jobs[11]!.history.map(({ epoch: at, measures }) => [at, measures['val_loss']])).toEqual([
      ...[
        [1, 3],
        [2, 5],
        [3, 3],
      ],
    ]);
    expect(spans(played.slice(12))).toEqual([[1, null, 9]]);
    expect(played[12]!.args.training.phases[0]!.optimizer.config).toEqual(promoted[2]);
    // More epochs count more than a smaller loss in an earlier rung.
    played[12]!.finish(4);
    await settled();
    expect(of(id).status).toBe('done');
    expect(bestJob(of(id))!.variation).toMatchObject({ rung: 2 });
  });

  test('is over when its minutes are', async () => {
    const { state, played, of } = scene(2);
    vi.useFakeTimers();
    const id = state().start(search({ minutes: 0.5 }));
    await vi.advanceTimersByTimeAsync(1000);
    played[0]!.finish(0.5);
    await vi.advanceTimersByTimeAsync(28_000);
    expect(of(id).status).toBe('running');
    await vi.advanceTimersByTimeAsync(2000);
    expect(of(id).status).toBe('out-of-time');
    expect(statuses(of(id))).toEqual(['done', ...Array(8).fill('cancelled')]);
    expect(bestJob(of(id))!.run).toBe(of(id).jobs[0]!.run);
  });

  test('with nothing that can be trained does not begin', () => {
    const { state } = scene();
    const place = { kind: 'training', field: 'optimizer' } as const;
    const dimensions = [{ place, values: { kind: 'list', values: ['nonsense'] }, whole: false }] as const;
    expect(state().start(search({ dimensions }))).toBeNull();
    expect(state().experiments).toEqual([]);
  });
});

describe('cancelling', () => {
  test('one run leaves the others, and the experiment ends with them', async () => {
    const { state, played, of } = scene(1);
    const id = state().start({ kind: 'seeds', count: 3 })!;
    await settled();
    state().cancelJob(id, of(id).jobs[0]!.run);
    state().cancelJob(id, of(id).jobs[2]!.run);
    await settled();
    expect(statuses(of(id))).toEqual(['cancelled', 'running', 'cancelled']);
    played.at(-1)!.finish(1);
    await settled();
    expect(of(id).status).toBe('done');
    expect(statuses(of(id))).toEqual(['cancelled', 'done', 'cancelled']);
  });

  test('all of it frees the workers for what comes next', async () => {
    const { state, played, of } = scene(1);
    const first = state().start({ kind: 'seeds', count: 3 })!;
    const second = state().start({ kind: 'folds', count: 2 })!;
    await settled();
    state().cancelAll();
    expect([of(first).status, of(second).status]).toEqual(['cancelled', 'cancelled']);
    expect([...statuses(of(first)), ...statuses(of(second))]).toEqual(Array(5).fill('cancelled'));
    const third = state().start({ kind: 'folds', count: 2 })!;
    await settled();
    expect(played.at(-1)!.args.run).toBe(of(third).jobs[0]!.run);
  });
});

describe('storage', () => {
  test('has every finished run; what was under way when the page was left is interrupted', async () => {
    const { state, played, saved, of } = scene(1);
    await state().openProject('p');
    const id = state().start({ kind: 'seeds', count: 2 })!;
    await settled();
    played[0]!.finish(0.5);
    await settled();
    expect(saved.get(id)!.jobs.map(({ status }) => status)).toContain('done');
    const left = structuredClone(saved.get(id)!);
    expect(left.status).toBe('running');
    await state().openProject(null);
    expect(state().experiments).toEqual([]);
    saved.set(id, left);
    await state().openProject('p');
    expect(of(id).status).toBe('interrupted');
    expect(statuses(of(id))).toEqual(['done', 'cancelled']);
  });

  test('gets what was tried before the project had its place, and forgets what is deleted', async () => {
    const { state, saved } = scene(1);
    const id = state().start({ kind: 'seeds', count: 2 })!;
    await settled();
    expect(saved.size).toBe(0);
    state().adoptProject('p');
    await settled();
    expect(saved.get(id)).toMatchObject({ project: 'p', status: 'running' });
    state().remove(id);
    await settled();
    expect(state().experiments).toEqual([]);
    expect(saved.size).toBe(0);
  });
});
