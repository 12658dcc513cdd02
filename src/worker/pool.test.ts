/** The pool with real clients, real hosts and real training on wasm; every worker of it is a MessageChannel in this thread. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../compile/index';
import { findDataset } from '../data/datasets/index';
import { success } from '../data/problems';
import { chooseBackend } from '../engine/backend';
import { nodeBackendEnv, tf } from '../engine/tf-node';
import { project } from '../lessons/project';
import { WorkerClient, type WorkerLike } from './client';
import { Host } from './host';
import { type PoolJob, type PoolOutcome, poolSize, WorkerPool } from './pool';
import type { FromWorker, RunCheckpoint, ToWorker } from './protocol';

// The workers of this test share one tfjs: its kernels must be there before two of them start side by side.
beforeAll(() => chooseBackend(tf, 'wasm', nodeBackendEnv));

const pools: WorkerPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
});

function scene(size: number) {
  const workers: { readonly worker: WorkerLike; isEnded: boolean }[] = [];
  const spawn = (): WorkerLike => {
    const { port1, port2 } = new MessageChannel();
    const host = new Host(
      {
        tf,
        backends: nodeBackendEnv,
        fetchFile: async (path) =>
          new Uint8Array(await readFile(new URL(`../../public/datasets/${path}`, import.meta.url))),
        loadStored: async () => success(null),
        saveStored: async () => success(undefined),
        decodeImage: async () => null,
        saveCheckpoint: async () => ({ ok: true, value: undefined }),
        holdLock: async () => () => undefined,
      },
      (message, transfer) => port2.postMessage(message, transfer),
    );
    port2.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);
    const worker: WorkerLike = {
      postMessage: (message, transfer) => port1.postMessage(message, transfer),
      terminate: () => {
        port1.close();
        entry.isEnded = true;
      },
      onmessage: null,
      onerror: null,
    };
    port1.onmessage = (event: MessageEvent<FromWorker>) => worker.onmessage?.(event);
    const entry = { worker, isEnded: false };
    workers.push(entry);
    return worker;
  };
  const pool = new WorkerPool(size, () => new WorkerClient({ spawn, lockFreed: null }));
  pools.push(pool);
  return {
    pool,
    workers,
    living: () => workers.filter(({ isEnded }) => !isEnded),
    /** As the browser ends a worker for its memory. */
    lose: () => workers.find(({ isEnded }) => !isEnded)!.worker.onerror?.({ message: 'gone' }),
  };
}

const schema = findDataset('digits')!.schema;
const doc = project({
  name: 'test',
  dataset: 'digits',
  training: { epochs: 2, batchSize: 128 },
  nodes: [
    { id: 'image', type: 'image-input', at: [0, 0] },
    { id: 'flat', type: 'flatten', at: [1, 0] },
    { id: 'out', type: 'classification-output', at: [2, 0] },
  ],
  wires: ['image > flat', 'flat > out'],
});
const compiled = compile(doc, schema);

interface Told {
  readonly attempts: number[];
  readonly epochs: number[];
  /** Loss after each epoch of the last attempt. */
  losses: number[];
  steps: number;
}

function job(run: string, seed: number, epochs = 2, onEpoch?: (attempt: number) => void): [PoolJob, Told] {
  const told: Told = { attempts: [], epochs: [], losses: [], steps: 0 };
  const { phases, ...rest } = compiled.training!;
  const training = { ...rest, seed, phases: phases.map((phase) => ({ ...phase, epochs })) };
  return [
    {
      args: {
        run,
        plan: compiled.plan!,
        training,
        source: { kind: 'shipped', id: 'digits' },
        backend: 'wasm',
        given: null,
      },
      onStart: (attempt) => {
        told.attempts.push(attempt);
        told.losses = [];
      },
      onSteps: (block) => {
        told.steps += block.globalSteps.length;
      },
      onEvent: (event) => {
        if (event.kind !== 'epoch') return;
        told.epochs.push(event.epoch);
        told.losses.push(event.measures['loss']!);
        onEpoch?.(told.attempts.at(-1)!);
      },
    },
    told,
  ];
}

const alone = async (seed: number): Promise<number[]> => {
  const [one, told] = job('alone', seed);
  await scene(1).pool.submit(one);
  return told.losses;
};

describe('jobs', () => {
  it('run side by side, at most as many as there are workers, each to the result that it has alone', async () => {
    const { pool, workers, living } = scene(2);
    const jobs = [1, 2, 3, 4, 5].map((seed) => job(`r${seed}`, seed));
    let most = 0;
    const outcomes = await Promise.all(
      jobs.map(([one, told]) => {
        const { onStart } = one;
        return pool.submit({
          ...one,
          onStart: (attempt) => {
            onStart?.(attempt);
            const open = jobs.filter(([, of]) => of.attempts.length > 0 && of.epochs.length < 2);
            most = Math.max(most, open.length);
            expect(told.attempts).toEqual([1]);
          },
        });
      }),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(5).fill('done'));
    expect(most).toBe(2);
    // Kept from job to job, and ended when there was none left.
    expect(workers).toHaveLength(2);
    expect(living()).toEqual([]);
    for (const [i, [, told]] of jobs.entries()) {
      expect(told.epochs).toEqual([1, 2]);
      expect(told.losses).toEqual(await alone(i + 1));
      expect(told.steps).toBe(2 * Math.ceil((1797 - 297 - 225) / 128));
    }
    expect(new Set(jobs.map(([, told]) => told.losses[1])).size).toBe(5);
  });

  it('that fail are results, and the next one goes on', async () => {
    const { pool } = scene(1);
    const [one] = job('bad', 1);
    const [two] = job('good', 1);
    const outcomes = await Promise.all([
      pool.submit({ ...one, args: { ...one.args, source: { kind: 'stored', id: 'nowhere' } } }),
      pool.submit(two),
    ]);
    expect(outcomes[0]).toMatchObject({ kind: 'failed', cause: { kind: 'data', code: 'dataset-missing' } });
    expect(outcomes[1].kind).toBe('done');
  });
});

