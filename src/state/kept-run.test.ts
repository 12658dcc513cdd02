/**
 * Runs whose worker is ended, or whose page is left, at random moments: real hosts with the real engine on real data; only the
 * database is a map. Every one of them comes to the curve, the measures and the weights of the run that nothing happened to.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { findDataset } from '../data/datasets/index';
import { success } from '../data/problems';
import { createRandom } from '../data/random';
import { nodeBackendEnv, tf } from '../engine/tf-node';
import { apply } from '../graph/apply';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import type { FoundRun, HistoryRow, UnfinishedRun } from '../storage/checkpoints';
import type { StoredRun } from '../storage/runs';
import { WorkerClient, type WorkerLike } from '../worker/client';
import { Host, type HostEnvironment } from '../worker/host';
import type { FromWorker, RunCheckpoint, ToWorker } from '../worker/protocol';
import type { DataState } from './contract';
import { createDocumentStore } from './document-store';
import { createRunStore } from './run-store';

const SEED = 20261124;
const { schema } = findDataset('digits')!;
const digits = { source: { kind: 'shipped', id: 'digits' }, schema } as const;
const EPOCHS = 6;
const document = apply(digitsMlp.document(), {
  kind: 'setTraining',
  training: { epochs: EPOCHS, batchSize: 32 },
}).doc;

/** What storage holds; copies in and out, as a database makes them. */
class Tables {
  readonly runs = new Map<string, StoredRun>();
  readonly unfinished = new Map<string, UnfinishedRun>();
  readonly checkpoints = new Map<string, RunCheckpoint>();
  readonly history: HistoryRow[] = [];

  find(where: { readonly project: string } | { readonly run: string }): FoundRun | null {
    const unfinished = [...this.unfinished.values()].find((each) =>
      'run' in where ? each.run === where.run : each.project === where.project,
    );
    if (!unfinished) return null;
    const rows = this.history.filter(({ run }) => run === unfinished.run);
    return structuredClone({
      unfinished,
      checkpoint: this.checkpoints.get(unfinished.run) ?? null,
      blocks: rows.flatMap(({ blocks }) => blocks),
      epochs: rows.flatMap(({ epochs }) => epochs),
    });
  }
}

const ok = { ok: true, value: undefined } as const;
const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const each of cleanUp.splice(0)) each();
});

