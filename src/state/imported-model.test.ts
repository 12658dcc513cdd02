/**
 * A model that comes in with its weights and goes on being used: exported again, trained further, still there after a reload. The real
 * worker's host behind the stores; only the database is a table in memory.
 */
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { findDataset } from '../data/datasets/index';
import { success } from '../data/problems';
import { nodeBackendEnv, tf } from '../engine/tf-node';
import type { GraphDoc } from '../graph/document';
import { project } from '../lessons/project';
import type { StoredRun } from '../storage/runs';
import { WorkerClient, type WorkerLike } from '../worker/client';
import { Host, type HostEnvironment } from '../worker/host';
import type { FromWorker, NamedWeight, ToWorker } from '../worker/protocol';
import { bindCommand } from './bind-dataset';
import type { DataState } from './contract';
import { createDocumentStore } from './document-store';
import { openFiles } from './open-files';
import { createRunStore } from './run-store';

const { schema } = findDataset('digits')!;
const digits = { source: { kind: 'shipped', id: 'digits' }, schema } as const;

const environment: HostEnvironment = {
  tf,
  backends: nodeBackendEnv,
  fetchFile: async (path) =>
    new Uint8Array(await readFile(new URL(`../../public/datasets/${path}`, import.meta.url))),
  loadStored: async () => success(null),
  saveStored: async () => success(undefined),
  decodeImage: async () => null,
  saveCheckpoint: async () => ({ ok: true, value: undefined }),
  holdLock: async () => () => undefined,
};

function spawn(): WorkerLike {
  const { port1, port2 } = new MessageChannel();
  const host = new Host(environment, (message, transfer) => port2.postMessage(message, transfer));
  port2.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);
  const worker: WorkerLike = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer),
    terminate: () => port1.close(),
    onmessage: null,
    onerror: null,
  };
  port1.onmessage = (event: MessageEvent<FromWorker>) => worker.onmessage?.(event);
  return worker;
}

const open: WorkerClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.dispose();
});

interface Tables {
  readonly runs: Map<string, StoredRun>;
  readonly weights: Map<string, readonly NamedWeight[]>;
}

/** The stores of one visit, with a worker of its own. */
function visit(tables: Tables) {
  const client = new WorkerClient({ spawn });
  open.push(client);
  const document = createDocumentStore(() => 0);
  document.getState().setSchema(schema);
  const data = createStore<DataState>()(() => ({ bound: digits, entries: [digits] }) as unknown as DataState);
  let count = 0;
  const run = createRunStore({
    link: () => ({
      request: (kind, args) => client.request(kind, args),
      subscribe: (listener) => client.subscribe(listener),
    }),
    document,
    data,
    storage: {
      loadLatestRun: async (id) => ({ ok: true, value: tables.runs.get(id) ?? null }),
      saveRun: async (stored) => {
        tables.runs.set(stored.project, structuredClone(stored));
        return { ok: true, value: undefined };
      },
      loadImportedWeights: async (id) => ({ ok: true, value: tables.weights.get(id) ?? [] }),
      saveUnfinished: async () => ({ ok: true, value: undefined }),
      changeUnfinished: async () => ({ ok: true, value: undefined }),
      loadUnfinished: async () => ({ ok: true, value: null }),
    },
    isElsewhere: async () => false,
    nextFrame: (callback) => void setTimeout(callback, 0),
    newId: () => `run-${++count}`,
  });
  /** Until the run has ended and is stored. */
  const train = async (id: string) => {
    tables.runs.delete(id);
    const stored = new Promise<void>((resolve) => {
      const { set } = tables.runs;
      tables.runs.set = (...entry) => {
        tables.runs.set = set;
        resolve();
        return tables.runs.set(...entry);
      };
    });
    await run.getState().start();
    await stored;
  };
  const exported = async () => {
    const outcome = await run.getState().exportTfjs();
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.cause));
    return outcome;
  };
  return { document: document.getState, run: run.getState, train, exported };
}

const network = (epochs: number): GraphDoc =>
  project({
    name: 'Small',
    dataset: 'digits',
    training: { epochs, batchSize: 64 },
    nodes: [
      { id: 'image', type: 'image-input', at: [0, 0] },
      { id: 'flat', type: 'flatten', at: [1, 0] },
      { id: 'hidden', type: 'dense', config: { units: 12 }, at: [2, 0] },
      { id: 'out', type: 'classification-output', at: [3, 0] },
    ],
    wires: ['image > flat', 'flat > hidden', 'hidden > out'],
  });

const STILL = { type: 'sgd', config: { learningRate: 0, momentum: 0, nesterov: false } };

test('export, import, reload, train on, look at it again', async () => {
  const tables: Tables = { runs: new Map(), weights: new Map() };
  const author = visit(tables);
  author.document().open(network(3));
  await author.run().openProject('author');
  expect((await author.exported()).kept).toBeNull();
  await author.train('author');
  const files = await author.exported();
  expect(files).toMatchObject({ trained: true, kept: { kept: 4, total: 4 } });

  // Imported as it left: the same weights go out again, whatever the seed.
  const opened = await openFiles([
    new File([files.modelJson], 'model.json'),
    new File([files.weights], 'model.weights.bin'),
  ]);
  const reader = visit(tables);
  reader.document().open(opened.doc!);
  reader.document().dispatch(bindCommand(opened.doc!, schema));
  reader
    .document()
    .dispatch({ kind: 'setTraining', training: { epochs: 1, batchSize: 64, optimizer: STILL } });
  await reader.run().openProject('reader', opened.weights);
  expect(reader.run().importedWeights).toBe(4);
  const again = await reader.exported();
  expect(again).toMatchObject({ trained: true, kept: { kept: 4, total: 4 } });
  expect(new Float32Array(again.weights)).toEqual(new Float32Array(files.weights));
  tables.weights.set('reader', structuredClone(opened.weights));

  // After a reload they are there, and a step of size zero from them gives what their author got.
  const { doc } = reader.document();
  const later = visit(tables);
  later.document().open(doc);
  await later.run().openProject('reader');
  await later.train('reader');
  expect(later.run().startsFrom).toMatchObject({ kept: 4, total: 4 });
  expect(later.run().evaluation?.measures).toEqual(author.run().evaluation?.measures);
  await later.run().loadSamples(true);
  expect(later.run().samples.length).toBeGreaterThan(0);

  // The run itself survives another reload: what it started from, and rows through its model, in a worker that never saw it.
  const last = visit(tables);
  last.document().open(doc);
  await last.run().openProject('reader');
  expect(last.run()).toMatchObject({ status: 'done', startsFrom: { kept: 4, total: 4 }, samples: [] });
  await last.run().loadSamples(true);
  expect(last.run().samples).toEqual(later.run().samples);

  // A layer of another size starts afresh with what hangs on it; the rest is kept.
  const hidden = Object.values(doc.meaning.nodes).find(({ type }) => type === 'dense')!;
  last.document().dispatch({ kind: 'setConfig', node: hidden.id, config: { units: 7 } });
  expect(await last.exported()).toMatchObject({ trained: false, kept: { kept: 1, total: 4 } });
});
