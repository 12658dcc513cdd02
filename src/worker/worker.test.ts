/** The whole conversation over a real MessageChannel: the real client, the real host, real training on wasm. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { compile } from '../compile/index';
import type { Dataset } from '../data/dataset';
import { findDataset } from '../data/datasets/index';
import { success } from '../data/problems';
import { nodeBackendEnv, tf } from '../engine/tf-node';
import type { DatasetSchema } from '../graph/schema';
import type { TrainingSettings } from '../graph/training-settings';
import { project } from '../lessons/project';
import { type ClientOptions, WorkerClient, type WorkerLike } from './client';
import { Host, type HostEnvironment } from './host';
import {
  type FromWorker,
  type Notification,
  PROTOCOL_VERSION,
  type Requests,
  type ToWorker,
} from './protocol';

const open: WorkerClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.dispose();
});

const stored = new Map<string, Dataset>();
const environment: HostEnvironment = {
  tf,
  backends: nodeBackendEnv,
  fetchFile: async (path) =>
    new Uint8Array(await readFile(new URL(`../../public/datasets/${path}`, import.meta.url))),
  loadStored: async (id) => success(stored.get(id) ?? null),
  saveStored: async (dataset) => {
    stored.set(dataset.schema.id, dataset);
    return success(undefined);
  },
  decodeImage: async () => null,
  saveCheckpoint: async () => ({ ok: true, value: undefined }),
  holdLock: async () => () => undefined,
};

/** A worker whose thread is this one; everything is cloned and transferred as between threads. */
function portWorker(serve: (port: MessagePort) => void, terminated?: () => void): WorkerLike {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  const worker: WorkerLike = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer),
    terminate: () => {
      port1.close();
      terminated?.();
    },
    onmessage: null,
    onerror: null,
  };
  port1.onmessage = (event: MessageEvent<FromWorker>) => worker.onmessage?.(event);
  return worker;
}

function hostOn(port: MessagePort, env: HostEnvironment = environment): Host {
  const host = new Host(env, (message, transfer) => port.postMessage(message, transfer));
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);
  return host;
}

function connect(options: Partial<ClientOptions> = {}) {
  const client = new WorkerClient({ spawn: () => portWorker(hostOn), ...options });
  open.push(client);
  const received: Notification[] = [];
  client.subscribe((notification) => received.push(notification));
  /** The notifications up to and with the first that fits. */
  const until = (fits: (notification: Notification) => boolean): Promise<Notification> =>
    new Promise((resolve) => {
      const found = received.find(fits);
      if (found) return resolve(found);
      const end = client.subscribe((notification) => {
        if (!fits(notification)) return;
        end();
        resolve(notification);
      });
    });
  const isEvent =
    (kind: string, run?: string) =>
    (n: Notification): boolean =>
      n.kind === 'event' && n.event.kind === kind && (run === undefined || n.run === run);
  return { client, received, until, isEvent };
}

const digits = findDataset('digits')!.schema;
const source = { kind: 'shipped', id: 'digits' } as const;

function runArgs(
  run: string,
  settings: Partial<TrainingSettings> = {},
  schema: DatasetSchema = digits,
): Requests['startRun']['args'] {
  const doc = project({
    name: 'test',
    dataset: schema.id,
    training: { epochs: 2, batchSize: 64, ...settings },
    nodes: [
      { id: 'image', type: 'image-input', at: [0, 0] },
      { id: 'flat', type: 'flatten', at: [1, 0] },
      { id: 'hidden', type: 'dense', config: { units: 16 }, at: [2, 0] },
      { id: 'out', type: 'classification-output', at: [3, 0] },
    ],
    wires: ['image > flat', 'flat > hidden', 'hidden > out'],
  });
  const { plan, training } = compile(doc, schema);
  return {
    run,
    plan: plan!,
    training: training!,
    source,
    backend: 'wasm',
    given: null,
    resume: null,
    keep: false,
  };
}