describe('a job that ends before its plan does', () => {
  it('hands out where it stands, and another goes on from there as if there had been one', async () => {
    const { pool } = scene(2);
    const reached: RunCheckpoint[] = [];
    const [one, first] = job('first', 3, 4);
    const args = { ...one.args, until: 1 };
    const outcome = await pool.submit({ ...one, args, onReached: (checkpoint) => reached.push(checkpoint) });
    expect(outcome).toMatchObject({ kind: 'done', event: { epochs: 1 } });
    expect(reached.map(({ epochs }) => epochs)).toEqual([1]);
    const [two, rest] = job('rest', 3, 4);
    const [all, whole] = job('whole', 3, 4);
    const ends = await Promise.all([pool.submit({ ...two, resume: reached[0]! }), pool.submit(all)]);
    expect(rest.epochs).toEqual([2, 3, 4]);
    expect([...first.losses, ...rest.losses]).toEqual(whole.losses);
    const facts = (end: PoolOutcome) => end.kind === 'done' && { ...end.event, durationMs: 0 };
    expect(facts(ends[0])).toEqual(facts(ends[1]));
  });

  it('goes on from there again when its worker is lost', async () => {
    const { pool, lose } = scene(1);
    const reached: RunCheckpoint[] = [];
    const [one] = job('first', 3, 3);
    const args = { ...one.args, until: 1 };
    await pool.submit({ ...one, args, onReached: (checkpoint) => reached.push(checkpoint) });
    const [two, rest] = job('rest', 3, 3, (attempt) => attempt === 1 && lose());
    expect(await pool.submit({ ...two, resume: reached[0]! })).toMatchObject({ kind: 'done' });
    expect(rest.epochs).toEqual([2, 2, 3]);
  });
});

describe('a lost worker', () => {
  it('costs its job the way so far: it is begun again and comes to the same end', async () => {
    const { pool, lose, workers } = scene(1);
    const [one, told] = job('r', 7, 2, (attempt) => attempt === 1 && lose());
    expect(await pool.submit(one)).toMatchObject({ kind: 'done' });
    expect(told.attempts).toEqual([1, 2]);
    expect(told.epochs).toEqual([1, 1, 2]);
    expect(told.losses).toEqual(await alone(7));
    expect(workers).toHaveLength(2);
  });

  it('while the job starts counts once, though it is told of twice', async () => {
    const { pool, lose } = scene(1);
    const [one, told] = job('r', 7);
    const outcome = pool.submit({
      ...one,
      onStart: (attempt) => {
        one.onStart?.(attempt);
        // After `startRun` has been sent, before it can be answered.
        if (attempt === 1) queueMicrotask(lose);
      },
    });
    expect(await outcome).toMatchObject({ kind: 'done' });
    expect(told.attempts).toEqual([1, 2]);
  });

  it('a second time is the result of the job', async () => {
    const { pool, lose } = scene(1);
    const [one, told] = job('r', 7, 5, lose);
    expect(await pool.submit(one)).toEqual({
      kind: 'failed',
      cause: { kind: 'worker-lost', message: 'gone' },
    });
    expect(told.attempts).toEqual([1, 2]);
  });
});

describe('cancelling', () => {
  it('ends a run at once with its worker, and takes a waiting one out of the queue', async () => {
    const { pool, workers, living } = scene(1);
    const [first, firstTold] = job('first', 1, 10_000, () => {
      pool.cancel('second');
      pool.cancel('first');
    });
    const [second, secondTold] = job('second', 2);
    const [third] = job('third', 3);
    const outcomes: PoolOutcome[] = await Promise.all(
      [first, second, third].map((each) => pool.submit(each)),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['cancelled', 'cancelled', 'done']);
    expect(firstTold.epochs).toEqual([1]);
    expect(secondTold.attempts).toEqual([]);
    expect(workers).toHaveLength(2);
    expect(living()).toEqual([]);
  });

  it('several at once, none of which takes the place of another', async () => {
    const { pool, workers, living } = scene(1);
    const jobs = [1, 2, 3].map((seed) => job(`r${seed}`, seed, 10_000));
    const outcomes = jobs.map(([one]) => pool.submit(one));
    pool.cancel('r1', 'r2', 'r3');
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(Array(3).fill('cancelled'));
    expect(jobs.map(([, told]) => told.attempts)).toEqual([[1], [], []]);
    expect(workers).toHaveLength(1);
    expect(living()).toEqual([]);
  });

  it('what is over or unknown does nothing', async () => {
    const { pool } = scene(1);
    const [one] = job('r', 1, 1);
    expect((await pool.submit(one)).kind).toBe('done');
    pool.cancel('r');
    pool.cancel('never');
  });

  it('the pool cancels all that it has', async () => {
    const { pool, living } = scene(2);
    const jobs = [1, 2, 3].map((seed) => pool.submit(job(`r${seed}`, seed, 1000)[0]));
    pool.dispose();
    expect((await Promise.all(jobs)).map(({ kind }) => kind)).toEqual(Array(3).fill('cancelled'));
    expect(living()).toEqual([]);
  });
});

it('leaves a core to the page, and is never empty nor large', () => {
  expect([1, 2, 3, 4, 5, 8, 64].map(poolSize)).toEqual([1, 1, 2, 3, 4, 4, 4]);
});