/** A page with its worker. `kill`: what the worker said until now was heard, what it would say is not. */
function visit(tables: Tables, onStep: (globalStep: number) => void = () => {}, keepEveryMs = 40) {
  let alive: { dead: boolean; worker: WorkerLike } | null = null;
  const spawn = (): WorkerLike => {
    const { port1, port2 } = new MessageChannel();
    const own = { dead: false } as { dead: boolean; worker: WorkerLike };
    const environment: HostEnvironment = {
      tf,
      backends: nodeBackendEnv,
      fetchFile: async (path) =>
        new Uint8Array(await readFile(new URL(`../../public/datasets/${path}`, import.meta.url))),
      loadStored: async () => success(null),
      saveStored: async () => success(undefined),
      decodeImage: async () => null,
      async saveCheckpoint({ run, checkpoint }, history) {
        // A transaction of a dead worker never commits.
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (own.dead) return ok;
        tables.checkpoints.set(run, structuredClone(checkpoint));
        tables.history.push(structuredClone({ run, globalStep: checkpoint.globalStep, ...history }));
        return ok;
      },
      keepEveryMs,
      holdLock: async () => () => undefined,
    };
    const host = new Host(environment, (message, transfer) => {
      if (!own.dead) port2.postMessage(message, transfer);
    });
    port2.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);
    own.worker = {
      postMessage: (message, transfer) => port1.postMessage(message, transfer),
      terminate: () => {
        own.dead = true;
        // One thread for all here: the run of a dead worker must not go on in it.
        const { run } = store.getState();
        if (run) host.receive({ kind: 'request', id: 0, request: 'stop', args: { run } });
        port1.close();
      },
      onmessage: null,
      onerror: null,
    };
    port1.onmessage = (event: MessageEvent<FromWorker>) => {
      if (own.dead) return;
      own.worker.onmessage?.(event);
      if (event.data.kind === 'steps') onStep(event.data.block.globalSteps.at(-1)!);
    };
    alive = own;
    return own.worker;
  };
  const client = new WorkerClient({ spawn, lockFreed: null });
  const documents = createDocumentStore(() => 0);
  documents.getState().setSchema(schema);
  documents.getState().open(document);
  const data = createStore<DataState>()(() => ({ bound: digits, entries: [digits] }) as unknown as DataState);
  const store = createRunStore({
    link: () => ({
      request: (kind, args) => client.request(kind, args),
      subscribe: (listener) => client.subscribe(listener),
    }),
    document: documents,
    data,
    storage: {
      loadLatestRun: async (id) => ({ ok: true, value: tables.runs.get(id) ?? null }),
      async saveRun(run) {
        tables.runs.set(run.project, structuredClone(run));
        tables.unfinished.delete(run.run);
        return ok;
      },
      loadImportedWeights: async () => ({ ok: true, value: [] }),
      async saveUnfinished(run) {
        tables.unfinished.clear();
        tables.unfinished.set(run.run, structuredClone(run));
        return ok;
      },
      async changeUnfinished(run, changes) {
        const row = tables.unfinished.get(run);
        if (row) tables.unfinished.set(run, structuredClone({ ...row, ...changes }));
        return ok;
      },
      loadUnfinished: async (where) => ({ ok: true, value: tables.find(where) }),
    },
    isElsewhere: async () => false,
    nextFrame: (callback) => void setTimeout(callback, 0),
    newId: () => `run-${Math.random()}`,
  });
  const leave = () => {
    const left = alive;
    alive = null;
    left?.worker.terminate();
  };
  cleanUp.push(leave);
  return {
    store,
    /** The worker crashes; the page learns of it. */
    crash: () => alive?.worker.onerror?.({ message: 'killed' }),
    leave,
  };
}

type Visit = ReturnType<typeof visit>;

const until = (store: Visit['store'], test: (state: ReturnType<Visit['store']['getState']>) => boolean) =>
  new Promise<void>((resolve) => {
    if (test(store.getState())) return resolve();
    const stop = store.subscribe((state) => {
      if (!test(state)) return;
      stop();
      resolve();
    });
  });

const stored = (tables: Tables) =>
  new Promise<StoredRun>((resolve) => {
    const { set } = tables.runs;
    tables.runs.set = (id, run) => {
      tables.runs.set = set;
      resolve(run);
      return tables.runs.set(id, run);
    };
  });

/** All that must be equal: every step of every curve, every epoch, the evaluation, the weights. */
const outcome = ({ curves, epochRows, evaluation, model, receipt, reason }: StoredRun) => ({
  curves: Object.fromEntries(Object.entries(curves).map(([name, { x, y }]) => [name, [[...x], [...y]]])),
  epochs: epochRows.map(({ epoch, measures }) => ({ epoch, measures })),
  weights: model.weights.map(({ name, values }) => [name, [...values]]),
  ...{ evaluation, receipt, reason },
});

let undisturbed: ReturnType<typeof outcome>;
let steps = 0;
beforeAll(async () => {
  const tables = new Tables();
  const { store } = visit(tables);
  await store.getState().openProject('p');
  const done = stored(tables);
  await store.getState().start();
  undisturbed = outcome(await done);
  steps = undisturbed.curves['loss']![0]!.length;
  expect(tables.unfinished.size).toBe(0);
  expect(steps).toBe(EPOCHS * store.getState().stepsPerEpoch);
}, 60_000);

/** The steps that runs went on from. */
const resumptions: number[] = [];