describe('a run', () => {
  it('answers when it has started; its steps and events arrive complete and in order', async () => {
    const { client, received, until, isEvent } = connect();
    expect(await client.request('startRun', runArgs('r1'))).toMatchObject({
      ok: true,
      value: { kept: null, receipt: { backend: 'wasm', seed: 42 } },
    });
    await until(isEvent('done'));
    const ofRun = received.filter((n) => n.kind !== 'progress');
    expect(ofRun.map((n) => n.sequence)).toEqual(ofRun.map((_, i) => i + 1));
    expect(ofRun.every((n) => n.run === 'r1')).toBe(true);
    const blocks = ofRun.flatMap((n) => (n.kind === 'steps' ? [n.block] : []));
    const events = ofRun.flatMap((n) => (n.kind === 'event' ? [n.event] : []));
    // How often health is looked at depends on the time.
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'health');
    expect(kinds).toEqual(['started', 'epoch', 'epoch', 'done']);
    const started = events[0]!;
    if (started.kind !== 'started') throw new Error('started');
    const steps = blocks.flatMap(({ globalSteps }) => Array.from(globalSteps));
    expect(steps).toEqual(Array.from({ length: 2 * started.stepsPerEpoch }, (_, i) => i + 1));
    for (const { columns, values, globalSteps } of blocks) {
      expect(columns).toEqual(['loss', 'accuracy']);
      expect(values).toHaveLength(columns.length * globalSteps.length);
    }
    // Steps of the first epoch come before its event.
    const epochAt = ofRun.findIndex((n) => n.kind === 'event' && n.event.kind === 'epoch');
    const before = ofRun
      .slice(0, epochAt)
      .flatMap((n) => (n.kind === 'steps' ? Array.from(n.block.globalSteps) : []));
    expect(before).toHaveLength(started.stepsPerEpoch);
  });

  it('can be paused, stepped, resumed and stopped', async () => {
    const { client, received, until, isEvent } = connect();
    await client.request('startRun', runArgs('r1', { epochs: 1000 }));
    expect(await client.request('pause', { run: 'r1' })).toEqual({ ok: true, value: null });
    await until(isEvent('paused'));
    const stepsSoFar = () =>
      received.reduce((sum, n) => sum + (n.kind === 'steps' ? n.block.globalSteps.length : 0), 0);
    const paused = stepsSoFar();
    const count = (kind: string) => received.filter(isEvent(kind)).length;
    await client.request('step', { run: 'r1' });
    await until((n) => isEvent('paused')(n) && count('paused') === 2);
    expect(stepsSoFar()).toBe(paused + 1);
    await client.request('resume', { run: 'r1' });
    await until((n) => n.kind === 'steps' && n.block.globalSteps[0]! > paused + 1);
    expect(await client.request('stop', { run: 'r1' })).toEqual({ ok: true, value: null });
    const done = await until(isEvent('done'));
    expect(done).toMatchObject({ event: { reason: 'stopped' } });
    expect(count('resumed')).toBe(1);
  });

  it('is ended by the next one, and what it still says is not passed on', async () => {
    const { client, received, until, isEvent } = connect();
    await client.request('startRun', runArgs('old', { epochs: 1000 }));
    await until((n) => n.kind === 'steps');
    const mark = received.length;
    await client.request('startRun', runArgs('new', { epochs: 1 }));
    await until(isEvent('done', 'new'));
    expect(received.slice(mark).every((n) => n.kind !== 'progress' && n.run === 'new')).toBe(true);
    expect(await client.request('pause', { run: 'old' })).toEqual({ ok: false, error: 'no-run' });
    expect(await client.request('trainedModel', { run: 'old' })).toEqual({ ok: false, error: 'no-run' });
  });

  it('ends all the runs that were asked for too quickly, and frees their models', async () => {
    const { client, until, isEvent } = connect();
    await client.request('startRun', runArgs('warm', { epochs: 1 }));
    await until(isEvent('done', 'warm'));
    const tensors = tf.memory().numTensors;
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((run) => client.request('startRun', runArgs(run, { epochs: 1 }))),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    await until(isEvent('done', 'c'));
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('fails with the reason when the data does not fit', async () => {
    const { client } = connect();
    const args = { ...runArgs('r1'), source: { kind: 'stored', id: 'gone' } as const };
    expect(await client.request('startRun', args)).toEqual({
      ok: false,
      error: { kind: 'data', code: 'dataset-missing', facts: { id: 'gone' } },
    });
    expect(await client.request('pause', { run: 'r1' })).toEqual({ ok: false, error: 'no-run' });
  });

  it('gives weights, an evaluation, samples and an export of what was trained', async () => {
    const { client, until, isEvent } = connect();
    await client.request('startRun', runArgs('r1', { epochs: 3 }));
    const done = await until(isEvent('done'));
    if (done.kind !== 'event' || done.event.kind !== 'done') throw new Error('done');
    const evaluated = await client.request('evaluate', { run: 'r1', split: 'test' });
    expect(evaluated).toEqual({ ok: true, value: done.event.evaluation });
    const trained = await client.request('trainedModel', { run: 'r1' });
    if (!trained.ok) throw new Error(trained.error);
    expect(trained.value.weights.map(({ shape }) => shape)).toEqual([[64, 16], [16], [16, 10], [10]]);
    // Weights were copied out, not taken away.
    expect(await client.request('evaluate', { run: 'r1', split: 'test' })).toEqual(evaluated);

    const samples = await client.request('samples', { run: 'r1', count: 12, wrongOnly: false });
    if (!samples.ok) throw new Error(String(samples.error));
    expect(samples.value).toHaveLength(12);
    for (const { row, cells, heads } of samples.value) {
      // The set fixes its last 297 rows as test rows.
      expect(row).toBeGreaterThanOrEqual(1500);
      expect(cells['label']).toEqual({ kind: 'text', text: heads[0]!.target });
      expect(cells['image']).toMatchObject({ kind: 'image', width: 8, height: 8 });
      expect(heads[0]!.scores).toHaveLength(10);
      expect(heads[0]!.correct).toBe(heads[0]!.target === heads[0]!.prediction);
    }
    const wrong = await client.request('samples', { run: 'r1', count: 1000, wrongOnly: true });
    if (!wrong.ok || !evaluated.ok) throw new Error('samples');
    const errors = Math.round((1 - evaluated.value.measures['accuracy']!) * 297);
    expect(errors).toBeGreaterThan(0);
    expect(wrong.value).toHaveLength(errors);
    expect(wrong.value.every(({ heads }) => heads[0]!.correct === false)).toBe(true);

    const { plan } = trained.value;
    const exported = await client.request('exportTfjs', { plan, model: trained.value, seed: 1 });
    if (!exported.ok) throw new Error(JSON.stringify(exported.error));
    expect(exported.value.weights.byteLength).toBe(4 * (64 * 16 + 16 + 16 * 10 + 10));
    expect(Array.from(new Float32Array(exported.value.weights).subarray(0, 5))).toEqual(
      Array.from(trained.value.weights[0]!.values.subarray(0, 5)),
    );
  });

  it('goes on from trained weights', async () => {
    const { client, until, isEvent } = connect();
    await client.request('startRun', runArgs('r1', { epochs: 4 }));
    const first = await until(isEvent('done', 'r1'));
    const trained = await client.request('trainedModel', { run: 'r1' });
    if (!trained.ok) throw new Error(trained.error);
    const zero = { type: 'sgd', config: { learningRate: 0, momentum: 0, nesterov: false } };
    await client.request('startRun', {
      ...runArgs('r2', { epochs: 1, optimizer: zero }),
      given: trained.value,
    });
    const second = await until(isEvent('done', 'r2'));
    const evaluation = (n: Notification) =>
      n.kind === 'event' && n.event.kind === 'done' ? n.event.evaluation : null;
    expect(evaluation(second)).toEqual(evaluation(first));
  });

  it('takes of the weights given those that fit, and says how many', async () => {
    const { client, until, isEvent } = connect();
    const args = runArgs('r1', { epochs: 1 });
    const layer = args.plan.nodes.find(({ id }) => id === 'hidden')!.name;
    const given = [
      { name: `${layer}/bias`, shape: [16], values: new Float32Array(16).fill(3) },
      { name: `${layer}/kernel`, shape: [64, 17], values: new Float32Array(64 * 17) },
    ];
    expect(await client.request('startRun', { ...args, given: { weights: given } })).toMatchObject({
      ok: true,
      value: { kept: { kept: 1, total: 4 } },
    });
    await until(isEvent('done', 'r1'));
    const exported = await client.request('exportTfjs', {
      plan: args.plan,
      model: { weights: given },
      seed: args.training.seed,
    });
    if (!exported.ok) throw new Error(JSON.stringify(exported.error));
    expect(exported.value.kept).toEqual({ kept: 1, total: 4 });
    expect(Array.from(new Float32Array(exported.value.weights, 4 * 64 * 16, 16))).toEqual(
      Array.from(given[0]!.values),
    );
  });
});

describe('a run that the worker no longer has', () => {
  it('can be opened again in another worker: same evaluation, same samples', async () => {
    const first = connect();
    const args = runArgs('r1');
    await first.client.request('startRun', args);
    await first.until(first.isEvent('done'));
    const trained = await first.client.request('trainedModel', { run: 'r1' });
    if (!trained.ok) throw new Error(trained.error);
    const asked = { run: 'r1', count: 6, wrongOnly: true };
    const samples = await first.client.request('samples', asked);
    const evaluation = await first.client.request('evaluate', { run: 'r1', split: 'test' });

    const { client, received } = connect();
    expect(await client.request('samples', asked)).toEqual({ ok: false, error: 'no-run' });
    const { batchSize, validationSplit, testSplit, seed } = args.training;
    const settings = { batchSize, validationSplit, testSplit, seed };
    const opening = { run: 'r1', source, backend: args.backend, model: trained.value, settings };
    expect(
      await Promise.all([client.request('openRun', opening), client.request('openRun', opening)]),
    ).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ]);
    expect(await client.request('samples', asked)).toEqual(samples);
    expect(await client.request('evaluate', { run: 'r1', split: 'test' })).toEqual(evaluation);
    expect(received).toEqual([]);

    const [kernel, ...rest] = trained.value.weights;
    const damaged = { ...trained.value, weights: [{ ...kernel!, shape: [16, 64] }, ...rest] };
    expect(await client.request('openRun', { ...opening, run: 'r2', model: damaged })).toMatchObject({
      ok: false,
      error: { kind: 'internal' },
    });
    expect(await client.request('samples', { ...asked, run: 'r2' })).toEqual({ ok: false, error: 'no-run' });
  });
});