describe('a run', () => {
  afterAll(() => {
    // Not all from the beginning, or checkpoints were not tested.
    expect(resumptions.filter((step) => step > 0).length).toBeGreaterThan(resumptions.length / 2);
    console.info(`${resumptions.length} interruptions, gone on from steps ${resumptions.join(' ')}`);
  });

  it.each(Array.from({ length: 12 }, (_, i) => i))(
    'survives what happens to it (%i)',
    async (at) => {
      const random = createRandom(SEED, at);
      const tables = new Tables();
      const happens = Array.from({ length: 3 }, () => ({
        step: Math.floor(random() * steps),
        what: random() < 0.5 ? ('crash' as const) : ('reload' as const),
      }));
      const done = stored(tables);
      let told = 0;
      let pending: (() => void) | null = null;
      const open = (): Visit =>
        visit(tables, (globalStep) => {
          told = globalStep;
          if (happens[0] && globalStep >= happens[0].step) pending?.();
        });
      let page = open();
      await page.store.getState().openProject('p');
      await page.store.getState().start();
      const kinds: string[] = [];
      const from: number[] = [];
      while (happens.length > 0) {
        const reached = new Promise<'reached'>((resolve) => {
          pending = () => resolve('reached');
        });
        // A moment behind the last step that is told never comes: the run ends first.
        if ((await Promise.race([reached, done])) !== 'reached') break;
        const { what } = happens.shift()!;
        kinds.push(`${what} at ${told}`);
        if (what === 'crash') page.crash();
        else {
          page.leave();
          page = open();
          await page.store.getState().openProject('p');
        }
        await until(
          page.store,
          ({ resumed, status }) => status === 'done' || (resumed !== null && status !== 'starting'),
        );
        from.push(page.store.getState().resumed?.globalStep ?? steps);
      }
      resumptions.push(...from);
      const run = await done;
      expect(outcome(run), `seed ${SEED}, ${kinds.join(', ')}`).toEqual(undisturbed);
      expect(page.store.getState().failure).toBeNull();
      expect(tables.unfinished.size).toBe(0);
    },
    60_000,
  );
});

it('does not start again and again what dies at the same place', async () => {
  const tables = new Tables();
  const page = visit(tables, undefined, Number.POSITIVE_INFINITY);
  await page.store.getState().openProject('p');
  await page.store.getState().start();
  await until(page.store, ({ status }) => status === 'running');
  for (let times = 0; times < 5; times += 1) {
    page.crash();
    await until(page.store, ({ status }) => status === 'starting');
    await until(page.store, ({ status }) => status === 'running');
  }
  page.crash();
  await until(page.store, ({ status }) => status === 'failed');
  expect(page.store.getState()).toMatchObject({ failure: { kind: 'worker-lost' } });
  const later = visit(tables);
  await later.store.getState().openProject('p');
  await until(later.store, ({ status }) => status !== 'starting');
  expect(later.store.getState().status).not.toBe('running');
});

describe('a reproduction', () => {
  const finished = async (tables: Tables) => {
    const page = visit(tables);
    await page.store.getState().openProject('p');
    return page;
  };
  const trained = async (): Promise<Tables> => {
    const tables = new Tables();
    const page = await finished(tables);
    const done = stored(tables);
    await page.store.getState().start();
    await done;
    return tables;
  };

  it('of the same run is equal at every step', async () => {
    const tables = await trained();
    const page = await finished(tables);
    const done = stored(tables);
    await page.store.getState().reproduce();
    await done;
    expect(page.store.getState().reproduction).toEqual({
      status: 'equal',
      steps,
      difference: null,
      changed: [],
    });
  }, 60_000);

  it('names the first step that differs', async () => {
    const tables = await trained();
    const run = tables.runs.get('p')!;
    const y = run.curves['loss']!.y.slice();
    y[100] = y[100]! * (1 + 2 ** -23);
    const loss = { ...run.curves['loss']!, y };
    tables.runs.set('p', {
      ...run,
      curves: { ...run.curves, loss },
      receipt: { ...run.receipt!, data: 'other' },
    });
    const page = await finished(tables);
    const done = stored(tables);
    await page.store.getState().reproduce();
    await done;
    expect(page.store.getState().reproduction).toMatchObject({
      status: 'different',
      steps: 100,
      difference: { globalStep: 101, column: 'loss' },
      changed: ['data'],
    });
  }, 60_000);
});