describe('data', () => {
  it('shows rows of a shipped set', async () => {
    const { client } = connect();
    const page = await client.request('previewRows', { source, from: 1795, count: 10 });
    if (!page.ok) throw new Error('preview');
    expect(page.value.rows.map(({ row }) => row)).toEqual([1795, 1796]);
  });

  it('takes an upload, stores it, and trains on it', async () => {
    const { client, received } = connect();
    const lines = Array.from(
      { length: 60 },
      (_, i) => `${i % 7},${(i * 5) % 11},${i % 7 > 3 ? 'big' : 'small'}`,
    );
    const file = new Blob([['a,b,size', ...lines].join('\n')]);
    const options = { title: 'Sizes', target: null, separator: null, imageSize: null };
    const { id, result } = client.send('importData', { files: [{ path: 'sizes.csv', file }], options });
    const imported = await result;
    if (!imported.ok) throw new Error(JSON.stringify(imported.error));
    const { schema } = imported.value;
    expect(schema.rows).toBe(60);
    expect(schema.target).toBe('size');
    expect(stored.has(schema.id)).toBe(true);
    expect(received.every((n) => n.kind === 'progress' && n.id === id)).toBe(true);
    const page = await client.request('previewRows', {
      source: { kind: 'stored', id: schema.id },
      from: 0,
      count: 1,
    });
    if (!page.ok) throw new Error('preview');
    expect(page.value.rows[0]!.cells['size']).toEqual({ kind: 'text', text: 'small' });
  });

  it('answers a cancelled upload with an error', async () => {
    const { client } = connect();
    const files = Array.from({ length: 50 }, (_, i) => ({
      path: `set/${i % 2}/${i}.png`,
      file: new Blob(['x']),
    }));
    const options = { title: 'x', target: null, separator: null, imageSize: null };
    const { id, result } = client.send('importData', { files, options });
    client.cancel(id);
    const answer = await result;
    expect(answer).toMatchObject({ ok: false, error: [{ code: 'cancelled' }] });
  });

  it('says what is wrong when a download fails, and tries again the next time', async () => {
    let offline = true;
    const flaky: HostEnvironment = {
      ...environment,
      fetchFile: (path) => (offline ? Promise.reject(new Error('offline')) : environment.fetchFile(path)),
    };
    const { client } = connect({ spawn: () => portWorker((port) => hostOn(port, flaky)) });
    const first = await client.request('previewRows', { source, from: 0, count: 1 });
    const problem = { severity: 'error', code: 'download-failed', facts: { file: 'images.u8.gz' } };
    expect(first).toEqual({ ok: false, error: [problem] });
    offline = false;
    expect((await client.request('previewRows', { source, from: 0, count: 1 })).ok).toBe(true);
  });
});

describe('the two ends', () => {
  it('agree on the version first', async () => {
    const { client } = connect();
    expect(await client.request('hello', { protocol: PROTOCOL_VERSION })).toEqual({
      ok: true,
      value: { protocol: PROTOCOL_VERSION, backends: ['wasm', 'cpu'] },
    });
    expect(await client.request('hello', { protocol: PROTOCOL_VERSION + 1 })).toEqual({
      ok: false,
      error: 'protocol',
    });
  });

  it('answer a request that throws', async () => {
    const { client } = connect();
    const args = runArgs('r1');
    const broken = { ...args.plan, nodes: [{ ...args.plan.nodes[0]!, type: 'no-such-type' }] };
    const exported = await client.request('exportTfjs', { plan: broken, model: null, seed: 1 });
    expect(exported).toMatchObject({ ok: false, error: { kind: 'internal' } });
    const started = await client.request('startRun', { ...args, plan: broken });
    expect(started).toMatchObject({ ok: false, error: { kind: 'internal' } });
  });
});

describe('a worker that is lost', () => {
  /** Says that it has started, sends one step, then never answers again. */
  const hangs = (port: MessagePort) => {
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
      if (data.kind !== 'request' || data.request !== 'startRun') return;
      port.postMessage({ kind: 'answer', id: data.id, ok: true, value: null } satisfies FromWorker);
      const event = { kind: 'paused' } as const;
      port.postMessage({ kind: 'event', run: data.args.run, sequence: 7, event } satisfies FromWorker);
    };
  };

  it('because it does not answer a stop: the run fails, everything pending answers, and a new one takes over', async () => {
    let spawned = 0;
    let terminated = 0;
    const { client, received, until, isEvent } = connect({
      graceMs: 30,
      spawn: () => {
        spawned += 1;
        return spawned === 1 ? portWorker(hangs, () => (terminated += 1)) : portWorker(hostOn);
      },
    });
    await client.request('startRun', runArgs('r1'));
    await until(isEvent('paused'));
    const pending = client.request('trainedModel', { run: 'r1' });
    expect(await client.request('stop', { run: 'r1' })).toEqual({ ok: false, error: 'no-run' });
    expect(await pending).toEqual({ ok: false, error: 'no-run' });
    expect(received.at(-1)).toEqual({
      kind: 'event',
      run: 'r1',
      sequence: 8,
      event: { kind: 'failed', cause: { kind: 'unresponsive' } },
    });
    expect(terminated).toBe(1);
    expect((await client.request('startRun', runArgs('r2', { epochs: 1 }))).ok).toBe(true);
    await until(isEvent('done', 'r2'));
    expect(spawned).toBe(2);
  });

  it('because it crashed: the run says so', async () => {
    const workers: WorkerLike[] = [];
    const { client, received, until, isEvent } = connect({
      spawn: () => {
        const worker = portWorker(hangs);
        workers.push(worker);
        return worker;
      },
    });
    await client.request('startRun', runArgs('r1'));
    await until(isEvent('paused'));
    workers[0]!.onerror!({ message: 'Uncaught RangeError' });
    expect(received.at(-1)).toMatchObject({
      event: { kind: 'failed', cause: { kind: 'worker-lost', message: 'Uncaught RangeError' } },
    });
  });

  it('because memory ran out: the next request gets a fresh one', async () => {
    let spawned = 0;
    const full = (port: MessagePort) => {
      port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
        if (data.kind !== 'request' || data.request !== 'startRun') return;
        port.postMessage({ kind: 'answer', id: data.id, ok: true, value: null } satisfies FromWorker);
        const event = { kind: 'failed', cause: { kind: 'out-of-memory' } } as const;
        port.postMessage({ kind: 'event', run: data.args.run, sequence: 1, event } satisfies FromWorker);
      };
    };
    const { client, received, until, isEvent } = connect({
      spawn: () => {
        spawned += 1;
        return portWorker(spawned === 1 ? full : hostOn);
      },
    });
    await client.request('startRun', runArgs('r1'));
    await until(isEvent('failed'));
    expect(received.filter(isEvent('failed'))).toHaveLength(1);
    expect((await client.request('hello', { protocol: PROTOCOL_VERSION })).ok).toBe(true);
    expect(spawned).toBe(2);
  });

  it('because it cannot be made at all: every request still answers', async () => {
    const { client } = connect({
      spawn: () => {
        throw new Error('Blocked by policy');
      },
    });
    expect(await client.request('hello', { protocol: PROTOCOL_VERSION })).toEqual({
      ok: false,
      error: 'protocol',
    });
    expect(await client.request('startRun', runArgs('r1'))).toEqual({
      ok: false,
      error: { kind: 'internal', message: 'Blocked by policy' },
    });
  });
});
